"""One photo large, and a key for each class; the next photo follows by itself."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import colours
from core.dataset import history, labels, suggesting, vocabulary
from core.dataset.suggesting import Suggestion
from core.types import Photo
from core.ui import gallery, large, state
from core.ui.dialogs import shortcut
from core.ui.labelling import boxes, desk
from core.ui.labelling.desk import AT, KEYS, ORDERS, Desk
from core.ui.words import plain, sure
from core.workspace import Project

LARGE = 640  # pixels, so that photo and buttons are on one screen
BUTTONS = 12  # classes that have a button each, with a key or without
MORE = "label_more"
LAST = 4  # photos to go back to: a row beside the buttons
DETAILED = 1600  # pixels, of a photo that boxes are drawn on


@st.fragment
def draw(project: Project) -> None:
    """Drawn anew by itself at every key, which takes a fraction of what the whole page takes."""
    boxes.keep(project)
    here = desk.of(project)
    if not here.listed:
        st.rerun()  # the last photo has gone elsewhere, and the whole page says where to find some
    photo = _current(here)
    desk.head(here)
    boxes.choices(project, here.listed)
    wide = here.kind == "boxes"
    picture, side = st.columns([7, 3] if wide else [3, 2], gap="large")
    with side:
        about = st.container()
        if not here.classes:
            _new_class(here, "Name your first class, then the next one. Each gets a number key.")
        _classes(here, photo)  # before the photo, as a key means what can be seen: it may come in the same moment
        _steps(here)
        if here.classes:
            _new_class(here)
    with picture, state.errors_shown():
        if wide:
            boxes.edit(project, photo, large.picture(photo.path, DETAILED), here.classes, here.colours, _move)
        else:
            st.image(large.picture(photo.path, LARGE), alt=photo.name)
    with picture:
        _last(here, photo)
    with about:
        st.text(photo.name)
        _state(here, photo)
    _prepare(here, photo, DETAILED if wide else LARGE)
    desk.foot(here)


def _current(here: Desk) -> Photo:
    """The photo that is shown: the one that was chosen, or the first without a label."""
    by_id = {photo.id: photo for photo in here.listed}
    if st.session_state.get(AT) not in by_id:
        st.session_state[AT] = next(iter(desk.order_of(here)), here.listed[0].id)
    return by_id[st.session_state[AT]]


def _state(here: Desk, photo: Photo) -> None:
    """What was said of the photo, or what is suggested."""
    if photo.excluded:
        st.badge("None of these: left out", color="gray", icon=":material/block:")
    elif photo.labels:
        names = " ".join(f":green-badge[:material/sell: {plain(name)}]" for name in photo.labels)
        st.markdown(names)  # st.badge escapes once more
    else:
        st.badge("No boxes yet" if here.kind == "boxes" else "No label yet", color="orange", icon=":material/help:")
    if not photo.labels and not photo.excluded and (found := desk.suggestion_for(here, photo)):
        names = ", ".join(found.labels)
        st.button(f"Suggested: {plain(names)}, {sure(found.confidence)}", icon=":material/lightbulb:",
                  shortcut=shortcut("enter"), on_click=_accept, args=(here, photo, found), width="stretch",
                  key="label suggested", help="Press Enter if it is right")


def _classes(here: Desk, photo: Photo) -> None:
    """A button for each class with its key. In the box editor buttons and keys name boxes.

    Where there are many, those without a key are found by typing.
    """
    several = len(here.classes) > BUTTONS
    for position, name in enumerate(here.classes[:KEYS] if several else here.classes, 1):
        if here.kind == "boxes":
            st.button(f"{_dot(here, name)} {plain(name)} :gray[{position if position <= KEYS else ''}]",
                      key=f"label as {name}", on_click=boxes.ask, args=(name,), width="stretch")
        else:
            chosen = name in photo.labels and not photo.excluded  # coloured then, and its dot would not be seen
            st.button(plain(name) if chosen else f"{_dot(here, name)} {plain(name)}", key=f"label as {name}",
                      on_click=_put, args=(here, photo, name), width="stretch",
                      type="primary" if chosen else "secondary",
                      shortcut=shortcut(str(position)) if position <= KEYS else None)
    if several:
        _more(here, photo, here.classes[KEYS:])
    if here.kind == "boxes":
        st.button("Remove the picked box", on_click=boxes.ask, args=(None,), width="stretch", key="label box none",
                  icon=":material/delete:")
    nothing = "Nothing to find here" if here.kind == "boxes" else "None of these"
    st.button(nothing, on_click=_put, args=(here, photo, None), width="stretch", shortcut=shortcut("0"),
              key="label none", help="Leaves the photo out of the training",
              type="primary" if photo.excluded else "secondary")


def _more(here: Desk, photo: Photo, names: Sequence[str]) -> None:
    """The classes without a key, in a list that is empty again after each choice."""
    key = f"label_more_{st.session_state.get(MORE, 0)}"
    st.selectbox("Other classes", names, index=None, key=key, on_change=_put_other, args=(here, photo, key),
                 placeholder=f"{len(names):,} more: type to find one", label_visibility="collapsed")


def _put_other(here: Desk, photo: Photo, key: str) -> None:
    name = st.session_state[key]
    st.session_state[MORE] = st.session_state.get(MORE, 0) + 1
    if here.kind == "boxes":
        boxes.ask(name)
    else:
        _put(here, photo, name)


def _dot(here: Desk, name: str) -> str:
    return f":color[●]{{foreground=\"{colours.colour_of(name, here.colours)}\"}}"


def _steps(here: Desk) -> None:
    with st.container(horizontal=True):
        st.button("Previous", icon=":material/arrow_back:", on_click=_move, args=(-1,),
                  shortcut=shortcut("left"))
        st.button("Next", icon=":material/arrow_forward:", on_click=_move, args=(1,),
                  shortcut=shortcut("right"), help="Goes on without a label")
    desk.undo_buttons(here, "label_one")
    if here.kind != "boxes" and not suggesting.ready(here.project):
        st.segmented_control("Order", ORDERS, default=ORDERS[0], required=True, key="label_order",
                             persist_state="session")


def _new_class(here: Desk, first: str = "") -> None:
    """A field for a class. A new field follows, without the focus, so that the next key labels a photo."""
    if first:
        st.caption(first)
    added: int = st.session_state.get("label_added", 0)
    st.text_input("Add a class", key=f"label_new_{added}", on_change=_add_class, args=(here,),
                  placeholder="Type a name and press Enter")


def _add_class(here: Desk) -> None:
    added: int = st.session_state.get("label_added", 0)
    if (typed := st.session_state[f"label_new_{added}"]).strip():
        with state.errors_shown():
            desk.keep_classes(here)
            vocabulary.add(here.project, typed)
    st.session_state["label_added"] = added + 1


def _last(here: Desk, photo: Photo) -> None:
    """The photos that were labelled last, to go back to."""
    by_id = {one.id: one for one in here.listed}
    last = [by_id[number] for number in history.recent(here.project, LAST)
            if number in by_id and (by_id[number].labels or by_id[number].excluded)]
    if not last:
        return
    st.caption("Labelled last; click one to go back to it.")
    back = gallery.gallery([desk.tile(here, one, desk.said_of(one)) for one in last], "label_last", single=True)
    if back.opened and int(back.opened) != photo.id:
        st.session_state[AT] = int(back.opened)
        st.rerun()


def _put(here: Desk, photo: Photo, name: str | None) -> None:
    """Label the photo, or say that it shows none of the classes, and move on; several labels are switched on and off.
    """
    following = _following(here, photo)
    if name is None:
        again = here.kind == "multi" and photo.excluded
        labels.leave_out(here.project, [photo.id], out=not again)
        if here.kind == "multi":
            return
    elif here.kind == "multi":
        if name in photo.labels and not photo.excluded:  # else it is taken in again
            labels.take(here.project, [photo.id], name)
        else:
            desk.label_as(here, [photo.id], name)
        return
    else:
        desk.label_as(here, [photo.id], name)
    _go_on(here, photo, following)


def _accept(here: Desk, photo: Photo, found: Suggestion) -> None:
    """Make what is suggested the photo's labels, and move on; a label that it got elsewhere meanwhile stays, and is
    shown."""
    following = _following(here, photo)
    with state.errors_shown():
        if suggesting.confirm(here.project, [found]):
            _go_on(here, photo, following)
        else:
            st.toast("This photo was labelled or left out elsewhere meanwhile. It stays as it is.")


def _following(here: Desk, photo: Photo) -> list[int]:
    """The photos without a label that come after this one, then those before it."""
    order = desk.order_of(here)
    if photo.id in order:
        at = order.index(photo.id)
        return [*order[at + 1:], *order[:at]]
    names = {one.id: one.name for one in here.listed}
    return sorted(order, key=lambda number: (names[number] < photo.name, names[number]))


def _go_on(here: Desk, photo: Photo, following: list[int]) -> None:
    if st.session_state.get("label_order") == ORDERS[1]:
        following = desk.order_of(desk.of(here.project))  # what was just said changes which is the most doubtful
    st.session_state[AT] = next(iter(following), photo.id)


def _move(step: int) -> None:
    """Show the photo before or after this one."""
    order = [photo.id for photo in desk.of(state.required()).listed]
    if st.session_state.get(AT) in order:  # else it has gone elsewhere meanwhile, and the first that waits is shown
        st.session_state[AT] = order[(order.index(st.session_state[AT]) + step) % len(order)]


def _prepare(here: Desk, photo: Photo, longest: int) -> None:
    """Read the photos that are likely to be shown next, while a person looks at this one."""
    by_id = {one.id: one.path for one in here.listed}
    at = here.listed.index(photo)
    beside = [here.listed[(at + step) % len(here.listed)].id for step in (1, -1)]
    large.prepare([by_id[number] for number in [*_following(here, photo)[:2], *beside]], longest)
