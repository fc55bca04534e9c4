"""Bounding boxes that follow a photo through cleaning: turned as it is turned, scaled as it is scaled."""

from __future__ import annotations

from dataclasses import replace

from core.images.pixels import Size
from core.types import Box, Facts


def follow(box: Box, facts: Facts, after: Size, drawn_upright: bool = False) -> Box:
    """The box, which lies in the photo's stored pixels, in the pixels of its cleaned copy of the size `after`.

    `drawn_upright` says that it was drawn on the photo as a person sees it, and is turned already. The box still
    encloses what it enclosed: it grows to whole pixels, stays inside the picture, and has at least one pixel.
    """
    left, top, right, bottom = box.left, box.top, box.left + box.width, box.top + box.height
    if not drawn_upright:
        left, top, right, bottom = _turned(left, top, right, bottom, facts)
    width, height = facts.upright_size
    left, right = _scaled(left, right, width, after[0])
    top, bottom = _scaled(top, bottom, height, after[1])
    return replace(box, left=left, top=top, width=right - left, height=bottom - top)


def _turned(left: int, top: int, right: int, bottom: int, facts: Facts) -> tuple[int, int, int, int]:
    """The edges after the turning and mirroring of EXIF orientation 1-8."""
    if facts.orientation in (2, 3, 7, 8):  # the picture begins at the stored right side
        left, right = facts.width - right, facts.width - left
    if facts.orientation in (3, 4, 6, 7):  # and at the stored bottom
        top, bottom = facts.height - bottom, facts.height - top
    if facts.orientation >= 5:  # rows have become columns
        left, top, right, bottom = top, left, bottom, right
    return left, top, right, bottom


def _scaled(low: int, high: int, before: int, after: int) -> tuple[int, int]:
    """An edge and its opposite on one axis, outwards to whole pixels and cut at the picture's sides."""
    first = min(max(low * after // before, 0), after - 1)
    last = min(-(-high * after // before), after)  # in whole numbers, because a float would round
    return first, max(last, first + 1)
