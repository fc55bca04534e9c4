"""A photo that has just been asked about, handed from the page where that was done to the card."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.evaluation.thresholds import Thresholds
from core.types import Prediction
from core.ui import pages

_KEY = "explain_asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """A prediction of no run: the project and the model that it belongs to, and the photo's file where it has none."""

    project: str
    arn: str
    prediction: Prediction
    thresholds: Thresholds
    data: bytes | None = None


def why(asked: Asked, label: str = "Why?", key: str = "explain_why") -> None:
    """The button that opens the card for a photo that has just been asked about."""
    if st.button(label, key=key, icon=":material/help:"):
        st.session_state[_KEY] = asked
        pages.go("results/mistakes")


def open_now(project: str) -> Asked | None:
    """The photo that was handed over, until it is put away; None for another project."""
    found = st.session_state.get(_KEY)
    return found if isinstance(found, Asked) and found.project == project else None


def put_away() -> None:
    st.session_state.pop(_KEY, None)
