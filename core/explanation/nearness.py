"""How far a photo is from everything that was trained on, beside how far the training photos are from each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.images.likeness import BLOCK, Floats

NEIGHBOURS = 5  # training photos that the card shows
REACH = 3  # neighbours whose mean distance counts, so that one twin in the training set does not
FAR = 0.05  # a photo is far when no more than this share of the training photos lie further out
FEWEST = 19  # training photos from which so small a share can be told at all: (0 + 1) / (19 + 1)


@dataclass(frozen=True, slots=True)
class Nearness:
    """Where a photo lies. `nearest`: (place in the training set, similarity as a cosine), the most alike first.

    `distance` is one minus the mean similarity of the `REACH` nearest; `usual` the median of the same for each of the
    `photos` training photos among the others, of which `further` lie at least as far out as this one.
    """

    nearest: tuple[tuple[int, float], ...]
    distance: float
    usual: float
    further: int
    photos: int

    @property
    def rank(self) -> float:
        """How likely a training photo is to lie so far out, this one counted with them: a conformal p-value, 0-1."""
        return (self.further + 1) / (self.photos + 1)

    @property
    def far(self) -> bool:
        return self.photos >= FEWEST and self.rank <= FAR


def nearness(row: Floats, training: Floats, distances: Floats) -> Nearness | None:
    """Where `row` (1280) lies beside the training photos (n, 1280), all of length 1; None with fewer than two of them.

    `distances` are `left_out` of the training photos, or of some of them.
    """
    if len(training) < 2:
        return None
    cosines = training @ row
    order = np.argsort(-cosines, kind="stable")[: max(NEIGHBOURS, REACH)]
    distance = 1 - float(cosines[order[:REACH]].mean())
    nearest = tuple((int(place), float(cosines[place])) for place in order[:NEIGHBOURS])
    further = int((distances >= distance).sum())
    return Nearness(nearest, distance, float(np.median(distances)), further, len(distances))


def left_out(some: Floats, training: Floats) -> Floats:
    """How far each of `some` training photos (m, 1280) is from the other ones of all (n, 1280), two at least: (m)."""
    reach = min(REACH, len(training) - 1)
    found = np.empty(len(some), np.float32)
    for start in range(0, len(some), BLOCK):
        cosines = some[start : start + BLOCK] @ training.T
        ranked = -np.partition(-cosines, reach, axis=1)[:, : reach + 1]  # itself is among them, as the nearest
        found[start : start + BLOCK] = 1 - (ranked.sum(axis=1) - ranked.max(axis=1)) / reach
    return found
