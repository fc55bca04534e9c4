from __future__ import annotations

import json

import pytest

from core.dataset import drawing, history, kinds, labels, manifests, photos, split
from core.dataset.annotating import Annotation
from core.errors import RekolabError
from core.manifest.rules import check_line
from core.types import Box
from core.workspace import Project

EAR, TAIL = Box("ear", 10, 10, 20, 20), Box("tail", 50, 40, 30, 10)


def ids(project: Project) -> list[int]:
    return [photo.id for photo in photos.photos(project)]


def lines_of(project: Project) -> dict[str, object]:
    """Every line of both manifests by its photo's name, checked by Rekognition's rules."""
    built = manifests.build(project, "bucket")
    found = {}
    for text in (built.training + built.testing).splitlines():
        line = check_line(text, 1)
        assert not line.findings
        entry = built.pictures[json.loads(text)["source-ref"].removeprefix("s3://bucket/")]
        found[entry.name] = line
    return found


def test_a_photo_shows_what_the_kind_of_its_project_uses_and_keeps_the_rest(pets: Project) -> None:
    one, *_ = ids(pets)
    labels.annotate(pets, "Imported", {one: Annotation(("cat", "indoors"), (EAR, TAIL))})
    seen = {}
    for kind in ("single", "multi", "boxes"):
        kinds.choose(pets, kind)
        seen[kind] = (photos.get(pets, one).labels, photos.get(pets, one).boxes)
    assert seen == {
        "single": (("cat",), ()), "multi": (("cat", "indoors"), ()), "boxes": (("ear", "tail"), (EAR, TAIL))}
    assert photos.get(pets, one) == next(photo for photo in photos.photos(pets) if photo.id == one)


def test_what_a_change_of_kind_does_is_said_first(pets: Project) -> None:
    one, two, three, *_ = ids(pets)
    assert kinds.consequences(pets, "boxes") == ""
    labels.annotate(pets, "Imported", {
        one: Annotation(("cat", "indoors")), two: Annotation(("cat",), (EAR,)), three: Annotation((), (TAIL,))})
    assert "1 photo with a label but no box will need boxes" in kinds.consequences(pets, "boxes")
    single = kinds.consequences(pets, "single")
    assert "1 photo with boxes but no label of the whole picture will need labels" in single
    assert "Of 1 photo with several labels the first counts" in single
    with pytest.raises(RekolabError):
        kinds.choose(pets, "heaps")  # type: ignore[arg-type]


def test_a_multi_label_project_trains_with_every_label_and_splits_by_all_of_them(pets: Project) -> None:
    kinds.choose(pets, "multi")
    everyone = ids(pets)
    labels.assign(pets, everyone, "animal")
    labels.add(pets, everyone[:6], "cat")
    labels.add(pets, everyone[6:], "dog")
    assert labels.take(pets, everyone[:1], "cat") == 1
    lines = lines_of(pets)
    assert {line.labels for line in lines.values()} == {("animal",), ("animal", "cat"), ("animal", "dog")}
    counts = split.load(pets).counts(manifests.build(pets, "bucket").labels)
    assert all(train >= 1 and test >= 1 for train, test in counts.values())
    assert set(counts) == {"animal", "cat", "dog"}


def test_a_detection_project_trains_with_boxes_in_the_pixels_of_what_is_sent(pets: Project) -> None:
    kinds.choose(pets, "boxes")
    for number in ids(pets):
        drawing.draw(pets, number, [EAR, TAIL] if number % 2 else [TAIL])
    lines = lines_of(pets)
    assert len(lines) == 12
    assert {tuple(box.label for box in line.boxes) for line in lines.values()} == {("ear", "tail"), ("tail",)}
    assert {box for line in lines.values() for box in line.boxes} == {EAR, TAIL}


def test_boxes_are_a_step_that_undo_takes_back_and_no_boxes_are_none(pets: Project) -> None:
    one, *_ = ids(pets)
    kinds.choose(pets, "boxes")
    assert drawing.draw(pets, one, [EAR])
    assert not drawing.draw(pets, one, [EAR])
    assert drawing.draw(pets, one, [])
    assert photos.get(pets, one).labels == ()
    assert history.undo(pets) == (one,)
    assert photos.get(pets, one).boxes == (EAR,)
    assert [step.what for step in history.steps(pets)] == ["Removed every box", "Drew 1 box"]
