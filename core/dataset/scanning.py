"""The one look at each photo: the job that reads what is new or has changed, once, and writes down what it saw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from core.aws import storage
from core.compute import each, workers
from core.dataset import batches, content, places
from core.dataset.names import counted
from core.dataset.photos import GONE, photos, stamp_of, tuples
from core.dataset.places import Reach, Stamp, in_s3
from core.dataset.remembering import remembered
from core.errors import BadImage, NotFound
from core.files import room_needed
from core.images import reading, thumbnails, verdicts
from core.images.verdicts import LOOK, Inspection
from core.jobs import Progress
from core.types import Photo, Problem
from core.workspace import Project, open_project

_File = tuple[int, str]  # photo id, path
_FILES = ("SELECT photo.id, path, size, modified, photo.sha256, "
          "photo.problems IS NOT NULL AND (photo.sha256 IS NULL OR content.version = ? OR size = -1) AS seen "  # GONE
          "FROM photo LEFT JOIN content ON content.sha256 = photo.sha256")
_KEPT = ("What was seen so far is kept, and no photo was touched. Make room, then look again: it goes on where it "
         "stopped.")


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at one file. Nothing `seen`: its content was known. No `sha256`: it could not be read."""

    photo_id: int
    stamp: Stamp
    sha256: str | None = None
    seen: Inspection | None = None
    problems: tuple[Problem, ...] = ()


def scan(progress: Progress, home: str, project: str) -> int:
    """Job: look once at every photo that is new or whose file has changed; gives how many were looked at."""
    owner = open_project(home, project)
    unseen, known = _unseen(owner)
    progress.begin(len(unseen), "Looking at the photos")
    with room_needed(_KEPT):
        batches.written(_looks(progress, owner, unseen, known), partial(_keep, owner))
    if unseen:
        refused = sum(photo.refused for photo in photos(owner))
        owner.note("browse", f"Looked at {counted(len(unseen), 'photo')}; Rekognition would refuse {refused:,} as is")
    return len(unseen)


def look(progress: Progress, project: Project, files: Sequence[Path]) -> list[Photo]:
    """Look at files that are none of the project's photos; gives them in their order, with ids from -1 downwards.

    What is seen is kept by content, as of the project's own. What can't be read has neither facts nor fingerprint.
    """
    with project.reading() as rows:
        known = frozenset(content.known(rows))
    looks: list[_Look] = []

    def keep(some: Sequence[_Look]) -> None:
        looks.extend(some)
        with project.catalogue() as rows:
            content.keep(rows, [(look.sha256, look.seen) for look in some if look.sha256 and look.seen])

    progress.begin(len(files), "Looking at the photos")
    with room_needed(_KEPT):
        batches.written(_looks(progress, project, [(-n, str(file)) for n, file in enumerate(files, 1)], known), keep)
    with project.reading() as rows:
        seen = content.read(rows, {look.sha256 for look in looks if look.sha256})
    return [_stranger(look.photo_id, files[-look.photo_id - 1], seen.get(look.sha256 or ""))
            for look in sorted(looks, key=lambda look: -look.photo_id)]


def _stranger(number: int, file: Path, seen: content.Content | None) -> Photo:
    return Photo(number, file.name, str(file), facts=seen.facts if seen else None,
                 fingerprint=seen.fingerprint if seen else None)


def waiting(project: Project) -> int:
    """How many photos were never looked at, or not as it is done today. A scan looks at them, and at changed files."""
    return remembered(project, "scanning.waiting", partial(_waiting, project))


def _waiting(project: Project) -> int:
    with project.reading() as rows:
        return int(rows.execute(f"SELECT COUNT(*) FROM ({_FILES}) WHERE NOT seen", (LOOK,)).fetchone()[0])  # noqa: S608


def _unseen(project: Project) -> tuple[list[_File], frozenset[str]]:
    """The photos that a scan looks at, and the contents that are known.

    These are photos never looked at, or whose file is not what it was then; and what could not be opened may be open
    now, which a file's time of change does not tell.
    """
    with project.reading() as rows:
        listed = tuples(rows, f"{_FILES} ORDER BY photo.id", (LOOK,))
        known = frozenset(content.known(rows))
    return [(number, path) for number, path, size, modified, sha256, seen in listed
            if not seen or (not in_s3(path) and stamp_of(path) != (size, modified))
            or (sha256 is None and (size, modified) != GONE)], known


def _looks(progress: Progress, owner: Project, unseen: Sequence[_File], known: frozenset[str]) -> Iterator[_Look]:
    """A look at each: at files of this computer here, at objects in S3 on a cluster where one is named."""
    files = [file for file in unseen if not in_s3(file[1])]
    for _, look in each(partial(_look, owner.thumbnails, known), files, progress, threads=workers()):
        yield look
    if objects := [file for file in unseen if in_s3(file[1])]:
        for _, look in each(partial(_look_in_s3, places.reach(owner)), objects, progress):
            yield _without_thumbnail(owner.thumbnails, look)


def _look(kept: Path, known: frozenset[str], file: _File) -> _Look:
    number, path = file[0], Path(file[1])
    stamp = stamp_of(path)  # before reading, so that a file that changes meanwhile is looked at again
    if stamp == GONE:
        return _Look(number, stamp, problems=(Problem("missing", f"The file is no longer there: {path}."),))
    try:
        data = reading.read_bytes(path)
    except BadImage as error:
        return _Look(number, stamp, problems=(Problem("unreadable", error.message),))
    return _without_thumbnail(kept, _look_at(number, stamp, data, known))


def _look_in_s3(reach: Reach, file: _File) -> _Look:
    number, uri = file
    try:
        item, data = storage.read(reach.clients(), *places.parts(uri))
    except NotFound:
        return _Look(number, GONE, problems=(Problem("missing", f"It is no longer in S3: {uri}."),))
    return _look_at(number, places.stamp_of(item), data)


def _look_at(number: int, stamp: Stamp, data: bytes, known: frozenset[str] = frozenset()) -> _Look:
    sha256 = hashlib.sha256(data).hexdigest()
    return _Look(number, stamp, sha256, None if sha256 in known else verdicts.inspect(data, sha256=sha256))


def _without_thumbnail(kept: Path, look: _Look) -> _Look:
    """The look, its thumbnail kept in the folder `kept` of this computer."""
    if look.sha256 is None or look.seen is None or look.seen.thumbnail is None:
        return look
    thumbnails.keep(kept, look.sha256, look.seen.thumbnail)
    return replace(look, seen=replace(look.seen, thumbnail=None))


def _keep(project: Project, looks: Sequence[_Look]) -> None:
    """Write what was seen. A photo whose content has changed loses its cleaned copy; one that is gone keeps all."""
    with project.catalogue() as rows:
        content.keep(rows, [(look.sha256, look.seen) for look in looks if look.sha256 and look.seen])
        there = [look for look in looks if look.stamp != GONE]
        rows.executemany(
            "DELETE FROM cleaned WHERE photo_id = ? AND (SELECT sha256 FROM photo WHERE id = photo_id) IS NOT ?",
            [(look.photo_id, look.sha256) for look in there])
        rows.executemany(
            "UPDATE photo SET sha256 = ?, problems = ?, size = ?, modified = ? WHERE id = ?",
            [(look.sha256, content.dump_problems(look.problems), *look.stamp, look.photo_id) for look in there])
        rows.executemany(
            "UPDATE photo SET problems = ?, size = ?, modified = ? WHERE id = ?",
            [(content.dump_problems(look.problems), *GONE, look.photo_id) for look in looks if look.stamp == GONE])
