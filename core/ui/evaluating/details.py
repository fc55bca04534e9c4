"""What lies in tabs under the matrix; only the one that is open is drawn."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.evaluation import curve_charts, intervals, reliability, runs, spreadsheet, sweeping
from core.evaluation.intervals import Figure
from core.evaluation.thresholds import threshold_of
from core.ui.evaluating import beside, cost, sliced
from core.ui.evaluating.board import Board
from core.ui.words import plain

SHOWN = 8  # curves that can be told apart
CHART = {"displaylogo": False, "modeBarButtons": [["toImage"]]}


def draw(made: Board) -> None:
    bodies = {"By label": _by_label, "Cost": cost.draw, "Confidence": _confidence, "Precision and recall": _curves,
              "Slices": sliced.draw, "Compare": beside.draw, "Every photo": _every_photo}
    for tab, body in zip(st.tabs(list(bodies), key="evaluate_tab", on_change="rerun"), bodies.values(), strict=True):
        if tab.open:
            with tab:
                body(made)


def _by_label(made: Board) -> None:
    st.dataframe([{
        "label": one.label, "photos": one.photos, "precision": _words(one.precision), "recall": _words(one.recall),
        "F1": _words(one.f1), "threshold": f"{threshold_of(one.label, made.decided.thresholds):.1f} %"}
        for one in made.measured.labels], hide_index=True, alt="Precision, recall and F1 of each label")
    st.caption("In brackets the 95 % interval: exact for precision and recall; that of F1 follows from the exact one "
               "of the share of right ones among all photos that bear the label or were given it. The figures on top "
               "are the mean over the labels (macro), and so are their bounds, which are rather too wide.")
    st.download_button("Figures as CSV", partial(spreadsheet.figures, made.measured), "figures.csv", "text/csv",
                       icon=":material/download:", on_click="ignore", key="evaluate_figures")


def _words(value: Figure) -> str:
    return f"{intervals.percent(value.value)}  ({intervals.span(value)})" if value.known else "–"


def _confidence(made: Board) -> None:
    """It is about scores, so no threshold changes it."""
    found = reliability.reliability(made.known)
    st.markdown(plain(reliability.sentence(found)))
    st.plotly_chart(curve_charts.reliability_curve(found), config=CHART, key="evaluate_reliability",
                    alt="Share of right photos over the confidence of the best label, in ten bins")
    st.caption("Each dot is a bin of photos with its 95 % interval; the bars are how many photos it has. On the dashed "
               "line confidence means exactly what it says. Thresholds change nothing here.")


def _curves(made: Board) -> None:
    labels = [one.label for one in made.measured.labels if one.photos and one.label in made.known.labels]
    if not labels:
        st.caption("No photo bears a label that the model knows.")
        return
    if len(labels) > SHOWN:
        labels = st.multiselect("Labels", labels, labels[:SHOWN], max_selections=SHOWN, key="evaluate_curves")
    curves = {label: sweeping.precision_recall(made.known, made.cuts, made.known.labels.index(label))
              for label in labels}
    st.plotly_chart(curve_charts.precision_recall_curves(curves, made.measured.labels, made.classes), config=CHART,
                    key="evaluate_precision_recall", alt="Precision over recall of each label along its thresholds")
    st.caption("Each curve is what moving the threshold of that label alone would give; the dot is where it is now, "
               "with its 95 % intervals.")


def _every_photo(made: Board) -> None:
    predictions = runs.predictions(made.project, made.run.id, made.decided.thresholds)
    st.dataframe([{"photo": one.name, "truth": one.truth, "answer": one.answer if not one.error else None,
                   "right": one.right if not one.error else None, "confidence": one.confidence,
                   **({"error": one.error} if made.measured.failed else {})}
                  for one in predictions], hide_index=True, alt="Truth and answer of every photo",
                 column_config={"confidence": st.column_config.NumberColumn(format="%.1f %%")})
    st.download_button("Download as CSV", partial(spreadsheet.table, predictions), "predictions.csv", "text/csv",
                       icon=":material/download:", on_click="ignore", key="evaluate_predictions")
