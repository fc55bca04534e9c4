"""In which order the photos are shown."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.dataset import filtering, likeness, likeness_file
from core.dataset.filtering import SCORES, Columns, Places
from core.dataset.remembering import remembered
from core.ui.browsing.acting import ALIKE
from core.workspace import Project

UNLIKE = "unlike"
ORDERS = {"name": "Name", "side": "Size", "bytes": "Bytes", "captured": "Capture time", UNLIKE: "Unlike its class",
          "likeness": "Likeness", **{score: score.replace("_", " ").capitalize() for score in SCORES}}
COLUMNS: dict[str, Any] = {
    "bytes": st.column_config.NumberColumn(format="bytes"),
    **{score: st.column_config.NumberColumn(format="%.2f") for score in SCORES}}


def chosen() -> tuple[str, bool]:
    """What the photos are put in order by, and whether from the most to the least."""
    by = st.session_state.get("browse_by") or "name"
    if by == "likeness" and not st.session_state.get(ALIKE):
        by = "name"
    return by, st.session_state.get("browse_descending") or False


def choose(project: Project) -> None:
    """A box for the order, and a switch that turns it round."""
    orders = [name for name in ORDERS if name != "likeness" or st.session_state.get(ALIKE)]
    if st.session_state.get("browse_by") not in (None, *orders):
        st.session_state["browse_by"] = "name"
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        st.selectbox("Order", orders, key="browse_by", format_func=ORDERS.__getitem__, persist_state="session",
                     width=190, label_visibility="collapsed")
        st.toggle("Descending", key="browse_descending", persist_state="session")


def ordered(project: Project, known: Columns, places: Places) -> Places:
    """These places in the order that is chosen."""
    by, descending = chosen()
    return filtering.ordered(known, places, by, descending, _numbers(project, known, by))


def _numbers(project: Project, known: Columns, by: str) -> dict[int, float] | None:
    """By photo id what `known` has no number for; None for the other orders."""
    if by == "likeness":
        return {number: float(place) for place, number in enumerate(st.session_state[ALIKE])}
    if by != UNLIKE:
        return None
    found = likeness.read(project)
    if found is None:
        return {}
    return remembered(project, "unlike", lambda: likeness.outlier_scores(found, _labels(known)),
                      likeness_file.stamp(project))


def _labels(known: Columns) -> dict[int, str]:
    labels = [known.classes[place] for place in known.label]
    return {number: label for number, label in zip(known.ids.tolist(), labels, strict=True) if label}
