"""Figures of slices of the photos, the worst first, and a word where one is worse beyond chance."""

from __future__ import annotations

import streamlit as st

from core.evaluation import comparing, curve_charts, intervals, measuring, slices
from core.evaluation.slices import Slice
from core.ui import progress, state
from core.ui.evaluating.board import Board
from core.ui.words import count, plain

MOST = 40  # slices in a chart


def draw(made: Board) -> None:
    _measure(made)
    parted = slices.parts_of(made.project, made.run)
    found = slices.slices(made.known, made.answers, parted)
    if not found:
        st.caption("There is nothing to slice the photos by: they have one class and one source.")
        return
    by = st.segmented_control("Sliced by", ["everything", *dict.fromkeys(part.by for part in parted)],
                              default="everything", required=True, key="evaluate_slices")
    shown = [one for one in found if by in ("everything", one.by)]
    _says([one for one in found if one.worse], len(found))
    st.plotly_chart(curve_charts.slice_figures(shown[:MOST], made.measured.accuracy.value), key="evaluate_slices_chart",
                    config={"displaylogo": False, "modeBarButtons": [["toImage"]]},
                    alt="Share of right photos of each slice, the worst first")
    if len(shown) > MOST:
        st.caption(f"The chart shows the {MOST} worst of {count(len(shown), 'slice')}; the table has all.")
    st.dataframe([{
        "by": one.by, "slice": one.name, "photos": one.right.total, "right": intervals.percent(one.right.value),
        "interval": intervals.span(one.right), "beyond chance": "worse than the rest" if one.worse else "",
        "p": comparing.p_words(one.p)} for one in shown], hide_index=True, alt="Figures of each slice",
        column_config={"p": st.column_config.TextColumn(help=(
            "How often chance alone makes some slice so much worse than the rest: Fisher's exact test, corrected for "
            "the number of slices by Holm's method"))})


def _measure(made: Board) -> None:
    """Size and quality are of photos that were looked at; whoever wants them starts it here."""
    if progress.on_page(made.project, "measure"):
        return
    state.failure(made.project, "measure")
    if waiting := measuring.waiting(made.project, made.run.id):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/straighten: {count(waiting, 'photo has', 'photos have')} not been measured. After "
                        "that they can be sliced by size, sharpness, brightness and contrast, too.", width="stretch")
            if st.button(f"Measure {count(waiting, 'photo')}", icon=":material/straighten:"):
                state.start(made.project, "measure", f"Measuring {count(waiting, 'photo')}",
                            measuring.measure_photos, run_id=made.run.id)


def _says(worse: list[Slice], number: int) -> None:
    if not worse:
        st.markdown(f"None of the {count(number, 'slice')} is worse than the rest beyond chance.")
        return
    names = "; ".join(f"**{plain(one.by)}: {plain(one.name)}** ({one.right.hits:,} of {one.right.total:,} right)"
                      for one in worse)
    st.warning(f"Worse than the rest, and more than chance among {count(number, 'slice')} would explain: {names}.",
               icon=":material/trending_down:")
