"""Plotly figures of an evaluation: curves over thresholds, what confidence means, and the figures of parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from core.colours import GREY, PALETTE, Colours, colour_of
from core.evaluation.charts import LINE, NEUTRAL, quarters, quiet
from core.evaluation.intervals import percent, span
from core.evaluation.metrics import LabelFigures
from core.evaluation.reliability import Reliability
from core.evaluation.slices import Slice
from core.evaluation.sweeping import PrecisionRecall, Sweep

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

RIGHT, WRONG = PALETTE[2], PALETTE[5]


def threshold_curve(curve: Sweep, chosen: float | None = None, price: float | None = None) -> Figure:
    """Shares of right, wrong and unknown photos over one threshold for all labels; `chosen` (percent) is marked.

    With a `price` of a wrong label, dotted and with an axis of its own, what the answers cost a photo.
    """
    import plotly.graph_objects as go

    photos = np.maximum(curve.right + curve.wrong + curve.unknown, 1)
    figure = go.Figure()
    for name, counts, colour in (("right", curve.right, RIGHT), ("wrong", curve.wrong, WRONG),
                                 ("unknown", curve.unknown, GREY)):
        figure.add_scatter(x=curve.cuts, y=100 * counts / photos, mode="lines", name=name, customdata=counts,
                           line={"color": colour, "width": 2, "shape": "vh"},
                           hovertemplate="%{customdata} photos " + name + " at %{x} %<extra></extra>")
    if price is not None:
        figure.add_scatter(x=curve.cuts, y=(curve.wrong * price + curve.unknown) / photos, mode="lines", name="cost",
                           line={"color": NEUTRAL, "width": 2, "dash": "dot", "shape": "vh"}, yaxis="y2",
                           hovertemplate="costs %{y:.2f} unknowns a photo at %{x} %<extra></extra>")
        figure.update_layout(yaxis2={"title": "Cost a photo, in unknowns", "overlaying": "y", "side": "right",
                                     "rangemode": "tozero", "tickmode": "auto", "nticks": 6, "tickformat": "~g",
                                     "showgrid": False, "zeroline": False})
    if chosen is not None:
        figure.add_vline(chosen, line_dash="dash", line_width=1, line_color=GREY)
    figure.update_xaxes(title="Threshold for all labels", **quarters(), range=[0, 101], showgrid=False)
    figure.update_layout(
        height=300, legend={"orientation": "h", "y": 1.15},
        yaxis={"title": "Photos", "ticksuffix": " %", "range": [-2, 102], "gridcolor": LINE, "zeroline": False})
    return quiet(figure, right=40)


def reliability_curve(found: Reliability) -> Figure:
    """What was right over what the model was sure of, bin by bin with intervals, and how many photos lie in each."""
    import plotly.graph_objects as go

    said = [100 * one.confidence for one in found.bins]
    right = np.array([(one.right.low, one.right.value, one.right.high) for one in found.bins]).reshape(-1, 3) * 100
    told = [f"{one.photos:,} photos at {100 * one.low:.0f} to {100 * one.high:.0f} %<br>said {100 * one.confidence:.1f}"
            f" %, right {percent(one.right.value)} ({span(one.right)})" for one in found.bins]
    figure = go.Figure()
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line={"color": GREY, "width": 1, "dash": "dash"},
                       hoverinfo="skip", showlegend=False)
    figure.add_bar(x=[50 * (one.low + one.high) for one in found.bins], y=[one.photos for one in found.bins],
                   width=9, marker={"color": "rgba(128, 128, 128, 0.25)"}, yaxis="y2", hoverinfo="skip",
                   text=[f"{one.photos:,}" for one in found.bins], textposition="outside", cliponaxis=False,
                   textfont={"color": NEUTRAL})
    figure.add_scatter(
        x=said, y=right[:, 1], mode="markers+lines", hovertext=told, hoverinfo="text",
        line={"color": PALETTE[0], "width": 2}, marker={"size": 8},
        error_y={"array": right[:, 2] - right[:, 1], "arrayminus": right[:, 1] - right[:, 0], "color": PALETTE[0],
                 "thickness": 1, "width": 4})
    figure.update_xaxes(title="Confidence of the best label", **quarters(), range=[0, 103], showgrid=False,
                        zeroline=False)
    most = max((one.photos for one in found.bins), default=1)
    figure.update_layout(
        height=360, showlegend=False,
        yaxis={"title": "Right", "ticksuffix": " %", "range": [-2, 104], "gridcolor": LINE, "zeroline": False},
        yaxis2={"overlaying": "y", "side": "right", "range": [0, 5 * most], "visible": False})
    return quiet(figure, right=30)


def precision_recall_curves(
    curves: Mapping[str, PrecisionRecall], present: Sequence[LabelFigures], classes: Colours
) -> Figure:
    """A curve a label along its thresholds, and a dot at the present one with its intervals."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for label, curve in curves.items():
        figure.add_scatter(
            x=100 * curve.recall, y=100 * curve.precision, mode="lines", name=escape(label), customdata=curve.cuts,
            line={"color": colour_of(label, classes), "width": 2},
            hovertemplate=f"{escape(label)} from %{{customdata}} %<br>recall %{{x:.1f}} %, precision %{{y:.1f}} %"
                          "<extra></extra>")
    for one in present:
        if one.label in curves and one.precision.known and one.recall.known:
            figure.add_scatter(
                x=[100 * one.recall.value], y=[100 * one.precision.value], mode="markers", showlegend=False,
                marker={"color": colour_of(one.label, classes), "size": 11, "line": {"width": 2, "color": "white"}},
                error_x=_around(one.recall.value, one.recall.low, one.recall.high),
                error_y=_around(one.precision.value, one.precision.low, one.precision.high),
                hovertemplate=f"{escape(one.label)} now<br>recall %{{x:.1f}} %, precision %{{y:.1f}} %<extra></extra>")
    figure.update_xaxes(title="Recall", ticksuffix=" %", range=[-2, 103], gridcolor=LINE, zeroline=False)
    figure.update_yaxes(title="Precision", ticksuffix=" %", range=[-2, 104], gridcolor=LINE, zeroline=False)
    return quiet(figure.update_layout(height=360, legend={"orientation": "h", "y": 1.15}), right=30)


