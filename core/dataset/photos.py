"""The photos of a project: which there are, what one look at each has shown, and what can be asked of that."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from core.compute import each
from core.dataset import batches
from core.dataset.names import counted, unique
from core.errors import NotReady
from core.images import thumbnails, verdicts
from core.images.verdicts import Inspection
from core.jobs import Progress
from core.types import Facts, Photo, Problem, Quality
from core.workspace import Project, open_project

_SELECT = "SELECT photo.*, label.name AS label FROM photo LEFT JOIN label ON label.photo_id = photo.id"
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
    photo_id: int
    stamp: tuple[int, int]
    seen: Inspection


def photos(project: Project) -> list[Photo]:
    """Every photo in the order of names, with what refuses it and what may hurt a model."""
    with project.catalogue() as rows:
        found = rows.execute(f"{_SELECT} ORDER BY photo.name").fetchall()
    return [_photo(row) for row in found]


def get(project: Project, photo_id: int) -> Photo:
    """One photo; NotReady when there is none of that id."""
    with project.catalogue() as rows:
        row = rows.execute(f"{_SELECT} WHERE photo.id = ?", (photo_id,)).fetchone()
    if row is None:
        raise NotReady("This photo is no longer in the project.")
    return _photo(row)


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
    waiting = _waiting(owner)
    progress.begin(len(waiting), "Looking at the photos")
    looks = (look for _, look in each(partial(_look, owner.thumbnails), waiting, progress))
    batches.written(looks, partial(_keep, owner))
    if waiting:
        refused = sum(photo.refused for photo in photos(owner))
        owner.note("browse", f"Looked at {counted(len(waiting), 'photo')}; Rekognition would refuse {refused:,} as is")
    return len(waiting)


def _waiting(project: Project) -> list[sqlite3.Row]:
    """The photos that were never looked at, or whose file is not what it was then."""
    with project.catalogue() as rows:
        listed = rows.execute("SELECT id, name, path, size, modified, problems FROM photo ORDER BY id").fetchall()
    return [row for row in listed
            if row["problems"] is None or _stamp(Path(row["path"])) != (row["size"], row["modified"])]


def _stamp(path: Path) -> tuple[int, int]:
    """(bytes, time of change in ns) of a file, or GONE."""
    try:
        stat = path.stat()
    except OSError:
        return GONE
    return stat.st_size, stat.st_mtime_ns


def _look(kept: Path, row: sqlite3.Row) -> _Look:
    path = Path(row["path"])
    stamp = _stamp(path)  # before reading, so that a file that changes meanwhile is looked at again
    if stamp == GONE:
        gone = Problem("missing", f"The file is no longer there: {path}.")
        return _Look(row["id"], stamp, Inspection(None, None, None, (gone,), None))
    seen = verdicts.inspect(path, row["name"])
    if seen.facts and seen.thumbnail:
        thumbnails.keep(kept, seen.facts.sha256, seen.thumbnail)
    return _Look(row["id"], stamp, seen)


def _keep(project: Project, looks: Sequence[_Look]) -> None:
    """Write what was seen. A photo whose content has changed loses its cleaned copy; one that is gone keeps all."""
    with project.catalogue() as rows:
        for look in looks:
            if look.stamp == GONE:
                rows.execute("UPDATE photo SET problems = ?, size = ?, modified = ? WHERE id = ?",
                             (_problems(look.seen), *look.stamp, look.photo_id))
                continue
            before = rows.execute("SELECT facts FROM photo WHERE id = ?", (look.photo_id,)).fetchone()
            if _content(before["facts"]) != (look.seen.facts.sha256 if look.seen.facts else None):
                rows.execute("DELETE FROM cleaned WHERE photo_id = ?", (look.photo_id,))
            rows.execute("UPDATE photo SET facts = ?, quality = ?, fingerprint = ?, problems = ?, size = ?, "
                         "modified = ? WHERE id = ?", (*_columns(look.seen), *look.stamp, look.photo_id))


def _columns(seen: Inspection) -> tuple[str | None, str | None, str | None, str]:
    return (json.dumps(asdict(seen.facts)) if seen.facts else None,
            json.dumps(asdict(seen.quality)) if seen.quality else None, seen.fingerprint, _problems(seen))


def _problems(seen: Inspection) -> str:
    return json.dumps([(problem.code, problem.message, problem.severity) for problem in seen.problems])


def _content(facts: str | None) -> str | None:
    return json.loads(facts)["sha256"] if facts else None


def _photo(row: sqlite3.Row) -> Photo:
    quality = Quality(**json.loads(row["quality"])) if row["quality"] else None
    found = tuple(Problem(*problem) for problem in json.loads(row["problems"] or "[]"))
    return Photo(
        id=row["id"],
        name=row["name"],
        path=row["path"],
        folder_label=row["folder_label"],
        facts=Facts(**json.loads(row["facts"])) if row["facts"] else None,
        quality=quality,
        fingerprint=row["fingerprint"],
        problems=found + (verdicts.hurts(quality) if quality else ()),
        label=row["label"],
        excluded=bool(row["excluded"]),
    )
