"""The figures of a trained model on its test images, as Rekognition forms them: arrays in, values out.

The truth and the confidences are arrays of images x labels, the confidences 0-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.learning.learner import NEUTRAL_THRESHOLD, Array
from core.types import LabelResult

Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figures:
    """Macro means over the labels that have test images, and each of those labels, best F1 first.

    `matrix` holds (true label, predicted label, value), and is None for models whose images have several labels.
    """

    precision: float
    recall: float
    f1: float
    labels: tuple[LabelResult, ...]
    matrix: tuple[tuple[str, str, float], ...] | None


def best_threshold(confidences: Array, truth: Truth) -> float:
    """The value with the best F1 for one label, in the middle of the gap between two test images' confidences.

    Of several equally good gaps it is the one nearest to 0.5, which is also the answer without a positive image.
    """
    positives = int(truth.sum())
    if positives == 0:
        return NEUTRAL_THRESHOLD
    order = np.argsort(-confidences, kind="stable")
    ranked = confidences[order]
    scores = 2 * np.cumsum(truth[order]) / (np.arange(1, len(ranked) + 1) + positives)
    following = np.append(ranked[1:], 0.0)
    scores[ranked == following] = -1  # no value separates equal confidences
    candidates = np.flatnonzero(np.isclose(scores, scores.max()))
    middles = (ranked[candidates] + following[candidates]) / 2
    return float(middles[np.argmin(abs(middles - NEUTRAL_THRESHOLD))])


def best_thresholds(confidences: Array, truth: Truth) -> Array:
    """The assumed threshold of every label."""
    return np.array([best_threshold(confidences[:, number], truth[:, number]) for number in range(truth.shape[1])])


def evaluate(labels: tuple[str, ...], confidences: Array, truth: Truth, thresholds: Array,
             independent: bool) -> Figures:
    """All figures of a model. Labels without a test image can not be measured, and are left out."""
    measured = [_label_figures(label, confidences[:, number] >= thresholds[number], truth[:, number],
                               float(thresholds[number]))
                for number, label in enumerate(labels) if truth[:, number].any()]
    return Figures(
        precision=_mean([one.precision for one in measured]),
        recall=_mean([one.recall for one in measured]),
        f1=_mean([one.f1 for one in measured]),
        labels=tuple(sorted(measured, key=lambda one: -one.f1)),
        matrix=None if independent else _matrix(labels, confidences, truth),
    )


def _label_figures(label: str, said: Truth, truth: Truth, threshold: float) -> LabelResult:
    hits = int((said & truth).sum())
    precision, recall = _share(hits, said.sum()), _share(hits, truth.sum())
    f1 = _share(2 * precision * recall, precision + recall)
    return LabelResult(label, threshold, precision, recall, f1, int(truth.sum()))


def _matrix(labels: tuple[str, ...], confidences: Array, truth: Truth) -> tuple[tuple[str, str, float], ...]:
    """Best guesses, whatever their confidence, divided by the test images of the *predicted* label.

    That is what the one published sample of AWS fits. A label without test images has no such value.
    """
    guesses = confidences.argmax(axis=1)
    images = truth.sum(axis=0)
    cells = []
    for row, true_label in enumerate(labels):
        for column, predicted in enumerate(labels):
            if images[column]:
                count = int((truth[:, row] & (guesses == column)).sum())
                cells.append((true_label, predicted, count / int(images[column])))
    return tuple(cells)


def _share(part: Any, whole: Any) -> float:
    return float(part / whole) if whole else 0.0


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
