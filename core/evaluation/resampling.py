"""How sure a choice of thresholds is: the same choice made again on photos drawn anew from those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.evaluation.consequence import (
    Cost,
    Stake,
    best_by_label,
    best_for_all,
    cost_at,
    costs_of,
    improved,
    stake,
)
from core.evaluation.intervals import LEVEL
from core.evaluation.scores import Percent, Scores, decide

MOST, FEWEST = 400, 100  # times that photos are drawn: as often as takes about a second
EFFORT = 1_000_000  # photos times labels


@dataclass(frozen=True, slots=True)
class Between:
    """A middle value and the bounds between which 95 of 100 draws lie."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The thresholds of least cost. `cuts` and `ranges` are by label, or a single one for all.

    `saved` is what they cost less than `own`, in unknowns a photo, on photos that they were not chosen from.
    """

    cuts: Percent
    cost: Cost
    own: Cost
    ranges: tuple[Between, ...]
    saved: Between | None

    @property
    def surely_better(self) -> bool:
        return self.saved is not None and self.saved.low > 0

    @property
    def photos(self) -> int:
        return self.cost.photos


def choose(known: Scores, own: Percent, price: float, by_label: bool, seed: int = 0) -> Choice:
    """The thresholds of least cost for these photos, one for all labels or one a label, and how sure that is."""
    put = stake(known, price)
    cuts = best_by_label(put) if by_label else np.array([best_for_all(put)])
    drawn, saved = _again(put, own, cuts if by_label else None, np.random.default_rng(seed))
    return Choice(cuts, cost_at(known, cuts, price), cost_at(known, own, price),
                  tuple(_between(column) for column in np.transpose(drawn)), _between(saved) if len(saved) else None)


def _again(put: Stake, own: Percent, start: Percent | None, chance: np.random.Generator) -> tuple[Percent, Percent]:
    """(draws, thresholds) that were best on what was drawn, and (draws) what they saved on what was not."""
    photos = len(put.weights)
    if not photos:
        return np.zeros((0, 0)), np.zeros(0)
    usual = costs_of(put.known, decide(put.known, own), put.price)
    drawn, saved = [], []
    for _ in range(int(np.clip(EFFORT // max(put.known.percent.size, 1), FEWEST, MOST))):
        weights = np.bincount(chance.integers(0, photos, photos), minlength=photos)
        some = replace(put, weights=weights.astype(float))
        cuts = np.array([best_for_all(some)]) if start is None else improved(some, start)
        drawn.append(cuts)
        if (left := weights == 0).any():
            now = costs_of(put.known, decide(put.known, cuts), put.price)
            saved.append(float((usual - now)[left].mean()))
    return np.array(drawn), np.array(saved)


def _between(values: Percent) -> Between:
    low, middle, high = np.quantile(values, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    return Between(float(middle), float(low), float(high))


def sentence(found: Choice, labels: Sequence[str] = ()) -> str:
    """What the choice would bring and how sure that is; `labels` where each has a threshold of its own."""
    photos = "1 photo" if found.photos == 1 else f"{found.photos:,} photos"
    what, costs = ("These thresholds", "cost") if labels else (f"{found.cuts[0]:g} %", "costs")
    begin = (f"{what} {costs} {found.cost.a_photo:.2f} unknowns a photo on these {photos}, which is the least "
             f"possible. The model's own thresholds cost {found.own.a_photo:.2f}.")
    if found.saved is None or found.photos < 2:
        return f"{begin} One photo is too few to say how it would be on others."
    where = "" if labels else (f" On other photos like these the best threshold would lie between "
                               f"{found.ranges[0].low:.0f} and {found.ranges[0].high:.0f} %.")
    if found.own.a_photo <= found.cost.a_photo + 1e-9:
        return f"{begin}{where} There is nothing to gain on these photos."
    if found.surely_better:
        return (f"{begin}{where} Judged by photos that it was not chosen from, the choice saves between "
                f"{found.saved.low:.2f} and {found.saved.high:.2f} a photo.")
    return (f"{begin}{where} But judged by photos that it was not chosen from, the choice saves anything between "
            f"{found.saved.low:.2f} and {found.saved.high:.2f} a photo: {photos} can not tell whether it is better.")
