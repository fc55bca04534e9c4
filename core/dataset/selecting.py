"""What pages ask about photos that are read already: counts, filters, the table. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.types import Photo

if TYPE_CHECKING:
    import pandas

Verdict = Literal["refused", "hurts", "fine", "waiting", "out"]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a project's photos. `codes` counts photos by what is wrong with them, most frequent first.

    `waiting` were not looked at yet. Excluded photos count in `total` and `excluded` only.
    """

    total: int
    excluded: int
    waiting: int
    refused: int
    hurt: int
    fine: int
    labelled: int
    classes: dict[str, int]
    codes: dict[str, int]


def label_of(photo: Photo) -> str | None:
    """The photo's label or, while it has none, the class of its folder."""
    return photo.label or photo.folder_label


def verdict_of(photo: Photo) -> Verdict:
    """Left out by a person, else refused by Rekognition, may hurt a model, fine, or waiting to be looked at."""
    if photo.excluded:
        return "out"
    if photo.refused:
        return "refused"
    if photo.problems:
        return "hurts"
    return "fine" if photo.facts else "waiting"


def summary(photos: Iterable[Photo]) -> Summary:
    """The counts for the verdict strip and the overview."""
    listed = list(photos)
    kept = [photo for photo in listed if not photo.excluded]
    verdicts = Counter(map(verdict_of, kept))
    classes = Counter(label for photo in kept if (label := label_of(photo)))
    codes = Counter(code for photo in kept for code in {problem.code for problem in photo.problems})
    return Summary(
        total=len(listed),
        excluded=len(listed) - len(kept),
        waiting=verdicts["waiting"],
        refused=verdicts["refused"],
        hurt=verdicts["hurts"],
        fine=verdicts["fine"],
        labelled=sum(photo.label is not None for photo in kept),
        classes=dict(sorted(classes.items())),
        codes=dict(codes.most_common()),
    )


def select(
    photos: Iterable[Photo],
    classes: Collection[str | None] = (),
    verdicts: Collection[Verdict] = (),
    codes: Collection[str] = (),
    text: str = "",
    sides: tuple[int, int] | None = None,
) -> list[Photo]:
    """The photos that pass every filter that is set.

    A None in `classes` stands for photos without a class; `text` is sought in the name, whatever its case;
    `sides` is the range of the longer side in pixels, both ends included.
    """
    sought = text.strip().casefold()
    return [photo for photo in photos
            if (not classes or label_of(photo) in classes)
            and (not verdicts or verdict_of(photo) in verdicts)
            and (not codes or any(problem.code in codes for problem in photo.problems))
            and sought in photo.name.casefold()
            and (sides is None or _inside(photo, sides))]


def table(photos: Iterable[Photo]) -> pandas.DataFrame:
    """A row for each photo: name, label, height, width, channels, mode, format, bytes, scores and problems in words."""
    import pandas

    columns = ["name", "label", "height", "width", "channels", "mode", "format", "bytes",
               "brightness", "contrast", "sharpness", "problems", "excluded"]
    frame = pandas.DataFrame([_row(photo) for photo in photos], columns=columns)
    whole = ["height", "width", "channels", "bytes"]
    return frame.astype(dict.fromkeys(whole, "Int64"))


def _row(photo: Photo) -> tuple[object, ...]:
    facts, quality = photo.facts, photo.quality
    seen = (facts.height, facts.width, facts.channels, facts.mode, facts.format, facts.bytes) if facts else (None,) * 6
    scores = (quality.brightness, quality.contrast, quality.sharpness) if quality else (None,) * 3
    said = " ".join(problem.message for problem in photo.problems)
    return (photo.name, label_of(photo), *seen, *scores, said, photo.excluded)


def _inside(photo: Photo, sides: tuple[int, int]) -> bool:
    return photo.facts is not None and sides[0] <= max(photo.facts.width, photo.facts.height) <= sides[1]
