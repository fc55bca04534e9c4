from __future__ import annotations

from collections.abc import Callable

import pytest

from core.evaluation.mistakes import compare, failed, margin, mistakes, nearly_wrong, slack, summary
from core.types import Photo, Prediction, Quality


def photo(number: int, label: str, contrast: float, sharpness: float = 0.5, brightness: float = 0.5) -> Photo:
    return Photo(number, f"{number}.jpg", "", quality=Quality(brightness, contrast, sharpness), labels=(label,))


@pytest.fixture
def training() -> list[Photo]:
    """Cats of contrast 0.20 to 0.39, dogs of 0.01 to 0.20, all equally sharp and bright."""
    cats = [photo(number, "cat", 0.20 + number / 100) for number in range(20)]
    return [*cats, *(photo(20 + number, "dog", 0.01 + number / 100) for number in range(20))]


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
            predict("no truth", None, cat=51.0), predict("failed", "cat", error="Throttled: wait")]
    assert [prediction.name for prediction in nearly_wrong(made, 50.0)] == ["rival", "threshold"]
    assert [slack(prediction, 50.0) for prediction in made] == [49.0, 4.0, 2.0, 1.0, None, 1.0, None]


def test_failed_calls_are_listed_apart(predict: Callable[..., Prediction]) -> None:
    broken = predict("a", "cat", error="InvalidImageFormatException: no")
    assert failed([predict("b", "cat", cat=90.0), broken]) == [broken]
    assert margin(broken, 50.0) == "No answer: InvalidImageFormatException: no"


def test_the_margin_is_said_in_points(predict: Callable[..., Prediction]) -> None:
    unknown = predict("a", "cat", cut=60.0, cat=52.0, dog=48.0)
    assert margin(unknown, {"cat": 60.0, "dog": 50.0}) == "Nearest was dog, 2.0 points under its threshold."
    wrong = predict("b", "dog", cat=81.0, dog=19.0)
    assert margin(wrong, 10.0) == "Said cat at 81.0 %; dog had 19.0 %."
    assert margin(wrong, 50.0) == "Said cat at 81.0 %; dog had 19.0 %, under its threshold of 50.0 %."
    assert margin(predict("d", "rabbit", cat=81.0), 50.0) == "Said cat at 81.0 %."
    assert margin(predict("c", "cat"), 50.0) == "The model returned no label at all."


def test_low_contrast_is_found_and_said(training: list[Photo]) -> None:
    differences = compare(Quality(0.5, 0.2, 0.5), "cat", training)
    first = differences[0]
    assert first.measure == "contrast"
    assert first.in_class.percentile == 2.5
    assert first.words == "lower contrast than 95 % of the 20 training photos of cat"
    assert summary(differences) == f"Measured: {first.words}."


def test_equal_values_stand_in_the_middle(training: list[Photo]) -> None:
    sharpness = next(d for d in compare(Quality(0.5, 0.3, 0.5), "cat", training) if d.measure == "sharpness")
    assert (sharpness.in_class.percentile, sharpness.in_all.percentile) == (50.0, 50.0)
    assert not sharpness.nearest.unusual


def test_beyond_all_training_photos_is_said_so(training: list[Photo]) -> None:
    differences = compare(Quality(0.9, 0.3, 0.1), "cat", training)
    words = [difference.words for difference in differences]
    assert "brighter than all 20 training photos of cat" in words
    assert "less sharp than all 20 training photos of cat" in words


def test_a_class_without_training_photos_is_compared_with_all(training: list[Photo]) -> None:
    first = compare(Quality(0.5, 0.9, 0.5), "rabbit", training)[0]
    assert first.words == "higher contrast than all 40 training photos"


def test_without_training_photos_nothing_is_claimed() -> None:
    differences = compare(Quality(0.1, 0.1, 0.1), "cat", [])
    assert summary(differences) == "There are no measured training photos to compare it with."
    assert differences[0].nearest.percentile == 50.0
