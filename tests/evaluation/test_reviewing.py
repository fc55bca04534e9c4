from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset import history, labels, photos, scanning, sources
from core.errors import NotReady
from core.evaluation import reviewing, threshold_sets
from core.evaluation.reviewing import Waiting
from core.jobs import Progress
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"
CUTS = {"cat": 60.0, "dog": 50.0}
Ask = Callable[..., Path]


@pytest.fixture
def ask(project: Project, photo_folder: Callable[..., Path]) -> Ask:
    """`ask("a.jpg", cat=90)`: a photo of its own content was asked about; gives where it lies."""
    files = sorted(photo_folder(cat=6).glob("*/*.jpg"))

    def asked(name: str, truth: str | None = None, error: str | None = None, file: Path | None = None, **scores: float
              ) -> Path:
        path = file or files.pop()
        listed = tuple(Score(label, value) for label, value in sorted(scores.items(), key=lambda pair: -pair[1]))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        reviewing.queue(project, ARN, CUTS, [
            Prediction(name, str(path), truth, listed, UNKNOWN, 0.0, error=error, sha256=sha256)])
        return path

    return asked


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names(project: Project, *far: str) -> list[tuple[str, str]]:
    return [(one.prediction.name, one.why) for one in reviewing.waiting(project, far)]


def test_unknown_photos_wait_first_then_close_ones_then_those_unlike_the_training(project: Project, ask: Ask) -> None:
    ask("sure.jpg", cat=99)
    strange = ask("strange.jpg", cat=98)
    ask("close.jpg", cat=70, dog=30)
    ask("closer.jpg", cat=62)
    ask("far from both.jpg", cat=20, dog=10)
    ask("nearly.jpg", cat=58)
    assert names(project, sha(strange)) == [
        ("nearly.jpg", "unknown"), ("far from both.jpg", "unknown"), ("closer.jpg", "close"), ("close.jpg", "close"),
        ("strange.jpg", "far"), ("sure.jpg", "sure")]


def test_a_rival_that_passes_as_well_makes_an_answer_close(project: Project, ask: Ask) -> None:
    ask("both.jpg", cat=92, dog=90)
    (one,) = reviewing.waiting(project)
    assert (one.why, one.margin) == ("close", 2.0)


def test_thresholds_that_the_project_uses_decide(project: Project, ask: Ask) -> None:
    ask("one.jpg", cat=70)
    threshold_sets.save(project, "careful", 90.0, ("cat", "dog"), ARN)
    threshold_sets.use(project, "careful")
    assert names(project) == [("one.jpg", "unknown")]


def test_failed_calls_and_photos_whose_label_is_known_do_not_wait(project: Project, ask: Ask) -> None:
    ask("failed.jpg", error="ThrottlingException: Rate exceeded")
    ask("known.jpg", truth="cat", cat=90)
    assert reviewing.count(project) == 0


def test_a_photo_waits_once_with_its_last_answer(project: Project, ask: Ask) -> None:
    path = ask("one.jpg", cat=10)
    ask("one.jpg", cat=95, file=path)
    assert reviewing.count(project) == 1
    assert reviewing.waiting(project)[0].prediction.answer == "cat"


def test_a_confirmed_photo_becomes_a_labelled_photo_of_the_dataset_with_its_own_bytes(
    project: Project, ask: Ask
) -> None:
    path = ask("holiday/../one.jpg", cat=95)
    done = reviewing.settle(project, sha(path), "cat")
    assert (done.known, done.label, reviewing.count(project)) == (False, "cat", 0)
    scanning.scan(Progress(), str(project.home), project.name)
    (photo,) = photos.photos(project)
    assert (photo.labels, Path(photo.path).parent) == (("cat",), project.originals / reviewing.ADDED)
    assert Path(photo.path).read_bytes() == path.read_bytes()
    assert path.is_file()
    reviewing.queue(project, ARN, CUTS, [Prediction("again", str(path), None, (), UNKNOWN, 0.0, sha256=sha(path))])
    assert reviewing.count(project) == 0


