from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from page_photos import HOSTILE, photo, take_in
from visitor import Visitor

from core.dataset import photos, vocabulary
from core.evaluation import reviewing
from core.types import UNKNOWN, Prediction, Score
from core.ui.predicting import queue
from core.workspace import Project

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"
CUTS = {"cat": 50.0, HOSTILE: 50.0}


@pytest.fixture
def project(visitor: Visitor) -> Project:
    """A project with two classes and nothing else."""
    made = visitor.workspace.create("pets")
    for name in CUTS:
        vocabulary.add(made, name)
    return made


@pytest.fixture
def asked(project: Project) -> Callable[..., str]:
    """`asked("a.jpg", 60)`: a photo for which the model said so much of a cat waits; gives its content's hash."""

    def wait(name: str, cat: float) -> str:
        data = photo(0, int(cat))
        path = reviewing.keep_file(project, name, data)
        sha256 = hashlib.sha256(data).hexdigest()
        scores = (Score("cat", cat), Score(HOSTILE, 100 - cat)) if cat > 50 else (Score("cat", cat),)
        reviewing.queue(project, ARN, CUTS, [Prediction(name, str(path), None, scores, UNKNOWN, 0.0, sha256=sha256)])
        return sha256

    return wait


def shown(visitor: Visitor) -> str:
    return str(visitor.at.main.text[0].value)


def test_the_most_useful_photo_is_shown_first_and_a_key_a_label_adds_it(
    visitor: Visitor, project: Project, asked: Callable[..., str]
) -> None:
    for name, cat in (("sure.jpg", 98), ("unknown.jpg", 40), ("close.jpg", 55)):
        asked(name, cat)
    visitor.go("model/predict", "pets")  # which needs no model for what waits
    assert "3 photos wait for your review" in visitor.text.replace("**", "")
    assert shown(visitor) == "unknown.jpg"
    assert visitor.button("review as cat").proto.shortcut == "1"
    visitor.click("review as cat")
    assert shown(visitor) == "close.jpg"
    visitor.click("review right")
    visitor.click("review none")
    assert "Nothing waits for a review." in visitor.text
    visitor.finish("pets", "import")
    assert {(photo.name, photo.label) for photo in photos.photos(project)} == {
        ("unknown.jpg", "cat"), ("close.jpg", "cat")}
    assert all(photo.facts for photo in photos.photos(project))


def test_undo_brings_the_last_one_back(visitor: Visitor, project: Project, asked: Callable[..., str]) -> None:
    asked("one.jpg", 98)
    visitor.go("model/predict", "pets")
    assert visitor.button("review undo").disabled
    visitor.click(f"review as {HOSTILE}")
    visitor.finish("pets", "import")
    visitor.click("review undo")
    assert shown(visitor) == "one.jpg"
    assert photos.photos(project) == []


def test_a_key_pressed_twice_before_the_next_photo_is_shown_says_it_once(
    visitor: Visitor, project: Project, asked: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked("one.jpg", 98)
    before = reviewing.waiting(project)
    visitor.go("model/predict", "pets")
    with monkeypatch.context() as patch:
        patch.setattr(reviewing, "waiting", lambda *_: before)  # the buttons are still those of the first press
        visitor.click("review as cat")
        visitor.click(f"review as {HOSTILE}")
    visitor.run()
    assert visitor.errors == [] and "Nothing waits for a review." in visitor.text
    assert [(one.name, one.label) for one in photos.photos(project)] == [("one.jpg", "cat")]
    visitor.finish("pets", "import")
    visitor.click("review undo")
    visitor.click(f"review as {HOSTILE}")  # which waits again, and is no second press
    assert [one.label for one in photos.photos(project)] == [HOSTILE]


def test_a_photo_that_waits_again_can_be_settled_again(
    visitor: Visitor, project: Project, asked: Callable[..., str]
) -> None:
    asked("one.jpg", 98)
    visitor.go("model/predict", "pets")
    visitor.click("review none")
    reviewing.undo(project)  # in another tab
    visitor.run()
    visitor.click("review none")
    assert visitor.errors == [] and "Nothing waits for a review." in visitor.text


def test_the_keys_are_those_of_the_new_photo_before_its_chart_is_drawn(
    visitor: Visitor, project: Project, asked: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked("unknown.jpg", 40)
    asked("sure.jpg", 98)
    drawn: list[str] = []
    for name in ("_decisions", "_said", "_next"):
        real = getattr(queue, name)
        monkeypatch.setattr(queue, name, lambda *of, name=name, real=real: (drawn.append(name), real(*of)))
    visitor.go("model/predict", "pets")
    assert drawn == ["_decisions", "_said", "_next"]
    assert visitor.button("review right").disabled  # there all the same, so that no other one moves
    visitor.click("review none")
    assert not visitor.button("review right").disabled


def test_later_leaves_a_photo_waiting(visitor: Visitor, project: Project, asked: Callable[..., str]) -> None:
    asked("one.jpg", 98)
    asked("two.jpg", 97)
    visitor.go("model/predict", "pets")
    first = shown(visitor)
    visitor.click("review later")
    assert shown(visitor) != first and reviewing.count(project) == 2


def test_hostile_names_and_labels_are_shown_letter_for_letter(
    visitor: Visitor, project: Project, asked: Callable[..., str]
) -> None:
    asked(f"{HOSTILE}.jpg", 98)
    visitor.go("model/predict", "pets")
    assert shown(visitor) == f"{HOSTILE}.jpg"
    assert not any(HOSTILE in source for source in visitor.markdown)


def test_a_photo_that_is_gone_is_said_and_can_be_let_go(
    visitor: Visitor, project: Project, asked: Callable[..., str]
) -> None:
    asked("one.jpg", 98)
    for file in project.review.iterdir():
        Path(file).unlink()
    visitor.go("model/predict", "pets")
    assert len(visitor.errors) == 1
    visitor.click("review as cat")
    assert reviewing.count(project) == 1 and any("can not be read any more" in one for one in visitor.errors)
    visitor.click("review none")
    assert reviewing.count(project) == 0


def test_a_content_that_is_in_the_dataset_is_labelled_there(
    visitor: Visitor, project: Project, asked: Callable[..., str], tmp_path: Path
) -> None:
    asked("one.jpg", 98)
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "same.jpg").write_bytes(photo(0, 98))
    take_in(project, folder)
    visitor.go("model/predict", "pets")
    visitor.click("review as cat")
    assert [(one.name, one.label) for one in photos.photos(project)] == [("same.jpg", "cat")]


def test_without_a_model_what_waits_can_be_reviewed_and_the_rest_leads_to_training(
    visitor: Visitor, project: Project, asked: Callable[..., str]
) -> None:
    asked("sure.jpg", 98)
    visitor.go("model/predict", "pets")
    assert shown(visitor) == "sure.jpg"
    visitor.at.session_state["predict_way"] = "A folder"
    visitor.run()
    assert "There is no trained model yet." in visitor.text and "review none" not in visitor.buttons
