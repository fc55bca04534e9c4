from __future__ import annotations

import pytest

from core.evaluation.thresholds import decide
from core.explanation.kinds import Kind, headline, sentences, verdict
from core.explanation.nearness import Nearness
from core.types import Prediction, Score

CUTS = {"cat": 60.0, "dog": 65.0}
OUT = Nearness(((3, 0.3),), 0.7, 0.5, 0, 32)
USUAL = Nearness(((3, 0.6),), 0.4, 0.5, 20, 32)


def said(truth: str | None, error: str | None = None, **scores: float) -> Prediction:
    listed = tuple(sorted((Score(name, value) for name, value in scores.items()), key=lambda one: -one.confidence))
    return Prediction("a.jpg", "/a.jpg", truth, listed, *decide(listed, CUTS), error=error)


@pytest.mark.parametrize(("prediction", "near", "kinds"), [
    (said("cat", "Throttled: wait"), USUAL, ("failed",)),
    (said("cat"), USUAL, ("nothing",)),
    (said("cat", cat=30.0, dog=2.0), USUAL, ("below",)),
    (said("cat", cat=30.0, dog=2.0), OUT, ("far", "below")),
    (said("cat", cat=52.0, dog=48.0), None, ("close", "below")),
    (said("cat", dog=90.0, cat=10.0), USUAL, ("wrong",)),
    (said("cat", dog=90.0, cat=10.0), OUT, ("far", "wrong")),
    (said("cat", cat=62.0, dog=5.0), USUAL, ("narrow",)),
    (said("cat", cat=99.0, dog=1.0), USUAL, ("right",)),
    (said(None, cat=99.0, dog=1.0), USUAL, ("right",)),
    (said(None, cat=50.0, dog=1.0), USUAL, ("below",)),
])
def test_each_answer_has_its_kinds_the_most_telling_first(
    prediction: Prediction, near: Nearness | None, kinds: tuple[Kind, ...]
) -> None:
    found = verdict(prediction, CUTS, near)
    assert found.kinds == kinds
    assert len(sentences(found, prediction)) == len(kinds)
    assert headline(found.kind, prediction)


def test_an_answer_is_called_right_only_where_somebody_has_said_what_the_photo_shows() -> None:
    assert headline("right", said("cat", cat=99.0)) == "Right"
    assert headline("right", said(None, cat=99.0)) == "The model is sure"
    assert headline("narrow", said(None, cat=62.0)) == "A close call"
    assert headline("below", said(None, cat=50.0)) == headline("below", said("cat", cat=50.0))


def test_what_missed_its_threshold_is_said_with_the_points() -> None:
    prediction = said("cat", cat=51.5, dog=20.0)
    found = verdict(prediction, CUTS)
    assert (found.best, found.needed, found.short) == (Score("cat", 51.5), 60.0, 8.5)
    assert sentences(found, prediction) == [
        "cat came nearest with 51.5 %, 8.5 points below its threshold of 60.0 %."]


def test_the_label_that_came_nearest_to_its_own_threshold_counts_and_not_the_surest() -> None:
    prediction = Prediction("a", "", "cat", (Score("dog", 60.0), Score("cat", 40.0)), "Unknown", 60.0)
    assert verdict(prediction, {"cat": 41.0, "dog": 90.0}).best == Score("cat", 40.0)


def test_a_right_label_that_came_first_but_missed_its_threshold_is_named() -> None:
    cuts = {"cat": 86.0, "dog": 14.0}
    scores = (Score("cat", 79.0), Score("dog", 21.0))
    prediction = Prediction("a", "", "cat", scores, *decide(scores, cuts))
    found = verdict(prediction, cuts)
    assert found.kinds == ("below", "wrong")
    assert sentences(found, prediction) == [
        "cat came first with 79.0 %, 7.0 points below its threshold of 86.0 %.",
        "The model said dog with 21.0 %, 7.0 points above its threshold of 14.0 %."]


def test_far_is_said_with_the_training_photos_own_distances() -> None:
    prediction = said("cat", dog=90.0, cat=10.0)
    assert sentences(verdict(prediction, CUTS, OUT), prediction)[0] == (
        "It looks like nothing that the model was trained on: its distance to the training photos is 0.70, theirs to "
        "each other is usually 0.50, and none of the 32 lies as far out.")
