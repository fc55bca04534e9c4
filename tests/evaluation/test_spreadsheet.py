from __future__ import annotations

import csv
import io
from collections.abc import Callable

from core.evaluation.spreadsheet import table
from core.types import Prediction


def test_every_prediction_is_a_line_with_a_column_for_each_label(predict: Callable[..., Prediction]) -> None:
    text = table([
        predict("cat/a, b.jpg", "cat", cat=97.25, dog=2.75), predict("c.jpg", None, cat=60.0),
        predict("d.jpg", "dog", error="Throttled: wait")])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {"photo": "cat/a, b.jpg", "truth": "cat", "answer": "cat", "right": "yes", "confidence": "97.250",
                       "cat": "97.250", "dog": "2.750", "error": ""}
    assert (rows[1]["right"], rows[1]["dog"]) == ("", "")
    assert rows[2]["error"] == "Throttled: wait"


def test_a_name_can_not_become_a_formula(predict: Callable[..., Prediction]) -> None:
    text = table([predict("=HYPERLINK(\"https://evil.example\")", "@cat", cat=97.0)])
    row = next(csv.DictReader(io.StringIO(text)))
    assert row["photo"].startswith("'=") and row["truth"] == "'@cat"
