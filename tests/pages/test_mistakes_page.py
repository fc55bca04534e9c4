from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from page_photos import HOSTILE, draw, photo, take_in
from shelter import Shelter
from visitor import Visitor

from core.aws import prediction
from core.errors import translate
from core.evaluation import photosets, runs
from core.explanation import notes, trained
from core.types import UNKNOWN, Prediction, Score
from core.ui.explaining import asked
from core.workspace import Project

ARN = "arn:aws:rekognition:us-east-1:1:project/pets/version/one/1"
SAID = {  # photo -> truth, confidence of "cat"
    "cat/0.jpg": ("cat", 97.0), "cat/1.jpg": ("cat", 40.0), "dog/0.jpg": ("dog", 71.0), "dog/1.jpg": ("dog", 95.0)}


@pytest.fixture
def tried(visitor: Visitor, tmp_path: Path) -> Project:
    """A run of four photos: one right, two wrong, one unknown."""
    folder = draw(tmp_path / "photos", ("cat", "dog"), 2)
    project = take_in(visitor.workspace.create("pets"), folder, labelled=True, clean=True)
    keep_run(project, folder, SAID)
    return project


def keep_run(
    project: Project, folder: Path, said: dict[str, tuple[str | None, float]], error: str | None = None
) -> None:
    run = runs.create_run(project, ARN, photosets.folder(str(folder)), {"cat": 60.0, "dog": 65.0})
    for name, (truth, cat) in said.items():
        scores = () if error else (Score("cat", cat), Score("dog", 100 - cat))
        listed = tuple(sorted(scores, key=lambda score: -score.confidence))
        runs.keep(project, run.id, Prediction(name, str(folder / name), truth, listed, UNKNOWN, 0.0, error=error))
    runs.close(project, run.id, len(said))


def note(visitor: Visitor) -> str:
    """The paragraph about the photo."""
    return str(visitor.at.main.text_area[0].value)


