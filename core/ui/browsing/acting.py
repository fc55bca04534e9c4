"""What can be done with photos of the gallery: with those that are selected, or else with all that are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core.dataset import history, kinds, labels, likeness, vocabulary
from core.types import Photo
from core.ui import gallery, state
from core.ui.browsing import filters
from core.ui.words import count, plain
from core.workspace import Project

GALLERY = "browse"
ALIKE = "browse_alike"  # photos, most alike first, by which the others can be put in order
UNDO = "browse_undo"  # the last step that was taken here
LABEL = "browse_label"
MOST = 60  # photos that are shown as alike


def bar(project: Project, selected: Sequence[Photo], shown: Sequence[Photo], classes: Sequence[str]) -> bool:
    """The buttons, each with the number of photos that it acts on; whether "Open" was pressed."""
    acted = selected or shown
    ids = [photo.id for photo in acted]
    st.markdown(f"**{len(selected):,} selected**" if selected else f"{count(len(shown), 'photo')} shown",
                width="content")
    opened = len(selected) == 1 and st.button("Open", icon=":material/open_in_full:")
    labelled = acted and classes and kinds.kind_of(project) != "boxes"
    if labelled and st.menu_button(f"Label {len(acted):,}", list(classes), icon=":material/sell:", key=LABEL,
                                   format_func=plain, on_click=_label, args=(project, ids, classes)):
        st.rerun()
    out = sum(photo.excluded for photo in acted)
    if out < len(acted):
        _button(f"Leave out {len(acted) - out:,}", ":material/block:", _leave_out, project, ids, True,
                help="Keeps them out of what follows; nothing is deleted")
    if out:
        _button(f"Take in {out:,} again", ":material/undo:", _leave_out, project, ids, False)
    if selected:
        known = likeness.read(project) is not None
        _button("More like these" if len(selected) > 1 else "More like this", ":material/image_search:", show_alike,
                project, ids, disabled=not known, help=None if known else "The photos have yet to be compared")
        _button("Clear", ":material/close:", gallery.clear, GALLERY)
    if UNDO in st.session_state and _last_step(project) == st.session_state[UNDO]:
        _button("Undo", ":material/undo:", _undo, project)
    return opened


def show_alike(project: Project, ids: Sequence[int]) -> None:
    """Show these photos and those most like them, most alike first."""
    found = likeness.more_like(project, ids, MOST)
    st.session_state[ALIKE] = (*ids, *found)
    st.session_state["browse_by"] = "likeness"
    st.session_state["browse_descending"] = False
    filters.catch([*ids, *found], f"like {count(len(ids), 'photo')}")
    gallery.clear(GALLERY)


def _button(label: str, icon: str, act: Callable[..., None], *args: Any, **look: Any) -> None:
    """A button that acts before anything is drawn, and then lets the whole page be drawn anew."""
    if st.button(label, icon=icon, on_click=act, args=args, **look):
        st.rerun()


def _label(project: Project, ids: Sequence[int], classes: Sequence[str]) -> None:
    with state.errors_shown():
        if not vocabulary.listed(project):
            for name in classes:  # all that folders propose, so that none of them changes its colour
                vocabulary.add(project, name)
        label = str(st.session_state[LABEL])
        give = labels.add if kinds.kind_of(project) == "multi" else labels.assign
        _done(project, f"{count(give(project, ids, label), 'photo')} labelled {plain(label)}")


def _leave_out(project: Project, ids: Sequence[int], out: bool) -> None:
    changed = labels.leave_out(project, ids, out)
    _done(project, f"{count(changed, 'photo')} {'left out' if out else 'taken in again'}")


def _done(project: Project, words: str) -> None:
    """Say what was done; it can be undone here while nothing else is done."""
    st.session_state[UNDO] = _last_step(project)
    gallery.clear(GALLERY)
    st.toast(words)


def _last_step(project: Project) -> int:
    """The number of the last step that undo would take back, 0 for none."""
    return next((step.number for step in history.steps(project, 1) if not step.undone), 0)


def _undo(project: Project) -> None:
    st.toast(f"{count(len(history.undo(project)), 'photo')} put back as before")
