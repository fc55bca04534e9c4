"""AWS's evaluation of a model with the intervals that its counts allow, and beside the forecast of its training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.evaluation import metrics
from core.evaluation.forecast import Forecast
from core.evaluation.intervals import LEVEL, Figure
from core.types import Evaluation, LabelResult

Outcome = Literal["within", "better", "worse", "unknown"]


@dataclass(frozen=True, slots=True)
class Beside:
    """One measured F1 and what was forecast of it. `label` is "" for the mean of all; `photos` it was measured on.

    `measured` is without interval (0 to 1, total 0) where AWS's counts do not allow one; `forecast` is None without a
    forecast.
    """

    label: str
    photos: int
    value: float
    measured: Figure
    forecast: Figure | None

    @property
    def outcome(self) -> Outcome:
        """Where the measured figure lies; it may touch the range, as figures of few photos come in large steps."""
        if self.forecast is None or not self.forecast.known:
            return "unknown"
        if self.value < self.forecast.low - _ROUNDING:
            return "worse"
        return "better" if self.value > self.forecast.high + _ROUNDING else "within"


_ROUNDING = 0.005  # figures are shown with two digits


def beside(found: Evaluation, made: Forecast | None) -> list[Beside]:
    """The mean, and then each label in AWS's order."""
    test = made.test if made else None
    expected = dict(zip(made.labels, test.labels, strict=False)) if made and test else {}
    joint = 1 - (1 - LEVEL) / max(len(found.labels), 1)  # bounds for all labels together bound their mean
    mean = _mean([_figure(found, one, joint) for one in found.labels])
    return [Beside("", found.testing_images, found.f1, mean, test.f1 if test else None),
            *(Beside(one.label, one.images, one.f1, _figure(found, one, LEVEL), expected.get(one.label))
              for one in found.labels)]


def _figure(found: Evaluation, label: LabelResult, level: float) -> Figure:
    """A label's F1 with its interval, from the counts that precision, recall and images tell.

    Where objects are detected the images are not what was counted, and without a hit precision does not tell how many
    photos were given the label. Then nothing is said.
    """
    hits = round(label.recall * label.images)
    if "AveragePrecision" in found.raw.get("AggregatedEvaluationResults", {}) or not hits or not label.precision:
        return Figure(label.f1, 0.0, 1.0, total=0)
    return metrics.f1(hits, round(hits / label.precision), label.images, level)


def _mean(figures: Sequence[Figure]) -> Figure:
    if not figures or not all(figure.known for figure in figures):
        return Figure(0.0, 0.0, 1.0, total=0)
    value, low, high = (sum(values) / len(figures) for values in zip(
        *((figure.value, figure.low, figure.high) for figure in figures), strict=True))
    return Figure(value, low, high)


def sentence(one: Beside) -> str:
    """ "F1 0.97 is as forecast: between 0.90 and 1.00 on 8 test photos."; "" without a forecast of the mean."""
    if one.forecast is None or one.outcome == "unknown":
        return ""
    how = {"within": "as forecast", "better": "better than forecast", "worse": "worse than forecast"}[one.outcome]
    photos = "1 test photo" if one.photos == 1 else f"{one.photos:,} test photos"
    return (f"F1 {one.value:.2f} is {how}: between {one.forecast.low:.2f} and {one.forecast.high:.2f} on {photos}.")
