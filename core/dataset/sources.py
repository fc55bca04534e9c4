"""Where photos come from: a folder, a zip, files from the browser, an S3 prefix, the sample. Sources are only read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core import demo, settings
from core.compute import cluster
from core.dataset import archives, finding, mirror, naming, photos, scanning
from core.dataset.names import counted, disk_path, reasons, unique
from core.dataset.photos import Found
from core.errors import Cancelled
from core.files import room_needed
from core.jobs import Progress
from core.workspace import Project, open_project

MAX_UPLOADS = 200  # files at once that a browser can hand over in bearable time
_CHUNK = 1024 * 1024
_NOT_FOR_ZIPS = ("uploads", "s3", "sample")  # folders of the other sources
_NOTHING_KEPT = "Nothing was taken in. Make room, then do it again."


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `left_out` counts files by the reason in words."""

    new: int
    changed: int
    known: int
    left_out: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """ "40 photos: 38 new, 2 known already. Left out: hidden or system files (1)."."""
        kinds = {"new": self.new, "changed": self.changed, "known already": self.known}
        said = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items() if count)
        total = counted(sum(kinds.values()), "photo")
        return f"{total}: {said}." + (f" Left out: {reasons(self.left_out)}." if self.left_out else "")


def import_folder(progress: Progress, home: str, project: str, folder: str) -> Imported:
    """Job: catalogue the photos of a folder on this computer where they lie, and look at the new ones."""
    owner = open_project(home, project)
    chosen = settings.allowed_folder(folder, settings.load().roots)
    progress.begin(0, f"Reading the folder {chosen.name}")
    return _take_in(progress, owner, finding.in_folder(chosen, progress), str(chosen), _inside(chosen))


def import_zip(progress: Progress, home: str, project: str, file: str) -> Imported:
    """Job: unpack the photos of a zip into the project, and look at the new ones."""
    owner = open_project(home, project)
    path = settings.allowed_folder(str(Path(file).parent), settings.load().roots) / Path(file).name
    place = owner.originals / unique(str(disk_path(path.stem)), _NOT_FOR_ZIPS)
    try:
        with _whole_or_nothing(owner, place):
            imported = _catalogue(owner, archives.extract(progress, path, place), path.name, _inside(place))
        scanning.scan(progress, home, project)
        return imported
    finally:
        if path.parent == incoming(owner):
            path.unlink(missing_ok=True)


def import_uploads(project: Project, files: Iterable[tuple[str, IO[bytes]]]) -> Imported:
    """Keep files that a browser sent, as (name or relative path, stream), in the project; look_at has yet to look."""
    place = project.originals / "uploads"
    with room_needed(_NOTHING_KEPT):
        return _catalogue(project, archives.keep_uploads(files, place), "the browser", _inside(place))


def look_at(progress: Progress, home: str, project: str, **imported: Any) -> Imported:
    """Job: look at the photos that import_uploads has kept; `imported` is what it did, which this job gives back."""
    scanning.scan(progress, home, project)
    return Imported(**imported)


def import_s3(progress: Progress, home: str, project: str, bucket_name: str, prefix: str = "") -> Imported:
    """Job: take in the photos under an S3 prefix, only new and changed ones, and look at them.

    They are copied into the project. Where a cluster is named they stay in S3, unless they are here already.
    """
    owner = open_project(home, project)
    there, here = f"s3://{bucket_name}/{prefix}", mirror.beginning(owner, bucket_name, prefix)
    if _has(owner, there) or (cluster() and not _has(owner, here)):
        return _take_in(progress, owner, mirror.find_prefix(progress, owner, bucket_name, prefix), there, there)
    return _take_in(progress, owner, mirror.copy_prefix(progress, owner, bucket_name, prefix), there, here)


def import_objects(progress: Progress, project: Project, bucket_name: str, keys: Sequence[str]) -> Imported | None:
    """Part of a job: copy the photos of these keys into the project and look at them; None where none is there."""
    found = mirror.copy_objects(progress, project, bucket_name, keys)
    if not found.files:
        return None
    folder = os.path.commonpath([Path(file.path).parent for file in found.files])
    return _take_in(progress, project, found, f"s3://{bucket_name}", _inside(Path(folder)))


def load_demo(progress: Progress, home: str, project: str) -> Imported:
    """Job: draw the sample photos, unless they are drawn, and take the labelled ones in."""
    owner = open_project(home, project)
    sample = sample_folder(owner)
    if not sample.is_dir():
        progress.begin(demo.COUNT, "Drawing the sample photos")
        draft = sample.with_name(".sample.part")
        shutil.rmtree(draft, ignore_errors=True)
        demo.draw(draft, progress.step)
        draft.rename(sample)
    return _take_in(progress, owner, finding.in_folder(sample / "dataset"), "the sample", _inside(sample / "dataset"))


def last_import(project: Project) -> str | None:
    """Where the last import was from and what it did, in words; None before the first."""
    said: str | None = project.get("last_import")
    return said


def sample_folder(project: Project) -> Path:
    """Where the sample photos of the project lie: `dataset` with classes, and `unseen` for the evaluation."""
    return project.originals / "sample"


def incoming(project: Project) -> Path:
    """Where a zip from the browser waits for its import, which removes it."""
    return project.folder / "incoming"


def receive(project: Project, name: str, stream: IO[bytes]) -> Path:
    """Write a zip from the browser to where import_zip can read it."""
    target = incoming(project) / disk_path(PurePosixPath(name).name)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    with room_needed(_NOTHING_KEPT):
        try:
            with draft.open("wb") as file:
                shutil.copyfileobj(stream, file, _CHUNK)
            return draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


@contextmanager
def _whole_or_nothing(project: Project, place: Path) -> Iterator[None]:
    """Where this block fails or is cancelled, no file stays in `place` that is not a photo of the project."""
    try:
        with room_needed(_NOTHING_KEPT):
            yield
    except BaseException as error:
        with project.reading() as rows:
            kept = {row["path"] for row in rows.execute("SELECT path FROM photo")}
        for folder, _, files in os.walk(place, topdown=False):
            for file in (Path(folder, name) for name in files):
                if str(file) not in kept:
                    file.unlink()
            with suppress(OSError):  # it is not empty
                Path(folder).rmdir()
        if isinstance(error, Cancelled):
            raise Cancelled("Cancelled. Nothing was taken in, and nothing is left behind.") from None
        raise


def _inside(folder: Path) -> str:
    """How the paths of everything in the folder begin."""
    return os.path.join(folder, "")  # noqa: PTH118 - a Path has no end


def _has(project: Project, base: str) -> bool:
    """Whether photos are catalogued whose paths begin with `base`."""
    with project.reading() as rows:
        found = rows.execute("SELECT 1 FROM photo WHERE substr(path, 1, ?) = ? LIMIT 1", (len(base), base))
        return found.fetchone() is not None


def _take_in(progress: Progress, project: Project, found: Found, where: str, base: str) -> Imported:
    imported = _catalogue(project, found, where, base)
    scanning.scan(progress, str(project.home), project.name)
    return imported


def _catalogue(project: Project, found: Found, where: str, base: str) -> Imported:
    """Note the photos of a source whose paths begin with `base`, with their classes."""
    finding.require(found, where)
    added = photos.add(project, found.files)
    naming.settle(project, base)
    imported = Imported(added.new, added.changed, added.known, dict(found.left_out))
    project.set("last_import", f"{where}: {imported.sentence}")
    if added.new or added.changed:
        project.note("browse", f"Imported from {where}. {imported.sentence}")
    return imported