def test_without_a_run_the_page_leads_to_the_evaluation(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("results/mistakes")
    assert "No photos have been run through a model yet." in visitor.text
    assert visitor.links == {"Evaluate a model": "evaluate"}


def test_mistakes_come_in_the_order_of_their_weight(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    assert visitor.at.segmented_control[0].options == ["All 3", "Wrong 2", "Unknown 1", "Nearly wrong 0"]
    assert "Of 4 photos." in visitor.text
    assert [(tile["note"], tile["caption"], tile["mark"]) for tile in visitor.tiles("mistakes")] == [
        ("dog/1.jpg", "dog: said cat", "refused"), ("dog/0.jpg", "dog: said cat", "refused"),
        ("cat/1.jpg", "cat: said Unknown", "unknown")]


def test_the_worst_is_explained_at_once_and_another_after_a_click(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    assert "Why cat? It is a dog" in visitor.text
    assert ("The model said cat with 95.0 %, 35.0 points above its threshold of 60.0 %; dog got 5.0 %, below its "
            "threshold of 65.0 %.") in visitor.text
    visitor.choose("mistakes", opened="cat/1.jpg")
    assert "Why unknown? It is a cat" in visitor.text
    assert "dog came nearest with 60.0 %, 5.0 points below its threshold of 65.0 %." in visitor.text


def test_a_group_can_be_shown_alone(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    visitor.at.segmented_control(key="mistakes_group").set_value("Unknown")
    visitor.run()
    assert [tile["note"] for tile in visitor.tiles("mistakes")] == ["cat/1.jpg"]
    assert "Why unknown? It is a cat" in visitor.text


def test_the_training_photos_are_looked_at_by_themselves_and_compared_with(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    visitor.finish("pets", "trained")
    visitor.go("results/mistakes")
    assert "The training photos most like it" in visitor.text
    assert len(visitor.tiles("explain_nearest")) == trained.trained(tried).rows.shape[0]
    assert "There are too few measured training photos to compare it with." in visitor.text
    assert visitor.links["Make the report"] == "report"


def test_a_photo_that_was_right_by_little_is_among_them(visitor: Visitor, tried: Project, tmp_path: Path) -> None:
    keep_run(tried, tmp_path / "photos", {"cat/0.jpg": ("cat", 64.0), "dog/0.jpg": ("dog", 3.0)})
    visitor.go("results/mistakes")
    assert "This run has no mistakes: the model got 2 photos right." in visitor.text
    assert [(tile["caption"], tile["mark"]) for tile in visitor.tiles("mistakes")] == [("cat, only just", "right")]
    assert "Why only just cat?" in visitor.text


def test_what_nearly_wrong_means_is_said_where_it_is_shown(visitor: Visitor, tried: Project, tmp_path: Path) -> None:
    keep_run(tried, tmp_path / "photos", {"cat/0.jpg": ("cat", 59.0), "cat/1.jpg": (UNKNOWN, 58.0),
                                          "dog/0.jpg": ("dog", 22.0), "dog/1.jpg": (UNKNOWN, 90.0)})
    visitor.go("results/mistakes")
    assert "Why cat? It shows none of the labels" in visitor.text
    assert "little would have made it another answer" not in visitor.text
    visitor.at.segmented_control(key="mistakes_group").set_value("Nearly wrong")
    visitor.run()
    assert "little would have made it another answer" in visitor.text
    assert [(tile["caption"], tile["mark"]) for tile in visitor.tiles("mistakes")] == [
        ("Unknown, only just", "right")]  # and not the dog, which has 78 % where it needs 65
    assert "Why only just Unknown?" in visitor.text


def test_a_run_without_mistakes_says_so(visitor: Visitor, tried: Project, tmp_path: Path) -> None:
    keep_run(tried, tmp_path / "photos", {"cat/0.jpg": ("cat", 97.0), "dog/0.jpg": ("dog", 3.0)})
    visitor.go("results/mistakes")
    assert "This run has no mistakes: the model got 2 photos right." in visitor.text
    assert visitor.links == {"Make the report": "report"}


def test_an_earlier_run_can_be_chosen(visitor: Visitor, tried: Project, tmp_path: Path) -> None:
    keep_run(tried, tmp_path / "photos", {"cat/0.jpg": ("cat", 97.0)})
    visitor.go("results/mistakes")
    box = visitor.at.selectbox(key="mistakes_run")
    assert len(set(box.options)) == 2  # by which the browser tells them apart, though made in the same minute
    box.select_index(1)
    assert len(visitor.run().tiles("mistakes")) == 3


def test_failed_calls_are_no_mistakes_of_the_model(visitor: Visitor, tried: Project, tmp_path: Path) -> None:
    keep_run(tried, tmp_path / "photos", SAID, error="ThrottlingException: Rate exceeded")
    visitor.go("results/mistakes")
    assert "4 calls failed" in visitor.text
    assert visitor.at.main.dataframe[0].value["why"].tolist() == ["ThrottlingException: Rate exceeded"] * 4
    assert "No photo of this run has both a label and an answer." in visitor.text
    assert visitor.links == {"Back to the evaluation": "evaluate"}


def test_photos_without_a_label_are_neither_right_nor_wrong(visitor: Visitor, tried: Project, tmp_path: Path) -> None:
    keep_run(tried, tmp_path / "photos", {"cat/0.jpg": ("cat", 97.0), "dog/0.jpg": (None, 3.0)})
    visitor.go("results/mistakes")
    assert "the model got 1 photo right." in visitor.text


def test_a_photo_that_is_gone_does_not_end_the_page(visitor: Visitor, tried: Project, tmp_path: Path) -> None:
    (tmp_path / "photos" / "dog" / "1.jpg").unlink()
    visitor.go("results/mistakes")
    assert visitor.errors == ["dog/1.jpg can not be read: No such file or directory."]
    assert "The model said cat with 95.0 %" in visitor.text


def test_a_hostile_label_is_shown_letter_for_letter(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/mistakes", "shelter")
    assert f"Why {HOSTILE}? It is a cat" in keeper.text
    assert f"known to be cat, was answered as {HOSTILE}." in note(keeper)
    assert not any(HOSTILE in source for source in keeper.markdown)


def test_what_is_written_is_kept_and_goes_into_the_report_and_out_again(visitor: Visitor, tried: Project) -> None:
    run = runs.runs(tried)[0]
    visitor.go("results/mistakes")
    assert note(visitor).startswith("1.jpg, known to be dog, was answered as cat.")
    visitor.click("Add to report")
    assert notes.notes(tried, run.id)["dog/1.jpg"].included
    visitor.at.main.text_area[0].set_value("It was raining.")
    visitor.run()
    kept = notes.notes(tried, run.id)["dog/1.jpg"]
    assert (kept.text, kept.included, kept.edited) == ("It was raining.", True, True)
    visitor.click("Take out of the report")
    assert note(visitor) == "It was raining."
    visitor.click("Draft anew")
    assert note(visitor).startswith("1.jpg, known to be dog")
    assert notes.notes(tried, run.id) == {}


def test_what_was_just_written_is_added_by_the_click_that_leaves_it(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    visitor.at.main.text_area[0].set_value("It was raining.")
    visitor.click("Add to report")  # a browser sends the text and the click at once
    assert note(visitor) == "It was raining."
    run = runs.runs(tried)[0].id
    assert [(one.text, one.included) for one in notes.notes(tried, run).values()] == [("It was raining.", True)]


def test_a_model_that_is_gone_is_said_and_all_the_rest_is_there(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    assert visitor.errors == ["The model one of the project pets does not exist, or no longer exists."]
    assert "What to do" in visitor.text


def test_a_model_that_does_not_run_is_offered_with_all_that_needs_no_call(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/mistakes", "shelter")
    assert "A model can only be asked while it runs, and one is stopped." in keeper.text
    assert "Start" in keeper.buttons and "Costs nothing here." in keeper.text
    assert "How it differs from the training photos" in keeper.text
    assert not any(label.startswith("Ask the model") for label in keeper.buttons)


def test_the_model_is_asked_as_often_as_announced_and_shows_what_it_looked_at(
    keeper: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelter.let_run()
    with shelter.project.catalogue() as rows:
        rows.execute("DELETE FROM altered")
    calls = []
    ask = prediction.detect
    monkeypatch.setattr(prediction, "detect", lambda *some, **named: calls.append(1) or ask(*some, **named))
    keeper.go("results/mistakes", "shelter").click("Ask the model 54 times")
    ended = keeper.finish("shelter", "explain")
    assert (ended.state, ended.result, len(calls)) == ("done", 54, 54)
    keeper.go("results/mistakes")
    assert "it looked at the" in keeper.text or "No part of the photo speaks for" in keeper.text
    assert not any(label.startswith("Ask the model") for label in keeper.buttons)
    assert keeper.at.main.slider[0].value == 70
    assert len(keeper.at.main.dataframe[0].value) == 12
    keeper.at.main.slider[0].set_value(0)
    keeper.run()


def test_a_model_that_stops_meanwhile_is_said_and_what_was_answered_is_not_asked_again(
    keeper: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelter.let_run()
    with shelter.project.catalogue() as rows:
        rows.execute("DELETE FROM altered")
    calls = iter(range(20))  # which hands out each of them once, however many threads ask
    ask = prediction.detect

    def some(*given: Any, **named: Any) -> Any:
        if next(calls, None) is None:
            raise translate("ResourceNotReadyException", "DetectCustomLabels", "")
        return ask(*given, **named)

    monkeypatch.setattr(prediction, "detect", some)
    keeper.go("results/mistakes", "shelter").click("Ask the model 54 times")
    assert keeper.finish("shelter", "explain").state == "failed"
    assert keeper.errors and keeper.errors[0].startswith("DetectCustomLabels: ")
    assert "Ask the model 34 times" in keeper.buttons


def test_a_photo_that_was_just_asked_about_has_the_card_without_a_run_and_without_truth(
    keeper: Visitor, shelter: Shelter
) -> None:
    scores = (Score("cat", 51.0), Score(HOSTILE, 49.0))
    handed = Prediction(HOSTILE, "", None, scores, UNKNOWN, 51.0)
    keeper.at.session_state["explain_asked"] = asked.Asked(
        "shelter", shelter.arn, handed, {"cat": 60.0, HOSTILE: 60.0}, photo(0, 33))
    keeper.go("results/mistakes", "shelter")
    assert "Why unknown?" in keeper.text and "It is a" not in keeper.text
    assert "Two labels too close" in keeper.text
    assert not keeper.at.main.text_area  # what is written is kept with the photos of a run
    keeper.click("Back to the mistakes of a run")
    assert f"Why {HOSTILE}? It is a cat" in keeper.text
