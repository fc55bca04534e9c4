"""The photos of a project: which there are, what one look at each has shown, and what can be asked of that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from core.compute import each
from core.dataset import batches, content
from core.dataset.content import Content
from core.dataset.names import counted, unique
from core.dataset.remembering import remembered
from core.errors import BadImage, NotReady
from core.images import reading, thumbnails, verdicts
from core.images.verdicts import LOOK, Inspection
from core.jobs import Progress
from core.types import Photo, Problem
from core.workspace import Project, open_project

_File = tuple[int, str]  # photo id, path
_SELECT = ("SELECT photo.id, photo.name, photo.path, photo.folder_label, photo.sha256, photo.problems, photo.excluded, "
           "label.name FROM photo LEFT JOIN label ON label.photo_id = photo.id")
_SHA256 = 4  # its column in there
_LOOKS = ("SELECT id, path, size, modified, "
          "photo.problems IS NOT NULL AND (photo.sha256 IS NULL OR content.version = ?) AS seen "
          "FROM photo LEFT JOIN content ON content.sha256 = photo.sha256 ORDER BY id")
_NOTHING = Content(None, None, None, ())
GONE = (-1, -1)  # size and time of a file that is no longer there


@dataclass(frozen=True, slots=True)
class Source:
    """A photo file as an import found it. `name` is its path in the source, `label` the class of its folder."""

    path: Path
    name: str
    label: str | None = None


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
    stamp: tuple[int, int]
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
    """Catalogue photo files by their paths. A file that has changed counts as such, and the next scan looks at it."""
    listed = [(source, stamp) for source in sources if (stamp := _stamp(source.path)) != GONE]
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
    return Added(new, changed, len(listed) - new - changed)


def scan(progress: Progress, home: str, project: str) -> int:
    """Job: look once at every photo that is new or whose file has changed; gives how many were looked at."""
    owner = open_project(home, project)
    waiting, known = _waiting(owner)
    progress.begin(len(waiting), "Looking at the photos")
    looks = (look for _, look in each(partial(_look, owner.thumbnails, known), waiting, progress))
    batches.written(looks, partial(_keep, owner))
    if waiting:
        refused = sum(photo.refused for photo in photos(owner))
        owner.note("browse", f"Looked at {counted(len(waiting), 'photo')}; Rekognition would refuse {refused:,} as is")
    return len(waiting)


def waiting(project: Project) -> int:
    """How many photos a scan would look at, of those that were never looked at as it is done today."""
    with project.reading() as rows:
        return sum(not row["seen"] for row in rows.execute(_LOOKS, (LOOK,)))


def _waiting(project: Project) -> tuple[list[_File], frozenset[str]]:
    """The photos that were never looked at, or whose file is not what it was then; and the contents that are known."""
    with project.reading() as rows:
        listed = rows.execute(_LOOKS, (LOOK,)).fetchall()
        known = frozenset(content.known(rows))
    return [(row["id"], row["path"]) for row in listed
            if not row["seen"] or _stamp(Path(row["path"])) != (row["size"], row["modified"])], known


def _stamp(path: Path) -> tuple[int, int]:
    """(bytes, time of change in ns) of a file, or GONE."""
    try:
        stat = path.stat()
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
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 in known:
        return _Look(number, stamp, sha256)
    seen = verdicts.inspect(data, sha256=sha256)
    if seen.thumbnail:
        thumbnails.keep(kept, sha256, seen.thumbnail)
    return _Look(number, stamp, sha256, replace(seen, thumbnail=None))


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
    one = "" if photo_id is None else "WHERE photo.id = ? "
    with project.reading() as rows:
        found = rows.execute(f"{_SELECT} {one}ORDER BY photo.name", () if photo_id is None else (photo_id,)).fetchall()
        seen = content.read(rows, {row[_SHA256] for row in found if row[_SHA256]})
        return [_photo(row, seen.get(row[_SHA256], _NOTHING)) for row in map(tuple, found)]


def _photo(row: tuple[Any, ...], seen: Content) -> Photo:
    number, name, path, folder_label, _, problems, excluded, label = row
    found = (*content.load_problems(problems), *seen.problems)
    suffix = verdicts.lying_suffix(seen.facts, name) if seen.facts else ()
    return Photo(number, name, path, folder_label, seen.facts, seen.quality, seen.fingerprint, (*found, *suffix),
                 label, bool(excluded))
