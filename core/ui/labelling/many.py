"""Many photos at once: a grid in which what is selected gets a label with one key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.dataset import labels
from core.types import Photo
from core.ui import gallery, state
from core.ui.dialogs import shortcut
from core.ui.labelling import desk
from core.ui.labelling.desk import KEYS, Desk
from core.ui.words import count, plain
from core.workspace import Project

GRID = "label_grid"
NONE, OUT = " without a label", " left out"  # no class begins with a space


@st.fragment
def draw(project: Project) -> None:
    here = desk.of(project)
    desk.head(here)
    shown = _filtered(here)
    tools = st.container(horizontal=True, vertical_alignment="center")
    by_id = {str(photo.id): photo for photo in shown}
    choice = gallery.paged(list(by_id), lambda key: desk.tile(here, by_id[key], desk.said_of(by_id[key])), GRID,
                           of=(st.session_state.get("label_filter"), st.session_state.get("label_text")))
    with tools:
        _bar(here, [by_id[key] for key in choice.chosen if key in by_id], by_id)
    desk.foot(here)


def _filtered(here: Desk) -> list[Photo]:
    """The photos that the filters let through."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Name contains", key="label_text", icon=":material/search:", live=True, width=220,
                             label_visibility="collapsed", placeholder="Name contains")
        which = st.pills("Show", [NONE, *here.classes, OUT], selection_mode="single", key="label_filter",
                         format_func=plain, label_visibility="collapsed")
    sought = (text or "").strip().casefold()
    among = here.listed if which == OUT else here.kept
    return [photo for photo in among if sought in photo.name.casefold() and (
        which is None or which in photo.labels or (which == NONE and not photo.labels)
        or (which == OUT and photo.excluded))]


def _bar(here: Desk, chosen: Sequence[Photo], shown: Mapping[str, Photo]) -> None:
    """What can be done with the photos that are selected, of those that are shown."""
    ids = [photo.id for photo in chosen]
    st.markdown(f"**{len(ids):,} selected.** Label them:" if ids else "Click, shift-click or Ctrl+A to select.",
                width="content")
    for position, name in enumerate(here.classes, 1):
        st.button(plain(name), key=f"label many {name}", disabled=not ids, on_click=_label, args=(here, shown, name),
                  shortcut=shortcut(str(position)) if position <= KEYS else None)
    st.button("None of these", key="many none", disabled=not ids, on_click=_leave_out, args=(here, shown),
              shortcut=shortcut("0"), help="Leaves them out of the training")
    st.button("No label", key="many nothing", disabled=not any(photo.labels for photo in chosen),
              on_click=_take_away, args=(here, shown), icon=":material/label_off:")
    desk.undo_buttons(here, "label_many")


def _selected(shown: Mapping[str, Photo]) -> list[int]:
    """The photos that are selected at the moment of a key, which may be more than the last run knew."""
    return [shown[key].id for key in gallery.chosen(GRID) if key in shown]


def _label(here: Desk, shown: Mapping[str, Photo], name: str) -> None:
    ids = _selected(shown)
    if desk.label_as(here, ids, name):
        gallery.clear(GRID)
        st.toast(f"{count(len(ids), 'photo')} labelled {plain(name)}")


def _leave_out(here: Desk, shown: Mapping[str, Photo]) -> None:
    ids = _selected(shown)
    labels.leave_out(here.project, ids)
    gallery.clear(GRID)
    st.toast(f"{count(len(ids), 'photo')} left out")


def _take_away(here: Desk, shown: Mapping[str, Photo]) -> None:
    with state.errors_shown():
        labels.assign(here.project, _selected(shown), None)
    gallery.clear(GRID)
