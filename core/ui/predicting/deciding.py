"""Which thresholds decide about what the model has said: its own, saved ones, or one for all labels."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.evaluation import threshold_sets
from core.evaluation.thresholds import Thresholds
from core.workspace import Project

OWN, ONE = "The model's own", "One for all labels"


def choose(project: Project, assumed: Mapping[str, float]) -> Thresholds:
    """The thresholds by label in percent, or the one for all that the slider says. None of this needs a new call."""
    saved = threshold_sets.saved(project)
    used = threshold_sets.used(project)
    names = [OWN, ONE, *saved]
    name = st.selectbox(
        "Thresholds", names, index=names.index(used.name) if used else 0, key="predict_thresholds", width=260,
        persist_state="session", help="The model's own are those with the best F1 on the test photos, as AWS sets "
        "them. Others can be saved on the Evaluate page.")
    if name == ONE:
        return float(st.slider("MinConfidence", 0, 100, 50, key="predict_least", persist_state="session",
                               format="%d %%", width=420))
    cuts = saved[name].thresholds if name in saved else assumed
    return {label: cuts.get(label, own) for label, own in assumed.items()}
