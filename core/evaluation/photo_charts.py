"""Plotly figures of a project's photos that the gallery follows: a click or a box on one says which photos to show."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from core.colours import GREY, Colours, colour_of
from core.dataset.filtering import Columns, Places
from core.dataset.properties import Property
from core.evaluation.charts import LINE, NEUTRAL, quiet
from core.limits import MAX_SIDE, MIN_SIDE

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BINS = 30
GRAIN = 16  # cells an octave, in which sizes that can't be told apart on the chart lie together
SIDES = (16, MIN_SIDE, 250, 1000, MAX_SIDE, 16000)  # where the axes of sizes have their ticks: limits and landmarks
HEIGHT = 240
STRIP = 500  # dots of a class in a strip, beyond which they only cover each other
KINDS = 8  # names of cameras or formats that are shown


@dataclass(frozen=True, slots=True)
class Sizes:
    """A chart of sizes, and the photos' ids at each of its points, whose customdata is the place in `ids`."""

    figure: Figure
    ids: tuple[tuple[int, ...], ...]


def balance(counts: Mapping[str | None, int], classes: Colours, chosen: Sequence[str | None] = ()) -> Figure:
    """Photos by class as lying bars with their numbers; with `chosen` classes the others are pale.

    A bar's customdata is the place of its class in `counts`.
    """
    import plotly.graph_objects as go

    steady = {"marker": {"opacity": 1}}  # a click fades nothing; what is chosen does
    figure = go.Figure(go.Bar(
        y=list(range(len(counts))), x=list(counts.values()), orientation="h", customdata=list(range(len(counts))),
        text=[f"{count:,}" for count in counts.values()], textposition="outside", cliponaxis=False,
        hovertext=[f"{escape(label or 'no class')}: {count:,}" for label, count in counts.items()], hoverinfo="text",
        marker={"color": [faded(colour_of(label, classes)) if chosen and label not in chosen else
                          colour_of(label, classes) for label in counts]}, selected=steady, unselected=steady))
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", showgrid=False, fixedrange=True, automargin=True, zeroline=False,
                        tickvals=list(range(len(counts))), ticktext=[_short(label or "no class") for label in counts])
    figure.update_layout(height=max(HEIGHT, 40 + 22 * len(counts)), bargap=0.3, dragmode=False)
    return quiet(figure, right=40)


def sizes(known: Columns, places: Places, classes: Colours) -> Sizes:
    """Width against height of these photos, upright, with Rekognition's limits; refused sizes are crosses.

    Photos of a class whose sizes are all but the same are one point, which is larger the more they are.
    """
    import plotly.graph_objects as go

    cells: dict[tuple[str | None, bool, int, int], list[int]] = {}
    for place in places.tolist():
        photo = known.photos[place]
        if photo.facts:
            width, height = (round(GRAIN * math.log2(side)) for side in photo.facts.upright_size)
            beyond = not MIN_SIDE <= min(photo.facts.upright_size) <= max(photo.facts.upright_size) <= MAX_SIDE
            cells.setdefault((known.classes[known.label[place]], beyond, width, height), []).append(photo.id)
    order = sorted(cells, key=lambda cell: -len(cells[cell]))  # small points lie on large ones
    numbers = [len(cells[cell]) for cell in order]
    figure = go.Figure(go.Scatter(
        x=[2 ** (width / GRAIN) for *_, width, _ in order], y=[2 ** (height / GRAIN) for *_, height in order],
        mode="markers", customdata=list(range(len(order))), hoverinfo="text",
        hovertext=[f"{escape(label or 'no class')}, about {2 ** (width / GRAIN):.0f} x {2 ** (height / GRAIN):.0f}: "
                   f"{number:,}" for (label, _, width, height), number in zip(order, numbers, strict=True)],
        marker={"color": [colour_of(label, classes) for label, *_ in order], "opacity": 0.8,
                "size": [min(30.0, 7 + 1.5 * (number - 1) ** 0.5) for number in numbers],
                "symbol": ["x" if beyond else "circle" for _, beyond, *_ in order]}))
    for limit in (MIN_SIDE, MAX_SIDE):
        figure.add_vline(limit, line_dash="dot", line_color=GREY)
        figure.add_hline(limit, line_dash="dot", line_color=GREY)
    for axis, name in ((figure.update_xaxes, "Width, px"), (figure.update_yaxes, "Height, px")):
        axis(title=name, type="log", tickvals=SIDES, ticktext=[f"{side:,}" for side in SIDES], gridcolor=LINE)
    figure.update_layout(height=HEIGHT, showlegend=False, dragmode="select")
    return Sizes(quiet(figure), tuple(tuple(cells[cell]) for cell in order))


