"""Whether a model's confidence means what it says: of the photos at 80 %, are four in five right?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import LEVEL, Figure, proportion
from core.evaluation.scores import Percent, Places, Scores, best

BINS = 10
DRAWS = 1_000
FEW = 100  # photos under which the error says little, whatever it is


@dataclass(frozen=True, slots=True)
class Bin:
    """Photos whose best label has a confidence in (low, high], 0-1: the mean of it, and how many were right."""

    low: float
    high: float
    confidence: float
    right: Figure

    @property
    def photos(self) -> int:
        return self.right.total or 0


@dataclass(frozen=True, slots=True)
class Reliability:
    """`error` is the expected calibration error (ECE), 0-1: how far bins are off, on average over the photos.

    `lean` is how much more was right than said; below 0 the model is too sure. `by_chance` is the error that 95 of 100
    models with true confidences would stay under on as many photos: on few photos it is not small.
    """

    bins: tuple[Bin, ...]
    photos: int
    error: float
    lean: float
    by_chance: float


def reliability(known: Scores) -> Reliability:
    """The best label of each photo that counts, whatever the thresholds, in ten bins of equal width."""
    top, percent = (column[known.judged] for column in best(known))
    there = percent >= 0
    confidence, right = percent[there] / 100, (top == known.truth[known.judged])[there]
    place: Places = np.clip(np.ceil(confidence * BINS).astype(np.intp) - 1, 0, BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    said: Percent = np.bincount(place, confidence, BINS).astype(float)
    hits = np.bincount(place, right, BINS)
    bins = tuple(Bin(number / BINS, (number + 1) / BINS, said[number] / counts[number],
                     proportion(int(hits[number]), int(counts[number])))
                 for number in np.flatnonzero(counts).tolist())
    photos = len(confidence)
    return Reliability(bins, photos, float(np.abs(hits - said).sum()) / max(photos, 1),
                       float(hits.sum() - said.sum()) / max(photos, 1), _by_chance(confidence, place, said))


def sentence(found: Reliability) -> str:
    """What the curve says, with the caution that few photos ask for."""
    if not found.photos:
        return "No photo has both a label and a confidence, so nothing can be said of what confidence means here."
    off = f"Confidence is off by {_points(found.error)} on average (expected calibration error, ECE)"
    if found.error <= found.by_chance:
        few = " So few photos can hide a large error, too." if found.photos < FEW else ""
        return (f"{off}. That is no more than chance: a model whose confidence is exactly true would be off by up to "
                f"{_points(found.by_chance)} on {_photos(found.photos)}.{few}")
    side = "less sure than it could be" if found.lean > 0 else "too sure"
    most = abs(found.lean) > found.error / 2
    way = f"On the whole the model is {side}." if most else "It is too sure in some places and not enough in others."
    return f"{off}, which is more than chance on {_photos(found.photos)}. {way}"


def _by_chance(confidence: Percent, place: Places, said: Percent) -> float:
    """The error that true confidences stay under in 95 of 100 cases, by drawing what would be right."""
    chance = np.random.default_rng(0)
    members = [confidence[place == number] for number in range(BINS)]
    # of many photos in a bin, how many are right is as good as normal
    hits = [np.clip(chance.normal(some.sum(), np.sqrt((some * (1 - some)).sum()), DRAWS), 0, len(some))
            if len(some) > FEW else (chance.random((DRAWS, len(some))) < some).sum(axis=1) for some in members]
    errors = np.abs(np.transpose(hits) - said).sum(axis=1) / max(len(confidence), 1)
    return float(np.quantile(errors, LEVEL))


def _points(share: float) -> str:
    points = f"{share * 100:.1f}" if share < 0.0995 else f"{share * 100:.0f}"
    return f"{points} percentage points"


def _photos(number: int) -> str:
    return "1 photo" if number == 1 else f"{number:,} photos"
