from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation import consequence, resampling, scores
from core.evaluation.consequence import best_by_label, best_for_all, cost_at, stake
from core.evaluation.scores import Scores
from core.types import UNKNOWN, Prediction, Score

PRICES = st.sampled_from([1.0, 1.5, 5.0, 20.0])


@st.composite
def answered(draw: st.DrawFn, labels: int, most: int) -> Scores:
    """Photos with scores from a few numbers, so that many are equal; some of no class, some without a truth."""
    names = [f"label {place}" for place in range(labels)]
    value = st.sampled_from([0.0, 5.0, 20.0, 45.5, 50.0, 51.0, 70.0, 99.99999, 100.0])
    made = []
    for number in range(draw(st.integers(0, most))):
        said = sorted((Score(name, draw(value)) for name in names), key=lambda score: -score.confidence)
        truth = draw(st.sampled_from([*names, *names, UNKNOWN, None, "another"]))
        made.append(Prediction(str(number), "", truth, tuple(said), UNKNOWN, 0.0))
    return scores.scores(made, names)


def everywhere(known: Scores) -> list[float]:
    """A threshold between every two scores, at each, and at both ends."""
    values = sorted({0.0, 100.0, *known.percent.ravel().tolist()})
    return sorted({*values, *((low + high) / 2 for low, high in pairwise(values))})


def least(known: Scores, price: float, combinations: list[tuple[float, ...]]) -> float:
    return min(cost_at(known, np.array(cuts), price).a_photo for cuts in combinations)


@given(answered(3, 12), PRICES)
def test_the_best_threshold_for_all_labels_costs_no_more_than_any_other(known: Scores, price: float) -> None:
    found = best_for_all(stake(known, price))
    assert 0 <= found <= 100
    assert cost_at(known, np.full(3, found), price).a_photo == pytest.approx(
        least(known, price, [(cut,) * 3 for cut in everywhere(known)]))


@given(answered(2, 10), PRICES)
def test_the_best_two_thresholds_cost_no_more_than_any_other_two(known: Scores, price: float) -> None:
    found = best_by_label(stake(known, price))
    assert cost_at(known, found, price).a_photo == pytest.approx(
        least(known, price, list(product(everywhere(known), repeat=2))))


@settings(max_examples=25)
@given(answered(3, 6), PRICES)
def test_the_best_three_thresholds_cost_no_more_than_any_other_three(known: Scores, price: float) -> None:
    found = best_by_label(stake(known, price))
    cuts = sorted({0.0, 100.0, *known.percent.ravel().tolist()})
    assert cost_at(known, found, price).a_photo == pytest.approx(least(known, price, list(product(cuts, repeat=3))))


def simulated(photos: int, labels: int, seed: int, skill: float = 2.5) -> Scores:
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, labels, photos)
    marks = chance.normal(0, 1.0, (photos, labels))
    marks[np.arange(photos), truth] += skill
    shares = 100 * np.exp(marks) / np.exp(marks).sum(axis=1, keepdims=True)
    names = [f"label {place}" for place in range(labels)]
    return scores.scores([Prediction(str(number), "", names[shown], tuple(sorted(
        (Score(name, float(value)) for name, value in zip(names, row, strict=True)),
        key=lambda score: -score.confidence)), UNKNOWN, 0.0)
        for number, (shown, row) in enumerate(zip(truth, shares, strict=True))], names)


def test_many_labels_get_thresholds_of_which_none_can_be_improved_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    known = simulated(300, 6, 1)
    monkeypatch.setattr(consequence, "WORK", 0)
    found = best_by_label(stake(known, 5.0))
    cost = cost_at(known, found, 5.0).a_photo
    assert cost <= cost_at(known, np.full(6, best_for_all(stake(known, 5.0))), 5.0).a_photo
    for label in range(6):
        for cut in np.linspace(0, 100, 101):
            other = found.copy()
            other[label] = cut
            assert cost_at(known, other, 5.0).a_photo >= cost - 1e-9


def test_a_price_is_paid_for_each_wrong_label_and_one_for_each_unknown() -> None:
    known = scores.scores([
        Prediction("a", "", "cat", (Score("cat", 90.0),), UNKNOWN, 0.0),
        Prediction("b", "", "cat", (Score("dog", 60.0),), UNKNOWN, 0.0),
        Prediction("c", "", "dog", (Score("dog", 40.0),), UNKNOWN, 0.0),
        Prediction("d", "", UNKNOWN, (Score("dog", 30.0),), UNKNOWN, 0.0)], ["cat", "dog"])
    found = cost_at(known, np.array([50.0, 50.0]), 5.0)
    assert (found.wrong, found.unknown, found.photos, found.a_photo) == (1, 1, 4, 1.5)


def test_a_threshold_lies_in_the_middle_of_the_gap_and_is_short() -> None:
    known = scores.scores([
        Prediction("a", "", "cat", (Score("cat", 83.7),), UNKNOWN, 0.0),
        Prediction("b", "", "dog", (Score("cat", 41.2),), UNKNOWN, 0.0)], ["cat"])
    assert best_for_all(stake(known, 5.0)) == 62.0


def test_the_same_photos_give_the_same_choice_and_few_can_not_tell() -> None:
    known = simulated(12, 2, 5)
    found = resampling.choose(known, np.full(2, 95.0), 5.0, by_label=False)
    again = resampling.choose(known, np.full(2, 95.0), 5.0, by_label=False)
    assert (found.ranges, found.saved) == (again.ranges, again.saved)
    assert found.ranges[0].low <= found.cuts[0] <= found.ranges[0].high
    few = resampling.choose(simulated(12, 2, 8, 1.0), np.full(2, 65.0), 5.0, by_label=False)
    assert not few.surely_better and "12 photos can not tell whether it is better" in resampling.sentence(few)


def test_many_photos_tell_a_threshold_that_is_far_too_high() -> None:
    known = simulated(400, 3, 2)
    for by_label in (False, True):
        found = resampling.choose(known, np.full(3, 99.0), 2.0, by_label)
        assert found.surely_better and found.saved and found.saved.low > 0.1
        assert "saves between" in resampling.sentence(found, known.labels if by_label else ())


@pytest.mark.parametrize("made", [[], [Prediction("a", "", "cat", (Score("cat", 50.0),), UNKNOWN, 0.0)]])
def test_no_photo_or_one_says_nothing_of_others(made: list[Prediction]) -> None:
    found = resampling.choose(scores.scores(made, ["cat"]), np.array([40.0]), 5.0, by_label=True)
    assert "too few" in resampling.sentence(found, ("cat",))


def test_thresholds_that_are_best_already_are_seldom_said_to_be_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Confidence is true here: at 80 % five times the wrong ones weighs as much as an Unknown each."""
    monkeypatch.setattr(resampling, "MOST", 100)
    claims = 0
    for seed in range(60):
        chance = np.random.default_rng(seed)
        sure = chance.uniform(50, 100, 40)
        right = chance.random(40) < sure / 100
        known = scores.scores([
            Prediction(str(number), "", "cat" if hit else "dog", (Score("cat", float(one)),
                                                                  Score("dog", float(100 - one))), UNKNOWN, 0.0)
            for number, (one, hit) in enumerate(zip(sure, right, strict=True))], ["cat", "dog"])
        claims += resampling.choose(known, np.full(2, 80.0), 5.0, by_label=False, seed=seed).surely_better
    assert claims <= 3
