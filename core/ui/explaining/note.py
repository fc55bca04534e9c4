"""The paragraph about a photo: drafted, edited, kept, and taken into the report."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.explanation import drafting, notes
from core.explanation.explaining import Explanation
from core.explanation.notes import Note
from core.workspace import Project


def draw(project: Project, run_id: int, told: Explanation, needed: Sequence[str]) -> None:
    """The text, which is kept when it is left, and the button that adds it to the report or takes it out."""
    name = told.prediction.name
    kept = notes.notes(project, run_id).get(name)
    drafted = drafting.draft(told, needed)
    shown = kept.text if kept and (kept.edited or kept.included) else drafted
    key = f"explain_note {run_id} {name} {hash(shown)}"
    st.markdown("**In words**")
    st.text_area("What the report says about this photo", shown, key=key, height="content", max_chars=notes.LONGEST,
                 on_change=_edited, args=(project, run_id, name, key, shown, kept))
    with st.container(horizontal=True, vertical_alignment="center"):
        if kept and kept.included:
            st.button("Take out of the report", icon=":material/remove:", key="explain_out", on_click=_put,
                      args=(project, run_id, name, key, shown, False, kept.edited))
            st.caption("It is in the report.", width="content")
        else:
            st.button("Add to report", icon=":material/add:", key="explain_in", on_click=_put,
                      args=(project, run_id, name, key, shown, True, bool(kept and kept.edited)))
        if kept and shown != drafted:
            st.button("Draft anew", icon=":material/refresh:", key="explain_anew", type="tertiary", on_click=_keep,
                      args=(project, run_id, name, drafted, kept.included, False),
                      help="Throws away what was written here, and says what is known now.")


def _edited(project: Project, run_id: int, name: str, key: str, shown: str, kept: Note | None) -> None:
    text = str(st.session_state.get(key, shown))
    if text.strip() != shown.strip():  # a browser may also tell of a text that nobody has touched
        notes.keep(project, run_id, name, text, included=bool(kept and kept.included), edited=True)


def _put(
    project: Project, run_id: int, name: str, key: str, shown: str, included: bool, edited: bool
) -> None:
    """Into the report or out of it, with what was just written: leaving the text may be the click on the button."""
    text = str(st.session_state.get(key, shown))
    changed = text.strip() != shown.strip()
    _keep(project, run_id, name, text if changed else shown, included, edited or changed)


def _keep(project: Project, run_id: int, name: str, text: str, included: bool, edited: bool) -> None:
    if included or edited:
        notes.keep(project, run_id, name, text, included=included, edited=edited)
    else:
        notes.forget(project, run_id, name)
