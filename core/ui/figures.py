"""Figures with what they stand on, shown the same way on every page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.aws import versions
from core.evaluation.intervals import Figure, percent, span
from core.evaluation.runs import Run
from core.types import Evaluation


def choose_run(done: Sequence[Run], key: str, measured: bool = False) -> Run:
    """A box to choose a run, the first at the beginning; where it is to be `measured`, the first with labels.

    The browser keeps the text of a choice, so it is unique and does not change; the session keeps the choice itself,
    so it is the number, and not a run as it was before it went on.
    """
    runs = {run.id: run for run in done}
    texts = {run.id: f"{run.id}. {run.title}, {versions.names_of(run.arn)[1]}, {run.at.astimezone():%d %b %H:%M}"
             for run in done}
    first = next((place for place, run in enumerate(done) if run.source.labelled), 0) if measured else 0
    return runs[st.selectbox("Run", list(runs), first, key=key, width=420, format_func=texts.__getitem__)]


def figure(title: str, measured: Figure, help: str | None = None) -> None:
    """A measured figure with its interval under it."""
    st.metric(title, percent(measured.value) if measured.known else "–", help=help)
    st.caption(span(measured))


def evaluation(found: Evaluation) -> None:
    """AWS's evaluation summary: macro figures, then each label with its threshold."""
    columns = st.columns(5)
    columns[0].metric("F1", f"{found.f1:.3f}")
    columns[1].metric("Precision", f"{found.precision:.3f}")
    columns[2].metric("Recall", f"{found.recall:.3f}")
    columns[3].metric("Training photos", found.training_images)
    columns[4].metric("Test photos", found.testing_images)
    st.dataframe(
        [{"label": label.label, "test photos": label.images, "F1": label.f1, "precision": label.precision,
          "recall": label.recall, "threshold": label.threshold} for label in found.labels],
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(format="%.3f")
                       for name in ("F1", "precision", "recall", "threshold")})