def histogram(
    known: Columns, places: Places, score: str, classes: Colours, threshold: float | None = None
) -> Figure:
    """These photos by a score, stacked by class, with the threshold beyond which they are suspect.

    A bar's customdata is the range [low, high] of the score that it stands for.
    """
    import plotly.graph_objects as go

    values = known.numbers[score]
    there = values[~np.isnan(values)]
    low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 0.01, BINS + 1)
    ranges = [[float(left), float(right)] for left, right in
              zip(edges[:-1], [*np.nextafter(edges[1:-1], -np.inf), edges[-1]], strict=True)]
    shown = places[~np.isnan(values[places])]
    figure = go.Figure()
    for number, label in enumerate(known.classes):
        heights = np.histogram(values[shown[known.label[shown] == number]], edges)[0]
        if heights.any():
            figure.add_bar(
                x=(edges[:-1] + edges[1:]) / 2, y=heights, width=edges[1] - edges[0], name=_short(label or "no class"),
                customdata=ranges,
                marker={"color": colour_of(label, classes)},
                hovertemplate="%{x:.2f}: %{y}<extra>%{fullData.name}</extra>", unselected={"marker": {"opacity": 0.3}})
    if threshold is not None:
        figure.add_vline(threshold, line_dash="dot", line_color=NEUTRAL, annotation_text="threshold",
                         annotation_font_color=NEUTRAL)
    figure.update_xaxes(title=score.replace("_", " "), showgrid=False)
    figure.update_yaxes(gridcolor=LINE, zeroline=False)
    return quiet(figure.update_layout(height=HEIGHT, barmode="stack", bargap=0.05, showlegend=False,
                                      dragmode="select", selectdirection="h"))


def property_by_class(known: Columns, tested: Property, classes: Colours) -> Figure:
    """A plain property of the photos, a strip for each class: a dot a photo, or for names how many have which."""
    import plotly.graph_objects as go

    members = {label: [photo for photo, place in zip(known.photos, known.label.tolist(), strict=True)
                       if known.classes[place] == label and photo.facts and photo.quality and not photo.excluded]
               for label in classes}
    figure = go.Figure()
    for label, photos in members.items():
        values = [tested.value(photo) for photo in photos[:: 1 + len(photos) // STRIP]]
        if tested.kinds:
            often = Counter(escape(value or tested.nothing) for value in values).most_common(KINDS)
            figure.add_bar(x=[name for name, _ in often], y=[number for _, number in often], name=_short(label),
                           marker={"color": colour_of(label, classes)})
        else:
            figure.add_box(x=values, name=_short(label), boxpoints="all", jitter=0.6, pointpos=0, hoverinfo="x",
                           fillcolor="rgba(0, 0, 0, 0)", line={"width": 0}, marker={
                               "color": colour_of(label, classes), "size": 6, "opacity": 0.6})
    figure.update_layout(height=90 + (120 if tested.kinds else 36 * len(members)), showlegend=tested.kinds)
    figure.update_xaxes(gridcolor=LINE, zeroline=False)
    figure.update_yaxes(gridcolor=LINE, zeroline=False, **({} if tested.kinds else {"autorange": "reversed"}))
    return quiet(figure)


def faded(colour: str) -> str:
    """A colour "#RRGGBB" as a pale one."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.3)"


def _short(name: str, most: int = 18) -> str:
    """A name that fits beside a chart, safe in plotly's text."""
    return escape(name if len(name) <= most else name[: most - 1] + "…")
