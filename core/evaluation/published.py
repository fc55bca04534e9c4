"""How sure AWS's own figures of a model are: intervals from its evaluation summary, which has none."""

from __future__ import annotations

from dataclasses import dataclass

from core.evaluation.intervals import Figure, proportion
from core.evaluation.metrics import f1, mean
from core.types import Evaluation, LabelResult


@dataclass(frozen=True, slots=True)
class Published:
    """A model's macro figures as AWS published them, each with the 95 % interval that its test images allow."""

    precision: Figure
    recall: Figure
    f1: Figure


def published(evaluation: Evaluation) -> Published:
    """The figures of a summary. Without labels, or their test images, the intervals stay open.

    So they do where objects are detected: there AWS counts boxes, and does not say how many.
    """
    labels = [] if _counts_boxes(evaluation) else [label for label in evaluation.labels if label.images]
    counts = [_counts(label) for label in labels]
    return Published(
        _around(evaluation.precision, [proportion(hits, given) for hits, given, _ in counts]),
        _around(evaluation.recall, [proportion(hits, borne) for hits, _, borne in counts]),
        _around(evaluation.f1, [f1(hits, given, borne) for hits, given, borne in counts]))


def f1_of(evaluation: Evaluation, label: LabelResult) -> Figure:
    """The F1 of one label; its interval stays open where those of all do."""
    if _counts_boxes(evaluation) or not label.images:
        return Figure(label.f1, 0.0, 1.0, total=0)
    return _around(label.f1, [f1(*_counts(label))])


def _counts_boxes(evaluation: Evaluation) -> bool:
    return "AveragePrecision" in evaluation.raw.get("AggregatedEvaluationResults", {})


def _counts(label: LabelResult) -> tuple[int, int, int]:
    """(images rightly given the label, given it at all, bearing it), as far as the rounded rates tell.

    A label that was never right may have been given to any number of images; none is the most cautious reading.
    """
    hits = round(label.recall * label.images)
    given = round(hits / label.precision) if hits and label.precision else hits
    return hits, max(given, hits), label.images


def _around(value: float, labels: list[Figure]) -> Figure:
    """AWS's own value with the mean interval of the labels, which holds it also where AWS counts in another way."""
    interval = mean(labels)
    return Figure(value, min(interval.low, value), max(interval.high, value), total=None if labels else 0)
