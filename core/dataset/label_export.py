"""A project's labels and boxes for other tools, in any of the formats; class folders with the photos themselves."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from pathlib import Path

from core.dataset import annotating, history, kinds, synced
from core.dataset.names import counted, disk_path
from core.dataset.photos import photos
from core.dataset.places import in_s3, read_bytes
from core.errors import AwsError, RekolabError
from core.exchange import folders, formats, ground_truth
from core.exchange.formats import CSV, FOLDERS, GROUND_TRUTH, Format
from core.exchange.types import Annotated
from core.files import room_needed
from core.jobs import Progress
from core.types import Photo
from core.workspace import Project, now, open_project


@dataclass(frozen=True, slots=True)
class Export:
    """What an export would hold, in words; which labels, boxes and images it would not, and which dates."""

    said: str
    losses: tuple[str, ...]
    forgotten: str
    empty: bool


def outlook(project: Project, chosen: Format, unlabelled: bool = False, place: str = "") -> Export:
    """What an export in this format holds; `place` is where the photos lie in S3, for a manifest."""
    listed = records(project, chosen, unlabelled, place)
    return Export(formats.said(listed, chosen), (*_unused(project), *formats.losses(chosen, listed)),
                  formats.forgotten(chosen, listed), not listed)


def write(project: Project, chosen: Format, unlabelled: bool = False, place: str = "") -> bytes:
    """The project's annotations in a format other than class folders, which `write_folders` makes."""
    return formats.write(chosen, records(project, chosen, unlabelled, place), now())


def records(project: Project, chosen: Format, unlabelled: bool = False, place: str = "") -> list[Annotated]:
    """What the project's kind uses of each photo that is not left out, in the order of names.

    A format without room for boxes gets their labels as those of the photo. In a manifest each photo is named by its
    URI: its own where it came from S3, else one at `place`, "s3://bucket/prefix/".
    """
    given, boxed = history.given(project), kinds.kind_of(project) == "boxes" and chosen not in (CSV, FOLDERS)
    name = _uris(project, place) if chosen == GROUND_TRUTH else attrgetter("name")
    return [_record(photo, name(photo), boxed, given.get(photo.id)) for photo in photos(project)
            if not photo.excluded and (unlabelled or photo.labels)]


def write_folders(progress: Progress, home: str, project: str) -> str:
    """Job: a zip of the labelled photos in a folder for each of their classes; gives its path in the project."""
    owner = open_project(home, project)
    listed = [photo for photo in photos(owner) if photo.labels and not photo.excluded]
    paths = {photo.name: photo.path for photo in listed}
    copies = folders.write(records(owner, FOLDERS), [photo.name for photo in photos(owner)])
    target = folder_zip(owner)
    target.parent.mkdir(exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    progress.begin(len(copies), f"Packing {counted(len(copies), 'photo')}")
    try:
        with room_needed("No photo was touched. Make room, then export again."), \
                zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as packed:
            for place, name in copies:
                packed.writestr(place, _bytes(owner, name, paths[name]))
                progress.step()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return str(target)


def folder_zip(project: Project) -> Path:
    """Where write_folders puts the zip of a project."""
    return project.folder / "exports" / f"{project.name}-{FOLDERS.file}"


def default_place(project: Project) -> str:
    """Where photos are said to lie in S3, until somebody says where they do."""
    return f"s3://{project.get('bucket') or 'my-bucket'}/{project.name}/"


def is_place(text: str) -> bool:
    """Whether `text` is a place in S3 that names can be put behind."""
    return text.endswith("/") and ground_truth.is_uri(f"{text}a")


def _record(photo: Photo, name: str, boxed: bool, given: datetime | None) -> Annotated:
    size = photo.facts.upright_size if photo.facts else None
    return Annotated(name, () if boxed else photo.labels, photo.boxes, size, given if photo.labels else None)


def _uris(project: Project, place: str) -> Callable[[Photo], str]:
    """What gives a photo's URI; one that was copied from S3 has that of its object."""
    top = project.originals / "s3"
    buckets = sorted(path.name for path in top.iterdir() if path.is_dir()) if top.is_dir() else []
    mirrored = {str(top / bucket / disk_path(key)): f"s3://{bucket}/{key}"
                for bucket in buckets for key in synced.known(project, bucket)}

    def uri(photo: Photo) -> str:
        return photo.path if in_s3(photo.path) else mirrored.get(photo.path, f"{place}{photo.name}")

    return uri


def _unused(project: Project) -> Sequence[str]:
    """What is kept in the catalogue and not exported: photos left out, and what the project's kind has no use for."""
    kind = kinds.kind_of(project)
    listed = photos(project)
    out = sum(photo.excluded for photo in listed)
    with project.reading() as rows:
        said = annotating.read(rows, [photo.id for photo in listed if not photo.excluded])
    shown = {photo.id: photo for photo in listed}
    boxes = sum(len(one.boxes) - len(shown[number].boxes) for number, one in said.items())
    labels = sum(len(one.labels) - (0 if kind == "boxes" else len(shown[number].labels))
                 for number, one in said.items())
    found = [counted(amount, *noun) for amount, noun in ((labels, ("label",)), (boxes, ("box", "boxes"))) if amount]
    left = [f"{counted(out, 'photo')} left out by you would not be in it."] * bool(out)
    return left + [f"{' and '.join(found)} that a project for {kinds.KINDS[kind].lower()} does not use would not be in "
                   "it. Change its kind to export them."] * bool(found)


def _bytes(project: Project, name: str, path: str) -> bytes:
    try:
        return read_bytes(project, path)
    except (OSError, AwsError) as error:
        raise RekolabError(f"{name} can not be read, so that no zip was made. Is it still where it was?") from error
