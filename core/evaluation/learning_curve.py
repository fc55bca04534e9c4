"""How F1 grows with the photos to learn from: an inverse power law through few points, and how sure it is.

Errors of learners fall as a + b * n ** -c. The photos are drawn anew again and again (bootstrap), the law is fitted
to each draw, and what the fits say differently is the uncertainty. Few points can't tell which errors never go away
(a), so each draw supposes another share of those that are left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.expecting import macro_f1
from core.evaluation.intervals import LEVEL, Figure

DRAWS = 500
MORE = 20  # photos a label that "more photos" means
_SPEEDS = np.linspace(0, 1.5, 31)  # c: 0 learns nothing more, 0.5 is what theory has, over 1 is rare

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fits:
    """Laws of many draws: F1 is 1 - floor - scale * photos ** -fall; `errors` are 1 - F1 (draws x points) at `photos`.

    `speed` is how fast the errors fall around the points, if they are all to go away.
    """

    photos: Array
    errors: Array
    floor: Array
    scale: Array
    fall: Array
    speed: Array

    def f1(self, photos: float) -> Figure:
        """F1 after learning from so many photos a label."""
        return _figure(1 - self.floor - self.scale * photos ** -self.fall)

    def gain(self, photos: float, more: int = MORE) -> Figure:
        """By how much F1 would grow with so many more photos a label than `photos`."""
        return _figure(self.scale * (photos ** -self.fall - (photos + more) ** -self.fall))

    def measured(self) -> tuple[Figure, ...]:
        """F1 at each of the points."""
        return tuple(_figure(1 - column) for column in self.errors.T)


def fits(truth: Truth, curve: Array, photos: Array) -> Fits:
    """Laws for n photos: truth (n, L), curve (points, n, L) how often each label was given, after learning from
    `photos` (points) a label."""
    chance = np.random.default_rng(0)
    errors = np.empty((DRAWS, len(photos)))
    for draw in range(DRAWS):
        taken = np.bincount(chance.integers(len(truth), size=len(truth)), minlength=len(truth)).astype(float)
        errors[draw] = [_error(truth, said, taken) for said in curve]
    floor = chance.uniform(size=DRAWS) * errors.min(axis=1)
    return Fits(photos, errors, floor, *_laws(photos, errors - floor[:, None]), _laws(photos, errors)[1])


def _error(truth: Truth, said: Array, taken: Array) -> float:
    """1 - F1 of photos that are taken so many times each, as if half a photo more had gone wrong: none is sure."""
    return 1 - macro_f1(truth, said, taken) * len(truth) / (len(truth) + 0.5)


def _laws(photos: Array, errors: Array) -> tuple[Array, Array]:
    """(scale, speed) of the law nearest to each row of errors, by least squares over a grid of speeds."""
    powers = photos[None, :] ** -_SPEEDS[:, None]
    scales = np.maximum(errors @ powers.T / (powers**2).sum(axis=1), 0)
    apart = ((errors[:, None, :] - scales[:, :, None] * powers) ** 2).sum(axis=2)
    best = apart.argmin(axis=1)
    return scales[np.arange(len(errors)), best], _SPEEDS[best]


def _figure(drawn: Array) -> Figure:
    low, value, high = np.quantile(drawn, ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2))
    return Figure(float(value), float(low), float(high))
