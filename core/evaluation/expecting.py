"""Which F1 and accuracy new photos will show, from answers about photos that were not learned from.

The counts of right and wrong answers leave a range of true rates (a beta or Dirichlet distribution each, from
Jeffreys' prior for all photos together). New photos are drawn from these again and again; the range is where nearly
all draws lie. So it allows for how few photos there were, and for how few there will be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.intervals import LEVEL, Figure

DRAWS = 2000
FEW = 5  # photos; of so few each counts half, as what was learned from them might as well have been something else
_PRIOR = 0.5  # photos, right and wrong each
_MANY = 100_000  # photos that leave nothing to chance

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Expected:
    """What so many new photos will show. The value of a figure is the median; `labels` are the F1 of each label."""

    photos: int
    f1: Figure
    accuracy: Figure
    labels: tuple[Figure, ...] = ()


def macro_f1(truth: Array | Truth, said: Array | Truth, taken: Array | None = None) -> float:
    """Mean F1 of the labels that some photo bears. `truth` and `said` are n photos x L labels, `said` perhaps shares.

    Photos count as often as they are `taken` (n), or once.
    """
    weight = np.ones(len(truth)) if taken is None else taken
    hits, given, borne = weight @ (truth * said), weight @ said, weight @ truth
    there = borne > 0
    return float((2 * hits[there] / (given + borne)[there]).mean())


def expected(truth: Truth, said: Truth, photos: int, remaining: Array) -> Expected:
    """What `photos` new photos will show; `truth` is (n, L), `said` (repeats, n, L).

    What differs between the repeats, which divide the photos differently, widens the range. `remaining` (draws) is
    the share of the errors that will be left when all photos are learned from.
    """
    mean = said.mean(axis=0)
    alone = bool((truth.sum(axis=1) == 1).all())
    sure = _drawn(truth, mean, _MANY, 1.0, alone)[0]
    between = float(np.var([macro_f1(truth, one) for one in said]))
    weight = float(np.var(sure)) / (float(np.var(sure)) + between) * len(truth) / (len(truth) + FEW)
    f1, accuracy, *each = (1 - (1 - drawn) * remaining for drawn in _drawn(truth, mean, photos, weight, alone))
    return Expected(photos, _figure(f1), _figure(accuracy), tuple(_figure(one) for one in each))


def _figure(drawn: Array) -> Figure:
    """The range in which nearly all draws lie; those that say nothing are NaN."""
    said = drawn[~np.isnan(drawn)]
    if not len(said):
        return Figure(0.0, 0.0, 1.0, total=0)
    low, value, high = np.quantile(said, ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2))
    return Figure(float(value), float(low), float(high))


def _drawn(truth: Truth, mean: Array, photos: int, weight: float, alone: bool) -> tuple[Array, ...]:
    """(F1, accuracy, F1 of each label) of many draws of new photos, when a photo of the past counts as `weight` of one.

    A draw in which no photo bears a label says nothing of it.
    """
    return (_drawn_single if alone else _drawn_multi)(truth, mean, photos, weight, np.random.default_rng(0))


def _drawn_single(truth: Truth, mean: Array, photos: int, weight: float,
                  chance: np.random.Generator) -> tuple[Array, ...]:
    labels = truth.shape[1]
    counts = weight * truth.T.astype(float) @ mean
    wrong = _PRIOR / labels / max(labels - 1, 1)
    counts += np.where(np.eye(labels, dtype=bool), _PRIOR / labels, wrong)
    borne = chance.multinomial(photos, truth.mean(axis=0), DRAWS)
    given, hits = np.zeros((DRAWS, labels)), np.zeros((DRAWS, labels))
    for label in range(labels):
        answers = chance.multinomial(borne[:, label], chance.dirichlet(counts[label], DRAWS))
        given += answers
        hits[:, label] = answers[:, label]
    return _macro(hits, given, borne), hits.sum(axis=1) / photos, *_by_label(hits, given, borne)


def _drawn_multi(truth: Truth, mean: Array, photos: int, weight: float,
                 chance: np.random.Generator) -> tuple[Array, ...]:
    """Each label on its own. Accuracy is the share of right answers to "does the photo bear this label?"."""
    labels = truth.shape[1]
    prior, size = _PRIOR / labels, (DRAWS, labels)
    borne_rate, given_rate = ((weight * (side * mean).sum(axis=0), weight * (side * (1 - mean)).sum(axis=0))
                              for side in (truth, ~truth))
    borne = chance.binomial(photos, truth.mean(axis=0), size)
    hits = chance.binomial(borne, chance.beta(borne_rate[0] + prior, borne_rate[1] + prior, size))
    false = chance.binomial(photos - borne, chance.beta(given_rate[0] + prior, given_rate[1] + prior, size))
    right = hits + (photos - borne - false)
    return _macro(hits, hits + false, borne), right.mean(axis=1) / photos, *_by_label(hits, hits + false, borne)


def _macro(hits: NDArray[Any], given: NDArray[Any], borne: NDArray[Any]) -> Array:
    """Mean F1 of the labels that the draw has photos of (draws x labels)."""
    there = borne > 0
    f1 = 2 * hits / np.maximum(given + borne, 1)
    return np.asarray((f1 * there).sum(axis=1) / np.maximum(there.sum(axis=1), 1))


def _by_label(hits: NDArray[Any], given: NDArray[Any], borne: NDArray[Any]) -> Array:
    """F1 (labels x draws)."""
    return np.where(borne > 0, 2 * hits / np.maximum(given + borne, 1), np.nan).T
