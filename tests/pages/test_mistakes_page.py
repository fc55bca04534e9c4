from __future__ import annotations

from pathlib import Path

import pytest
from page_photos import HOSTILE, draw, take_in
from shelter import Shelter
from visitor import Visitor

from core.evaluation import photosets, runs
from core.types import UNKNOWN, Prediction, Score
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


def test_without_a_run_the_page_leads_to_the_evaluation(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("results/mistakes")
    assert "No photos have been run through a model yet." in visitor.text
    assert visitor.links == {"Evaluate a model": "evaluate"}


def test_mistakes_come_in_the_order_of_their_weight(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    assert "**2 wrong, 1 unknown** of 4 photos." in visitor.text
    assert [(tile["note"], tile["caption"], tile["mark"]) for tile in visitor.tiles("mistakes")] == [
        ("dog/1.jpg", "dog: said cat", "refused"), ("dog/0.jpg", "dog: said cat", "refused"),
        ("cat/1.jpg", "cat: said Unknown", "unknown")]


def test_the_worst_is_explained_at_once_and_another_after_a_click(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    assert "Why cat? It is a dog" in visitor.text
    assert "Said cat at 95.0 %; dog had 5.0 %, under its threshold of 65.0 %." in visitor.text
    visitor.choose("mistakes", opened="cat/1.jpg")
    assert "Why unknown? It is a cat" in visitor.text
    assert "Nearest was dog, 5.0 points under its threshold." in visitor.text


def test_a_mistake_is_measured_against_the_training_photos(visitor: Visitor, tried: Project) -> None:
    visitor.go("results/mistakes")
    assert "**How it differs from the training photos**" in visitor.text
    measures = {one.proto.text.split(":")[0] for one in visitor.at.main.get("progress")}
    assert measures == {"Brightness", "Contrast", "Sharpness"}
    assert visitor.links == {"Make the report": "report"}


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
    assert visitor.errors == ["1.jpg is not there, or not a file."]
    assert "Said cat at 95.0 %" in visitor.text


def test_a_hostile_label_is_shown_letter_for_letter(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/mistakes", "shelter")
    assert f"Why {HOSTILE}? It is a cat" in keeper.text
    assert not any(HOSTILE in source for source in keeper.markdown)
