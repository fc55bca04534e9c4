"""The photos of a project: which there are, what one look at each has shown, and what can be asked of that."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from core.aws import storage
from core.compute import each, workers
from core.dataset import batches, content, places
from core.dataset.content import Content
from core.dataset.names import counted, unique
from core.dataset.places import Reach, Stamp, in_s3
from core.dataset.remembering import remembered
from core.errors import BadImage, NotFound, NotReady
from core.images import reading, thumbnails, verdicts
from core.images.verdicts import LOOK, Inspection
from core.jobs import Progress
from core.types import Photo, Problem
from core.workspace import Project, open_project

_File = tuple[int, str]  # photo id, path
_SELECT = ("SELECT photo.id, photo.name, photo.path, photo.folder_label, photo.sha256, photo.problems, photo.excluded, "
           "label.name FROM photo LEFT JOIN label ON label.photo_id = photo.id")
_NAME, _SHA256 = 1, 4  # their columns in there
_FILES = ("SELECT photo.id, path, size, modified, "
          "photo.problems IS NOT NULL AND (photo.sha256 IS NULL OR content.version = ?) AS seen "
          "FROM photo LEFT JOIN content ON content.sha256 = photo.sha256")
_NOTHING = Content(None, None, None, ())
_Made = dict[int, tuple[tuple[Any, ...], Content, Photo]]  # by photo id: a row, its content, and what they made
_made: dict[Path, _Made] = {}  # by the project's folder
GONE = (-1, -1)  # size and time of a file that is no longer there


@dataclass(frozen=True, slots=True)
class Source:
    """A photo as an import found it. `name` is its path in the source, `label` the class of its folder.

    An object that stays in S3 has its URI as `path`, and comes with its `stamp`.
    """

    path: Path | str
    name: str
    label: str | None = None
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The photo files of a source, and how many others were left out, by the reason in words."""

    files: tuple[Source, ...]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Added:
    """How many files of an import were new, have changed since the last look, or were known already."""

    new: int = 0
    changed: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at one file. Nothing `seen`: its content was known. No `sha256`: it could not be read."""

    photo_id: int
    stamp: Stamp
    sha256: str | None = None
    seen: Inspection | None = None
    problems: tuple[Problem, ...] = ()


def photos(project: Project) -> list[Photo]:
    """Every photo in the order of names, with what refuses it."""
    return list(remembered(project, "photos", partial(_listed, project)))


def get(project: Project, photo_id: int) -> Photo:
    """One photo; NotReady when there is none of that id."""
    found = _listed(project, photo_id)
    if not found:
        raise NotReady("This photo is no longer in the project.")
    return found[0]


def add(project: Project, sources: Iterable[Source]) -> Added:
    """Catalogue photos by their paths. One that has changed counts as such, and the next scan looks at it."""
    listed = [(source, stamp) for source in sources if (stamp := source.stamp or _stamp(source.path)) != GONE]
    new = changed = 0
    with project.catalogue() as rows:
        known = {row["path"]: row for row in rows.execute("SELECT id, path, name, size, modified FROM photo")}
        taken = {row["name"] for row in known.values()}
        for source, stamp in listed:
            row = known.get(str(source.path))
            if row is None:
                name = unique(source.name, taken)
                taken.add(name)
                rows.execute("INSERT INTO photo (name, path, folder_label, size, modified) VALUES (?, ?, ?, ?, ?)",
                             (name, str(source.path), source.label, *stamp))
                new += 1
            elif (row["size"], row["modified"]) != stamp:
                changed += 1
                if source.stamp:  # the scan does not ask S3 for each stamp once more
                    rows.execute("UPDATE photo SET problems = NULL WHERE id = ?", (row["id"],))
    return Added(new, changed, len(listed) - new - changed)


def scan(progress: Progress, home: str, project: str) -> int:
    """Job: look once at every photo that is new or whose file has changed; gives how many were looked at."""
    owner = open_project(home, project)
    waiting, known = _waiting(owner)
    progress.begin(len(waiting), "Looking at the photos")
    batches.written(_looks(progress, owner, waiting, known), partial(_keep, owner))
    if waiting:
        refused = sum(photo.refused for photo in photos(owner))
        owner.note("browse", f"Looked at {counted(len(waiting), 'photo')}; Rekognition would refuse {refused:,} as is")
    return len(waiting)


def waiting(project: Project) -> int:
    """How many photos were never looked at, or not as it is done today. A scan looks at them, and at changed files."""
    with project.reading() as rows:
        return int(rows.execute(f"SELECT COUNT(*) FROM ({_FILES}) WHERE NOT seen", (LOOK,)).fetchone()[0])  # noqa: S608


def _waiting(project: Project) -> tuple[list[_File], frozenset[str]]:
    """The photos that were never looked at, or whose file is not what it was then; and the contents that are known."""
    with project.reading() as rows:
        listed = _tuples(rows, f"{_FILES} ORDER BY photo.id", (LOOK,))
        known = frozenset(content.known(rows))
    return [(number, path) for number, path, size, modified, seen in listed
            if not seen or (not in_s3(path) and _stamp(path) != (size, modified))], known


def _looks(
    progress: Progress, owner: Project, waiting: Sequence[_File], known: frozenset[str]
) -> Iterator[_Look]:
    """A look at each: at files of this computer here, at objects in S3 on a cluster where one is named."""
    files = [file for file in waiting if not in_s3(file[1])]
    for _, look in each(partial(_look, owner.thumbnails, known), files, progress, threads=workers()):
        yield look
    if objects := [file for file in waiting if in_s3(file[1])]:
        for _, look in each(partial(_look_in_s3, places.reach(owner)), objects, progress):
            yield _without_thumbnail(owner.thumbnails, look)


def _stamp(path: str | Path) -> tuple[int, int]:
    """(bytes, time of change in ns) of a file, or GONE."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - a Path for each of 40,000 files would take longer than the calls
    except OSError:
        return GONE
    return stat.st_size, stat.st_mtime_ns


