"""Plotly figures: pure functions of values. Backgrounds are transparent and text takes the theme's colour.

Names come from folders, and plotly reads some tags in text, so every name is escaped on its way in.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from core.colours import GREY, PALETTE, Colours, colour_of
from core.evaluation.forecast import Curve
from core.evaluation.measured import Beside
from core.evaluation.thresholds import Thresholds, threshold_of
from core.types import Score

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HUE = (8, 96, 96)
NEUTRAL = "#777C80"  # can be read on white and on black
LINE = "rgba(128, 128, 128, 0.35)"
RANGE = "rgba(60, 150, 150, 0.45)"  # of a forecast, pale on white and on black
HALF = 0.5


def strong(share: float) -> bool:
    """Whether a cell that holds this share of its row is dark, so that its number has to be white."""
    return share >= HALF


def tint(share: float) -> str:
    """The colour of a matrix cell: one hue over the page's background, pale enough for the page's text, or strong."""
    opacity = 0.7 + 0.25 * share if strong(share) else 0.04 + 0.5 * share
    return f"rgba({HUE[0]}, {HUE[1]}, {HUE[2]}, {opacity:.3f})"


def confidence_bars(scores: Sequence[Score], thresholds: Thresholds, classes: Colours) -> Figure:
    """An answer's labels, best first, with a tick at each threshold; labels that do not pass are pale."""
    import plotly.graph_objects as go

    passed = [score.confidence >= threshold_of(score.label, thresholds) for score in scores]
    figure = go.Figure(go.Bar(
        y=[escape(score.label) for score in scores], x=[score.confidence for score in scores], orientation="h",
        hovertext=[f"threshold {threshold_of(score.label, thresholds):.1f} %" for score in scores], hoverinfo="text",
        marker={"color": [colour_of(score.label, classes) for score in scores],
                "opacity": [1.0 if enough else 0.35 for enough in passed]}))
    for position, score in enumerate(scores):
        cut = threshold_of(score.label, thresholds)
        figure.add_shape(type="line", x0=cut, x1=cut, y0=position - 0.45, y1=position + 0.45,
                         line={"width": 2, "color": GREY})
        figure.add_annotation(x=118, y=position, xanchor="right", showarrow=False, text=f"{score.confidence:.1f} %")
    figure.update_xaxes(range=[0, 118], **quarters(), gridcolor=LINE, zeroline=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return quiet(figure.update_layout(height=80 + 44 * max(len(scores), 1), bargap=0.4))


def beside_forecast(rows: Sequence[Beside], most: int = 12) -> Figure:
    """What was forecast of the F1 of the mean and of each label, as a bar, and what was measured, as a dot in it.

    The line through a dot is what so few photos leave open. Of many labels the first `most` are drawn.
    """
    import plotly.graph_objects as go

    shown = [row for row in rows if row.forecast and row.forecast.known][:most][::-1]
    names = [escape(row.label) if row.label else "<b>All labels</b>" for row in shown]
    ranges = [row.forecast for row in shown if row.forecast]
    figure = go.Figure(go.Bar(
        y=names, x=[max(one.high - one.low, 0.004) for one in ranges], base=[one.low for one in ranges],
        orientation="h", width=0.6, marker={"color": RANGE}, name="forecast",
        hovertext=[f"forecast: {one.low:.2f} to {one.high:.2f}" for one in ranges], hoverinfo="text"))
    known = [row.measured if row.measured.known else None for row in shown]
    figure.add_scatter(
        y=names, x=[row.value for row in shown], mode="markers", name="measured", hoverinfo="text",
        hovertext=[f"measured: {row.value:.2f} on {row.photos:,} test photos" for row in shown],
        marker={"size": 11, "color": [PALETTE[5] if row.outcome == "worse" else PALETTE[2] for row in shown]},
        error_x={"type": "data", "symmetric": False, "color": NEUTRAL, "thickness": 1.5, "width": 4,
                 "array": [one.high - row.value if one else 0 for one, row in zip(known, shown, strict=True)],
                 "arrayminus": [row.value - one.low if one else 0 for one, row in zip(known, shown, strict=True)]})
    figure.update_xaxes(title="F1", range=[0, 1.02], gridcolor=LINE, zeroline=False, fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return quiet(figure.update_layout(height=110 + 34 * len(shown),
                                      legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}))


def learning_curve(curve: Curve) -> Figure:
    """F1 over photos a label: what was measured with its intervals, and dotted what more photos would bring."""
    import plotly.graph_objects as go

    more, expected = curve.more
    low, value, high = (np.array([getattr(one, name) for one in curve.f1]) for name in ("low", "value", "high"))
    figure = go.Figure(go.Scatter(
        x=curve.photos, y=value, mode="lines+markers", line={"color": PALETTE[0], "width": 2},
        error_y={"array": high - value, "arrayminus": value - low, "color": LINE, "thickness": 2, "width": 4},
        hovertemplate="F1 %{y:.2f} from %{x:.0f} photos a label<extra></extra>"))
    figure.add_scatter(
        x=[curve.photos[-1], more], y=[value[-1], expected.value], mode="lines+markers",
        line={"color": PALETTE[0], "width": 2, "dash": "dot"}, marker={"symbol": "circle-open", "size": 8},
        error_y={"array": [0, expected.high - expected.value], "arrayminus": [0, expected.value - expected.low],
                 "color": LINE, "thickness": 2, "width": 4},
        hovertemplate="F1 %{y:.2f} expected from %{x:.0f} photos a label<extra></extra>")
    figure.update_xaxes(title="Photos a label to train with", rangemode="tozero", showgrid=False, zeroline=False)
    figure.update_yaxes(title="F1", range=[max(0, float(min(low.min(), expected.low)) - 0.05), 1.03], gridcolor=LINE,
                        zeroline=False)
    return quiet(figure.update_layout(height=220, showlegend=False))


def quiet(figure: Figure, right: int = 12) -> Figure:
    """No background of its own, so that the page's shows, and no more margin than the labels take."""
    return figure.update_layout(
        paper_bgcolor="rgba(0, 0, 0, 0)", plot_bgcolor="rgba(0, 0, 0, 0)",
        margin={"l": 12, "r": right, "t": 24, "b": 12}, uirevision="keep")


def quarters() -> dict[str, object]:
    """An axis of percent."""
    return {"tickvals": [0, 25, 50, 75, 100], "ticktext": ["0", "25", "50", "75", "100 %"]}
