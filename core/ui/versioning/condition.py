"""A state of a model, project or dataset as a coloured word, the same way everywhere."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.aws.states import State, Tone

_COLOURS: dict[Tone, Literal["green", "blue", "red", "gray"]] = {
    "good": "green", "busy": "blue", "bad": "red", "rest": "gray"}


def badge(state: State) -> None:
    """The word. It has no tooltip, with which Streamlit draws a badge twice, and a screen reader says it twice."""
    st.badge(state.word, color=_COLOURS[state.tone])
