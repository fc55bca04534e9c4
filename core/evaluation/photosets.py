"""Where the photos of a run come from: the project's own test side, a folder, a place in S3, or an earlier run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from core import settings
from core.aws import storage
from core.dataset import finding, models, photos, places, split
from core.dataset.trainable import trainable
from core.errors import BadPath, Cure, NotReady
from core.types import Photo
from core.workspace import Project

LABEL = Cure("Label the photos", "data/label")


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """A set of photos by description, so that a run can find it again after a crash.

    `folder` is a path, or the address of a place in S3, or the title of the earlier run whose number is `run`.
    `labelled` tells that the folders in it name what the photos show.
    """

    kind: Literal["folder", "test", "s3", "run"]
    folder: str = ""
    run: int = 0
    labelled: bool = True

    @property
    def title(self) -> str:
        if self.kind == "test":
            return "Test photos of the project"
        return self.folder if self.kind in ("s3", "run") else Path(self.folder).name

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> PhotoSet:
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo to ask a model about. `name` is unique in its set, `truth` the class that it is known to have."""

    name: str
    path: Path | str  # a file, or the URI of an object in S3
    truth: str | None


def test_side() -> PhotoSet:
    """The photos that the project's split keeps from training, as cleaned copies."""
    return PhotoSet("test")


def folder(path: str, labelled: bool = True) -> PhotoSet:
    """A folder with a subfolder a class; BadPath when it may not be read or does not exist."""
    return PhotoSet("folder", str(settings.allowed_folder(path, settings.load().roots)), labelled=labelled)


def in_s3(address: str, labelled: bool = True) -> PhotoSet:
    """A place in S3 with a folder a class, as s3://bucket/prefix; BadPath when it is no such address."""
    bucket, prefix = places.parts(address.strip())
    if not places.in_s3(address.strip()) or not storage.is_bucket_name(bucket):
        raise BadPath("Name a place in S3 as s3://bucket/prefix, such as s3://my-photos/unseen/.")
    return PhotoSet("s3", storage.uri(bucket, prefix), labelled=labelled)


def earlier(run: int, title: str) -> PhotoSet:
    """The photos of an earlier run, wherever they lie."""
    return PhotoSet("run", title, run)


def shots(project: Project, source: PhotoSet) -> list[Shot]:
    """The photos of a set in the order of their names, at least one; NotReady or BadPath says why there is none."""
    if source.kind == "test":
        found = _test_shots(project)
    elif source.kind == "run":
        found = _shots_of_run(project, source.run)
    else:
        found = _s3_shots(project, source.folder) if source.kind == "s3" else _folder_shots(source.folder)
    if not source.labelled:
        found = [replace(shot, truth=None) for shot in found]
    return sorted(found, key=lambda shot: shot.name)


def training_photos(project: Project, arn: str | None = None) -> list[Photo]:
    """The photos that a model was trained with, for comparison; where that is not known, those of the split now."""
    if arn is not None and (hashes := models.learned_from(project, arn)) is not None:
        return [photo for photo in photos.photos(project) if photo.facts and photo.facts.sha256 in hashes]
    chosen = trainable(project)
    sides = split.current(project, chosen)
    return [entry.photo for entry in chosen.entries if entry.photo_id in sides.train]


def _folder_shots(path: str) -> list[Shot]:
    """Images in a folder's subfolders have the subfolder's name as truth; those directly in it have none."""
    top = settings.allowed_folder(path, settings.load().roots)
    return [Shot(found.name, Path(found.path), found.label) for found in finding.in_folder(top).files]


def _s3_shots(project: Project, address: str) -> list[Shot]:
    """Images under a prefix, which stay there; those directly under it have no truth."""
    return [Shot(found.name, found.path, found.label)
            for found in finding.in_s3(project, *places.parts(address)).files]


def _shots_of_run(project: Project, run: int) -> list[Shot]:
    with project.reading() as rows:
        found = rows.execute("SELECT name, path, truth FROM prediction WHERE run_id = ?", (run,)).fetchall()
    if not found:
        raise NotReady("That run does not exist any more, or was asked about no photo. Choose another one.")
    return [Shot(row["name"], places.place(row["path"]), row["truth"]) for row in found]


def _test_shots(project: Project) -> list[Shot]:
    chosen = trainable(project)
    sides = split.current(project, chosen)
    found = [Shot(entry.name, entry.file, entry.label) for entry in chosen.entries if entry.photo_id in sides.test]
    if not found:
        raise NotReady("No photo is on the test side: it needs labels, and two photos or more a label.", LABEL)
    return found
