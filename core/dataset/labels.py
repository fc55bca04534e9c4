"""Labels: given by hand or by folder, on disk before a call returns, with a history that can be undone and redone."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.dataset.names import class_name, counted
from core.errors import RekolabError
from core.limits import MAX_LABELS
from core.types import Photo
from core.workspace import Project, now

_Change = tuple[int, str | None, str | None, bool | None]  # photo, label before and after, left out (None: as it was)


@dataclass(frozen=True, slots=True)
class Step:
    """One change that undo takes back as a whole: how many photos got which labels; none when they lost theirs.

    `out` says that the photos were left out (True) or taken in again (False).
    """

    number: int
    at: dt.datetime
    photos: int
    labels: tuple[str, ...]
    out: bool | None
    undone: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How far labelling has come. Photos that are excluded do not count."""

    labelled: int
    total: int

    @property
    def to_go(self) -> int:
        return self.total - self.labelled


def classes(project: Project) -> list[str]:
    """The classes by position; the first nine have the keys 1 to 9."""
    with project.reading() as rows:
        return [row["name"] for row in rows.execute("SELECT name FROM class ORDER BY position, name")]


def in_order(project: Project, names: Iterable[str]) -> list[str]:
    """`names` in the order in which they take their colours everywhere: the classes by position, then the others."""
    known, wanted = classes(project), set(names)
    return [*(name for name in known if name in wanted), *sorted(wanted - set(known))]


def add_class(project: Project, name: str) -> str:
    """Add a class at the end, unless there is one of that name; gives the name as it is kept."""
    with project.catalogue() as rows:
        return _ensure_class(rows, name)


def remove_class(project: Project, name: str) -> int:
    """Remove a class; its photos lose the label, as one step that undo takes back. Gives how many they were."""
    with project.catalogue() as rows:
        ids = [row["photo_id"] for row in rows.execute("SELECT photo_id FROM label WHERE name = ?", (name,))]
        rows.execute("DELETE FROM class WHERE name = ?", (name,))
        return _change(rows, dict.fromkeys(ids))


def assign(project: Project, photo_ids: Iterable[int], label: str | None) -> int:
    """Give photos a label, or take theirs away with None; one step. Gives how many photos that changed.

    A photo that was left out and gets a label is taken in again.
    """
    with project.catalogue() as rows:
        kept = None if label is None else _ensure_class(rows, label)
        return _change(rows, dict.fromkeys(photo_ids, kept))


def leave_out(project: Project, photo_ids: Iterable[int], out: bool = True) -> int:
    """Keep photos out of everything that follows, or take them in again; one step. Gives how many that changed.

    Nothing is deleted, and a photo keeps its label while it is out.
    """
    with project.catalogue() as rows:
        changes = [(number, label, label, out) for number, (label, was_out) in _states(rows, photo_ids).items()
                   if was_out != out]
        _record(rows, changes)
        return len(changes)


def label_by_folder(project: Project, replace: bool = False) -> int:
    """Label photos by the folders they came in, as one step; labels given before stay unless `replace`."""
    with project.catalogue() as rows:
        found = rows.execute(
            "SELECT photo.id, photo.folder_label FROM photo LEFT JOIN label ON label.photo_id = photo.id "
            "WHERE photo.folder_label IS NOT NULL AND NOT photo.excluded AND (? OR label.name IS NULL) "
            "ORDER BY photo.name", (replace,)).fetchall()
        kept = {name: _ensure_class(rows, name) for name in dict.fromkeys(row["folder_label"] for row in found)}
        changed = _change(rows, {row["id"]: kept[row["folder_label"]] for row in found})
    if changed:
        project.note("label", f"{counted(changed, 'photo')} labelled by folder: {', '.join(kept.values())}")
    return changed


def undo(project: Project) -> tuple[int, ...]:
    """Take the last step back; gives the photos that it had changed, none when there is nothing to undo."""
    with project.catalogue() as rows:
        last = rows.execute("SELECT step FROM label_change WHERE NOT undone ORDER BY id DESC LIMIT 1").fetchone()
        return _replay(rows, last["step"], undone=True) if last else ()


def redo(project: Project) -> tuple[int, ...]:
    """Do the last undone step again; gives the photos that it changes, none when there is nothing to redo."""
    with project.catalogue() as rows:
        first = rows.execute("SELECT step FROM label_change WHERE undone ORDER BY id LIMIT 1").fetchone()
        return _replay(rows, first["step"], undone=False) if first else ()


def history(project: Project, limit: int = 50) -> list[Step]:
    """The last steps, newest first, those included that are undone and can be redone."""
    with project.reading() as rows:
        found = rows.execute(
            "SELECT step, at, COUNT(*) AS photos, json_group_array(DISTINCT after) AS labels, MAX(excluded) AS out, "
            "undone FROM label_change GROUP BY step ORDER BY step DESC LIMIT ?", (limit,)).fetchall()
    return [Step(row["step"], dt.datetime.fromisoformat(row["at"]), row["photos"],
                 tuple(label for label in json.loads(row["labels"]) if label),
                 None if row["out"] is None else bool(row["out"]), bool(row["undone"])) for row in found]


