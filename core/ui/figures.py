"""Figures with what they stand on, shown the same way on every page."""

from __future__ import annotations

import streamlit as st

from core.evaluation.intervals import Figure, percent, span
from core.types import Evaluation


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
