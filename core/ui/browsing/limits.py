"""Where a photo begins to be dark, blurred or odd: sliders whose counts follow at once."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.dataset.judging import set_thresholds, thresholds_of
from core.images.verdicts import Thresholds
from core.workspace import Project

# Threshold -> what is counted, lowest, highest, step.
SLIDERS = {
    "dark": ("Dark: lightest parts under", 0.0, 1.0, 0.01),
    "light": ("Light: darkest parts over", 0.0, 1.0, 0.01),
    "blurry": ("Blurred: sharpness under", 0.0, 1.0, 0.01),
    "low_information": ("Little information: under", 0.0, 1.0, 0.01),
    "odd_size": ("Odd size: times the usual spread", 1.0, 10.0, 0.5),
    "unusual_aspect": ("Unusual shape: times the usual one", 1.1, 6.0, 0.1),
    "outlier": ("Unlike its class: over", 0.0, 1.0, 0.01),
    "looks_like_other": ("Like another class: over", 0.0, 1.0, 0.01),
}


def draw(project: Project, counted: dict[str, int]) -> None:
    """The sliders, each with the number of photos (`counted` by code) that are beyond it now."""
    limits = thresholds_of(project)
    with st.popover("Thresholds", icon=":material/tune:", width="stretch"):
        st.markdown("**What counts as dark, blurred or odd**")
        st.caption("The scores stay as they are; only the verdicts follow. Nothing is read again.")
        for name, (title, low, high, step) in SLIDERS.items():
            key = f"browse_limit_{name}"
            st.session_state[key] = min(max(float(getattr(limits, name)), low), high)
            st.slider(f"{title} :gray[({counted.get(name, 0):,})]", low, high, step=step, key=key,
                      on_change=_move, args=(project, name))
        st.button("As usual", icon=":material/restart_alt:", disabled=limits == Thresholds(),
                  on_click=set_thresholds, args=(project, Thresholds()))


def _move(project: Project, name: str) -> None:
    set_thresholds(project, replace(thresholds_of(project), **{name: st.session_state[f"browse_limit_{name}"]}))
