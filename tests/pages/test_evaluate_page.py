from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from page_photos import HOSTILE, photo
from shelter import Shelter
from visitor import Visitor

from core.aws import storage
from core.errors import translate
from core.evaluation import predicting, runs, threshold_sets
from core.evaluation.photosets import PhotoSet
from core.types import UNKNOWN, Prediction, Score

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"


@pytest.fixture
def new_runs(shelter: Shelter) -> Iterator[Shelter]:
    """The shelter, from which the runs of this test are removed after it."""
    before = {run.id for run in runs.runs(shelter.project)}
    yield shelter
    for run in runs.runs(shelter.project):
        if run.id not in before:
            runs.delete_run(shelter.project, run.id)


def choose_photos(visitor: Visitor, kind: str) -> Visitor:
    visitor.go("results/evaluate", "shelter")
    visitor.at.session_state["evaluate_source"] = kind
    return visitor.run()


def matrix(visitor: Visitor) -> dict[str, Any]:
    """What the matrix was told to show."""
    return next(json.loads(one.proto.json) for one in visitor._nodes()
                if one.type == "bidi_component" and "texts" in one.proto.json)


def click(visitor: Visitor, cell: int) -> Visitor:
    """Click a cell, counted row by row from 0."""
    visitor.at.session_state["evaluate_matrix"] = {"cell": cell}
    visitor.run()
    visitor.at.session_state["evaluate_matrix"] = {"cell": None}
    return visitor


def move(visitor: Visitor, sliders: str, values: list[Any]) -> Visitor:
    """Let the sliders of that key stand there."""
    visitor.at.session_state[f"{sliders} 0"] = {"standing": values}
    return visitor.run()


def costs(visitor: Visitor, what: str) -> str:
    return visitor.text.split(what)[1].split(")")[0]


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
    assert [tile["note"].split("\n")[0] for tile in keeper.tiles("evaluate_photos")] == ["cat/mistaken.jpg"]
    assert keeper.links["Look at the mistakes"] == "mistakes"


