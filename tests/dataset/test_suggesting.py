from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.dataset import history, kinds, labels, likeness, photos, suggesting
from core.dataset.suggesting import Suggestion
from core.images.likeness import Likeness
from core.jobs import Progress
from core.types import Photo
from core.workspace import Project

FEW = suggesting.FEWEST


def compared(rows: np.ndarray) -> Likeness:
    """What a comparison finds of photos 1, 2, ... with these embeddings."""
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2)
    nearest = np.argsort(-cosines, axis=1)[:, :8] + 1
    similarities = -np.sort(-cosines, axis=1)[:, :8]
    return Likeness(np.arange(1, len(rows) + 1), nearest, similarities, rows[:, :2], rows, rows, ())


@pytest.fixture
def ready(pets: Project) -> Project:
    """Six cats and six dogs, compared; four of each have their label."""
    likeness.compare(Progress(), str(pets.home), pets.name)
    listed = photos.photos(pets)
    labels.assign(pets, [photo.id for photo in listed[:4]], "cat")
    labels.assign(pets, [photo.id for photo in listed[6:10]], "dog")
    return pets


def test_why_there_is_no_suggestion_yet_is_said(pets: Project) -> None:
    assert "yet to be compared" in suggesting.ready(pets)
    likeness.compare(Progress(), str(pets.home), pets.name)
    assert suggesting.ready(pets).startswith(f"Label at least {FEW} photos of two classes")
    assert suggesting.suggestions(pets) == suggesting.suspects(pets) == ()
    kinds.choose(pets, "boxes")
    assert "boxes are drawn by hand" in suggesting.ready(pets)


def test_only_photos_without_a_label_get_a_suggestion_and_it_is_no_label(ready: Project) -> None:
    found = suggesting.suggestions(ready)
    assert {one.photo_id for one in found} == {photo.id for photo in photos.photos(ready) if not photo.labels}
    assert {one.labels for one in found} <= {("cat",), ("dog",)}
    assert labels.tally(photos.photos(ready)).labelled == 8
    sure = [one.confidence for one in suggesting.surest_first(found)]
    assert sure == sorted(sure, reverse=True)
    assert suggesting.doubtful_first(found)[0].confidence == sure[-1]


def test_a_photo_that_is_left_out_gets_no_suggestion(ready: Project) -> None:
    out = suggesting.suggestions(ready)[0].photo_id
    labels.leave_out(ready, [out])
    assert out not in {one.photo_id for one in suggesting.suggestions(ready)}


def test_a_screenful_is_confirmed_as_one_step_and_no_label_given_meanwhile_is_lost(ready: Project) -> None:
    found = suggesting.suggestions(ready)
    first, *others = found
    labels.assign(ready, [first.photo_id], "fox")
    assert suggesting.confirm(ready, found) == len(others)
    given = {photo.id: photo.labels for photo in photos.photos(ready)}
    assert given[first.photo_id] == ("fox",)
    assert all(given[one.photo_id] == one.labels for one in others)
    assert suggesting.suggestions(ready) == ()
    assert set(history.undo(ready)) == {one.photo_id for one in others}


def test_every_label_teaches_the_next_suggestions(project: Project) -> None:
    rows = np.eye(3)[[0, 0, 0, 1, 1, 1, 2, 2, 2, 2]] + 0.05 * np.random.default_rng(1).normal(size=(10, 3))

    def suggested(known: dict[int, str]) -> dict[int, str]:
        listed = [Photo(number, f"{number}.jpg", "", labels=(known[number],) if number in known else ())
                  for number in range(1, 11)]
        return {one.photo_id: one.labels[0] for one in suggesting.suggested(compared(rows), listed, "single")}

    known = {1: "cat", 2: "cat", 4: "dog", 5: "dog"}
    assert suggested(known)[3] == "cat" and suggested(known)[6] == "dog"
    assert suggested({**known, 7: "fox", 8: "fox"})[10] == "fox"


def test_of_several_labels_each_that_is_likely_is_suggested() -> None:
    rows = np.array([[1, 0], [1, 0.02], [1, 0.04], [0, 1], [0.02, 1], [0.04, 1],
                     [1, 1], [1, 1.02], [1.02, 1], [1, 0.98]])
    said = [("cat",)] * 3 + [("dog",)] * 3 + [("cat", "dog")] * 3 + [()]
    listed = [Photo(number, "", "", labels=names) for number, names in enumerate(said, 1)]
    (found,) = suggesting.suggested(compared(rows), listed, "multi")
    assert found.labels == ("cat", "dog") and 0 < found.confidence <= 1


def test_a_wrong_label_is_a_suspect_with_its_reason() -> None:
    chance = np.random.default_rng(2)
    rows = np.concatenate([np.eye(8)[:1] + 0.2 * chance.normal(size=(10, 8)),
                           np.eye(8)[1:2] + 0.2 * chance.normal(size=(10, 8))])
    given = {number: "cat" if number <= 10 else "dog" for number in range(1, 21)} | {4: "dog"}
    worst = suggesting.suspected(compared(rows), given)[0]
    assert (worst.photo_id, worst.label, worst.other) == (4, "dog", "cat")
    assert worst.reason.startswith("It looks like cat. The 8 photos most like it are: ")
    assert "8 cat" in worst.reason or "7 cat" in worst.reason

    found = compared(rows)
    nearest = found.neighbours.copy()
    nearest[3] = [11, 12, 13, 14, 15, 1, 2, 3]
    worst = suggesting.suspected(replace(found, neighbours=nearest), given)[0]
    assert worst.reason == ("By all labelled photos together it looks like cat, though the 8 photos most like it are: "
                            "5 dog, 3 cat.")


def test_where_several_labels_can_be_right_nothing_is_suspected(ready: Project) -> None:
    kinds.choose(ready, "multi")
    assert suggesting.suspects(ready) == ()
    assert all(isinstance(one, Suggestion) for one in suggesting.suggestions(ready))
