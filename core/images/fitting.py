"""Boxes from elsewhere brought onto a photo as a person sees it, whatever size and turn they were drawn in."""

from __future__ import annotations

from collections.abc import Sequence

from core.exchange.types import Size, whole_box
from core.images.boxes import follow
from core.types import Box, Facts


def fit(boxes: Sequence[Box], drawn_on: Size | None, facts: Facts) -> tuple[list[Box], list[str]]:
    """(boxes in pixels of the upright photo, what is wrong). `drawn_on` is the size of the picture they were drawn on.

    That may be the photo as it is stored, when its EXIF rotation was not looked at, or a smaller or larger copy.
    """
    upright = facts.upright_size
    if drawn_on == (facts.width, facts.height) != upright:
        return [follow(box, facts, upright) for box in boxes], []
    if drawn_on is not None and not _alike(drawn_on, upright):
        return [], [f"its boxes were drawn on a picture of {drawn_on[0]} × {drawn_on[1]}, and the photo has "
                    f"{upright[0]} × {upright[1]}: it is another one, or a part of it"]
    across, down = (new / old for new, old in zip(upright, drawn_on or upright, strict=True))
    found, faults = [], []
    for box in boxes:
        edges = (box.left * across, box.top * down, (box.left + box.width) * across, (box.top + box.height) * down)
        fitted, wrong = whole_box(box.label, edges, upright)
        found += [fitted] if fitted else []
        faults += [wrong] if wrong else []
    return found, faults


def _alike(one: Size, other: Size) -> bool:
    """Whether one is the other made smaller; a pixel is lost in the rounding of each side."""
    return abs(one[0] * other[1] - one[1] * other[0]) <= max(*one, *other)
