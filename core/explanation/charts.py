"""Where a photo's measures stand among the training photos, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from core.colours import GREY, PALETTE
from core.evaluation.charts import LINE, quiet
from core.explanation.causes import Cause

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

ROW = 30  # pixels for each measure


def standings(found: Sequence[Cause]) -> Figure:
    """A line for each measure from the training photo with the least to the one with the most, and a dot on it.

    The middle half of the training photos is thick; what is named as a cause is coloured.
    """
    import plotly.graph_objects as go

    names = [cause.name for cause in found]
    figure = go.Figure()
    for name in names:
        figure.add_shape(type="line", x0=0, x1=100, y0=name, y1=name, line={"color": LINE, "width": 2}, layer="below")
        figure.add_shape(type="line", x0=25, x1=75, y0=name, y1=name, line={"color": LINE, "width": 8}, layer="below")
    figure.add_scatter(
        x=[cause.standing.percentile for cause in found], y=names, mode="markers",
        marker={"size": 13, "color": [PALETTE[5] if cause.named else GREY for cause in found]},
        hovertext=[escape(cause.words) for cause in found], hoverinfo="text")
    figure.update_xaxes(range=[-4, 104], tickvals=[0, 50, 100], ticktext=["least", "middle", "most"], showgrid=False,
                        zeroline=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", showgrid=False, zeroline=False, fixedrange=True, automargin=True,
                        ticks="")
    return quiet(figure.update_layout(height=60 + ROW * len(found), showlegend=False, dragmode=False))
