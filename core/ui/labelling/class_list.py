"""The classes of a project: named, coloured, ordered, merged and removed, and what that does to their photos first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.dataset import vocabulary
from core.errors import RekolabError
from core.ui import messages
from core.ui.dialogs import dialog
from core.ui.labelling import desk
from core.ui.labelling.desk import KEYS, Desk
from core.ui.words import count, plain
from core.workspace import Project

CHOSEN = "label_class"
REFUSED = "label_class_refused"


@dialog("Classes")
def change(project: Project) -> None:
    if refused := st.session_state.pop(REFUSED, None):
        messages.error(refused)
    here = desk.of(project)
    desk.keep_classes(here)
    if not here.classes:
        st.info("No classes yet. Type the first one beside the photo.")
        return
    if st.session_state.get(CHOSEN) not in here.classes:
        st.session_state[CHOSEN] = here.classes[0]
    name = st.selectbox("Class", here.classes, key=CHOSEN)
    place = here.classes.index(name)
    used = vocabulary.use(project, name)
    boxes = [count(used.boxes, "box", "boxes")] if used.boxes else []
    st.caption(", ".join([count(used.photos, "photo"), *boxes]) + "; "
               + (f"key {place + 1}" if place < KEYS else "no key of its own: the first nine classes have one"))
    _look(here, name, place)
    _rename(here, name, used.photos)
    _merge(here, name, used.photos)
    _remove(here, name, used)
    st.caption("Undo takes each of these back.")


def _look(here: Desk, name: str, place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"class colour {name}"
        st.color_picker("Colour", here.colours[name], key=key, on_change=_paint, args=(here.project, name, key))
        st.button("Earlier", icon=":material/arrow_upward:", disabled=place == 0, key="class earlier",
                  on_click=_do, args=(vocabulary.move, here.project, name, place - 1))
        st.button("Later", icon=":material/arrow_downward:", disabled=place == len(here.classes) - 1,
                  key="class later", on_click=_do, args=(vocabulary.move, here.project, name, place + 1))


def _rename(here: Desk, name: str, photos: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        new = st.text_input("New name", name, key=f"class name {name}", live=True)  # wakes Rename while one types
        same = not new.strip() or new.strip() == name
        st.button("Rename", key="class rename", disabled=same, on_click=_do,
                  args=(vocabulary.rename, here.project, name, new))
    if not same:
        st.caption(f"{count(photos, 'photo')} will be called {plain(new.strip())}.")


def _merge(here: Desk, name: str, photos: int) -> None:
    others = [other for other in here.classes if other != name]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        into = st.selectbox("Merge into", others, index=None, key=f"class into {name}", placeholder="Another class")
        st.button("Merge", key="class merge", disabled=into is None, on_click=_do,
                  args=(vocabulary.merge, here.project, [name], into))
    if into:
        st.caption(f"{count(photos, 'photo')} of {plain(name)} will be {plain(into)}, and {plain(name)} is gone.")


def _remove(here: Desk, name: str, used: vocabulary.Use) -> None:
    lost = [f"{count(used.photos, 'photo loses', 'photos lose')} this label; {used.alone:,} of them will have none."
            if used.photos else "No photo has it."]
    lost += [f"{count(used.boxes, 'box goes', 'boxes go')} with it."] if used.boxes else []
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Remove the class", icon=":material/delete:", key="class remove", on_click=_do,
                  args=(vocabulary.remove, here.project, name))
        st.caption(" ".join(lost))


def _paint(project: Project, name: str, key: str) -> None:
    _do(vocabulary.paint, project, name, str(st.session_state[key]).upper())


def _do(act: Callable[..., Any], *args: Any) -> None:
    """Do it, or have the dialog say why that is not possible: what a callback shows lies behind it."""
    try:
        act(*args)
    except RekolabError as error:
        st.session_state[REFUSED] = error
