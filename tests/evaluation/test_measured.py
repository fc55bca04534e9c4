from __future__ import annotations

from typing import Any

import pytest

from core.evaluation import forecast, measured
from core.evaluation.expecting import Expected
from core.evaluation.forecast import Curve, Forecast
from core.evaluation.intervals import Figure
from core.evaluation.measured import beside
from core.types import Evaluation, LabelResult

RANGE = Figure(0.9, 0.8, 1.0)
TESTED = Expected(8, RANGE, RANGE, (Figure(0.9, 0.7, 0.95), RANGE))
FORECAST = Forecast(40, 0, Expected(100, RANGE, RANGE), TESTED, (), (), Curve((), (), (40.0, RANGE), RANGE),
                    ("cat", "dog"))


def evaluation(*labels: LabelResult, raw: dict[str, Any] | None = None) -> Evaluation:
    f1 = sum(one.f1 for one in labels) / max(len(labels), 1)
    return Evaluation(f1, f1, f1, labels, 32, sum(one.images for one in labels), raw or {})


def test_each_figure_has_the_interval_of_its_counts_and_stands_beside_its_forecast() -> None:
    found = evaluation(LabelResult("cat", 0.5, 1.0, 1.0, 1.0, 4), LabelResult("dog", 0.5, 1.0, 0.5, 2 / 3, 4))
    mean, cat, dog = beside(found, FORECAST)
    assert (cat.label, cat.photos, cat.value, cat.forecast) == ("cat", 4, 1.0, Figure(0.9, 0.7, 0.95))
    assert cat.measured.high == 1.0 and 0.5 < cat.measured.low < 0.6
    assert dog.measured.value == pytest.approx(2 / 3) and dog.measured.low < 0.2 and dog.measured.high > 0.9
    assert mean.label == "" and mean.measured.value == pytest.approx(5 / 6)
    assert mean.measured.low == pytest.approx((cat.measured.low + dog.measured.low) / 2)
    assert [one.outcome for one in (mean, cat, dog)] == ["within", "better", "worse"]


@pytest.mark.parametrize(("f1", "said"), [
    (0.95, "F1 0.95 is as forecast: between 0.80 and 1.00 on 8 test photos."),
    (0.5, "F1 0.50 is worse than forecast: between 0.80 and 1.00 on 8 test photos."),
    (0.797, "F1 0.80 is as forecast: between 0.80 and 1.00 on 8 test photos.")])
def test_whether_it_is_as_forecast_is_said_in_words(f1: float, said: str) -> None:
    assert measured.sentence(beside(evaluation(LabelResult("cat", 0.5, f1, f1, f1, 8)), FORECAST)[0]) == said


def test_without_a_forecast_nothing_is_said_of_one() -> None:
    mean, cat = beside(evaluation(LabelResult("cat", 0.5, 1.0, 1.0, 1.0, 4)), None)
    assert (mean.forecast, cat.forecast, mean.outcome, measured.sentence(mean)) == (None, None, "unknown", "")
    assert mean.measured.known


def test_where_boxes_are_counted_there_is_no_interval() -> None:
    boxes = {"AggregatedEvaluationResults": {"AveragePrecision": 0.9}}
    for one in beside(evaluation(LabelResult("cat", 0.5, 1.0, 1.0, 1.0, 4), raw=boxes), FORECAST):
        assert not one.measured.known and one.value == 1.0


def test_a_label_that_was_never_right_may_still_be_right_sometimes() -> None:
    for one in beside(evaluation(LabelResult("cat", 0.5, 0.0, 0.0, 0.0, 4)), FORECAST):
        assert one.measured.value == one.measured.low == 0.0 and 0.5 < one.measured.high < 1.0


def test_a_model_without_labels_breaks_nothing() -> None:
    assert not beside(evaluation(), None)[0].measured.known


def test_a_forecast_that_an_older_version_kept_has_no_labels() -> None:
    kept = forecast.dump(FORECAST)
    assert forecast.load(kept) == FORECAST
    del kept["labels"], kept["test"]["labels"], kept["new"]["labels"]
    older = forecast.load(kept)
    assert older.labels == ()
    assert beside(evaluation(LabelResult("cat", 0.5, 1.0, 1.0, 1.0, 4)), older)[1].forecast is None
