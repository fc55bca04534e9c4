"""The history of labels: what was changed when, taken back and done again without limit, also after a restart."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from core.dataset import annotating
from core.dataset.annotating import Annotation, Class
from core.workspace import Project


@dataclass(frozen=True, slots=True)
class Step:
    """One change that undo takes back as a whole: what it was, such as "Labelled cat", and of how many photos.

    `photo` is the name of one of them.
    """

    number: int
    at: dt.datetime
    what: str
    photos: int
    undone: bool
    photo: str | None = None


def undo(project: Project) -> tuple[int, ...]:
    """Take the last step back; gives the photos that it had changed, none when there is nothing to undo.

    A step that was about a class alone gives none either; `steps` tells whether there is one.
    """
    with project.catalogue() as rows:
        last = rows.execute("SELECT MAX(number) AS number FROM step WHERE NOT undone").fetchone()
        return _replay(rows, last["number"], undone=True) if last["number"] else ()


def undo_about(project: Project, photo_id: int) -> bool:
    """Take the last step back if it was about this photo and nothing else; False, and nothing changed, if not."""
    with project.catalogue() as rows:
        last = rows.execute("SELECT MAX(number) AS number FROM step WHERE NOT undone").fetchone()["number"]
        about = [row["photo_id"] for row in rows.execute("SELECT photo_id FROM change WHERE step = ?", (last,))]
        if about != [photo_id]:
            return False
        _replay(rows, last, undone=True)
        return True


def redo(project: Project) -> tuple[int, ...]:
    """Do the last undone step again; gives the photos that it changes, none when there is nothing to redo."""
    with project.catalogue() as rows:
        first = rows.execute("SELECT MIN(number) AS number FROM step WHERE undone").fetchone()
        return _replay(rows, first["number"], undone=False) if first["number"] else ()


def undo_to(project: Project, number: int) -> int:
    """Take back every step after step `number`, or do again those up to it; gives how many steps that were."""
    with project.catalogue() as rows:
        back = [row["number"] for row in rows.execute(
            "SELECT number FROM step WHERE NOT undone AND number > ? ORDER BY number DESC", (number,))]
        again = [row["number"] for row in rows.execute(
            "SELECT number FROM step WHERE undone AND number <= ? ORDER BY number", (number,))]
        for one in back:
            _replay(rows, one, undone=True)
        for one in again:
            _replay(rows, one, undone=False)
    return len(back) + len(again)


def steps(project: Project, limit: int = 50) -> list[Step]:
    """The last steps, newest first, those included that are undone and can be redone."""
    return _found(project, "ORDER BY number DESC LIMIT ?", limit)


def last(project: Project) -> Step | None:
    """The step that undo would take back."""
    return next(iter(_found(project, "WHERE NOT undone ORDER BY number DESC LIMIT 1")), None)


def following(project: Project) -> Step | None:
    """The step that redo would do again."""
    return next(iter(_found(project, "WHERE undone ORDER BY number LIMIT 1")), None)


def recent(project: Project, limit: int = 5) -> list[int]:
    """The photos that were labelled or left out last, newest first, each once."""
    with project.reading() as rows:
        found: dict[int, None] = {}
        for row in rows.execute(  # CROSS JOIN: backwards from the last change, and no further than needed
                "SELECT photo_id FROM change CROSS JOIN step ON number = step WHERE NOT undone "
                "AND photo_id IS NOT NULL AND after <> ? ORDER BY change.id DESC", (annotating.dump(Annotation()),)):
            found[row["photo_id"]] = None
            if len(found) >= limit:
                break
    return list(found)


def given(project: Project) -> dict[int, dt.datetime]:
    """When each labelled photo got the labels and boxes that it has."""
    with project.reading() as rows:
        found = rows.execute(
            "SELECT photo_id, at, MAX(number) FROM change JOIN step ON number = step WHERE NOT undone "
            "AND photo_id IS NOT NULL AND (json_extract(before, '$.labels') <> json_extract(after, '$.labels') "
            "OR json_extract(before, '$.boxes') <> json_extract(after, '$.boxes')) GROUP BY photo_id")
        return {row["photo_id"]: dt.datetime.fromisoformat(row["at"]) for row in found}


def _found(project: Project, which: str, *values: object) -> list[Step]:
    query = ("SELECT number, at, what, undone, "  # noqa: S608
             "(SELECT COUNT(photo_id) FROM change WHERE step = number) AS photos, "
             "(SELECT photo.name FROM change JOIN photo ON photo.id = photo_id WHERE step = number LIMIT 1) AS photo "
             f"FROM step {which}")
    with project.reading() as rows:
        found = rows.execute(query, values).fetchall()
    return [Step(row["number"], dt.datetime.fromisoformat(row["at"]), row["what"], row["photos"], bool(row["undone"]),
                 row["photo"])
            for row in found]


def _replay(rows: sqlite3.Connection, number: int, undone: bool) -> tuple[int, ...]:
    """Bring back the states before a step, or those after it."""
    side = "before" if undone else "after"
    changes = rows.execute(f"SELECT photo_id, class, {side} AS state FROM change WHERE step = ? ORDER BY id",  # noqa: S608
                           (number,)).fetchall()
    photos = {row["photo_id"]: annotating.load(row["state"]) for row in changes if row["photo_id"] is not None}
    classes = {row["class"]: annotating.load_class(row["state"]) for row in changes if row["class"] is not None}
    annotating.write(rows, photos, classes | _missing_classes(rows, photos, classes))
    rows.execute("UPDATE step SET undone = ? WHERE number = ?", (undone, number))
    return tuple(photos)


def _missing_classes(
    rows: sqlite3.Connection, photos: Mapping[int, Annotation], classes: Mapping[str, Class | None]
) -> dict[str, Class | None]:
    """The classes that these photos need, and that were removed meanwhile outside the history: at the end."""
    known = {**annotating.read_classes(rows), **classes}
    used = {name for said in photos.values() for name in (*said.labels, *(box.label for box in said.boxes))}
    following = max((there.position for there in known.values() if there), default=-1) + 1
    return {name: Class(following + place) for place, name in enumerate(sorted(
        name for name in used if known.get(name) is None))}
