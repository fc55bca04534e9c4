"""Predictions as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

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


def _cell(text: str) -> str:
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
