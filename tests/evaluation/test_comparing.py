from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from core.evaluation import comparing
from core.evaluation.comparing import Answer, compare, mcnemar
from core.types import UNKNOWN, Prediction


@cache  # for thousands of runs over the same photos
def answer(name: str, right: bool, truth: str = "cat") -> Answer:
    return Answer(name, frozenset({truth}), (truth if right else "dog",), right)


def said(*right: bool) -> list[Answer]:
    return [answer(f"{number}.jpg", one) for number, one in enumerate(right)]


@pytest.mark.parametrize(("left", "right"), [(0, 0), (1, 2), (0, 6), (5, 0), (3, 14), (40, 61), (700, 600)])
def test_the_exact_test_agrees_with_the_binomial_test(left: int, right: int) -> None:
    expected = stats.binomtest(left, left + right, 0.5).pvalue if left + right else 1.0
    assert mcnemar(left, right) == pytest.approx(expected, rel=1e-9)
    assert mcnemar(right, left) == mcnemar(left, right)


@pytest.mark.parametrize(("photos", "rate"), [(12, 0.8), (60, 0.7), (300, 0.9), (1000, 0.6)])
def test_equal_models_are_wrongly_told_apart_at_most_one_time_in_twenty(photos: int, rate: float) -> None:
    """1,000 pairs of models that are right equally often, with photos that are hard for both."""
    chance = np.random.default_rng(photos)
    wrongly = 0
    for _ in range(1000):
        hard = chance.beta(4 * rate, 4 * (1 - rate), photos)  # how likely each photo is answered right, by either
        left, right = chance.random((2, photos)) < hard
        wrongly += compare(said(*left), said(*right)).differs
    assert wrongly <= 50


def test_a_model_that_is_clearly_better_is_told_apart() -> None:
    chance = np.random.default_rng(1)
    told = sum(compare(said(*(chance.random(200) < 0.95)), said(*(chance.random(200) < 0.75))).differs
               for _ in range(50))
    assert told == 50


def test_photos_are_paired_by_name_and_sorted_by_who_is_right() -> None:
    left = [answer("a", True), answer("b", True), answer("c", False), answer("d", False), answer("only left", True)]
    right = [answer("d", False), answer("c", True), answer("b", False), answer("a", True)]
    found = compare(left, right)
    named = [[pair.name for pair in pairs] for pairs in (found.both, found.left_only, found.right_only, found.neither)]
    assert named == [["a"], ["b"], ["c"], ["d"]]
    assert (found.photos, found.apart, found.relabelled) == (4, 1, 0)
    assert (found.left.hits, found.right.hits, found.left.total) == (2, 2, 4)


def test_a_photo_whose_label_was_changed_in_between_counts_for_neither() -> None:
    found = compare([answer("a", True), answer("b", True)], [answer("a", True, truth="dog"), answer("b", True)])
    assert (found.photos, found.relabelled) == (1, 1)


def test_the_sentence_says_both_ways_and_that_they_cannot_be_told_apart() -> None:
    found = compare(said(True, False, False, True), said(False, True, True, True))
    assert comparing.sentence(found, "one", "two") == (
        "They cannot be told apart, p = 1.0: two is right on 2 photos that one missed, wrong on 1 that one got right.")


def test_the_sentence_says_which_is_better_where_that_is_more_than_chance() -> None:
    found = compare(said(*[True] * 9), said(*[False] * 9))
    assert comparing.sentence(found, "one", "two") == (
        "The difference is more than chance, p = 0.004, and one is better: two is right on 0 photos that one missed, "
        "wrong on 9 that one got right.")


def test_models_that_agree_on_everything_and_models_without_a_common_photo_have_their_own_words() -> None:
    assert comparing.sentence(compare(said(True), said(True)), "one", "two") == (
        "They cannot be told apart, p = 1.0: one and two are right and wrong on the same 1 photo.")
    assert "no photo that both one and two" in comparing.sentence(compare(said(True), []), "one", "two")


def test_six_photos_all_one_way_are_the_least_that_tell_two_models_apart() -> None:
    assert comparing.least_to_differ() == 6


@pytest.mark.parametrize(("p", "words"), [(1.0, "1.0"), (0.25, "0.25"), (0.0313, "0.031"), (1e-9, "below 0.001")])
def test_p_in_words(p: float, words: str) -> None:
    assert comparing.p_words(p) == words


def test_a_recorded_run_becomes_answers_without_failed_calls_and_photos_without_a_truth() -> None:
    made = [Prediction("a", "a", "cat", (), "cat", 90.0), Prediction("b", "b", "cat", (), UNKNOWN, 0.0),
            Prediction("c", "c", None, (), "cat", 90.0), Prediction("d", "d", "cat", (), UNKNOWN, 0.0, error="500"),
            Prediction("e", "e", UNKNOWN, (), UNKNOWN, 0.0)]
    assert [(one.name, one.said, one.right) for one in comparing.answers(made)] == [
        ("a", ("cat",), True), ("b", (), False), ("e", (), True)]


def test_the_same_photos_are_the_same_names_and_at_least_one() -> None:
    assert comparing.same_photos(said(True, False), said(False, True))
    assert not comparing.same_photos(said(True), said(True, True))
    assert not comparing.same_photos([], [])
