"""What went wrong, and what nearly did, worst first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.evaluation.thresholds import Thresholds, is_close, margin, shortfall
from core.types import UNKNOWN, Prediction


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a value stands among `photos` training photos: how many have less, how many more."""

    photos: int
    below: int
    above: int

    @property
    def percentile(self) -> float:
        """0-100; equal values count half, and 50 means in the middle. Without photos to compare with it is 50."""
        return 50.0 + 50.0 * (self.below - self.above) / self.photos if self.photos else 50.0


def mistakes(predictions: Iterable[Prediction], thresholds: Thresholds = 0.0) -> list[Prediction]:
    """Wrong answers, the most confident first; then Unknown ones, those furthest under their threshold first."""
    missed = [prediction for prediction in predictions if prediction.right is False and prediction.error is None]
    wrong = [prediction for prediction in missed if prediction.answer != UNKNOWN]
    unknown = [prediction for prediction in missed if prediction.answer == UNKNOWN]
    return [*sorted(wrong, key=lambda prediction: (-prediction.confidence, prediction.name)),
            *sorted(unknown, key=lambda prediction: (-_distance(prediction, thresholds), prediction.name))]


def nearly_wrong(predictions: Iterable[Prediction], thresholds: Thresholds = 0.0) -> list[Prediction]:
    """Right answers that little would have made others (`thresholds.is_close`), those with the least to lose first."""
    found = [one for one in predictions if one.right and is_close(one, thresholds)]
    return sorted(found, key=lambda one: (margin(one, thresholds) or 0.0, one.name))


def failed(predictions: Iterable[Prediction]) -> list[Prediction]:
    """Photos to which no answer came at all."""
    return [prediction for prediction in predictions if prediction.error is not None]


def _distance(prediction: Prediction, thresholds: Thresholds) -> float:
    nearest = shortfall(prediction, thresholds)
    return 100.0 if nearest is None else nearest[1]
