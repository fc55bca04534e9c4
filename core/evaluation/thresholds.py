"""Answers decided anew from stored scores, at any threshold, without a new call.

A label passes when its score is at least its threshold, as Rekognition has it; the best label that passes is the
answer, and Unknown when none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.types import UNKNOWN, Prediction, Score

Thresholds = float | Mapping[str, float]

CLOSE = 15.0  # points: an answer that is further from being another one is not close


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


def margin(prediction: Prediction, thresholds: Thresholds) -> float | None:
    """Points by which the answer could be another; None where no label came back.

    A label that was given can lose so many to its own threshold, or to the best other one that passes; of an Unknown,
    the label that came nearest lacks so many.
    """
    nearest = shortfall(prediction, thresholds)
    if prediction.error is not None or nearest is None:
        return None
    if prediction.answer == UNKNOWN:
        return nearest[1]
    return min(_above(prediction, thresholds), _ahead(prediction, thresholds))


def is_close(prediction: Prediction, thresholds: Thresholds) -> bool:
    """Whether little would have made the answer another.

    That is under `CLOSE` points before another label that passes; or under `CLOSE` points above the threshold, and in
    the lowest third of what lies above it, as above a high threshold every answer is but a few points away. An Unknown
    is close as far below a threshold.
    """
    if prediction.answer == UNKNOWN:
        missed = ((threshold_of(one.label, thresholds), one.confidence) for one in prediction.scores)
        return any(needed - confidence < _near(needed) for needed, confidence in missed)
    room = 100 - threshold_of(prediction.answer, thresholds)
    return _ahead(prediction, thresholds) < CLOSE or _above(prediction, thresholds) < _near(room)


def _near(room: float) -> float:
    """How many points are few where the confidence may lie anywhere in `room` points beside the threshold."""
    return min(CLOSE, room / 3)


def _above(prediction: Prediction, thresholds: Thresholds) -> float:
    return prediction.confidence - threshold_of(prediction.answer, thresholds)


def _ahead(prediction: Prediction, thresholds: Thresholds) -> float:
    """Points to the best other label that passes; more than there are where none does."""
    return prediction.confidence - max((one.confidence for one in prediction.scores if one.label != prediction.answer
                                        and one.confidence >= threshold_of(one.label, thresholds)), default=-100.0)


def _decided(prediction: Prediction, thresholds: Thresholds) -> Prediction:
    answer, confidence = decide(prediction.scores, thresholds)
    return replace(prediction, answer=answer, confidence=confidence)
