"""The history of labels: what was changed when, and back to any moment of it."""

from __future__ import annotations

import streamlit as st

from core.dataset import history
from core.dataset.history import Step
from core.ui import messages
from core.ui.labelling import desk
from core.ui.words import clock, count, plain
from core.workspace import Project

MOST = 200


@st.fragment
def draw(project: Project) -> None:
    steps = history.steps(project, MOST)
    if not steps:
        messages.nothing("Nothing was labelled yet.", "Label one by one", _one_by_one)
        return
    desk.undo_buttons(desk.of(project), "label_past")
    st.caption("Newest first. Going back loses nothing: steps that are taken back can be done again, until something "
               "new is labelled.")
    current = next((step.number for step in steps if not step.undone), 0)
    for step in steps:
        _row(project, step, step.number == current)
    _start(project, steps[-1].number, len(steps), current)


def _row(project: Project, step: Step, current: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"{plain(step.what)}{': ' + count(step.photos, 'photo') if step.photos else ''}"
        st.markdown(f":gray[{clock(step.at)}]", width=130)
        st.markdown(f":gray[~~{words}~~]" if step.undone else words, width="stretch")
        if current:
            st.badge("now", color="green")
        else:
            st.button("Forward to here" if step.undone else "Back to here", key=f"step {step.number}", type="tertiary",
                      on_click=_go, args=(project, step.number))


def _start(project: Project, oldest: int, shown: int, current: int) -> None:
    if shown < MOST and current:
        st.button("Back to before the first label", key="step 0", type="tertiary", on_click=_go,
                  args=(project, oldest - 1))


def _go(project: Project, number: int) -> None:
    st.toast(f"{count(history.undo_to(project, number), 'step')} taken back or done again")


def _one_by_one() -> None:
    st.session_state["label_how"] = "One by one"
