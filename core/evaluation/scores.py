"""What a model said of many photos, as arrays: decided anew in a millisecond while a threshold moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.evaluation.thresholds import Thresholds, threshold_of
from core.types import UNKNOWN, Prediction

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]
Percent = NDArray[np.float64]
Texts = NDArray[np.object_]

NOT_SAID = -1.0  # in place of the score of a label that was not returned: it passes no threshold

Said = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """n photos and the k `labels` that the model knows.

    percent: (n, k), NOT_SAID where a label was not returned. ranked: (n, k) places of labels, best first. rank: (n, k)
    of each label, 0 for the best. truth: (n) place in `classes`, len(classes) for a photo of none of them, -1 where
    nobody knows. failed: (n) calls without an answer. `classes` are the labels, and then what else photos show.
    names, paths, hashes: (n) texts; the hashes are SHA-256, "" where not known.
    """

    names: Texts
    paths: Texts
    hashes: Texts
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    percent: Percent
    ranked: Places
    rank: Places
    truth: Places
    failed: Mask

    @property
    def unknown(self) -> int:
        """The place that stands for Unknown, as a truth and as an answer."""
        return len(self.classes)

    @property
    def judged(self) -> Mask:
        """(n) photos that count: an answer came, and the truth is known."""
        return (self.truth >= 0) & ~self.failed

    def class_at(self, place: int) -> str | None:
        """The name of a place in `truth` or in answers, None for a truth that nobody knows."""
        return None if place < 0 else UNKNOWN if place == self.unknown else self.classes[place]

    def take(self, places: Places | Mask) -> Scores:
        """Some of the photos, one of them as often as it is named."""
        return replace(self, **{column: getattr(self, column)[places] for column in _COLUMNS})


_COLUMNS = ("names", "paths", "hashes", "percent", "ranked", "rank", "truth", "failed")


def scores(predictions: Iterable[Prediction], labels: Iterable[str] = ()) -> Scores:
    """Predictions as arrays, whatever they were decided to be."""
    made = list(predictions)
    said = [[(score.label, score.confidence) for score in one.scores] for one in made]
    return arrays([one.name for one in made], [one.path for one in made], [one.sha256 or "" for one in made],
                   [one.truth for one in made], [one.error is not None for one in made], said, labels)


def cuts_of(labels: Sequence[str], thresholds: Thresholds) -> Percent:
    """(k) the threshold of each label in percent."""
    return np.array([threshold_of(label, thresholds) for label in labels], dtype=float)


def decide(known: Scores, cuts: Percent) -> Places:
    """(n) the place in `classes` of each answer, as thresholds.decide would give it; len(classes) is Unknown."""
    if not known.labels:
        return np.full(len(known.names), known.unknown)
    passed = np.take_along_axis(known.percent >= cuts, known.ranked, axis=1)
    first = passed.argmax(axis=1)
    rows = np.arange(len(first))
    return np.where(passed[rows, first], known.ranked[rows, first], known.unknown)


def best(known: Scores) -> tuple[Places, Percent]:
    """(n) the label with the highest score, and (n) that score; NOT_SAID where no label was returned."""
    if not known.labels:
        return np.full(len(known.names), known.unknown), np.full(len(known.names), NOT_SAID)
    top = known.ranked[:, 0]
    return top, known.percent[np.arange(len(top)), top]


def arrays(
    names: Sequence[str], paths: Sequence[str], hashes: Sequence[str], truths: Sequence[str | None],
    failed: Sequence[bool], said: Sequence[Said], labels: Iterable[str],
) -> Scores:
    """The columns of a run, of which `said` has what was returned for each photo, best first."""
    met = sorted({label for some in said for label, _ in some})
    known = tuple(name for name in dict.fromkeys([*labels, *met]) if name != UNKNOWN)
    shown = sorted({truth for truth, lost in zip(truths, failed, strict=True) if truth is not None and not lost})
    classes = (*known, *(name for name in shown if name != UNKNOWN and name not in set(known)))
    place: dict[str | None, int] = {name: number for number, name in enumerate((*classes, UNKNOWN))}
    percent = np.full((len(names), len(known)), NOT_SAID)
    order = np.full((len(names), len(known)), len(known))  # the rank of each label among those returned
    for row, some in enumerate(said):
        for rank, (label, value) in enumerate(some):
            if label != UNKNOWN:
                percent[row, place[label]] = value
                order[row, place[label]] = rank
    # by score, and equal ones as they were returned, which is how thresholds.decide takes them
    ranked = np.lexsort((order, -percent), axis=1) if known else np.zeros((len(names), 0), np.intp)
    texts = [np.array(column, object).reshape(len(names)) for column in (names, paths, hashes)]
    truth = np.array([place.get(truth, -1) for truth in truths], np.intp)
    return Scores(texts[0], texts[1], texts[2], known, classes, percent, ranked, np.argsort(ranked, axis=1), truth,
                  np.array(failed, bool))
