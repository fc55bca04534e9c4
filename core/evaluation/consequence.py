"""Thresholds by consequence: what a wrong label costs against an Unknown, and the thresholds that cost least.

The unit is one Unknown. A wrong label costs `price` of them, at least one, and a right answer nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np

from core.evaluation.scores import Mask, Percent, Places, Scores, best, decide
from core.evaluation.sweeping import alone, by_score

WORK = 10_000_000  # photos times combinations that are tried one by one, which takes about half a second
OVERHEAD = 5_000  # photos that take as long as to try a combination at all


@dataclass(frozen=True, slots=True)
class Cost:
    """What the answers to so many photos cost."""

    wrong: int
    unknown: int
    photos: int
    price: float

    @property
    def a_photo(self) -> float:
        """Unknowns a photo; 0 without photos."""
        return (self.wrong * self.price + self.unknown) / self.photos if self.photos else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Stake:
    """What is looked for: least cost at this price on photos that all count, each as often as `weights` (n) say.

    orders: by label the photos, highest score first.
    """

    known: Scores
    price: float
    weights: Percent
    orders: tuple[Places, ...]

    def cost(self, cuts: Percent) -> float:
        """Of all photos together."""
        return float(self.weights @ costs_of(self.known, decide(self.known, cuts), self.price))


def cost_at(known: Scores, cuts: Percent, price: float) -> Cost:
    """What the answers at these thresholds cost."""
    answers, truth = decide(known, cuts)[known.judged], known.truth[known.judged]
    missed, silent = answers != truth, answers == known.unknown
    return Cost(int((missed & ~silent).sum()), int((missed & silent).sum()), len(truth), price)


def costs_of(known: Scores, answers: Places, price: float) -> Percent:
    """(n) what each answer costs; of photos that do not count it means nothing."""
    return np.where(answers == known.truth, 0.0, np.where(answers == known.unknown, 1.0, price))


def stake(known: Scores, price: float) -> Stake:
    """The photos of a run that count, each once."""
    counted = known.take(known.judged)
    return Stake(counted, price, np.ones(len(counted.names)),
                 tuple(by_score(counted, label) for label in range(len(counted.labels))))


def best_for_all(put: Stake) -> float:
    """The threshold for all labels, in percent, that costs least on these photos.

    Where many do, it is in the middle of the widest gap between scores.
    """
    known = put.known
    top, percent = best(known)
    gain = np.where(top == known.truth, 0.0, put.price) - np.where(known.truth == known.unknown, 0.0, 1.0)
    order = np.argsort(-percent, kind="stable")
    order = order[(percent[order] >= 0) & (put.weights[order] > 0)]
    return _least(percent[order], (gain * put.weights)[order])


def best_by_label(put: Stake) -> Percent:
    """(k) the thresholds that cost least on these photos, each once.

    Every combination is tried, but for the label with the most, whose best follows from the others. Where that would
    be too many, they are improved one label after the other, from several beginnings, until none can be improved alone.
    """
    choices = [_choices(put.known, label) for label in range(len(put.known.labels))]
    free = max(range(len(choices)), key=lambda label: len(choices[label]), default=0)
    others = [some if label != free else np.array([100.0]) for label, some in enumerate(choices)]
    if math.prod(map(len, others)) * max(len(put.known.names), OVERHEAD) <= WORK:
        tried = (_improved(put, np.array(cuts), free) for cuts in product(*others) if cuts)
    else:
        every = np.full(len(choices), best_for_all(put))
        tried = (descended(put, cuts) for cuts in (every, np.zeros(len(choices)), np.full(len(choices), 100.0)))
    found = min(tried, key=put.cost, default=np.array([]))
    for label in range(len(choices)):
        found = _centred(put, found, label)
    return found


def descended(put: Stake, cuts: Percent) -> Percent:
    """Improve one label after the other, until a whole round brings nothing."""
    cost = math.inf
    while (now := put.cost(cuts)) < cost:
        cost, cuts = now, improved(put, cuts)
    return cuts


def improved(put: Stake, cuts: Percent) -> Percent:
    """The thresholds after one round, in which each label in turn gets what is best given the others."""
    for label in range(len(cuts)):
        cuts = _improved(put, cuts, label)
    return cuts


def _choices(known: Scores, label: int) -> Percent:
    """Thresholds of a label of which one is best, whatever the others are.

    Below a score of a photo that does not bear it lies nothing to gain before the next that does; and down from that
    as far as only such photos follow.
    """
    scores = known.percent[:, label]
    values = np.unique(scores[scores >= 0])[::-1]
    right = np.isin(values, scores[known.truth == label])
    spoilt = np.isin(values, scores[known.truth != label])
    ends = np.append(spoilt, True)[1:]
    return np.union1d(values[right & ends], [100.0])


def _improved(put: Stake, cuts: Percent, label: int) -> Percent:
    """The thresholds with the best one for this label."""
    moved = alone(put.known, cuts, label, put.orders[label])
    truth = put.known.truth[moved.place]
    own = np.where(truth == label, 0.0, put.price)
    instead = np.where(moved.instead == truth, 0.0, np.where(moved.instead == put.known.unknown, 1.0, put.price))
    weights = put.weights[moved.place]
    there = weights > 0
    better = cuts.copy()
    better[label] = _least(moved.percent[there], ((own - instead) * weights)[there])
    return better


def _centred(put: Stake, cuts: Percent, label: int) -> Percent:
    """The same answers, with the label's threshold in the middle between the scores that it lies between."""
    scores = alone(put.known, cuts, label, put.orders[label]).percent
    passed = int((scores >= cuts[label]).sum())
    centred = cuts.copy()
    centred[label] = _between(float(scores[passed]) if passed < len(scores) else 0.0,
                              float(scores[passed - 1]) if passed else 100.0)
    return centred


def _least(percent: Percent, gain: Percent) -> float:
    """The threshold of least cost, where a photo whose score reaches it costs `gain` more than otherwise.

    `percent` falls. Equal scores pass together, and one of 100 always does.
    """
    totals = np.append(0.0, np.cumsum(gain))
    highs, lows = np.append(100.0, percent), np.append(percent, 0.0)  # in (low, high] the same photos pass
    possible: Mask = lows < highs
    possible[-1] = True
    least = totals[possible].min()
    equal = np.flatnonzero(possible & (totals <= least + 1e-9))
    widest = equal[np.argmax((highs - lows)[equal])]
    return _between(float(lows[widest]), float(highs[widest]))


def _between(low: float, high: float) -> float:
    """A number in (low, high] near the middle, as short as it can be."""
    for digits in range(6):
        if low < (short := round((low + high) / 2, digits)) <= high:
            return short
    return high
