"""What pages ask about photos that are read already: class, verdict, counts. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from core.types import Photo

Verdict = Literal["refused", "hurts", "fine", "waiting", "out"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


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
