"""What people say of photos and classes, in the catalogue, and every change of it as a step that can be taken back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.types import Box, Kind
from core.workspace import now

_AT_ONCE = 500  # ids in a query; SQLite takes at least 999


@dataclass(frozen=True, slots=True)
class Annotation:
    """What was said of one photo, whatever the kind of its project.

    Labels of the whole picture, boxes on it as a person sees it (upright), and whether it is left out of everything.
    """

    labels: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    out: bool = False


@dataclass(frozen=True, slots=True)
class Class:
    """A class's place among the others, from 0, and its colour as "#RRGGBB", None for that of its place."""

    position: int
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class _Changes:
    """A step in the making: for each photo and each class that it changes, what was and what will be."""

    photos: Mapping[int, tuple[Annotation, Annotation]]
    classes: Mapping[str, tuple[Class | None, Class | None]]


def read(rows: sqlite3.Connection, photo_ids: Iterable[int]) -> dict[int, Annotation]:
    """What was said of these photos; an id that no photo has is skipped."""
    found: dict[int, Annotation] = {}
    for some in _chunks(photo_ids):
        marks = ", ".join("?" * len(some))
        query = ("SELECT id, excluded, labels, boxes FROM photo LEFT JOIN annotation ON photo_id = id "  # noqa: S608
                 f"WHERE id IN ({marks})")
        for row in rows.execute(query, some):
            found[row["id"]] = Annotation(load_labels(row["labels"]), load_boxes(row["boxes"]), bool(row["excluded"]))
    return found


def using(rows: sqlite3.Connection, label: str) -> dict[int, Annotation]:
    """What was said of the photos that have this label, or a box of it."""
    ids = [row["photo_id"] for row in rows.execute(
        "SELECT photo_id FROM annotation WHERE EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?) "
        "OR EXISTS (SELECT 1 FROM json_each(boxes) WHERE json_extract(value, '$[0]') = ?)", (label, label))]
    return read(rows, ids)


def read_classes(rows: sqlite3.Connection) -> dict[str, Class]:
    """The classes by name, in the order of their positions."""
    return {row["name"]: Class(row["position"], row["colour"])
            for row in rows.execute("SELECT name, position, colour FROM class ORDER BY position, name")}


def record(
    rows: sqlite3.Connection,
    what: str,
    photos: Mapping[int, Annotation],
    classes: Mapping[str, Class | None] | None = None,
) -> int:
    """Make these states those of the photos and classes, as one step that is called `what`; None deletes a class.

    What stays as it was is no part of the step, and a step of nothing is none. Gives how many photos changed. What was
    undone before can no longer be redone.
    """
    before, known = read(rows, photos), read_classes(rows)
    changes = _Changes(
        {number: (before[number], after) for number, after in photos.items()
         if number in before and before[number] != after},
        {name: (known.get(name), after) for name, after in (classes or {}).items() if known.get(name) != after})
    if changes.photos or changes.classes:
        _remember(rows, what, changes)
        write(rows, {number: after for number, (_, after) in changes.photos.items()},
              {name: after for name, (_, after) in changes.classes.items()})
    return len(changes.photos)


def write(rows: sqlite3.Connection, photos: Mapping[int, Annotation], classes: Mapping[str, Class | None]) -> None:
    """Make these states those of the photos and classes, outside the history. Photos that are gone are passed over."""
    for name, after in classes.items():
        if after is None:
            rows.execute("DELETE FROM class WHERE name = ?", (name,))
        else:
            rows.execute("INSERT OR REPLACE INTO class VALUES (?, ?, ?)", (name, after.position, after.colour))
    rows.executemany("UPDATE photo SET excluded = ? WHERE id = ? AND excluded <> ?",
                     [(said.out, number, said.out) for number, said in photos.items()])
    rows.executemany("DELETE FROM annotation WHERE photo_id = ?", [
        (number,) for number, said in photos.items() if not said.labels and not said.boxes])
    rows.executemany("INSERT OR REPLACE INTO annotation SELECT id, ?, ? FROM photo WHERE id = ?", [
        (dump_labels(said.labels), dump_boxes(said.boxes), number)
        for number, said in photos.items() if said.labels or said.boxes])


def shown(kind: Kind, labels: tuple[str, ...], boxes: tuple[Box, ...]) -> tuple[tuple[str, ...], tuple[Box, ...]]:
    """(labels, boxes) of a photo that a project of this kind uses. The others stay for when its kind changes."""
    if kind == "boxes":
        return tuple(dict.fromkeys(box.label for box in boxes)), boxes
    return (labels if kind == "multi" else labels[:1]), ()


def dump(said: Annotation) -> str:
    """An annotation as the history keeps it."""
    return f'{{"labels":{dump_labels(said.labels)},"boxes":{dump_boxes(said.boxes)},"out":{json.dumps(said.out)}}}'


def load(text: str) -> Annotation:
    kept = json.loads(text)
    return Annotation(tuple(kept["labels"]), tuple(Box(*box) for box in kept["boxes"]), kept["out"])


def dump_class(known: Class | None) -> str | None:
    return json.dumps([known.position, known.colour]) if known else None


def load_class(text: str | None) -> Class | None:
    return Class(*json.loads(text)) if text else None


def dump_labels(labels: Sequence[str]) -> str:
    return json.dumps(labels, separators=(",", ":"))


def load_labels(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


def dump_boxes(boxes: Iterable[Box]) -> str:
    return json.dumps([[box.label, box.left, box.top, box.width, box.height] for box in boxes], separators=(",", ":"))


def load_boxes(text: str | None) -> tuple[Box, ...]:
    return tuple(Box(*box) for box in json.loads(text)) if text and text != "[]" else ()


def _remember(rows: sqlite3.Connection, what: str, changes: _Changes) -> None:
    """Write a step into the history."""
    rows.execute("DELETE FROM step WHERE undone")
    number = rows.execute("INSERT INTO step (at, what) VALUES (?, ?)", (now().isoformat(), what)).lastrowid
    rows.executemany("INSERT INTO change (step, photo_id, before, after) VALUES (?, ?, ?, ?)", [
        (number, photo_id, dump(before), dump(after)) for photo_id, (before, after) in changes.photos.items()])
    rows.executemany("INSERT INTO change (step, class, before, after) VALUES (?, ?, ?, ?)", [
        (number, name, dump_class(before), dump_class(after)) for name, (before, after) in changes.classes.items()])


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
