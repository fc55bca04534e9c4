"""Answers decided anew from stored scores, at any threshold, without a new call.

A label passes when its score is at least its threshold, as Rekognition has it; the best label that passes is the
answer, and Unknown when none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.types import UNKNOWN, Prediction, Score

Thresholds = float | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one threshold for all labels would give: `cuts` in percent, and as many counts of photos each."""

    cuts: np.ndarray
    right: np.ndarray
    wrong: np.ndarray
    unknown: np.ndarray


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


def sweep(predictions: Iterable[Prediction], cuts: Sequence[float] | None = None) -> Sweep:
    """Right, wrong and unknown photos at each cut (0 to 100 % in steps of one unless told), for a curve."""
    steps = np.arange(101.0) if cuts is None else np.asarray(cuts, dtype=float)
    judged = [p for p in predictions if p.truth is not None and p.error is None]
    top = [max(p.scores, key=lambda score: score.confidence, default=Score(UNKNOWN, -1.0)) for p in judged]
    confidence = np.array([score.confidence for score in top])
    hit = np.array([score.label == p.truth for score, p in zip(top, judged, strict=True)], dtype=bool)
    nothing = np.array([p.truth == UNKNOWN for p in judged], dtype=bool)
    passed = confidence[None, :] >= steps[:, None]
    right = (passed & hit).sum(axis=1) + (~passed & nothing).sum(axis=1)
    unknown = (~passed & ~nothing).sum(axis=1)
    return Sweep(steps, right, len(judged) - right - unknown, unknown)


def _decided(prediction: Prediction, thresholds: Thresholds) -> Prediction:
    answer, confidence = decide(prediction.scores, thresholds)
    return replace(prediction, answer=answer, confidence=confidence)
