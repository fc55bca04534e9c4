from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation import metrics, scores, sweeping
from core.evaluation.scores import Scores, cuts_of
from core.evaluation.thresholds import Thresholds, decide, decide_again
from core.types import UNKNOWN, Prediction, Score

LABELS = ("cat", "dog", "hen")


def answers(made: list[Prediction], thresholds: Thresholds, labels: tuple[str, ...] = LABELS) -> list[str]:
    known = scores.scores(made, labels)
    said = scores.decide(known, cuts_of(known.labels, thresholds))
    return [str(known.class_at(place)) for place in said.tolist()]


@st.composite
def predictions(draw: st.DrawFn) -> list[Prediction]:
    """Answers with equal scores, labels that were not returned, truths that no label has, and failed calls."""
    made = []
    for number in range(draw(st.integers(0, 8))):
        shown = draw(st.permutations(LABELS))[: draw(st.integers(0, 3))]
        values = sorted((draw(st.sampled_from([0.0, 30.0, 50.0, 50.00001, 100.0])) for _ in shown), reverse=True)
        said = tuple(Score(label, value) for label, value in zip(shown, values, strict=True))
        error = draw(st.sampled_from([None, None, None, "Throttled: wait"]))
        made.append(Prediction(f"{number}", "", draw(st.sampled_from([*LABELS, "pig", UNKNOWN, None])),
                               () if error else said, UNKNOWN, 0.0, error=error))
    return made


@given(predictions(), st.lists(st.sampled_from([0.0, 30.0, 50.0, 60.0, 100.0]), min_size=3, max_size=3))
def test_arrays_decide_as_single_predictions_do_and_count_the_same(made: list[Prediction], cuts: list[float]) -> None:
    thresholds = dict(zip(LABELS, cuts, strict=True))
    assert answers(made, thresholds) == [decide(one.scores, thresholds)[0] for one in made]
    known = scores.scores(made, LABELS)
    fast = metrics.measure_at(known, scores.decide(known, cuts_of(known.labels, thresholds)))
    slow = metrics.measure(decide_again(made, thresholds), known.classes)
    assert fast.confusion.counts.tolist() == slow.confusion.counts.tolist()
    assert fast.confusion.rows == slow.confusion.rows and fast.labels == slow.labels
    assert (fast.accuracy, fast.f1, fast.failed, fast.without_truth) == (
        slow.accuracy, slow.f1, slow.failed, slow.without_truth)


@given(predictions())
def test_the_curve_is_what_deciding_anew_gives_at_every_cut(made: list[Prediction]) -> None:
    curve = sweeping.sweep(scores.scores(made, LABELS), np.array([0.0, 30.0, 50.0, 50.00001, 99.0, 100.0]))
    for place, cut in enumerate(curve.cuts):
        counts = metrics.measure(decide_again(made, float(cut))).confusion
        unknown = int(counts.counts[: len(counts.columns) - 1, -1].sum())
        assert (curve.right[place], curve.unknown[place]) == (metrics.accuracy(counts).hits, unknown)
        assert curve.right[place] + curve.wrong[place] + curve.unknown[place] == counts.counts.sum()


@given(predictions(), st.integers(0, 2))
def test_the_present_threshold_lies_on_the_curve_of_precision_and_recall(made: list[Prediction], label: int) -> None:
    known = scores.scores(made, LABELS)
    cuts = np.array([30.0, 50.0, 60.0])
    found = {one.label: one for one in metrics.measure_at(known, scores.decide(known, cuts)).labels}
    curve = sweeping.precision_recall(known, cuts, label)
    here = np.flatnonzero(curve.cuts == cuts[label])
    if LABELS[label] in found and found[LABELS[label]].precision.known:
        assert curve.precision[here[0]] == pytest.approx(found[LABELS[label]].precision.value)
        assert curve.recall[here[0]] == pytest.approx(found[LABELS[label]].recall.value)
    else:
        assert not len(here)


def test_a_label_without_a_threshold_has_to_be_certain(predict: Callable[..., Prediction]) -> None:
    assert answers([predict("a", "cat", cat=99.0), predict("b", "dog", dog=100.0)], {"hen": 5.0}) == [UNKNOWN, "dog"]


def test_some_photos_are_taken_as_often_as_they_are_named(predict: Callable[..., Prediction]) -> None:
    known = scores.scores([predict(name, "cat", cat=70.0, dog=30.0) for name in "abc"])
    assert known.take(np.array([2, 2, 0])).names.tolist() == ["c", "c", "a"]
    assert known.take(np.zeros(3, bool)).percent.shape == (0, 2)


def test_ten_thousand_answers_follow_a_slider() -> None:
    chance = np.random.default_rng(0)
    shares = chance.dirichlet(np.ones(8), 10_000) * 100
    known: Scores = scores.scores([
        Prediction(str(number), "", f"label {number % 8}", tuple(sorted(
            (Score(f"label {place}", float(value)) for place, value in enumerate(row)),
            key=lambda score: -score.confidence)), UNKNOWN, 0.0) for number, row in enumerate(shares)])

    def step(cut: float) -> float:
        """Seconds of work, whatever else the computer does."""
        started = time.thread_time()
        metrics.measure_at(known, scores.decide(known, np.full(8, cut)))
        return time.thread_time() - started

    assert min(map(step, (40.0, 41.0, 42.0))) < 0.05  # usually a thousandth, after the first has paid for imports


def test_a_matrix_of_many_classes_is_cut_to_those_that_are_mixed_up() -> None:
    pairs = [(f"{number:02}", f"{number:02}") for number in range(50)] * 2 + [("07", "33"), ("33", UNKNOWN)]
    whole = metrics.confusion([Prediction(str(n), "", truth, (), answer, 0.0)
                               for n, (truth, answer) in enumerate(pairs)])
    part = metrics.most_confused(whole, 2)
    assert (part.rows, part.columns) == (("07", "33"), ("07", "33", UNKNOWN))
    assert part.counts.tolist() == [[2, 1, 0], [0, 2, 1]]
    assert metrics.most_confused(whole, 50) is whole
    half = metrics.most_confused(metrics.confusion([
        Prediction(str(n), "", "a", (), answer, 0.0) for n, answer in enumerate("bbca")]), 2)
    assert half.shares[0].tolist() == [0.25, 0.5, 0.0]  # of all photos of the row
