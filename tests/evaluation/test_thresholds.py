from __future__ import annotations

from collections.abc import Callable

import pytest

from core.evaluation.thresholds import decide, decide_again, is_close, margin, shortfall
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


def at(cut: float, **scores: float) -> Prediction:
    listed = tuple(sorted((Score(name, value) for name, value in scores.items()), key=lambda one: -one.confidence))
    return Prediction("a.jpg", "/a.jpg", None, listed, *decide(listed, cut))


@pytest.mark.parametrize(("cut", "scores", "points", "close"), [
    (50.0, {"cat": 99.0}, 49.0, False),
    (50.0, {"cat": 54.0}, 4.0, True),
    (50.0, {"cat": 65.0}, 15.0, False),
    (50.0, {"cat": 80.0, "dog": 40.0}, 30.0, False),  # a label that does not pass takes nothing away
    (50.0, {"cat": 80.0, "dog": 70.0}, 10.0, True),
    (50.0, {"cat": 70.0, "dog": 70.0}, 0.0, True),
    (90.0, {"cat": 99.0}, 9.0, False),  # few points, and yet far above a high threshold
    (90.0, {"cat": 92.0}, 2.0, True),
    (90.0, {"cat": 100.0, "dog": 100.0}, 0.0, True),
    (100.0, {"cat": 100.0}, 0.0, False),  # it can not be surer
    (100.0, {"cat": 99.0}, 1.0, True),
    (0.0, {"cat": 0.0}, 0.0, True),
    (50.0, {"cat": 48.0, "dog": 10.0}, 2.0, True),
    (50.0, {"cat": 35.0}, 15.0, False),
    (6.0, {"cat": 1.0}, 5.0, False),  # few points below a threshold under which there are no more
    (50.0, {}, None, False),
])
def test_an_answer_is_close_when_little_would_make_it_another(
    cut: float, scores: dict[str, float], points: float | None, close: bool
) -> None:
    made = at(cut, **scores)
    assert (margin(made, cut), is_close(made, cut)) == (points, close)


@pytest.mark.parametrize("cut", [0, 10, 50, 80, 90, 99, 99.9, 100])
def test_no_threshold_makes_more_than_a_third_of_the_answers_close(cut: float) -> None:
    spread = [at(cut, cat=cut + (100 - cut) * step / 300) for step in range(300)]
    assert sum(is_close(one, cut) for one in spread) <= 101


def test_a_failed_call_is_as_far_from_any_answer_as_can_be(some: list[Prediction]) -> None:
    assert margin(some[-1], 50.0) is None
    assert not is_close(some[-1], 50.0)
