from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_photos import HOSTILE, photo
from shelter import Shelter
from visitor import Visitor

from core.errors import translate
from core.evaluation import predicting, runs


@pytest.fixture
def new_runs(shelter: Shelter) -> Iterator[Shelter]:
    """The shelter, from which the runs of this test are removed after it."""
    before = {run.id for run in runs.runs(shelter.project)}
    yield shelter
    for run in runs.runs(shelter.project):
        if run.id not in before:
            runs.delete_run(shelter.project, run.id)


def start_run(visitor: Visitor, folder: str) -> Visitor:
    visitor.at.text_input(key="evaluate_folder_path").set_value(folder)
    return visitor.click("Run this folder")


def figures(visitor: Visitor) -> dict[str, str]:
    return {one.label: one.value for one in visitor.at.metric}


def test_without_anything_the_page_says_what_is_missing(visitor: Visitor) -> None:
    visitor.workspace.create("untried")
    visitor.go("results/evaluate")
    assert "No model of this project is running." in visitor.text
    assert "No run yet. Choose labelled photos that the model has not seen, above." in visitor.text
    assert visitor.links == {"Start one": "versions"}


def test_a_run_is_shown_as_figures_with_their_intervals(keeper: Visitor) -> None:
    keeper.go("results/evaluate", "shelter")
    assert figures(keeper) == {
        "Accuracy": "80 %", "Precision": "83 %", "Recall": "83 %", "F1": "80 %", "Unknown": "0 %"}
    assert "4 of 5 right (80 %; with 5 photos the true rate lies between 28 and 99 %)" in keeper.text
    assert [tile["note"] for tile in keeper.tiles("evaluate_photos")] == ["cat/mistaken.jpg"]
    assert keeper.links["Look at the mistakes"] == "mistakes"


def test_a_cell_of_the_matrix_shows_its_photos(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/evaluate", "shelter")
    run = runs.runs(shelter.project)[0]
    assert run.labels == (HOSTILE, "cat")
    keeper.at.session_state[f"evaluate_matrix_{run.id}_None"] = {"selection": {"points": [{"point_index": 0}]}}
    keeper.run()
    assert f"{HOSTILE}, answered as {HOSTILE}" in keeper.text
    assert len(keeper.tiles("evaluate_photos")) == 2
    keeper.at.session_state[f"evaluate_matrix_{run.id}_None"] = {"selection": {"points": [{"point_index": 5}]}}
    assert "No photos here." in keeper.run().text


def test_another_threshold_counts_anew_without_asking_again(keeper: Visitor) -> None:
    keeper.go("results/evaluate", "shelter")
    keeper.at.toggle(key="evaluate_own").set_value(True)
    keeper.run()
    keeper.at.slider(key="evaluate_least").set_value(100)
    keeper.run()
    assert figures(keeper)["Unknown"] == "100 %"
    assert figures(keeper)["Accuracy"] == "0 %"


@pytest.mark.parametrize("tab", ["Threshold", "Every photo"])
def test_the_details_lie_in_tabs(keeper: Visitor, tab: str) -> None:
    keeper.at.session_state["evaluate_tab"] = tab
    keeper.go("results/evaluate", "shelter")
    if tab == "Threshold":
        assert len(keeper.at.get("plotly_chart")) == 2
    else:
        assert len(keeper.at.main.dataframe[0].value) == 5
        assert [one.label for one in keeper.at.download_button] == ["Download as CSV"]


def test_a_folder_is_run_through_the_model(keeper: Visitor, new_runs: Shelter) -> None:
    new_runs.let_run()
    start_run(keeper.go("results/evaluate", "shelter"), str(new_runs.folder / "unseen"))
    assert keeper.finish("shelter", "evaluate").result == {"asked": 5, "failed": 0, "total": 5}
    assert len(runs.runs(new_runs.project)) == 2
    assert figures(keeper)["Accuracy"] == "80 %"


def test_the_test_photos_are_run_with_one_click(keeper: Visitor, new_runs: Shelter) -> None:
    new_runs.let_run()
    keeper.go("results/evaluate", "shelter").click("Run the test photos")
    assert keeper.finish("shelter", "evaluate").result["asked"] == 4
    assert "4 of 4 right" in keeper.text


@pytest.mark.parametrize(("folder", "said"), [
    ("nowhere", "does not exist"), ("empty", "There is nothing in"), ("", "Name a folder")])
def test_a_folder_without_photos_is_said_and_nothing_starts(
    keeper: Visitor, new_runs: Shelter, folder: str, said: str
) -> None:
    new_runs.let_run()
    (new_runs.folder / "empty").mkdir(exist_ok=True)
    start_run(keeper.go("results/evaluate", "shelter"), str(new_runs.folder / folder) if folder else "")
    assert len(keeper.errors) == 1 and said in keeper.errors[0]
    assert len(runs.runs(new_runs.project)) == 1


def test_a_run_that_breaks_off_says_why_and_goes_on_later(
    keeper: Visitor, new_runs: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise translate("ResourceNotReadyException", "DetectCustomLabels", "")

    new_runs.let_run()
    keeper.go("results/evaluate", "shelter")
    with monkeypatch.context() as patch:
        patch.setattr(predicting, "detect", gone)
        start_run(keeper, str(new_runs.folder / "unseen"))
        assert keeper.finish("shelter", "evaluate").state == "failed"
    assert any("The model is not running." in error for error in keeper.errors)
    assert keeper.links["Open the versions"] == "versions"
    keeper.click("Go on: 5 photos to go")
    assert keeper.finish("shelter", "evaluate").state == "done"
    assert keeper.errors == []


def test_photos_without_a_label_are_not_called_wrong(keeper: Visitor, new_runs: Shelter) -> None:
    loose = new_runs.folder / "loose"
    loose.mkdir(exist_ok=True)
    (loose / "whatever.jpg").write_bytes(photo(1, 30))
    new_runs.let_run()
    start_run(keeper.go("results/evaluate", "shelter"), str(loose))
    assert keeper.finish("shelter", "evaluate").state == "done"
    assert keeper.tiles("evaluate_photos") == []
    assert "No photos, so nothing can be said about what is right." in keeper.text
