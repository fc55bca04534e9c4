"""The Rekognition project behind the models: its state, its datasets with theirs, and models from other accounts."""

from __future__ import annotations

import streamlit as st

from core.aws import projects
from core.aws.clients import Clients
from core.aws.states import State, of_dataset, of_project
from core.dataset.models import rekognition_name
from core.ui import state
from core.ui.versioning import condition, copying
from core.ui.words import ago, plain
from core.workspace import Project

_WORDS = {"TRAIN": "Training dataset", "TEST": "Test dataset"}


def draw(project: Project, clients: Clients) -> None:
    """What AWS knows of the project that this one trains in; it is asked while this is open."""
    opened = st.expander("The Rekognition project", icon=":material/folder_data:", key="versions_project",
                         on_change="rerun")
    if opened.open:
        with opened:
            _draw(project, clients)


def _draw(project: Project, clients: Clients) -> None:
    name = rekognition_name(project)
    with state.errors_shown():
        found = projects.find_project(clients, name)
        if found is None:
            st.caption(f"There is no project {plain(name)} yet. The first training makes it.")
        else:
            known = of_project(found.status)
            _line(f"Project {plain(found.name)}", known, f"{known.meaning} Made {ago(found.created)}.")
            for kind, one in sorted(found.states.items(), reverse=True):
                _dataset(_WORDS.get(kind, kind), one)
            if not found.states and found.status == "CREATED":
                st.caption("It has no dataset. The next training from here makes both.")
        st.markdown("**Take over a model**")
        copying.take_over(project, clients)


def _dataset(title: str, one: projects.DatasetState) -> None:
    known = of_dataset(one.status)
    said = plain(one.message) if known.tone == "bad" and one.message else ""
    _line(title, known, f"{known.meaning}{f' AWS says: {said}' if said else ''}")


def _line(title: str, known: State, words: str) -> None:
    """What it is, its state as a coloured word, and what that means."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{title}**", width="content")
        condition.badge(known)
        st.caption(words, width="content")
