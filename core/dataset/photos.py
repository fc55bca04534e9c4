"""The photos of a project: which there are, and what one look at each has shown."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from core.dataset import annotating, content, kinds
from core.dataset.content import Content
from core.dataset.names import unique
from core.dataset.places import Stamp
from core.dataset.remembering import remembered
from core.errors import NotReady
from core.images import verdicts
from core.types import Photo
from core.workspace import Project

_SELECT = ("SELECT photo.id, photo.name, photo.path, photo.folder_label, photo.sha256, photo.problems, photo.excluded, "
           "annotation.labels, annotation.boxes, (SELECT value FROM setting WHERE key = 'kind') "
           "FROM photo LEFT JOIN annotation ON annotation.photo_id = photo.id")
_NAME, _SHA256 = 1, 4  # their columns in there
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
    listed = [(source, stamp) for source in sources if (stamp := source.stamp or stamp_of(source.path)) != GONE]
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


def stamp_of(path: str | Path) -> Stamp:
    """(bytes, time of change in ns) of a file, or GONE."""
    try:
        stat = os.stat(path)  # noqa: PTH116 - a Path for each of 40,000 files would take longer than the calls
    except OSError:
        return GONE
    return stat.st_size, stat.st_mtime_ns


def _listed(project: Project, photo_id: int | None = None) -> list[Photo]:
    """Photos as the catalogue has them, in the order of names; with an id, that one."""
    where, values = ("", ()) if photo_id is None else ("WHERE photo.id = ?", (photo_id,))
    with project.reading() as rows:
        listed = tuples(rows, f"{_SELECT} {where}", values)
        seen = content.read(rows, {row[_SHA256] for row in listed if row[_SHA256]})
    listed.sort(key=itemgetter(_NAME))
    made = _made.setdefault(project.folder, {})
    return [_photo(row, seen.get(row[_SHA256], _NOTHING), made) for row in listed]


def tuples(rows: sqlite3.Connection, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """What a query finds, for many rows at a time faster than as sqlite3.Row."""
    cursor = rows.cursor()
    cursor.row_factory = None
    return cursor.execute(query, values).fetchall()


def _photo(row: tuple[Any, ...], seen: Content, made: _Made) -> Photo:
    """The photo of a row; the one that was made before while row and content are the same."""
    number, name, path, folder_label, _, problems, excluded, labels, boxes, kind = row
    before = made.get(number)
    if before and before[0] == row and before[1] is seen:
        return before[2]
    found = (*content.load_problems(problems), *seen.problems)
    suffix = verdicts.lying_suffix(seen.facts, name) if seen.facts else ()
    said = annotating.shown(kinds.loaded(kind), annotating.load_labels(labels), annotating.load_boxes(boxes))
    photo = Photo(number, name, path, folder_label, seen.facts, seen.quality, seen.fingerprint, (*found, *suffix),
                  *said, bool(excluded))
    made[number] = row, seen, photo
    return photo
