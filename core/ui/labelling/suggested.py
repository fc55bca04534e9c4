"""What the embeddings suggest for photos without a label: a screenful at a time, the surest first, to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.dataset import suggesting
from core.dataset.suggesting import Suggestion
from core.ui import gallery, messages, state
from core.ui.dialogs import shortcut
from core.ui.labelling import desk
from core.ui.labelling.desk import AT, Desk
from core.ui.words import count, plain, sure
from core.workspace import Project

GRID = "label_suggested"
AT_ONCE = 120  # suggestions that are confirmed together at most: as many as can be looked at


@st.fragment
def draw(project: Project) -> None:
    here = desk.of(project)
    desk.head(here)
    if why := suggesting.ready(project):
        messages.nothing(why, "Label one by one", _one_by_one)
        return
    found = suggesting.surest_first(suggesting.suggestions(project))
    if not found:
        messages.nothing("Every photo has a label.", "Look for wrong ones", _suspects)
        return
    least, label = _filters(here)
    shown = [one for one in found if 100 * one.confidence >= least and (label is None or label in one.labels)]
    _gallery(here, shown[:AT_ONCE], len(shown))
    desk.foot(here)


def _filters(here: Desk) -> tuple[int, str | None]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        least = st.slider("At least as sure as", 50, 99, 90, format="%d %%", key="label_least", width=240)
        label = st.pills("Suggested label", here.classes, selection_mode="single", key="label_suggested_as",
                         format_func=plain)
    return least, label


def _gallery(here: Desk, shown: Sequence[Suggestion], total: int) -> None:
    """The suggestions; those that are selected are wrong, and are not confirmed."""
    if not shown:
        st.info("No suggestion is as sure as that. Move the slider, or label the doubtful ones one by one.")
        st.button("Label the doubtful ones", on_click=_one_by_one, icon=":material/help:")
        return
    photos = {photo.id: photo for photo in here.listed}
    tools = st.container(horizontal=True, vertical_alignment="center")
    wrong = gallery.gallery([
        desk.tile(here, photos[one.photo_id], f"{', '.join(one.labels)}, {sure(one.confidence)}") for one in shown
        if one.photo_id in photos], GRID)
    right = [one for one in shown if str(one.photo_id) not in wrong.chosen]
    with tools:
        st.button(f"Confirm these {len(right):,}", type="primary", icon=":material/done_all:", on_click=_confirm,
                  args=(here, right), shortcut=shortcut("ctrl+enter"), key="label_confirm", disabled=not right)
        st.markdown("Click what is wrong: it is not confirmed." if not wrong.chosen else
                    f"{len(wrong.chosen):,} marked as wrong.", width="content")
        desk.undo_buttons(here, "label_suggested")
    if total > len(shown):
        st.caption(f"{total - len(shown):,} more follow when these are confirmed.")


def _confirm(here: Desk, right: Sequence[Suggestion]) -> None:
    wrong = set(gallery.chosen(GRID))  # one may have been marked a moment ago
    confirmed = [one for one in right if str(one.photo_id) not in wrong]
    with state.errors_shown():
        done = suggesting.confirm(here.project, confirmed)
        alone = len(confirmed) - done
        st.toast(f"{count(done, 'photo')} labelled" + (
            f"; {alone:,} left alone, labelled or left out elsewhere meanwhile" if alone else ""))
    gallery.clear(GRID)


def _one_by_one() -> None:
    st.session_state["label_how"] = "One by one"
    st.session_state["label_order"] = desk.ORDERS[1]
    st.session_state.pop(AT, None)


def _suspects() -> None:
    st.session_state["label_how"] = "Suspects"
