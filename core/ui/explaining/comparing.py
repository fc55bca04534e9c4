"""Looking at the training photos, so that mistakes can be compared with them: begun by itself, as it costs nothing."""

from __future__ import annotations

import streamlit as st

from core.explanation import trained
from core.ui import progress, state
from core.ui.words import count
from core.workspace import Project

KIND = "trained"  # of the job


def begin(project: Project) -> None:
    """Start the job when there are training photos that nobody has looked at, once; its progress is shown."""
    waiting = trained.pending(project)
    last = state.job(project, KIND)
    if waiting and last is None:
        state.begin(project, KIND, f"Looking at {count(waiting, 'training photo')}", trained.compare_trained)
    progress.on_page(project, KIND)
    state.failure(project, KIND)
    if waiting and last and not last.live and not last.error:
        st.button(f"Look at {count(waiting, 'new training photo')}", on_click=state.jobs().forget, args=(last.key,),
                  icon=":material/refresh:")