def _look(kept: Path, known: frozenset[str], file: _File) -> _Look:
    number, path = file[0], Path(file[1])
    stamp = _stamp(path)  # before reading, so that a file that changes meanwhile is looked at again
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
        for look in looks:
            problems = content.dump_problems(look.problems)
            if look.stamp == GONE:
                rows.execute("UPDATE photo SET problems = ?, size = ?, modified = ? WHERE id = ?",
                             (problems, *look.stamp, look.photo_id))
                continue
            rows.execute("DELETE FROM cleaned WHERE photo_id = ? AND EXISTS "
                         "(SELECT 1 FROM photo WHERE id = ? AND sha256 IS NOT ?)",
                         (look.photo_id, look.photo_id, look.sha256))
            rows.execute("UPDATE photo SET sha256 = ?, problems = ?, size = ?, modified = ? WHERE id = ?",
                         (look.sha256, problems, *look.stamp, look.photo_id))


def _listed(project: Project, photo_id: int | None = None) -> list[Photo]:
    """Photos as the catalogue has them, in the order of names; with an id, that one."""
    where, values = ("", ()) if photo_id is None else ("WHERE photo.id = ?", (photo_id,))
    with project.reading() as rows:
        listed = _tuples(rows, f"{_SELECT} {where}", values)
        seen = content.read(rows, {row[_SHA256] for row in listed if row[_SHA256]})
    listed.sort(key=itemgetter(_NAME))
    made = _made.setdefault(project.folder, {})
    return [_photo(row, seen.get(row[_SHA256], _NOTHING), made) for row in listed]


def _tuples(rows: sqlite3.Connection, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """What a query finds, for many rows at a time faster than as sqlite3.Row."""
    cursor = rows.cursor()
    cursor.row_factory = None
    return cursor.execute(query, values).fetchall()


def _photo(row: tuple[Any, ...], seen: Content, made: _Made) -> Photo:
    """The photo of a row; the one that was made before while row and content are the same."""
    number, name, path, folder_label, _, problems, excluded, label = row
    before = made.get(number)
    if before and before[0] == row and before[1] is seen:
        return before[2]
    found = (*content.load_problems(problems), *seen.problems)
    suffix = verdicts.lying_suffix(seen.facts, name) if seen.facts else ()
    photo = Photo(number, name, path, folder_label, seen.facts, seen.quality, seen.fingerprint, (*found, *suffix),
                  label, bool(excluded))
    made[number] = row, seen, photo
    return photo
