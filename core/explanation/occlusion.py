"""What a model looked at: the photo asked about again with one part after the other hidden (Zeiler and Fergus, 2014).

A part counts for a label as much as hiding it takes from the label's log odds. Confidences themselves would not do:
between 99 and 99.9 % there is as much as between 91 and 99.

Two coarse grids lie over each other, 4 x 4 and 5 x 5, so that their parts cut each other into small ones, each of which
was hidden twice. On drawn animals this is as good with 42 calls as one grid of 7 x 7 with 50, and as a coarse grid
whose best parts are asked about again in quarters; and its calls, and how many they are, depend on no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.intervals import percent
from core.images.altering import WHOLE, Alteration
from core.images.subjects import Mask
from core.types import Score

GRIDS = (4, 5)  # parts a side
FINE = 20  # cells a side of the map, into which both grids divide

_SURE = 0.005  # percent: the nearest to none or all at which a confidence still tells anything
_SIDES = (("upper left", "top", "upper right"), ("left", "middle", "right"), ("lower left", "bottom", "lower right"))

Heat = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """How much each cell of a photo counts for `label`: (rows, columns) log odds, below zero where it speaks against.

    `confidence` in percent is what the label has while nothing is hidden.
    """

    label: str
    confidence: float
    heat: Heat

    @property
    def hottest(self) -> tuple[float, float]:
        """The middle of the part that counts most: (down, across) in shares of the sides."""
        rows, columns = np.nonzero(self.heat >= self.heat.max() - 1e-9)
        return (float(rows.mean()) + 0.5) / self.heat.shape[0], (float(columns.mean()) + 0.5) / self.heat.shape[1]

    @property
    def speaks(self) -> bool:
        """Whether anything in the photo speaks for the label at all."""
        return bool(self.heat.max() > 0)


def hidden() -> list[Alteration]:
    """The parts that are hidden, grid by grid and row by row; with the whole photo they are all a map needs."""
    return [Alteration("hidden", 0.0, (column / parts, row / parts, (column + 1) / parts, (row + 1) / parts))
            for parts in GRIDS for row in range(parts) for column in range(parts)]


def asked() -> list[Alteration]:
    """Every picture that a map needs an answer to."""
    return [WHOLE, *hidden()]


def read(answers: Mapping[str, Sequence[Score]], label: str) -> Map | None:
    """The map of a label from the answers by `Alteration.key`; None while some are missing."""
    if any(one.key not in answers for one in asked()):
        return None
    odds = [log_odds(answers[one.key], label) for one in asked()]
    drops = iter(odds[0] - np.array(odds[1:]))
    heat = np.zeros((FINE, FINE))
    for parts in GRIDS:
        grid = np.array([next(drops) for _ in range(parts**2)]).reshape(parts, parts)
        heat += np.kron(grid * parts**2, np.ones((FINE // parts, FINE // parts)))  # by area: small parts take less
    heat /= sum(parts**2 for parts in GRIDS)
    return Map(label, confidence(answers[WHOLE.key], label), heat)


def confidence(scores: Sequence[Score], label: str) -> float:
    """What a label got, in percent; one that was not returned got nothing."""
    return next((score.confidence for score in scores if score.label == label), 0.0)


def log_odds(scores: Sequence[Score], label: str) -> float:
    share = min(max(confidence(scores, label), _SURE), 100 - _SURE) / 100
    return float(np.log(share / (1 - share)))


def places(found: Map) -> list[tuple[str, float]]:
    """Where in the photo what speaks for the label is: (side, its share of all that does), the most first."""
    total = np.maximum(found.heat, 0)
    rows, columns = (np.arange(side) * 3 // side for side in found.heat.shape)
    shares = {_SIDES[row][column]: float(total[np.ix_(rows == row, columns == column)].sum())
              for row in range(3) for column in range(3)}
    whole = max(sum(shares.values()), 1e-12)
    return sorted(((side, share / whole) for side, share in shares.items()), key=lambda pair: -pair[1])


def on_subject(found: Map, mask: Mask) -> float:
    """The share (0-1) of what speaks for the label that lies on the subject."""
    rows, columns = (np.arange(side) * cells // side for side, cells in zip(mask.shape, found.heat.shape, strict=True))
    spread = np.maximum(found.heat, 0)[np.ix_(rows, columns)]
    return float(spread[mask].sum() / max(float(spread.sum()), 1e-12))


def words(found: Map, mask: Mask | None = None) -> str:
    """What the map shows, for who can't see it: "For cat it looked at the upper left and the top (71 % of ...)"."""
    if not found.speaks:
        return f"No part of the photo speaks for {found.label}: hiding any of them makes it likelier."
    listed = places(found)
    most = [side for side, share in listed[:3] if share >= max(0.15, listed[0][1] / 2)] or [listed[0][0]]
    share = sum(share for side, share in listed if side in most)
    said = f"For {found.label} it looked at the {_and(most)}: {percent(share)} of what counts lies there"
    if mask is not None:
        said += f", and {percent(on_subject(found, mask))} on what is probably the subject"
    return f"{said}."


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
