"""The charts of Browse, and the gallery that follows them: a click on a bar, or a box around points, is a filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.colours import Colours
from core.dataset.filtering import SCORES, Columns, Counts, matching_but
from core.evaluation import photo_charts
from core.images.verdicts import LIMITS, Thresholds
from core.ui.browsing import filters

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}


def draw(known: Columns, tally: Counts, classes: Colours, limits: Thresholds) -> None:
    """Class balance, sizes against the limits, and one score, side by side."""
    left, middle, right = st.columns(3)
    with left:
        st.markdown("**Classes** :gray[click a bar]")
        _balance(tally, classes)
    with middle:
        st.markdown("**Sizes and limits** :gray[draw a box]")
        _sizes(known, classes)
    with right:
        _histogram(known, classes, limits)


def _balance(tally: Counts, classes: Colours) -> None:
    order: list[str | None] = [*classes, *([None] if None in tally.classes else [])]
    chosen = filters.wanted().classes
    key = f"browse balance {_released()} {hash(chosen)}"
    st.plotly_chart(
        photo_charts.balance({label: tally.classes[label] for label in order}, classes, chosen), key=key, config=CONFIG,
        on_select=lambda: _only_class(key, order), selection_mode="points", alt="Number of photos by class")


def _only_class(key: str, order: Sequence[str | None]) -> None:
    for number in _clicked(key)[:1]:
        filters.only("browse_classes", order[number])


def _sizes(known: Columns, classes: Colours) -> None:
    key = f"browse sizes {_released()}"
    chart = photo_charts.sizes(known, matching_but(known, filters.wanted(), "ids"), classes)
    st.plotly_chart(
        chart.figure, key=key, config=CONFIG, selection_mode=("points", "box"),
        on_select=lambda: filters.catch([number for cell in _clicked(key) for number in chart.ids[cell]],
                                        "caught by size"),
        alt="Width and height of the photos against Rekognition's limits")


def _histogram(known: Columns, classes: Colours, limits: Thresholds) -> None:
    title, chosen = st.columns([1, 2], vertical_alignment="center")
    title.markdown("**Score**")
    score = chosen.selectbox("Score", SCORES, key="browse_histogram", persist_state="session",
                             label_visibility="collapsed", format_func=lambda name: name.replace("_", " "))
    threshold = next((getattr(limits, rule.code) for rule in LIMITS if rule.score == score), None)
    key = f"browse histogram {_released()} {score}"
    st.plotly_chart(
        photo_charts.histogram(known, matching_but(known, filters.wanted(), "score"), score, classes, threshold),
        key=key, config=CONFIG, selection_mode=("points", "box"), on_select=lambda: _only_score(key, score),
        alt=f"Number of photos by {score}")


def _only_score(key: str, score: str) -> None:
    if ranges := _clicked(key):
        filters.catch_score(score, min(low for low, _ in ranges), max(high for _, high in ranges))
    else:
        st.session_state.pop("browse_score", None)


def _clicked(key: str) -> list[Any]:
    """The customdata of the points that are selected in a chart."""
    return [point["customdata"] for point in st.session_state[key]["selection"]["points"]]


def _released() -> int:
    """Grows when what was caught is let go of, so that a chart is drawn as a new one, with nothing selected."""
    return int(st.session_state.get("browse_released", 0))
