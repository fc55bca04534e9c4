"""The classes of a project: their order, names and colours, and what a change of them does to their photos."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from core import colours
from core.dataset import annotating
from core.dataset.annotating import Annotation, Class
from core.dataset.names import class_name
from core.errors import RekolabError
from core.limits import MAX_LABELS
from core.types import Box
from core.workspace import Project

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class Use:
    """What depends on a class: its photos, those of them that have no other label or box, and its boxes."""

    photos: int
    alone: int
    boxes: int


def listed(project: Project) -> list[str]:
    """The classes by position; the first nine have the keys 1 to 9."""
    with project.reading() as rows:
        return list(annotating.read_classes(rows))


def in_order(project: Project, names: Iterable[str]) -> list[str]:
    """`names` in the order in which they take their colours everywhere: the classes by position, then the others."""
    known, wanted = listed(project), set(names)
    return [*(name for name in known if name in wanted), *sorted(wanted - set(known))]


def palette(project: Project, names: Iterable[str]) -> dict[str, str]:
    """The colour of each of `names`, "#RRGGBB", in their order: that of its place, or the one that a person chose."""
    return colours.of_classes(in_order(project, names), chosen(project))


def chosen(project: Project) -> dict[str, str]:
    """The colours that people chose, "#RRGGBB" by class."""
    with project.reading() as rows:
        return {name: known.colour for name, known in annotating.read_classes(rows).items() if known.colour}


def add(project: Project, name: str) -> str:
    """Add a class at the end, unless there is one of that name; gives the name as it is kept."""
    with project.catalogue() as rows:
        return ensure(rows, name)


def rename(project: Project, old: str, new: str) -> int:
    """Give a class another name, as one step; gives how many photos have it. Where there is that name, `merge` does."""
    with project.catalogue() as rows:
        name, known = _clean(new), annotating.read_classes(rows)
        if name != old and name in known:
            raise RekolabError(f"There is a class “{name}” already. Merge the two, or take another name.")
        _must_be(old, known)
        return _replace(rows, f"Renamed {old} to {name}", {old: name}, {old: None, name: known[old]})


def merge(project: Project, names: Iterable[str], into: str) -> int:
    """Give the photos and boxes of these classes the label `into`, and drop the classes; gives how many photos."""
    with project.catalogue() as rows:
        known = annotating.read_classes(rows)
        others = [name for name in dict.fromkeys(names) if name != into]
        for name in (into, *others):
            _must_be(name, known)
        return _replace(rows, f"Merged {', '.join(others)} into {into}", dict.fromkeys(others, into),
                        dict.fromkeys(others))


def remove(project: Project, name: str) -> int:
    """Remove a class; its photos lose the label and its boxes, as one step. Gives how many photos those are."""
    with project.catalogue() as rows:
        return _replace(rows, f"Removed the class {name}", {name: None}, {name: None})


def paint(project: Project, name: str, colour: str | None) -> None:
    """Give a class a colour, "#RRGGBB", on every page, or with None that of its place; one step."""
    if colour is not None and not _COLOUR.fullmatch(colour):
        raise RekolabError("A colour is written as #RRGGBB.")
    with project.catalogue() as rows:
        known = annotating.read_classes(rows)
        _must_be(name, known)
        annotating.record(rows, f"Coloured {name}", {}, {name: replace(known[name], colour=colour)})


def move(project: Project, name: str, position: int) -> None:
    """Put a class at this place among the others, from 0: its place is its number key, less one. One step."""
    with project.catalogue() as rows:
        known = annotating.read_classes(rows)
        _must_be(name, known)
        order = [other for other in known if other != name]
        order.insert(max(0, min(position, len(order))), name)
        annotating.record(rows, f"Moved {name}", {}, {
            other: replace(known[other], position=place) for place, other in enumerate(order)})


def use(project: Project, name: str) -> Use:
    """What a removal of the class would take away."""
    with project.reading() as rows:
        found = annotating.using(rows, name).values()
    alone = sum({*said.labels, *(box.label for box in said.boxes)} == {name} for said in found)
    return Use(len(found), alone, sum(box.label == name for said in found for box in said.boxes))


def expect(project: Project, names: Iterable[str]) -> None:
    """RekolabError where a class is gone that a page still shows: another tab has renamed, merged or removed it.

    While a project has no classes at all, any name may be its first.
    """
    if known := listed(project):
        must_be_among(known, names)


def must_be_among(known: Collection[str], names: Iterable[str]) -> None:
    """RekolabError where one of `names` is none of the known classes any more."""
    if gone := next((name for name in names if name not in known), None):
        raise RekolabError(f"There is no class “{gone}” any more: it was renamed, merged or removed elsewhere.")


def ensure(rows: sqlite3.Connection, text: str) -> str:
    """The class of that name in an open catalogue, added at the end where there is none; gives the name as kept.

    RekolabError for a name without a visible letter, or one class more than Rekognition takes.
    """
    name = _clean(text)
    if rows.execute("SELECT 1 FROM class WHERE name = ?", (name,)).fetchone() is None:
        number = rows.execute("SELECT COUNT(*), COALESCE(MAX(position) + 1, 0) FROM class").fetchone()
        if number[0] >= MAX_LABELS:
            raise RekolabError(f"Rekognition takes {MAX_LABELS} labels at most. Remove or merge one first.")
        rows.execute("INSERT INTO class (name, position) VALUES (?, ?)", (name, number[1]))
    return name


def _clean(text: str) -> str:
    name = class_name(text)
    if name is None:
        raise RekolabError("A label needs at least one visible letter.")
    return name


def _must_be(name: str, known: dict[str, Class]) -> None:
    if name not in known:
        raise RekolabError(f"There is no class “{name}” any more.")


def _replace(
    rows: sqlite3.Connection, what: str, names: dict[str, str | None], classes: dict[str, Class | None]
) -> int:
    """Put other labels in place of these, None for no label; with what happens to the classes, as one step."""
    found = {number: said for name in names for number, said in annotating.using(rows, name).items()}
    return annotating.record(rows, what, {number: _renamed(said, lambda name: names.get(name, name))
                                           for number, said in found.items()}, classes)


def _renamed(said: Annotation, name_of: Callable[[str], str | None]) -> Annotation:
    """The annotation with other names; a label that becomes one that is there already is there once."""
    labels = dict.fromkeys(name for label in said.labels if (name := name_of(label)) is not None)
    boxes: list[Box] = [replace(box, label=name) for box in said.boxes if (name := name_of(box.label)) is not None]
    return replace(said, labels=tuple(labels), boxes=tuple(boxes))
