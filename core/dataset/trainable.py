"""Which pictures go into training: labelled, not excluded, not left out; cleaned copies, or originals where none is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.dataset import cleaning
from core.dataset.photos import photos
from core.dataset.places import place
from core.dataset.remembering import remembered
from core.images.boxes import follow
from core.images.duplicates import original_first
from core.types import Box, Cleaned, Facts, Photo
from core.workspace import Project

UNUSABLE = ("unreadable", "truncated", "bomb", "missing")


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture for training: a labelled photo, and the file or S3 object that is sent for it, with its facts.

    `boxes` are the photo's in the pixels of that file, upright.
    """

    photo: Photo
    file: Path | str
    facts: Facts
    boxes: tuple[Box, ...] = ()

    @property
    def photo_id(self) -> int:
        return self.photo.id

    @property
    def name(self) -> str:
        return self.photo.name

    @property
    def labels(self) -> tuple[str, ...]:
        return self.photo.labels

    @property
    def label(self) -> str:
        """Its label, the first where it has several."""
        return self.labels[0] if self.labels else ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A labelled photo that does not go into training, and why."""

    photo_id: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trainable:
    """The pictures for training in the order of names, each content once, and the labelled photos left out."""

    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def labels(self) -> dict[int, tuple[str, ...]]:
        """The labels by photo id."""
        return {entry.photo_id: entry.labels for entry in self.entries}


def trainable(project: Project) -> Trainable:
    """What a training of the project would get now."""
    return remembered(project, "trainable", lambda: choose(photos(project), cleaning.results(project)))


def choose(photos: Iterable[Photo], copies: Iterable[Cleaned]) -> Trainable:
    """The pictures for training. Photos that give the same file count once; if their labels differ, none of them."""
    listed, cleaned = list(photos), {copy.photo_id: copy for copy in copies}
    by_content = {photo.facts.sha256: copy for photo in listed
                  if photo.facts and (copy := cleaned.get(photo.id)) and copy.path}
    same: dict[str, list[Entry]] = {}
    left_out = []
    for photo in listed:
        if not photo.labels or photo.excluded:
            continue
        sent = _sent(photo, by_content.get(photo.facts.sha256) if photo.facts else None, cleaned.get(photo.id))
        if isinstance(sent, str):
            left_out.append(LeftOut(photo.id, photo.name, sent))
        else:
            entry = Entry(photo, *sent, boxes=tuple(_followed(photo, sent[1])))
            same.setdefault(entry.facts.sha256, []).append(entry)
    for group in same.values():
        group.sort(key=lambda entry: original_first(entry.name))
    entries = sorted((group[0] for group in same.values() if _agree(group)), key=lambda entry: entry.name)
    left_out += [twin for group in same.values() for twin in _twins(group)]
    return Trainable(tuple(entries), tuple(left_out))


def _sent(photo: Photo, copy: Cleaned | None, own: Cleaned | None) -> tuple[Path | str, Facts] | str:
    """The file that stands for a photo, which may be the cleaned copy of its twin, or why there is none."""
    if copy and copy.path:
        return place(copy.path), _facts(copy)
    if own:
        return own.reason or "It was left out when the photos were cleaned."
    if photo.facts is None and not photo.problems:
        return "It has not been looked at yet."
    if photo.facts is None or any(problem.code in UNUSABLE for problem in photo.problems):
        return " ".join(problem.message for problem in photo.problems)
    return place(photo.path), photo.facts


def _twins(group: list[Entry]) -> list[LeftOut]:
    """Why photos that give the same file are left out: all of them if their labels differ, else all but the first."""
    if _agree(group):
        return [LeftOut(entry.photo_id, entry.name, f"It is the same picture as {group[0].name}.")
                for entry in group[1:]]
    said = " and ".join(f"{entry.name} is “{', '.join(entry.labels)}”" for entry in group)
    several = "labels" if len({frozenset(entry.labels) for entry in group}) > 1 else "sets of boxes"
    return [LeftOut(entry.photo_id, entry.name, f"The same picture has several {several}: {said}. Correct one of them.")
            for entry in group]


def _agree(group: list[Entry]) -> bool:
    return len({(frozenset(entry.labels), frozenset(entry.boxes)) for entry in group}) == 1


def _followed(photo: Photo, sent: Facts) -> Iterator[Box]:
    """The photo's boxes in the pixels of the file that is sent for it."""
    for box in photo.boxes:
        yield follow(box, photo.facts, sent.upright_size, drawn_upright=True) if photo.facts else box


def _facts(copy: Cleaned) -> Facts:
    """What is known of a cleaned copy: it is RGB, upright, and what its suffix says."""
    format = "PNG" if str(copy.path).lower().endswith(".png") else "JPEG"
    return Facts(copy.width, copy.height, 3, "RGB", format, copy.bytes, copy.sha256)
