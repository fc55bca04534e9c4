"""Figures about predictions, in numpy alone: the confusion matrix, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation.intervals import LEVEL, Figure, clopper_pearson, proportion
from core.evaluation.scores import Places, Scores
from core.types import UNKNOWN, Prediction


@dataclass(frozen=True, slots=True)
class Confusion:
    """Photos counted by truth (row) and answer (column); `counts` has the shape (len(rows), len(columns)).

    The last column is Unknown. Unknown is a row only where photos of none of the classes were tried on purpose.
    `totals` are the photos of each row where not all columns are there.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: np.ndarray
    totals: np.ndarray | None = None

    @property
    def shares(self) -> np.ndarray:
        """Each cell's share of its row, 0-1; a row without photos is 0 throughout."""
        totals = self.counts.sum(axis=1) if self.totals is None else self.totals
        return self.counts / np.maximum(totals, 1)[:, None]

    def cell(self, index: int) -> tuple[str, str]:
        """(truth, answer) of a cell that a chart counts row by row from 0."""
        row, column = divmod(index, len(self.columns))
        return self.rows[row], self.columns[column]


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """What was measured of one label. `photos` bear it in truth."""

    label: str
    precision: Figure
    recall: Figure
    f1: Figure
    photos: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one run: `failed` calls and photos `without_truth` are in none of the figures."""

    confusion: Confusion
    accuracy: Figure
    unknown: Figure
    precision: Figure
    recall: Figure
    f1: Figure
    labels: tuple[LabelFigures, ...]
    failed: int
    without_truth: int


def measure(predictions: Sequence[Prediction], labels: Iterable[str] = ()) -> Figures:
    """Everything that is measured of predictions as they were decided."""
    return figures(confusion(predictions, labels),
                   sum(prediction.error is not None for prediction in predictions),
                   sum(prediction.truth is None and prediction.error is None for prediction in predictions))


def measure_at(known: Scores, answers: Places) -> Figures:
    """The same of a run's scores with its answers, as `scores.decide` gives them."""
    lost = int(known.failed.sum())
    return figures(count(known, answers), lost, len(known.names) - lost - int(known.judged.sum()))


def figures(matrix: Confusion, failed: int, without_truth: int) -> Figures:
    """What follows from a matrix. Precision, recall and F1 are the mean over the labels (macro).

    So are their bounds: a mean strays no further than its parts do on average, whatever they have in common. That is
    rather too wide than too narrow, as labels seldom err together.
    """
    each = by_label(matrix)
    return Figures(
        confusion=matrix,
        accuracy=accuracy(matrix),
        unknown=proportion(int(matrix.counts[:, -1].sum()), int(matrix.counts.sum())),
        precision=mean([label.precision for label in each]),
        recall=mean([label.recall for label in each]),
        f1=mean([label.f1 for label in each]),
        labels=each,
        failed=failed,
        without_truth=without_truth,
    )


def count(known: Scores, answers: Places) -> Confusion:
    """Truth against answer of the photos that count."""
    columns = (*known.classes, UNKNOWN)
    size = len(columns)
    truth, said = known.truth[known.judged], answers[known.judged]
    counts = np.bincount(truth * size + said, minlength=size * size).reshape(size, size)
    rows = columns if counts[-1].any() else known.classes
    return Confusion(rows, columns, counts[: len(rows)])


def confusion(predictions: Iterable[Prediction], labels: Iterable[str] = ()) -> Confusion:
    """Count truth against answer. `labels` come first, in their order; labels met only in the photos follow."""
    pairs = [(p.truth, p.answer) for p in predictions if p.truth is not None and p.error is None]
    met = sorted({name for pair in pairs for name in pair})
    known = tuple(name for name in dict.fromkeys([*labels, *met]) if name != UNKNOWN)
    columns = (*known, UNKNOWN)
    rows = columns if any(truth == UNKNOWN for truth, _ in pairs) else known
    position = {name: index for index, name in enumerate(columns)}
    counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for truth, answer in pairs:
        counts[position[truth], position[answer]] += 1
    return Confusion(rows, columns, counts)


def most_confused(matrix: Confusion, most: int) -> Confusion:
    """The matrix of so many classes at most, in their order: those that are mistaken or answered wrongly most often."""
    classes = len(matrix.columns) - 1
    if classes <= most:
        return matrix
    wrong = matrix.counts * (1 - np.eye(*matrix.counts.shape))
    missed = wrong[:classes].sum(axis=1) + wrong[:, :classes].sum(axis=0)
    chosen = np.sort(np.argsort(-missed, kind="stable")[:most])
    rows = np.append(chosen, np.arange(classes, len(matrix.rows)))
    columns = np.append(chosen, classes)
    return Confusion(tuple(matrix.rows[place] for place in rows), tuple(matrix.columns[place] for place in columns),
                     matrix.counts[np.ix_(rows, columns)], matrix.counts[rows].sum(axis=1))


def accuracy(matrix: Confusion) -> Figure:
    """The share of photos that were answered right; an Unknown is right only where that is the truth."""
    return proportion(int(np.trace(matrix.counts)), int(matrix.counts.sum()))


def by_label(matrix: Confusion) -> tuple[LabelFigures, ...]:
    """Precision, recall and F1 of each label that some photo bears or was given."""
    found = []
    for position, label in enumerate(matrix.columns[:-1]):
        borne = int(matrix.counts[position].sum())
        given, hits = int(matrix.counts[:, position].sum()), int(matrix.counts[position, position])
        if borne or given:
            precision, recall = proportion(hits, given), proportion(hits, borne)
            found.append(LabelFigures(label, precision, recall, f1(hits, given, borne), borne))
    return tuple(found)


def f1(hits: int, given: int, borne: int, level: float = LEVEL) -> Figure:
    """F1 of a label that was `given` to so many photos and `borne` by so many, right in `hits` of them.

    F1 is 2s / (1 + s) for s = hits of all photos that bear the label or were given it. That is a proportion: its
    exact interval, sent through the same rising function, is the interval of F1 for photos drawn at random.
    """
    low, high = (2 * bound / (1 + bound) for bound in clopper_pearson(hits, given + borne - hits, level))
    return Figure(2 * hits / max(given + borne, 1), low, high)


def mean(figures: Sequence[Figure]) -> Figure:
    """The mean of several figures and of their bounds; of none, nothing is known."""
    if not figures:
        return Figure(0.0, 0.0, 1.0, total=0)
    value, low, high = np.mean([(figure.value, figure.low, figure.high) for figure in figures], axis=0)
    return Figure(float(value), float(low), float(high))
