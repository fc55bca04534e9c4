"""The model that is asked, and the start of one that does not run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.aws import training
from core.aws.clients import Clients
from core.aws.states import of_model
from core.dataset import models
from core.types import Version
from core.ui import progress, starting, state
from core.ui.words import plain
from core.workspace import Project


@dataclass(frozen=True, slots=True)
class Model:
    """A running model, with its assumed thresholds by label in percent."""

    clients: Clients
    version: Version
    assumed: Mapping[str, float]

    @property
    def arn(self) -> str:
        return self.version.arn


def trained(project: Project, clients: Clients) -> list[Version]:
    """The models that can answer, those that run before the others; what AWS can not say is shown."""
    known: list[Version] = []
    with state.errors_shown():
        known = [version for version in models.models(project, clients) if version.f1 is not None]
    running = [version for version in known if version.status == "RUNNING"]
    return running or known


def choose(project: Project, clients: Clients, known: list[Version], place: DeltaGenerator) -> Model | None:
    """The choice of a model, at that place; None, and the way to its start, when it does not run."""
    names = {one.name: one for one in known}  # names, because the session would keep a model as it was
    version = names[place.selectbox("Model", list(names), key="predict_model", width=260, label_visibility="collapsed")]
    if version.status == "RUNNING":
        with state.errors_end_page():
            return Model(clients, version, training.evaluation(clients, version).thresholds)
    with st.container(border=True, horizontal_alignment="center"):
        condition = of_model(version.status)
        st.markdown(f"{plain(version.name)} is {condition.word}. A model answers only while it runs.",
                    text_alignment="center", width="content")
        st.caption(condition.meaning, text_alignment="center", width="content")
        starting.offer(project, clients, version, primary=True)
        if condition.passing:
            progress.until_changed(clients, version)
    return None
