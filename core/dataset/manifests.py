"""A project's two manifests, the keys of its pictures in S3, and the doctor's verdict before anything is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.dataset import history, kinds, likeness_file, split, vocabulary
from core.dataset.names import content_key
from core.dataset.remembering import remembered
from core.dataset.split import Split
from core.dataset.trainable import Entry, LeftOut, Trainable, trainable
from core.errors import Cure, NotReady
from core.manifest import doctor, lines
from core.manifest.doctor import Examination
from core.types import Facts
from core.workspace import Project

LABEL = Cure("Label the photos", "data/label")


@dataclass(frozen=True, slots=True)
class Built:
    """The manifests as text, and the files that they name by S3 key. `testing` is "" while nothing is on that side."""

    bucket: str
    prefix: str
    training: str
    testing: str
    pictures: Mapping[str, Entry]
    split: Split
    left_out: tuple[LeftOut, ...]

    @property
    def training_key(self) -> str:
        return _manifest_key(self.prefix, "train", self.training)

    @property
    def testing_key(self) -> str | None:
        """None while the test side is empty."""
        return _manifest_key(self.prefix, "test", self.testing) if self.testing else None

    @property
    def labels(self) -> dict[int, tuple[str, ...]]:
        """The labels by photo id, of everything that is in the manifests."""
        return {entry.photo_id: entry.labels for entry in self.pictures.values()}


def build(project: Project, bucket: str, prefix: str | None = None) -> Built:
    """The manifests for a bucket, under `prefix` (the project's name); NotReady while nothing usable is labelled."""
    top = (prefix or project.name).strip("/")
    make = partial(_build, project, bucket, top)
    return remembered(project, "manifests", make, bucket, top, likeness_file.stamp(project))


def _build(project: Project, bucket: str, top: str) -> Built:
    chosen = trainable(project)
    if not chosen.entries:
        raise NotReady(_nothing(chosen), LABEL)
    pictures = {f"{top}/{picture_key(entry)}": entry for entry in chosen.entries}
    sides = split.current(project, chosen)
    line = _writer(project, chosen)

    def manifest(side: Iterable[int]) -> str:
        ids = set(side)
        return lines.dump(line(f"s3://{bucket}/{key}", entry) for key, entry in pictures.items()
                          if entry.photo_id in ids)

    return Built(bucket, top, manifest(sides.train), manifest(sides.test), pictures, sides, chosen.left_out)


def _writer(project: Project, chosen: Trainable) -> Callable[[str, Entry], dict[str, Any]]:
    """What makes an entry's line: with its boxes where the project detects objects, else with its labels."""
    given = history.given(project)
    if kinds.kind_of(project) != "boxes":
        return lambda uri, entry: lines.image_line(uri, entry.labels, given[entry.photo_id])
    names = vocabulary.in_order(project, {label for entry in chosen.entries for label in entry.labels})
    return lambda uri, entry: lines.box_line(
        uri, entry.facts.upright_size, entry.boxes, names, given[entry.photo_id])


def picture_key(entry: Entry) -> str:
    """Where a picture goes in S3, under the prefix."""
    return content_key(entry.facts.sha256, entry.name, entry.facts.format)


def examine_project(project: Project, built: Built) -> Examination:
    """The doctor's verdict on the manifests, from what is known of the files here."""
    return remembered(project, "examination", partial(_examine, built), built.training_key, built.testing_key)


def _examine(built: Built) -> Examination:
    known: dict[str, Facts] = {f"s3://{built.bucket}/{key}": entry.facts for key, entry in built.pictures.items()}
    testing = built.testing.encode() if built.testing else None
    return doctor.examine(built.training.encode(), testing, known.get)


def digest(built: Built) -> str:
    """What tells manifests apart, in whichever bucket: 16 hexadecimal digits."""
    text = f"{built.training}\0{built.testing}".replace(f"s3://{built.bucket}/", "")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def photo_lines(built: Built, testing: bool = False) -> dict[int, Entry]:
    """The picture of each line of a manifest, by the line's number from 1."""
    ids = set(built.split.test if testing else built.split.train)
    listed = [entry for entry in built.pictures.values() if entry.photo_id in ids]
    return dict(enumerate(listed, start=1))


def _manifest_key(prefix: str, side: str, text: str) -> str:
    return f"{prefix}/manifests/{side}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.manifest"


def _nothing(chosen: Trainable) -> str:
    if not chosen.left_out:
        return "No photo has a label yet."
    return f"No labelled photo can be used. The first is {chosen.left_out[0].name}: {chosen.left_out[0].reason}"
