"""The history of labels: what was changed when, and back to any moment of it."""

from __future__ import annotations

import streamlit as st

from core.dataset import history
from core.dataset.history import Step
from core.ui import messages
from core.ui.labelling import desk
from core.ui.words import clock, count
from core.workspace import Project

MOST = 200  # steps at first; older ones are shown when asked for
SHOWN = "label_past_shown"


@st.fragment
def draw(project: Project) -> None:
    most: int = st.session_state.get(SHOWN, MOST)
    steps = history.steps(project, most)
    if not steps:
        messages.nothing("Nothing was labelled yet.", "Label one by one", _one_by_one)
        return
    tools = st.container(horizontal=True, vertical_alignment="center")
    chosen = st.dataframe(
        [{"": _state(step, steps), "when": clock(step.at), "what": step.what, "photos": step.photos,
          "photo": step.photo or ""} for step in steps],
        hide_index=True, on_select="rerun", selection_mode="single-row-required", key="label_past", height=560,
        column_config={"": st.column_config.TextColumn(width=80), "what": st.column_config.TextColumn(width="medium")})
    rows = chosen["selection"]["rows"]
    with tools:
        desk.undo_buttons(desk.of(project), "label_past")
        step = steps[rows[0]] if rows and rows[0] < len(steps) else steps[0]
        st.button("Go to this moment", icon=":material/history:", on_click=_go, args=(project, step.number),
                  help="Takes back, or does again, every step between now and the chosen row")
        if len(steps) < most:
            st.button("Before the first", on_click=_go, args=(project, steps[-1].number - 1), type="tertiary")
        else:
            st.button("Show older steps", on_click=_older, args=(most,), type="tertiary")
    st.caption("Newest first. Choose a row to go to that moment. Going back loses nothing: steps that are taken back "
               "can be done again, until something new is labelled.")


def _state(step: Step, steps: list[Step]) -> str:
    now = next((one.number for one in steps if not one.undone), 0)
    return "now" if step.number == now else "undone" if step.undone else ""


def _go(project: Project, number: int) -> None:
    done = history.undo_to(project, number)
    st.toast(f"{count(done, 'step')} taken back or done again" if done else "This is the moment that you are at.")


def _older(most: int) -> None:
    st.session_state[SHOWN] = 5 * most


def _one_by_one() -> None:
    st.session_state["label_how"] = "One by one"
