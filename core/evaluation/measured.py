"""AWS's evaluation of a model with the intervals that its counts allow, and beside the forecast of its training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.evaluation.forecast import Forecast
from core.evaluation.intervals import Figure
from core.evaluation.published import f1_of, published
from core.types import Evaluation

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
    return [Beside("", found.testing_images, found.f1, published(found).f1, test.f1 if test else None),
            *(Beside(one.label, one.images, one.f1, f1_of(found, one), expected.get(one.label))
              for one in found.labels)]


def sentence(one: Beside) -> str:
    """ "F1 0.97 is as forecast: between 0.90 and 1.00 on 8 test photos."; "" without a forecast of the mean."""
    if one.forecast is None or one.outcome == "unknown":
        return ""
    how = {"within": "as forecast", "better": "better than forecast", "worse": "worse than forecast"}[one.outcome]
    photos = "1 test photo" if one.photos == 1 else f"{one.photos:,} test photos"
    return (f"F1 {one.value:.2f} is {how}: between {one.forecast.low:.2f} and {one.forecast.high:.2f} on {photos}.")
