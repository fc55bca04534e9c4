"""Predictions and figures as tables for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from core.evaluation.intervals import Figure
from core.evaluation.metrics import Figures
from core.types import Prediction


def table(predictions: Iterable[Prediction]) -> str:
    """One line a photo: photo, truth, answer, right, confidence, then a column a label, and the error if any.

    A text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    made = list(predictions)
    labels = sorted({score.label for prediction in made for score in prediction.scores})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["photo", "truth", "answer", "right", "confidence", *map(_cell, labels), "error"])
    for prediction in made:
        confidences = {score.label: score.confidence for score in prediction.scores}
        right = {True: "yes", False: "no", None: ""}[prediction.right]
        writer.writerow([
            _cell(prediction.name), _cell(prediction.truth or ""), _cell(prediction.answer), right,
            f"{prediction.confidence:.3f}", *(f"{confidences[label]:.3f}" if label in confidences else ""
                                              for label in labels), _cell(prediction.error or "")])
    return text.getvalue()


def figures(measured: Figures) -> str:
    """The figures with their intervals (0-1), the whole first and then each label; after an empty line the matrix."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["label", "figure", "value", "low", "high", "photos"])
    whole = {"accuracy": measured.accuracy, "precision": measured.precision, "recall": measured.recall,
             "F1": measured.f1, "unknown": measured.unknown}
    writer.writerows(_figure("", name, value, int(measured.confusion.counts.sum())) for name, value in whole.items())
    for one in measured.labels:
        each = {"precision": one.precision, "recall": one.recall, "F1": one.f1}
        writer.writerows(_figure(one.label, name, value, one.photos) for name, value in each.items())
    writer.writerows([[], ["truth by row, answer by column", *map(_cell, measured.confusion.columns)]])
    writer.writerows([_cell(row), *counts.tolist()]
                     for row, counts in zip(measured.confusion.rows, measured.confusion.counts, strict=True))
    return text.getvalue()


def _figure(label: str, name: str, value: Figure, photos: int) -> list[str | int]:
    numbers = [f"{number:.4f}" for number in (value.value, value.low, value.high)] if value.known else ["", "", ""]
    return [_cell(label), name, *numbers, photos]


def _cell(text: str) -> str:
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