def test_a_cell_of_the_matrix_shows_its_photos_by_a_click_and_by_the_box(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/evaluate", "shelter")
    run = runs.runs(shelter.project)[0]
    assert run.labels == (HOSTILE, "cat")
    click(keeper, 0)
    assert keeper.at.selectbox(key="evaluate_cell").value == f"{HOSTILE}, answered as {HOSTILE}"
    assert f"{HOSTILE}, answered as {HOSTILE}" in keeper.text
    assert len(keeper.tiles("evaluate_photos")) == 2
    click(keeper, 0)  # once more chooses nothing
    assert [tile["note"].split("\n")[0] for tile in keeper.tiles("evaluate_photos")] == ["cat/mistaken.jpg"]
    keeper.at.selectbox(key="evaluate_cell").set_value("cat, answered as cat")
    assert len(keeper.run().tiles("evaluate_photos")) == 2
    assert matrix(keeper)["chosen"] == 4


def test_nothing_that_was_chosen_in_one_project_breaks_the_page_of_another(visitor: Visitor) -> None:
    for name, labels in (("pets", ("cat", "dog")), ("birds", ("hen", "owl", "duck"))):
        project = visitor.workspace.create(name)
        with project.catalogue() as rows:
            rows.execute("INSERT INTO run VALUES (1, '2026-11-23T12:00:00+00:00', 'unseen', ?, ?, ?, 3, NULL)", (
                PhotoSet("folder", "/nowhere").dump(), ARN, json.dumps(dict.fromkeys(labels, 50.0))))
        for label in labels:
            runs.keep(project, 1, Prediction(label, "/nowhere", label, (Score(label, 90.0),), UNKNOWN, 0.0))
    visitor.at.session_state["evaluate_mode"] = "One for each label"
    click(visitor.go("results/evaluate", "pets"), 4)
    move(visitor, "One for each label pets 1", [10, 95])
    assert "dog, answered as dog" in visitor.text and matrix(visitor)["texts"] == ["1", "0", "0", "0", "0", "1"]
    visitor.at.session_state["choose_project"] = "birds"
    assert matrix(visitor.run())["columns"] == ["hen", "owl", "duck", UNKNOWN]
    assert "Not right" in visitor.text and visitor.at.selectbox(key="evaluate_cell").value == "All that is not right"


def test_shares_are_of_the_row(keeper: Visitor) -> None:
    keeper.go("results/evaluate", "shelter")
    assert matrix(keeper)["texts"] == ["2", "0", "0", "1", "2", "0"]
    keeper.at.session_state["evaluate_shares"] = "Shares"
    assert matrix(keeper.run())["texts"] == ["100 %", "0 %", "0 %", "33 %", "67 %", "0 %"]


def test_another_threshold_counts_anew_without_asking_again(keeper: Visitor) -> None:
    keeper.go("results/evaluate", "shelter")
    keeper.at.session_state["evaluate_mode"] = "One for all labels"
    keeper.run()
    move(keeper, "One for all labels", [100])
    assert figures(keeper)["Unknown"] == "100 %"
    assert figures(keeper)["Accuracy"] == "0 %"
    assert "No photos here." not in keeper.text


def test_one_label_has_a_threshold_of_its_own(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/evaluate", "shelter")
    keeper.at.session_state["evaluate_mode"] = "One for each label"
    keeper.run()
    run = runs.runs(shelter.project)[0]
    move(keeper, f"One for each label shelter {run.id}", [0, 100])
    assert matrix(keeper)["texts"][4] == "0"  # no cat is called one any more
    move(keeper, f"One for each label shelter {run.id}", ["nonsense", 700])
    assert matrix(keeper)["texts"] == ["2", "0", "0", "1", "2", "0"]  # the model's own


def test_saved_thresholds_are_used_by_every_page_until_the_models_own_come_back(
    keeper: Visitor, shelter: Shelter
) -> None:
    keeper.go("results/evaluate", "shelter")
    keeper.at.session_state["evaluate_mode"] = "One for all labels"
    keeper.run()
    move(keeper, "One for all labels", [100])
    keeper.at.text_input(key="evaluate_set_name").set_value("  ")
    keeper.click("Save and use everywhere")
    assert "Give the thresholds a name" in keeper.errors[0]
    keeper.at.text_input(key="evaluate_set_name").set_value(HOSTILE)
    keeper.click("Save and use everywhere")
    assert f"decide by “{HOSTILE}”" in keeper.text
    assert figures(keeper)["Unknown"] == "100 %"
    keeper.go("results/mistakes")
    assert "Wrong 0" in keeper.text and "Unknown 5" in keeper.text
    keeper.go("results/evaluate").click("evaluate_set_reset")
    assert f"decide by “{HOSTILE}”" not in keeper.text
    keeper.go("results/mistakes")
    assert "Wrong 1" in keeper.text and "Unknown 0" in keeper.text
    keeper.go("results/evaluate")
    keeper.at.session_state["evaluate_mode"] = "Saved"
    keeper.run().click("evaluate_set_delete")
    assert threshold_sets.saved(shelter.project) == {} and figures(keeper)["Unknown"] == "0 %"


TABS = ["By label", "Cost", "Confidence", "Precision and recall", "Slices", "Compare", "Every photo"]


@pytest.mark.parametrize("tab", TABS)
def test_the_details_lie_in_tabs(keeper: Visitor, tab: str) -> None:
    keeper.at.session_state["evaluate_tab"] = tab
    keeper.go("results/evaluate", "shelter")
    said = {
        "By label": "exact for precision and recall", "Cost": "which is the least possible",
        "Confidence": "expected calibration error", "Precision and recall": "moving the threshold of that label alone",
        "Slices": "5 photos have not been measured", "Compare": "No other run has answers to the same photos",
        "Every photo": "cat/mistaken.jpg"}
    assert said[tab] in keeper.text
    assert len(keeper.at.get("plotly_chart")) == (tab in ("Cost", "Confidence", "Precision and recall", "Slices"))


def test_the_threshold_of_least_cost_is_taken_with_one_click(keeper: Visitor) -> None:
    keeper.at.session_state["evaluate_tab"] = "Cost"
    keeper.go("results/evaluate", "shelter")
    (use,) = [one for one in keeper.buttons if one.startswith("Use ")]
    keeper.click(use)
    assert keeper.at.session_state["evaluate_mode"] == "One for all labels"
    assert f"Now: {costs(keeper, 'With this choice: ')}" in keeper.text
    keeper.at.session_state["evaluate_cost_rule"] = "One for each label"
    keeper.run().click("Use these thresholds")
    assert keeper.at.session_state["evaluate_mode"] == "One for each label"
    assert f"Now: {costs(keeper, 'With this choice: ')}" in keeper.text


def test_photos_are_measured_and_parted_by_size_and_quality(keeper: Visitor, new_runs: Shelter) -> None:
    keeper.at.session_state["evaluate_tab"] = "Slices"
    keeper.go("results/evaluate", "shelter")
    if "Measure 5 photos" in keeper.buttons:
        keeper.click("Measure 5 photos")
        assert keeper.finish("shelter", "measure").result == {"measured": 5, "unreadable": 0}
    assert "None of the" in keeper.text and "sharpness" in keeper.text
    assert not any(one.startswith("Measure") for one in keeper.buttons)


def test_a_folder_is_run_through_the_model(keeper: Visitor, new_runs: Shelter) -> None:
    new_runs.let_run()
    start_run(keeper.go("results/evaluate", "shelter"), str(new_runs.folder / "unseen"))
    assert keeper.finish("shelter", "evaluate").result == {"asked": 5, "failed": 0, "total": 5}
    assert len(runs.runs(new_runs.project)) == 2
    assert figures(keeper)["Accuracy"] == "80 %"


def test_the_test_photos_are_run_with_one_click(keeper: Visitor, new_runs: Shelter) -> None:
    new_runs.let_run()
    choose_photos(keeper, "The test photos").click("Run the test photos")
    assert keeper.finish("shelter", "evaluate").result["asked"] == 4
    assert "4 of 4 right" in keeper.text


def test_the_photos_of_an_earlier_run_are_asked_again_and_compared(keeper: Visitor, new_runs: Shelter) -> None:
    new_runs.let_run()
    choose_photos(keeper, "An earlier run").click("Run these photos again")
    assert keeper.finish("shelter", "evaluate").result == {"asked": 5, "failed": 0, "total": 5}
    assert runs.runs(new_runs.project)[0].title == "unseen"
    keeper.at.session_state["evaluate_tab"] = "Compare"
    said = keeper.run().text
    assert "They cannot be told apart, p = 1.0: run " in said and "are right and wrong on the same 5 photos." in said


def test_photos_in_s3_are_run_where_they_lie(keeper: Visitor, new_runs: Shelter) -> None:
    bucket = storage.bucket_name(new_runs.clients, new_runs.project)
    for file in sorted((new_runs.folder / "unseen" / "cat").iterdir()):
        storage.put_bytes(new_runs.clients, bucket, f"kept apart/cat/{file.name}", file.read_bytes())
        storage.put_bytes(new_runs.clients, bucket, f"kept apart/{HOSTILE}/{file.name}", photo(1, 40 + len(file.name)))
    new_runs.let_run()
    choose_photos(keeper, "A place in S3").at.text_input(key="evaluate_s3_address").set_value("nowhere")
    keeper.click("Run this place")
    assert "s3://bucket/prefix" in keeper.errors[0]
    keeper.at.text_input(key="evaluate_s3_address").set_value(f"s3://{bucket}/nothing here/")
    keeper.click("Run this place")
    assert "There is nothing in" in keeper.errors[0]
    keeper.at.text_input(key="evaluate_s3_address").set_value(f" s3://{bucket}/kept apart/")
    keeper.click("Run this place")
    assert keeper.finish("shelter", "evaluate").result["failed"] == 0
    run = runs.runs(new_runs.project)[0]
    made = runs.predictions(new_runs.project, run.id)
    assert {one.truth for one in made} == {"cat", HOSTILE} and made[0].path.startswith(f"s3://{bucket}/kept apart/")
    assert keeper.tiles("evaluate_photos")[0]["src"]  # its thumbnail was kept on the way


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
