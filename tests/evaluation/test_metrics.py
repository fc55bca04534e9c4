from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from core.evaluation.metrics import confusion, f1, measure
from core.types import UNKNOWN, Prediction


def answered(pairs: list[tuple[str | None, str]]) -> list[Prediction]:
    return [Prediction(f"{number}.jpg", "", truth, (), answer, 90.0) for number, (truth, answer) in enumerate(pairs)]


def test_unknown_is_the_last_column_and_no_row() -> None:
    matrix = confusion(answered([("cat", "cat"), ("cat", UNKNOWN), ("dog", "cat")]), ["dog", "cat"])
    assert matrix.rows == ("dog", "cat")
    assert matrix.columns == ("dog", "cat", UNKNOWN)
    assert matrix.counts.tolist() == [[0, 1, 0], [0, 1, 1]]
    assert matrix.shares.tolist() == [[0, 1, 0], [0, 0.5, 0.5]]
    assert matrix.cell(5) == ("cat", UNKNOWN)


def test_photos_of_none_of_the_classes_are_right_when_unknown() -> None:
    figures = measure(answered([(UNKNOWN, UNKNOWN), (UNKNOWN, "cat"), ("cat", "cat")]), ["cat"])
    assert figures.confusion.rows == ("cat", UNKNOWN)
    assert (figures.accuracy.hits, figures.accuracy.total) == (2, 3)
    assert [label.label for label in figures.labels] == ["cat"]


def test_a_class_that_the_model_does_not_know_has_its_own_row() -> None:
    matrix = confusion(answered([("rabbit", "cat")]), ["cat", "dog"])
    assert matrix.rows == ("cat", "dog", "rabbit")
    assert matrix.counts.sum() == 1


def test_failed_calls_and_photos_without_a_class_are_counted_apart(predict: Callable[..., Prediction]) -> None:
    figures = measure([
        predict("a", "cat", cat=90.0), predict("b", None, cat=90.0), predict("c", "cat", error="Throttled: wait")])
    assert (figures.accuracy.hits, figures.accuracy.total, figures.failed, figures.without_truth) == (1, 1, 1, 1)


def test_the_figures_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, precision_recall_fscore_support

    chance = random.Random(7)
    names = ["cat", "dog", "hen", "pig"]
    pairs = [(chance.choice(names), chance.choice([*names, UNKNOWN])) for _ in range(400)]
    truth, answers = [truth for truth, _ in pairs], [answer for _, answer in pairs]
    figures = measure(answered(pairs), names)
    expected = precision_recall_fscore_support(truth, answers, labels=names, zero_division=0)
    for index, label in enumerate(figures.labels):
        measured = (label.precision.value, label.recall.value, label.f1.value, label.photos)
        assert measured == pytest.approx([column[index] for column in expected])
    macro = precision_recall_fscore_support(truth, answers, labels=names, average="macro", zero_division=0)
    assert (figures.precision.value, figures.recall.value, figures.f1.value) == pytest.approx(macro[:3])
    assert figures.accuracy.value == pytest.approx(accuracy_score(truth, answers))


def test_a_label_that_nobody_bears_or_was_given_is_in_no_mean() -> None:
    figures = measure(answered([("cat", "cat"), ("dog", "dog")]), ["cat", "dog", "hen"])
    assert [label.label for label in figures.labels] == ["cat", "dog"]
    assert figures.f1.value == 1.0


def test_nothing_measured_says_nothing() -> None:
    figures = measure([], ["cat", "dog"])
    assert not figures.accuracy.known and not figures.f1.known
    assert figures.confusion.counts.shape == (2, 3)


def test_a_perfect_result_on_few_photos_keeps_a_wide_interval() -> None:
    perfect = measure(answered([("cat", "cat")] * 4 + [("dog", "dog")] * 4))
    assert perfect.f1.value == 1.0
    assert perfect.f1.low < 0.65


def test_the_interval_of_f1_holds_the_true_one_in_95_of_100_samples() -> None:
    share = np.array([0.40, 0.08, 0.06, 0.46])  # true hits, wrongly given, missed, and the rest
    true = 2 * share[0] / (2 * share[0] + share[1] + share[2])
    samples = np.random.default_rng(3).multinomial(30, share, size=1000)
    intervals = [f1(int(hit), int(hit + wrong), int(hit + missed)) for hit, wrong, missed, _ in samples]
    assert np.mean([interval.low <= true <= interval.high for interval in intervals]) >= 0.95
