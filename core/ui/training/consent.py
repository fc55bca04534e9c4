"""The dialog before a training: the price, and consent. Nothing is billed without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.aws import prices
from core.aws.prices import Prices, Training
from core.dataset import models
from core.ui import state
from core.ui.dialogs import dialog
from core.ui.words import plain
from core.workspace import Project


@dialog("Train a model", icon=":material/model_training:")
def ask(project: Project, name: str, tariff: Prices, takes: Training, arguments: Mapping[str, Any],
        note: str = "") -> None:
    """Say what it costs, and start the training with these arguments of `models.train` when that is agreed to."""
    price = usually(takes)
    if project.backend.is_engine:
        st.markdown("The built-in engine trains on this computer and **costs nothing**.")
        st.caption(f"On AWS a training usually costs {price}. {plain(tariff.source)}")
    else:
        st.markdown(f"AWS bills **{plain(prices.words(tariff.training_hour))} for each hour** of training, usually "
                    f"{price}; a training that fails is not billed.")
        st.caption(plain(tariff.source))
    if note:
        st.info(note, icon=":material/query_stats:")
    agreed = project.backend.is_engine or st.checkbox("I agree to this cost.")
    if st.button(f"Train {plain(name)}", key="train_now", type="primary", disabled=not agreed):
        state.start(project, "train", f"Starting the training of {name}", models.train, revive=False,
                    version_name=name, **arguments)


def usually(takes: Training) -> str:
    """The price of a training as a range."""
    return plain(" to ".join(prices.words(usd) for usd in takes.usd))
