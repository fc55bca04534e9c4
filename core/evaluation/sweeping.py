"""What moving a threshold does: one for all labels, or that of one label while the others stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.evaluation.scores import Mask, Percent, Places, Scores, best

STEPS = np.arange(0.0, 100.5, 0.5)  # percent, where a curve is drawn


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one threshold for all labels would give: `cuts` in percent, and as many counts of photos each."""

    cuts: Percent
    right: Places
    wrong: Places
    unknown: Places


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """One label's threshold, while those of the others stay: the photos that would get the label, if it passed.

    percent: (m) their scores of the label, highest first. place: (m) where they are. instead: (m) the place of the
    answer that they get otherwise.
    """

    percent: Percent
    place: Places
    instead: Places


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Precision and recall (0-1) of a label at each of its thresholds `cuts`, where it is given to any photo."""

    cuts: Percent
    precision: Percent
    recall: Percent


def sweep(known: Scores, cuts: Percent = STEPS) -> Sweep:
    """Right, wrong and unknown photos at each cut, for a curve."""
    top, percent = (column[known.judged] for column in best(known))
    truth = known.truth[known.judged]
    hit, nothing = top == truth, truth == known.unknown
    right = _at_least(percent[hit], cuts) + (nothing.sum() - _at_least(percent[nothing], cuts))
    unknown = (~nothing).sum() - _at_least(percent[~nothing], cuts)
    return Sweep(cuts, right, len(truth) - right - unknown, unknown)


def by_score(known: Scores, label: int) -> Places:
    """(n) places of photos, the highest score of that label first."""
    return np.argsort(-known.percent[:, label], kind="stable")


def alone(known: Scores, cuts: Percent, label: int, order: Places | None = None) -> Alone:
    """What the threshold of the label in that place decides, given those of the others; judged photos only.

    `order` is that of `by_score`, for whoever asks often.
    """
    ranks = np.where(known.percent >= cuts, known.rank, len(known.labels))
    ranks[:, label] = len(known.labels)
    first = ranks.min(axis=1)
    won = (known.rank[:, label] < first) & (known.percent[:, label] >= 0) & known.judged
    photos = by_score(known, label) if order is None else order
    photos = photos[won[photos]]
    first = first[photos]
    others = known.ranked[photos, np.minimum(first, len(known.labels) - 1)]
    instead = np.where(first == len(known.labels), known.unknown, others)
    return Alone(known.percent[photos, label], photos, instead)


def precision_recall(known: Scores, cuts: Percent, label: int) -> PrecisionRecall:
    """The curve on which moving this label's threshold moves it, so the present threshold gives the present figures."""
    moved = alone(known, cuts, label)
    hit = known.truth[moved.place] == label
    given, hits = _at_least(moved.percent, STEPS), _at_least(moved.percent[hit], STEPS)
    borne = int((known.truth[known.judged] == label).sum())
    there: Mask = given > 0
    return PrecisionRecall(STEPS[there], hits[there] / given[there], hits[there] / max(borne, 1))


def _at_least(percent: Percent, cuts: Percent) -> Places:
    """How many scores reach each cut."""
    return len(percent) - np.searchsorted(np.sort(percent), cuts, side="left")
