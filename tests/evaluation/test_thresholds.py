from __future__ import annotations

from collections.abc import Callable

import pytest

from core.evaluation.thresholds import decide, decide_again, shortfall
from core.types import UNKNOWN, Prediction, Score


@pytest.fixture
def some(predict: Callable[..., Prediction]) -> list[Prediction]:
    return [
        predict("a", "cat", cat=97.0, dog=3.0), predict("b", "cat", cat=48.0, dog=52.0),
        predict("c", "dog", cat=45.0, dog=55.0), predict("d", "dog", cat=80.0, dog=20.0),
        predict("e", None, cat=60.0, dog=40.0), predict("f", "dog", error="Throttled: too many")]


def test_a_score_that_equals_its_threshold_passes() -> None:
    assert decide([Score("cat", 62.0)], 62.0) == ("cat", 62.0)
    assert decide([Score("cat", 61.9)], 62.0) == (UNKNOWN, 61.9)


def test_the_best_label_that_passes_its_own_threshold_answers() -> None:
    scores = [Score("cat", 60.0), Score("dog", 40.0)]
    assert decide(scores, {"cat": 70.0, "dog": 30.0}) == ("dog", 40.0)


def test_no_scores_are_unknown() -> None:
    assert decide([], 0.0) == (UNKNOWN, 0.0)


def test_answers_are_decided_anew_and_failed_calls_stay(some: list[Prediction]) -> None:
    again = decide_again(some, 58.0)
    assert [prediction.answer for prediction in again] == ["cat", UNKNOWN, UNKNOWN, "cat", "cat", UNKNOWN]
    assert again[-1] is some[-1]
    assert decide_again(again, 50.0) == some


def test_the_shortfall_names_the_nearest_label(some: list[Prediction]) -> None:
    assert shortfall(some[1], {"cat": 50.0, "dog": 90.0}) == ("cat", 2.0)