def test_a_content_that_the_dataset_has_is_labelled_and_not_added_twice(project: Project, ask: Ask) -> None:
    path = ask("one.jpg", cat=95)
    sources.import_folder(Progress(), str(project.home), project.name, str(path.parent))
    before = len(photos.photos(project))
    done = reviewing.settle(project, sha(path), "dog")
    assert done.known and len(photos.photos(project)) == before
    assert photos.get(project, done.photo_id or 0).labels == ("dog",)


def test_what_is_labelled_elsewhere_meanwhile_waits_no_longer(project: Project, ask: Ask) -> None:
    path = ask("one.jpg", cat=95)
    sources.import_folder(Progress(), str(project.home), project.name, str(path.parent))
    labels.assign(project, [one.id for one in photos.photos(project)], "cat")
    assert reviewing.count(project) == 0 and reviewing.waiting(project) == []


def test_undo_takes_label_and_photo_back_and_lets_it_wait_again(project: Project, ask: Ask) -> None:
    path = ask("one.jpg", cat=95)
    reviewing.settle(project, sha(path), "dog")
    undone = reviewing.undo(project)
    assert undone and (undone.name, undone.label) == ("one.jpg", "dog")
    assert (photos.photos(project), reviewing.count(project), history.last(project)) == ([], 1, None)
    assert not list((project.originals / reviewing.ADDED).iterdir())
    assert reviewing.undo(project) is None
    reviewing.settle(project, sha(path), "cat")
    assert [one.labels for one in photos.photos(project)] == [("cat",)]


def test_undo_of_a_photo_that_was_there_leaves_it_there(project: Project, ask: Ask) -> None:
    path = ask("one.jpg", cat=95)
    sources.import_folder(Progress(), str(project.home), project.name, str(path.parent))
    before = photos.photos(project)
    reviewing.settle(project, sha(path), "dog")
    labels.assign(project, [before[0].id if before[0].facts and before[0].facts.sha256 != sha(path)
                            else before[1].id], "cat")  # which is the last step then
    reviewing.undo(project)
    assert len(photos.photos(project)) == len(before)
    assert [one.labels for one in photos.photos(project)].count(("dog",)) == 0
    assert [one.labels for one in photos.photos(project)].count(("cat",)) == 1


def test_a_photo_that_is_let_go_is_not_added_and_can_be_had_back(project: Project, ask: Ask) -> None:
    path = ask("one.jpg", cat=95)
    reviewing.settle(project, sha(path), None)
    assert (photos.photos(project), reviewing.count(project)) == ([], 0)
    reviewing.undo(project)
    assert reviewing.count(project) == 1


def test_a_file_that_has_changed_or_gone_is_refused_and_still_waits(project: Project, ask: Ask) -> None:
    path = ask("one.jpg", cat=95)
    content = sha(path)
    path.write_bytes(b"something else")
    with pytest.raises(NotReady, match="was changed"):
        reviewing.settle(project, content, "cat")
    assert reviewing.count(project) == 1 and photos.photos(project) == []


def test_files_from_a_browser_are_kept_until_they_can_not_be_taken_back(
    project: Project, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    monkeypatch.setattr(reviewing, "UNDOABLE", 1)
    kept = [reviewing.keep_file(project, "../../a b.jpg", f"photo {number}".encode()) for number in range(3)]
    assert {path.parent for path in kept} == {project.review}
    for path in kept:
        ask(path.name, file=path, cat=95)
    for path in kept:
        reviewing.settle(project, sha(path), None)
    assert [path.is_file() for path in kept] == [False, False, True]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=12), st.sets(st.integers(0, 12)))
def test_the_order_holds_every_photo_once_by_why_and_then_margin(
    percents: list[tuple[float, float]], far: set[int]
) -> None:
    made = [Waiting(Prediction(str(number), "", None, (Score("cat", cat), Score("dog", dog)), "cat", cat,
                               sha256=str(number)), ARN, CUTS, abs(cat - dog))
            for number, (cat, dog) in enumerate(percents)]
    found = reviewing.ordered(made, {str(number) for number in far})
    assert sorted(one.prediction.name for one in found) == sorted(one.prediction.name for one in made)
    ranks = [("unknown", "close", "far", "sure").index(one.why) for one in found]
    assert ranks == sorted(ranks)
    for one, following in pairwise(found):
        assert one.why != following.why or one.margin <= following.margin
