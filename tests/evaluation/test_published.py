from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.evaluation import metrics
from core.evaluation.published import published
from core.types import UNKNOWN, Evaluation, LabelResult, Prediction


def summary(*labels: LabelResult) -> Evaluation:
    precision, recall, f1 = (float(np.mean([getattr(one, name) for one in labels] or [0.0]))
                             for name in ("precision", "recall", "f1"))
    return Evaluation(precision, recall, f1, labels, 32, sum(one.images for one in labels))


def test_the_intervals_are_those_of_the_same_counts_measured_here() -> None:
    """7 of 8 cats and 5 of 6 dogs right; one cat called a dog, one dog not recognised."""
    made = [Prediction(str(number), "", truth, (), answer, 0.0) for number, (truth, answer) in enumerate(
        [("cat", "cat")] * 7 + [("cat", "dog")] + [("dog", "dog")] * 5 + [("dog", UNKNOWN)])]
    here = metrics.measure(made, ("cat", "dog"))
    said = published(summary(*(LabelResult(one.label, 0.5, one.precision.value, one.recall.value, one.f1.value,
                                           one.photos) for one in here.labels)))
    for name in ("precision", "recall", "f1"):
        mine, theirs = getattr(here, name), getattr(said, name)
        assert (theirs.value, theirs.low, theirs.high) == pytest.approx((mine.value, mine.low, mine.high))


def test_a_perfect_result_on_few_images_is_far_from_sure() -> None:
    figure = published(summary(*(LabelResult(name, 0.5, 1.0, 1.0, 1.0, 4) for name in ("cat", "dog")))).f1
    assert (figure.value, figure.high) == (1.0, 1.0) and figure.low < 0.6


def test_more_test_images_make_it_surer() -> None:
    low = [published(summary(LabelResult("cat", 0.5, 0.9, 0.9, 0.9, images))).f1.low for images in (10, 100, 1000)]
    assert low == sorted(low) and low[0] < 0.7 and low[2] > 0.87


def test_without_test_images_nothing_is_known() -> None:
    assert not published(Evaluation(0.9, 0.9, 0.9, (), 0, 0)).f1.known
    assert not published(summary(LabelResult("cat", 0.5, 0.9, 0.9, 0.9, 0))).f1.known


def test_where_boxes_were_counted_the_images_tell_nothing() -> None:
    boxes = replace(summary(LabelResult("logo", 0.5, 0.9, 0.9, 0.9, 8)),
                    raw={"AggregatedEvaluationResults": {"AveragePrecision": 0.8}})
    assert not published(boxes).f1.known


@pytest.mark.parametrize("label", [
    LabelResult("cat", 0.5, 0.0, 0.0, 0.0, 8), LabelResult("cat", 0.5, 0.0, 0.5, 0.0, 8),
    LabelResult("cat", 0.5, 1.0, 0.07, 0.13, 15), LabelResult("cat", 0.5, 0.2, 1.0, 0.33, 1)])
def test_the_interval_holds_awss_figure_whatever_its_counts_were(label: LabelResult) -> None:
    said = published(summary(label))
    for figure in (said.precision, said.recall, said.f1):
        assert 0 <= figure.low <= figure.value <= figure.high <= 1
