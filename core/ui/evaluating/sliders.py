"""Sliders for thresholds in percent, which tell every step while they are moved, and not only where they are let go.

Streamlit's own slider tells it at the end. These have a tick where the model's own threshold is, and a field for an
exact number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Slider:
    """One threshold: the label that it is for, where it stands before anybody moves it, and the model's own."""

    label: str
    value: float
    own: float | None = None
    colour: str = ""


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "rekolab_sliders", html="<div class='sliders'></div>\n", css=(HERE / "sliders.css").read_text("utf-8"),
        js=(HERE / "sliders.js").read_text("utf-8"))


def draw(sliders: Sequence[Slider], key: str) -> list[float]:
    """Where the sliders stand, in their order."""
    mount = f"{key} {st.session_state.get(f'{key}_mount', 0)}"
    kept = st.session_state.get(f"{key}_kept", [])
    seed = kept if len(kept) == len(sliders) else [one.value for one in sliders]
    if mount in st.session_state:  # the browser has its values; others would be news to it at every step
        seed = st.session_state.get(f"{key}_seed", seed)
    st.session_state[f"{key}_seed"] = seed
    answer = _component()(
        data={"sliders": [{"label": one.label, "own": one.own, "colour": one.colour} for one in sliders],
              "seed": seed, "token": mount},
        key=mount, height="content", default={"standing": seed}, on_standing_change=lambda: None)
    values = _valid(answer.standing, seed)
    st.session_state[f"{key}_kept"] = values
    return values


def put(values: Sequence[float], key: str) -> None:
    """Let the sliders of that key stand there from the next run on."""
    st.session_state[f"{key}_kept"] = list(values)
    st.session_state[f"{key}_mount"] = st.session_state.get(f"{key}_mount", 0) + 1


def _valid(values: Any, seed: list[float]) -> list[float]:
    """What the browser says, or else the seed: nothing but so many numbers from 0 to 100 may come from there."""
    if not isinstance(values, list) or len(values) != len(seed):
        return list(seed)
    if not all(isinstance(one, int | float) and 0 <= one <= 100 for one in values):
        return list(seed)
    return [float(one) for one in values]
