"""Where the photos of a run come from: a folder on the server, or the project's own test side."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from core import settings
from core.dataset import sources, split
from core.dataset.trainable import trainable
from core.errors import Cure, NotReady
from core.types import Photo
from core.workspace import Project

LABEL = Cure("Label the photos", "data/label")


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """A set of photos by description, so that a run can find it again after a crash."""

    kind: Literal["folder", "test"]
    folder: str = ""

    @property
    def title(self) -> str:
        return "Test photos of the project" if self.kind == "test" else Path(self.folder).name

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


def folder(path: str) -> PhotoSet:
    """A folder with a subfolder a class; BadPath when it may not be read or does not exist."""
    return PhotoSet("folder", str(settings.allowed_folder(path, settings.load().roots)))


def shots(project: Project, source: PhotoSet) -> list[Shot]:
    """The photos of a set in the order of their names, at least one; NotReady or BadPath says why there is none."""
    found = _test_shots(project) if source.kind == "test" else _folder_shots(source.folder)
    return sorted(found, key=lambda shot: shot.name)


def training_photos(project: Project) -> list[Photo]:
    """The photos that the project's split trains with, for comparison."""
    chosen = trainable(project)
    sides = split.current(project, chosen)
    return [entry.photo for entry in chosen.entries if entry.photo_id in sides.train]


def _folder_shots(path: str) -> list[Shot]:
    """Images in a folder's subfolders have the subfolder's name as truth; those directly in it have none."""
    top = settings.allowed_folder(path, settings.load().roots)
    return [Shot(found.name, Path(found.path), found.label) for found in sources.find_images(top).files]


def _test_shots(project: Project) -> list[Shot]:
    chosen = trainable(project)
    sides = split.current(project, chosen)
    found = [Shot(entry.name, entry.file, entry.label) for entry in chosen.entries if entry.photo_id in sides.test]
    if not found:
        raise NotReady("No photo is on the test side: it needs labels, and two photos or more a label.", LABEL)
    return found