def slice_figures(found: Sequence[Slice], whole: float) -> Figure:
    """The share of right photos of each part with its interval, the first on top, and the whole as a line."""
    import plotly.graph_objects as go

    right = np.array([(one.right.low, one.right.value, one.right.high) for one in found]).reshape(-1, 3) * 100
    figure = go.Figure(go.Scatter(
        x=right[:, 1], y=list(range(len(found))), mode="markers", hoverinfo="text",
        hovertext=[f"{escape(one.name)}<br>{one.right.hits:,} of {one.right.total:,} right, {span(one.right)}"
                   for one in found],
        marker={"size": 9, "color": [WRONG if one.worse else PALETTE[0] for one in found]},
        error_x={"array": right[:, 2] - right[:, 1], "arrayminus": right[:, 1] - right[:, 0], "color": LINE,
                 "thickness": 2, "width": 4}))
    figure.add_vline(100 * whole, line_dash="dash", line_width=1, line_color=GREY)
    figure.update_xaxes(title="Right", ticksuffix=" %", range=[-2, 102], gridcolor=LINE, zeroline=False)
    figure.update_yaxes(
        range=[len(found) - 0.5, -0.5], showgrid=False, zeroline=False, automargin=True,
        tickvals=list(range(len(found))), ticktext=[_short(f"{one.by}: {one.name}") for one in found])
    return quiet(figure.update_layout(height=90 + 26 * len(found), showlegend=False))


def _around(value: float, low: float, high: float) -> dict[str, object]:
    return {"array": [100 * (high - value)], "arrayminus": [100 * (value - low)], "color": LINE, "thickness": 2,
            "width": 4}


def _short(name: str, most: int = 48) -> str:
    return escape(name if len(name) <= most else name[: most - 1] + "…")