def recent(project: Project, limit: int = 5) -> list[int]:
    """The photos that were labelled or left out last, newest first, each once."""
    with project.reading() as rows:
        found = rows.execute(
            "SELECT photo_id, MAX(id) AS last FROM label_change WHERE NOT undone AND (after IS NOT NULL OR excluded) "
            "GROUP BY photo_id ORDER BY last DESC LIMIT ?", (limit,)).fetchall()
    return [row["photo_id"] for row in found]


def counts(photos: Iterable[Photo], names: Iterable[str]) -> dict[str, int]:
    """Photos by label, every class of `names` in its order, also those without a photo."""
    tally = dict.fromkeys(names, 0)
    for photo in photos:
        if photo.label is not None and not photo.excluded:
            tally[photo.label] = tally.get(photo.label, 0) + 1
    return tally


def tally(project: Project) -> Tally:
    """How many photos have a label, of how many."""
    with project.reading() as rows:
        row = rows.execute("SELECT COUNT(label.name) AS labelled, COUNT(*) AS total FROM photo "
                           "LEFT JOIN label ON label.photo_id = photo.id WHERE NOT photo.excluded").fetchone()
    return Tally(row["labelled"], row["total"])


def given(project: Project) -> dict[int, dt.datetime]:
    """When each labelled photo got the label that it has."""
    with project.reading() as rows:
        found = rows.execute("SELECT photo_id, MAX(id), at FROM label_change "
                             "WHERE NOT undone AND before IS NOT after GROUP BY photo_id")
        return {row["photo_id"]: dt.datetime.fromisoformat(row["at"]) for row in found}


def _ensure_class(rows: sqlite3.Connection, text: str) -> str:
    name = class_name(text)
    if name is None:
        raise RekolabError("A label needs at least one visible letter.")
    if rows.execute("SELECT 1 FROM class WHERE name = ?", (name,)).fetchone() is None:
        number = rows.execute("SELECT COUNT(*), COALESCE(MAX(position) + 1, 0) FROM class").fetchone()
        if number[0] >= MAX_LABELS:
            raise RekolabError(f"Rekognition takes {MAX_LABELS} labels at most. Remove or merge one first.")
        rows.execute("INSERT INTO class (name, position) VALUES (?, ?)", (name, number[1]))
    return name


def _change(rows: sqlite3.Connection, wanted: Mapping[int, str | None]) -> int:
    """Write one step that gives labels or takes them away. A photo that is left out and gets one is taken in again."""
    changes: list[_Change] = []
    for number, (label, out) in _states(rows, wanted).items():
        back = out and wanted[number] is not None
        if back or label != wanted[number]:
            changes.append((number, label, wanted[number], False if back else None))
    _record(rows, changes)
    return len(changes)


def _record(rows: sqlite3.Connection, changes: Sequence[_Change]) -> None:
    """Write one step into the history, and do it. What had been undone before can no longer be redone."""
    if not changes:
        return
    rows.execute("DELETE FROM label_change WHERE undone")
    step = rows.execute("SELECT COALESCE(MAX(step), 0) + 1 FROM label_change").fetchone()[0]
    moment = now().isoformat()
    rows.executemany("INSERT INTO label_change (step, at, photo_id, before, after, excluded) VALUES (?, ?, ?, ?, ?, ?)",
                     [(step, moment, *change) for change in changes])
    _write(rows, [(number, after, excluded) for number, _, after, excluded in changes])


def _states(rows: sqlite3.Connection, photo_ids: Iterable[int]) -> dict[int, tuple[str | None, bool]]:
    """(label, whether left out) of photos; an id that no photo has is skipped."""
    find = ("SELECT photo.id, photo.excluded, label.name FROM photo LEFT JOIN label ON label.photo_id = photo.id "
            "WHERE photo.id = ?")
    found = [rows.execute(find, (number,)).fetchone() for number in photo_ids]
    return {row["id"]: (row["name"], bool(row["excluded"])) for row in found if row is not None}


def _replay(rows: sqlite3.Connection, step: int, undone: bool) -> tuple[int, ...]:
    changes = rows.execute(
        "SELECT photo_id, before, after, excluded FROM label_change WHERE step = ?", (step,)).fetchall()
    wanted = [(row["photo_id"], row["before"] if undone else row["after"],
               None if row["excluded"] is None else bool(row["excluded"]) != undone) for row in changes]
    for name in {name for _, name, _ in wanted if name is not None}:
        _ensure_class(rows, name)
    _write(rows, wanted)
    rows.execute("UPDATE label_change SET undone = ? WHERE step = ?", (undone, step))
    return tuple(number for number, _, _ in wanted)


def _write(rows: sqlite3.Connection, wanted: Iterable[tuple[int, str | None, bool | None]]) -> None:
    """Give each photo its label, and leave it out or take it in where that is said."""
    for number, name, excluded in wanted:
        if excluded is not None:
            rows.execute("UPDATE photo SET excluded = ? WHERE id = ?", (excluded, number))
        if name is None:
            rows.execute("DELETE FROM label WHERE photo_id = ?", (number,))
        else:
            rows.execute("INSERT OR REPLACE INTO label (photo_id, name) VALUES (?, ?)", (number, name))
