"""Threshold by consequence: what a wrong label costs against an Unknown, and the thresholds that follow from it."""

from __future__ import annotations

import streamlit as st

from core.evaluation import consequence, curve_charts, resampling, runs, sweeping
from core.evaluation.consequence import Cost
from core.evaluation.resampling import Choice
from core.evaluation.runs import Run
from core.evaluation.scores import cuts_of
from core.ui.evaluating import deciding
from core.ui.evaluating.board import Board
from core.ui.words import count, plain
from core.workspace import Project

PRICE = 5.0
FOR_ALL, BY_LABEL = "One for all labels", "One for each label"


def draw(made: Board) -> None:
    if not made.known.judged.any():
        st.caption("No photo has both a label and an answer, so nothing can be weighed.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        price = float(st.number_input("A wrong label costs me as much as so many unknowns", 1.0, 1000.0, PRICE, 1.0,
                                      key="evaluate_price", persist_state="session", width=360, format="%g"))
        rule = st.segmented_control("Look for", [FOR_ALL, BY_LABEL], default=FOR_ALL, required=True,
                                    key="evaluate_cost_rule", persist_state="session")
    by_label = rule == BY_LABEL
    with st.spinner("Weighing …", show_time=False):
        found = _choice(made.project, made.run, made.project.revision(), price, by_label)
    now = consequence.cost_at(made.known, made.cuts, price)
    _says(made, found, now, by_label)
    curve = sweeping.sweep(made.known)
    st.plotly_chart(curve_charts.threshold_curve(curve, made.decided.one, price), key="evaluate_curve",
                    config={"displaylogo": False, "modeBarButtons": [["toImage"]]},
                    alt="Share of right, wrong and unknown photos, and their cost, at each threshold for all labels")


@st.cache_data(max_entries=32, show_spinner=False)
def _choice(_project: Project, _run: Run, revision: int, price: float, by_label: bool) -> Choice:
    known = runs.scores_of(_project, _run)
    return resampling.choose(known, cuts_of(known.labels, _run.thresholds), price, by_label)


def _says(made: Board, found: Choice, now: Cost, by_label: bool) -> None:
    """The best thresholds with their cost, how sure that is, and the button that takes them."""
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        st.markdown(plain(resampling.sentence(found, made.known.labels if by_label else ())))
        st.caption(f"Now: {_cost(now)}. The model's own thresholds: {_cost(found.own)}. With this choice: "
                   f"{_cost(found.cost)}.", help="How sure: the choice is made again on photos that are drawn anew "
                   "from these, a hundred times or more, and judged by those that were not drawn.")
    with right:
        if by_label:
            st.button("Use these thresholds", icon=":material/check:", on_click=deciding.use_for_each,
                      args=(made.run, found.cuts.tolist()), type="primary")
            st.dataframe([{"label": label, "threshold": f"{cut:g} %", "between": f"{span.low:.0f} to {span.high:.0f} %"}
                          for label, cut, span in zip(made.known.labels, found.cuts, found.ranges, strict=True)],
                         hide_index=True, height=min(36 * (len(found.cuts) + 1), 220))
        else:
            st.button(f"Use {found.cuts[0]:g} %", icon=":material/check:", on_click=deciding.use_for_all,
                      args=(float(found.cuts[0]),), type="primary")


def _cost(cost: Cost) -> str:
    return f"{cost.a_photo:.2f} a photo ({cost.wrong:,} wrong, {count(cost.unknown, 'unknown')})"
