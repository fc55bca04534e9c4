from __future__ import annotations

from collections.abc import Callable

from core.evaluation.mistakes import failed, mistakes, nearly_wrong
from core.types import UNKNOWN, Prediction


def test_wrong_answers_come_first_most_confident_first_then_unknown_ones(predict: Callable[..., Prediction]) -> None:
    found = mistakes([
        predict("right", "cat", cat=90.0), predict("slip", "dog", cat=60.0, dog=40.0),
        predict("near", "cat", cat=49.0, dog=30.0), predict("blunder", "dog", cat=99.0),
        predict("far", "cat", cat=20.0, dog=19.0), predict("no truth", None, cat=99.0),
        predict("failed", "cat", error="Throttled: wait")], 50.0)
    assert [prediction.name for prediction in found] == ["blunder", "slip", "far", "near"]


def test_right_answers_with_little_to_lose_are_nearly_wrong_the_least_first(predict: Callable[..., Prediction]) -> None:
    made = [predict("safe", "cat", cat=99.0), predict("threshold", "cat", cat=54.0), predict("wrong", "dog", cat=52.0),
            predict("rival", "cat", cat=53.0, dog=52.0), predict("unknown", "cat", cat=49.0),
            predict("rightly unknown", UNKNOWN, cat=47.5), predict("far from both", UNKNOWN, cat=30.0, dog=20.0),
            predict("no truth", None, cat=51.0), predict("failed", "cat", error="Throttled: wait"),
            predict("nothing", UNKNOWN)]
    assert [prediction.name for prediction in nearly_wrong(made, 50.0)] == ["rival", "rightly unknown", "threshold"]


def test_failed_calls_are_listed_apart(predict: Callable[..., Prediction]) -> None:
    broken = predict("a", "cat", error="InvalidImageFormatException: no")
    assert failed([predict("b", "cat", cat=90.0), broken]) == [broken]
