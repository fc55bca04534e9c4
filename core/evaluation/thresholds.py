"""Answers decided anew from stored scores, at any threshold, without a new call.

A label passes when its score is at least its threshold, as Rekognition has it; the best label that passes is the
answer, and Unknown when none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.types import UNKNOWN, Prediction, Score

Thresholds = float | Mapping[str, float]


def threshold_of(label: str, thresholds: Thresholds) -> float:
    """The threshold of a label in percent. A label that the model names none for has to be certain: 100."""
    return thresholds.get(label, 100.0) if isinstance(thresholds, Mapping) else thresholds


def decide(scores: Sequence[Score], thresholds: Thresholds) -> tuple[str, float]:
    """(answer, its confidence in percent). Unknown comes with the best score that was not enough, or 0."""
    best_first = sorted(scores, key=lambda score: -score.confidence)
    for score in best_first:
        if score.confidence >= threshold_of(score.label, thresholds):
            return score.label, score.confidence
    return UNKNOWN, best_first[0].confidence if best_first else 0.0


def decide_again(predictions: Iterable[Prediction], thresholds: Thresholds) -> list[Prediction]:
    """The same predictions as they would have been answered at `thresholds`; failed calls stay as they are."""
    return [prediction if prediction.error else _decided(prediction, thresholds) for prediction in predictions]


def shortfall(prediction: Prediction, thresholds: Thresholds) -> tuple[str, float] | None:
    """(label that came nearest, points by which it missed its threshold); None without scores."""
    missing = [(score.label, threshold_of(score.label, thresholds) - score.confidence) for score in prediction.scores]
    return min(missing, key=lambda pair: pair[1], default=None)


def _decided(prediction: Prediction, thresholds: Thresholds) -> Prediction:
    answer, confidence = decide(prediction.scores, thresholds)
    return replace(prediction, answer=answer, confidence=confidence)
