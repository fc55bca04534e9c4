"""A project's two manifests, the keys of its pictures in S3, and the doctor's verdict before anything is sent."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
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
    return compose(bucket, top, chosen, split.current(project, chosen), history.given(project),
                   box_names(project, chosen))


def box_names(project: Project, chosen: Trainable) -> list[str] | None:
    """The labels of a project that detects objects, in their order; None where whole pictures have labels."""
    if kinds.kind_of(project) != "boxes":
        return None
    return vocabulary.in_order(project, {label for entry in chosen.entries for label in entry.labels})


def compose(
    bucket: str, prefix: str, chosen: Trainable, sides: Split, given: Mapping[int, dt.datetime],
    names: Sequence[str] | None = None,
) -> Built:
    """The manifests of these pictures. They follow from the arguments alone, so that a record can make them again.

    `given` tells when each photo got its labels, and `names` are all labels where they are those of boxes.
    """
    pictures = {f"{prefix}/{picture_key(entry)}": entry for entry in chosen.entries}
    line = partial(_line, given=given, names=names)

    def manifest(side: Iterable[int]) -> str:
        ids = set(side)
        return lines.dump(line(f"s3://{bucket}/{key}", entry) for key, entry in pictures.items()
                          if entry.photo_id in ids)

    return Built(bucket, prefix, manifest(sides.train), manifest(sides.test), pictures, sides, chosen.left_out)


def _line(
    uri: str, entry: Entry, given: Mapping[int, dt.datetime], names: Sequence[str] | None
) -> dict[str, Any]:
    """An entry's line: with its labels, or with its boxes where `names` are the labels of boxes."""
    if names is None:
        return lines.image_line(uri, entry.labels, given[entry.photo_id])
    return lines.box_line(uri, entry.facts.upright_size, entry.boxes, names, given[entry.photo_id])


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
