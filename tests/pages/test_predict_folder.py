from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_photos import HOSTILE, LABELS, draw, photo
from shelter import Shelter
from visitor import Visitor

from core.evaluation import predicting, reviewing, runs
from core.ui import state


@pytest.fixture
def at_folder(keeper: Visitor, shelter: Shelter) -> Iterator[Visitor]:
    """The view of a folder with a running model; runs that begin here, and what is told of them, are forgotten."""
    shelter.let_run()
    before = {run.id for run in runs.runs(shelter.project)}
    with shelter.project.reading() as rows:
        last = rows.execute("SELECT MAX(id) FROM event").fetchone()[0]
    keeper.go("model/predict", "shelter").at.segmented_control(key="predict_way").set_value("A folder")
    yield keeper.run()
    for run in runs.runs(shelter.project):
        if run.id not in before:
            runs.delete_run(shelter.project, run.id)
    with shelter.project.catalogue() as rows:
        rows.execute("DELETE FROM review")
        rows.execute("DELETE FROM event WHERE id > ?", (last,))


def ask(visitor: Visitor, folder: Path, labelled: bool = False) -> Visitor:
    visitor.at.text_input(key="predict_where A folder on this computer").set_value(str(folder))
    visitor.at.toggle(key="predict_labelled").set_value(labelled)
    return visitor.click("Ask about all of them")


def test_a_folder_is_asked_about_as_a_job_and_waits_for_the_review(at_folder: Visitor, shelter: Shelter) -> None:
    folder = draw(shelter.folder / "new", LABELS, 2, first=30)
    (folder / "broken.jpg").write_bytes(b"no picture")
    ask(at_folder, folder)
    assert at_folder.finish("shelter", "predict").result == {"asked": 5, "failed": 1, "total": 5}
    table = at_folder.at.dataframe[0].value
    assert len(table) == 5 and set(table["answer"]) <= {"cat", HOSTILE, "Unknown", "Failed"}
    assert "truth" not in table and table["photo"].notna().sum() == 4
    assert reviewing.count(shelter.project) == 4
    assert at_folder.button("Go on: 1 photo to go")
    assert at_folder.go("results/evaluate").errors == []  # which has no labels to measure it by


def test_folders_that_name_labels_give_truths_and_lead_to_the_evaluation(at_folder: Visitor, shelter: Shelter) -> None:
    ask(at_folder, draw(shelter.folder / "known", LABELS, 1, first=40), labelled=True)
    at_folder.finish("shelter", "predict")
    assert set(at_folder.at.dataframe[0].value["truth"]) == set(LABELS)
    assert at_folder.links["Measure it on the Evaluate page"] == "evaluate"
    assert reviewing.count(shelter.project) == 0


def test_a_run_that_was_cancelled_goes_on_with_the_rest(
    at_folder: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicting, "THREADS", 1)
    answer, asked = predicting.answer, []

    def cancel_after_two(*args: object) -> object:
        asked.append(args)
        if len(asked) == 2:
            state.jobs().cancel("shelter/predict")
        return answer(*args)

    monkeypatch.setattr(predicting, "answer", cancel_after_two)
    ask(at_folder, draw(shelter.folder / "many", LABELS, 4, first=50))
    assert at_folder.finish("shelter", "predict").state == "cancelled"
    run = runs.runs(shelter.project)[0]
    assert 2 <= run.done < 8 and "Cancelled." in at_folder.text
    at_folder.click("predict_go_on")
    at_folder.finish("shelter", "predict")
    assert runs.runs(shelter.project)[0].done == 8 == len(asked)


@pytest.mark.parametrize("where", ["/etc", "nowhere at all", ""])
def test_a_folder_that_may_not_be_read_is_said_and_starts_nothing(
    at_folder: Visitor, shelter: Shelter, where: str
) -> None:
    before = len(runs.runs(shelter.project))
    ask(at_folder, Path(where) if where else Path())
    assert len(at_folder.errors) == 1
    assert len(runs.runs(shelter.project)) == before


def test_what_was_asked_can_be_seen_without_a_running_model(keeper: Visitor) -> None:
    keeper.go("model/predict", "shelter").at.segmented_control(key="predict_way").set_value("A folder")
    keeper.run()
    assert "A model answers only while it runs." in keeper.text
    assert len(keeper.at.dataframe[0].value) == 5
    assert not keeper.at.text_input


def test_photos_in_s3_are_asked_about_where_they_are(at_folder: Visitor, shelter: Shelter) -> None:
    bucket = "photos-of-the-folder-job"
    shelter.clients.s3.create_bucket(Bucket=bucket)
    for number in range(3):
        shelter.clients.s3.put_object(Bucket=bucket, Key=f"in/{HOSTILE} {number}.jpg", Body=photo(0, 60 + number))
    at_folder.at.segmented_control(key="predict_place").set_value("A place in S3")
    at_folder.run()
    at_folder.at.text_input(key="predict_where A place in S3").set_value(f"s3://{bucket}/in/")
    at_folder.click("Ask about all of them")
    at_folder.finish("shelter", "predict")
    assert set(at_folder.at.dataframe[0].value["name"]) == {f"{HOSTILE} {number}.jpg" for number in range(3)}
    assert at_folder.at.dataframe[0].value["photo"].notna().all()
    assert reviewing.count(shelter.project) == 3
