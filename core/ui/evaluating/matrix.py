"""The confusion matrix as a table of buttons: a click, or Enter on a cell that the arrow keys lead to, chooses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.evaluation.charts import strong, tint
from core.evaluation.intervals import percent
from core.evaluation.metrics import Confusion

HERE = Path(__file__).parent
KEY = "evaluate_matrix"


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "rekolab_matrix", html="<div class='matrix'></div>\n", css=(HERE / "matrix.css").read_text("utf-8"),
        js=(HERE / "matrix.js").read_text("utf-8"))


def clicked(found: Confusion) -> tuple[str, str] | None:
    """Truth and answer of the cell that was clicked since the last run, before the matrix is drawn."""
    cell = st.session_state.get(KEY, {}).get("cell")
    return found.cell(cell) if isinstance(cell, int) and 0 <= cell < found.counts.size else None


def draw(found: Confusion, shares: bool, chosen: tuple[str, str] | None) -> None:
    """Truth by row, answer by column; with `shares` of the row instead of counts."""
    counts, parts = found.counts.ravel().tolist(), found.shares.ravel().tolist()
    at = -1
    if chosen and chosen[0] in found.rows and chosen[1] in found.columns:
        at = found.rows.index(chosen[0]) * len(found.columns) + found.columns.index(chosen[1])
    _component()(
        data={"rows": found.rows, "columns": found.columns, "chosen": at,
              "texts": [percent(part) if shares else f"{count:,}" for count, part in zip(counts, parts, strict=True)],
              "told": [f"{count:,} photos, {percent(part)} of the row"
                       for count, part in zip(counts, parts, strict=True)],
              "tints": [tint(part) for part in parts], "strong": [int(strong(part)) for part in parts]},
        key=KEY, height="content", on_cell_change=lambda: None)
