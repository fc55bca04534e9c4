"""Boxes as they come from an editor in a browser: each drawing is kept once, and none over boxes that it did not see.

A tab may be open for days beside others, outlive the app's process, and then say once more what it said last.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.dataset import annotating, photos, vocabulary
from core.dataset.annotating import Annotation
from core.dataset.names import counted
from core.errors import NotReady, RekolabError
from core.types import Box
from core.workspace import Project

MOST = 1_000  # editors that are remembered; each opening of the page is one


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the boxes of a photo are after the `number`-th thing that a person did in an editor.

    `base` is the `state_of` the boxes that the editor showed before. Of an editor only the last drawing may come again.
    """

    editor: str
    number: int
    photo_id: int
    boxes: tuple[Box, ...]
    base: str


def state_of(boxes: Iterable[Box]) -> str:
    """A short text that is another one for other boxes."""
    return hashlib.sha256(annotating.dump_boxes(boxes).encode()).hexdigest()[:16]


def keep(project: Project, drawing: Drawing) -> bool:
    """Make a drawing the photo's boxes, as one step, unless it was kept before, and perhaps taken back since.

    False where the photo has other boxes meanwhile than the drawing began with: then nothing is changed. RekolabError
    where a box does not lie on the photo, or the photo is gone.
    """
    _must_fit(project, drawing.photo_id, drawing.boxes)
    with project.catalogue() as rows:
        last = rows.execute("SELECT number, photo_id, state FROM editor WHERE id = ?", (drawing.editor,)).fetchone()
        if last and drawing.number <= last["number"]:
            return True
        said = _said(rows, drawing.photo_id)
        seen = {drawing.base} | ({last["state"]} if last and last["photo_id"] == drawing.photo_id else set())
        if state_of(said.boxes) not in {*seen, state_of(drawing.boxes)}:
            return False
        kept = _draw(rows, drawing.photo_id, said, drawing.boxes)
        rows.execute("INSERT OR REPLACE INTO editor VALUES (?, ?, ?, ?)",
                     (drawing.editor, drawing.number, drawing.photo_id, state_of(kept)))
        rows.execute("DELETE FROM editor WHERE rowid <= (SELECT MAX(rowid) FROM editor) - ?", (MOST,))
        return True


def draw(project: Project, photo_id: int, boxes: Sequence[Box]) -> bool:
    """Make these the boxes of a photo, whatever it has, in pixels of it as a person sees it; one step.

    Gives whether that changed it. RekolabError as `keep`.
    """
    _must_fit(project, photo_id, boxes)
    with project.catalogue() as rows:
        before = _said(rows, photo_id)
        return _draw(rows, photo_id, before, boxes) != before.boxes


def put_by(project: Project, photo_id: int, boxes: Sequence[Box]) -> None:
    """Leave a photo's boxes as they are, and have these in the history, from where they can be fetched."""
    _must_fit(project, photo_id, boxes)
    with project.catalogue() as rows:
        before = _said(rows, photo_id)
        _draw(rows, photo_id, before, boxes)
        _draw(rows, photo_id, _said(rows, photo_id), before.boxes)


def _must_fit(project: Project, photo_id: int, boxes: Iterable[Box]) -> None:
    facts = photos.get(project, photo_id).facts
    if facts and not all(_lies_on(box, facts.upright_size) for box in boxes):
        raise RekolabError("A box reaches outside the photo. Draw it again.")


def _lies_on(box: Box, size: tuple[int, int]) -> bool:
    return (min(box.left, box.top) >= 0 and min(box.width, box.height) > 0
            and box.left + box.width <= size[0] and box.top + box.height <= size[1])


def _said(rows: sqlite3.Connection, photo_id: int) -> Annotation:
    said = annotating.read(rows, [photo_id]).get(photo_id)
    if said is None:
        raise NotReady("This photo is no longer in the project.")
    return said


def _draw(rows: sqlite3.Connection, photo_id: int, before: Annotation, boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Write the boxes as a step; gives them as they are kept."""
    named = tuple(replace(box, label=vocabulary.ensure(rows, box.label)) for box in boxes)
    what = f"Drew {counted(len(named), 'box', 'boxes')}" if named else "Removed every box"
    annotating.record(rows, what, {photo_id: replace(before, boxes=named, out=before.out and not named)})
    return named
