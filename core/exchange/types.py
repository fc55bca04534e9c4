"""What every format is read into and written from: one value an image, and what was wrong with a file."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.types import Box

File = tuple[str, bytes]  # a name, perhaps with folders, and the content
Size = tuple[int, int]  # width, height

_CUT_SILENTLY = 1.0  # pixels: tools count from 0 or from 1, and to the last pixel or behind it


@dataclass(frozen=True, slots=True)
class Annotated:
    """What a file says of one image. `image` is the name as the file has it: a path, an S3 URI, a bare file name.

    Boxes are in whole pixels of an image of `size`. `confidences` (0-1) has one for each label, then one for each box;
    it is empty when all are certain.
    """

    image: str
    labels: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    size: Size | None = None
    created: dt.datetime | None = None
    confidences: tuple[float, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every distinct label, of the image and of its boxes."""
        return tuple(dict.fromkeys((*self.labels, *(box.label for box in self.boxes))))

    @property
    def shares(self) -> tuple[float, ...]:
        """The confidences in full, also where all are certain."""
        return self.confidences or (1.0,) * (len(self.labels) + len(self.boxes))


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a file that is not taken over as it stands: where it is, and what is wrong, in plain words."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read, each image once, and what could not."""

    records: tuple[Annotated, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(slots=True)
class Notebook:
    """Collects what a reader finds: the first record of each image counts, and a later one is remarked on."""

    records: dict[str, Annotated] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, place: str, *texts: str) -> None:
        self.remarks += [Remark(place, text) for text in texts]

    def take(self, place: str, record: Annotated) -> None:
        if self.records.setdefault(record.image, record) is not record:
            self.remark(place, f"“{shown(record.image)}” comes a second time. The first counts.")

    def reading(self) -> Reading:
        return Reading(tuple(self.records.values()), tuple(self.remarks))


def certain(confidences: Sequence[float]) -> tuple[float, ...]:
    """Confidences as `Annotated` keeps them."""
    return () if all(share == 1 for share in confidences) else tuple(confidences)


def named(value: object) -> str | None:
    """A name or label that can be used: text with something visible in it, fit for UTF-8; else None."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character, which JSON can hold
        return None
    return value


def number(value: object) -> float | None:
    """A JSON number, or a text that holds one, as a finite float."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole_box(label: str, edges: Sequence[float], size: Size | None) -> tuple[Box | None, str | None]:
    """(box, what is wrong): left, top, right and bottom in whole pixels, cut off at the edges of the image."""
    left, top, right, bottom = edges
    if right <= left or bottom <= top:
        return None, f"the box of “{shown(label)}” has no area"
    width, height = size or (math.inf, math.inf)
    inside = (max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height))
    if inside[2] <= inside[0] or inside[3] <= inside[1]:
        return None, f"the box of “{shown(label)}” lies outside the image"
    if not all(edge < 10**9 for edge in inside):
        return None, f"the box of “{shown(label)}” is larger than any image"
    x, y, end, foot = (round(edge) for edge in inside)
    if end == x or foot == y:
        return None, f"the box of “{shown(label)}” is smaller than a pixel"
    cut = max(abs(was - now) for was, now in zip(edges, inside, strict=True)) > _CUT_SILENTLY
    box = Box(label, x, y, end - x, foot - y)
    return box, f"the box of “{shown(label)}” reached outside the image, and is cut off at its edge" if cut else None


def counts(records: Iterable[Annotated]) -> Counter[str]:
    """How much there is that not every format holds: labels, boxes, boxes on an image of unknown size ("sizeless"),
    records with dates, and with confidences below 1.
    """
    tally: Counter[str] = Counter()
    for record in records:
        tally["labels"] += len(record.labels)
        tally["boxes"] += len(record.boxes)
        tally["sizeless"] += len(record.boxes) if record.size is None else 0
        tally["dates"] += record.created is not None
        tally["confidences"] += bool(record.confidences)
    return tally


def counted(amount: int, noun: str) -> str:
    """ "1 box", "120 boxes"."""
    plural = f"{noun}es" if noun.endswith("x") else f"{noun}s"
    return f"{amount:,} {noun if amount == 1 else plural}"


def shown(text: str, most: int = 80) -> str:
    """Foreign text as one short line for a message."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most - 1]}…"
