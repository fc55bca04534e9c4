"""Say what is on each photo, one key a photo."""

import streamlit as st

from core.dataset import history, labels, photos, vocabulary
from core.types import Photo
from core.ui import exchange, gallery, messages, pages, state
from core.ui.words import count, plain

LARGE = 640  # pixels, so that photo and buttons are on one screen
KEYS = 9  # number keys that a keyboard has for classes; 0 is "none of these"

messages.opening("Label", "Say what is on each photo with the number keys. Every label is on disk before the next "
                 "photo shows.")
project = state.required()
listed = [photo for photo in photos.photos(project) if photo.facts]
kept = [photo for photo in listed if not photo.excluded]
if not listed:
    messages.empty("There are no photos to label yet.", "Add photos", "data/browse")
    exchange.section(project)
    st.stop()

classes = vocabulary.listed(project) or sorted({photo.folder_label for photo in listed if photo.folder_label})
unlabelled = [photo for photo in kept if photo.label is None]
added: int = st.session_state.get("label_added", 0)
foldered = [photo for photo in unlabelled if photo.folder_label]


def keep_classes() -> None:
    """Keep the classes that folders propose, before one of them is used, so that no key changes its meaning."""
    if not vocabulary.listed(project):
        for name in classes:
            vocabulary.add(project, name)


def label_as(photo_ids: list[int], name: str) -> None:
    """Label photos, or say why that is not possible."""
    with state.errors_shown():
        keep_classes()
        labels.assign(project, photo_ids, name)


def put(photo: Photo, label: str | None) -> None:
    """Label the photo, or say that it shows none of the classes, and move on to the next one without a label."""
    if label is None:
        labels.leave_out(project, [photo.id])
    else:
        label_as([photo.id], label)
    order = [other.id for other in unlabelled if other.id != photo.id]
    names = [other.name for other in unlabelled if other.id != photo.id]
    later = [number for number, name in zip(order, names, strict=True) if name > photo.name]
    st.session_state["label_photo"] = (later or order or [photo.id])[0]


def move(step: int) -> None:
    """Show the photo before or after this one."""
    order = [photo.id for photo in listed]
    at = order.index(st.session_state["label_photo"])
    st.session_state["label_photo"] = order[(at + step) % len(order)]


def take_back(again: bool = False) -> None:
    """Undo or redo the last step, and show the photo that it was about."""
    changed = history.redo(project) if again else history.undo(project)
    if changed:
        st.session_state["label_photo"] = changed[0]
    words = count(len(changed), "photo") + (" labelled again" if again else " put back as before")
    st.toast(words if changed else "There is nothing more to undo." if not again else "There is nothing to redo.")


def add_class() -> None:
    """Add the class that was typed. A new field follows, without the focus, so that the next key labels a photo."""
    if (typed := st.session_state[f"label_new_{added}"]).strip():
        with state.errors_shown():
            keep_classes()
            vocabulary.add(project, typed)
    st.session_state["label_added"] = added + 1


def tile(photo: Photo, nothing: str) -> gallery.Tile:
    return gallery.Tile(str(photo.id), photo.label or nothing, gallery.thumbnail(project, photo), note=photo.name)


if foldered:
    names = sorted({str(photo.folder_label) for photo in foldered})
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"{count(len(foldered), 'photo')} came in folders named {plain(', '.join(names))}.",
                    width="stretch")
        if st.button("Label them by folder", type="primary", icon=":material/folder:"):
            with state.errors_shown():
                labels.label_by_folder(project)
                st.rerun()

done = len(kept) - len(unlabelled)
st.progress(done / len(kept) if kept else 1.0, text=f"{done} of {len(kept)}, {len(unlabelled)} to go")
how = st.segmented_control("How", ["One by one", "Many at once"], default="One by one", required=True,
                           key="label_how", persist_state="session", label_visibility="collapsed")

if how == "Many at once":
    which = st.pills("Show", ["without a label", *classes], selection_mode="single", key="label_filter",
                     format_func=plain, label_visibility="collapsed")
    shown = [photo for photo in kept if which is None or (photo.label or "without a label") == which]
    tools = st.container(horizontal=True, vertical_alignment="center")
    choice = gallery.gallery([tile(photo, "no label") for photo in shown], "label_grid")
    chosen = [int(key) for key in choice.chosen]
    with tools:
        st.markdown(f"**{len(chosen)} selected.** Label them:" if chosen else "Click, shift-click or Ctrl+A to select.",
                    width="content")
        for position, name in enumerate(classes, 1):
            if st.button(f"{plain(name)}", key=f"label many {name}", disabled=not chosen,
                         shortcut=str(position) if position <= KEYS else None):
                label_as(chosen, name)
                gallery.clear("label_grid")
                st.rerun()
        st.button("Undo", icon=":material/undo:", on_click=take_back, shortcut="backspace", key="label_many_undo")
else:
    by_id = {photo.id: photo for photo in listed}
    if st.session_state.get("label_photo") not in by_id:
        st.session_state["label_photo"] = (unlabelled or listed)[0].id
    photo = by_id[st.session_state["label_photo"]]
    picture, side = st.columns([3, 2], gap="large")
    with picture, state.errors_shown():
        st.image(gallery.large(photo.path, LARGE), alt=photo.name)
    with side:
        st.text(photo.name)
        if photo.excluded:
            st.badge("None of these: left out", color="gray", icon=":material/block:")
        elif photo.label is None:
            st.badge("No label yet", color="orange", icon=":material/help:")
        else:
            st.markdown(f":green-badge[:material/sell: {plain(photo.label)}]")  # st.badge escapes once more
        for position, name in enumerate(classes, 1):
            st.button(plain(name), key=f"label as {name}",
                      on_click=put, args=(photo, name), width="stretch",
                      type="primary" if photo.label == name else "secondary",
                      shortcut=str(position) if position <= KEYS else None)
        st.button("None of these", on_click=put, args=(photo, None), width="stretch", shortcut="0",
                  help="Leaves the photo out of the training")
        with st.container(horizontal=True):
            st.button("Previous", icon=":material/arrow_back:", on_click=move, args=(-1,), shortcut="left")
            st.button("Next", icon=":material/arrow_forward:", on_click=move, args=(1,), shortcut="right")
            st.button("Undo", icon=":material/undo:", on_click=take_back, shortcut="backspace")
            st.button("Redo", icon=":material/redo:", on_click=take_back, args=(True,), shortcut="shift+backspace")
        st.text_input("Add a class", key=f"label_new_{added}", on_change=add_class,
                      placeholder="Type a name and press Enter")
        if last := [by_id[number] for number in history.recent(project)
                    if number in by_id and (by_id[number].label or by_id[number].excluded)]:
            st.caption("Labelled last; click one to go back to it.")
            back = gallery.gallery([tile(one, "left out") for one in last], "label_last", single=True)
            if back.opened and int(back.opened) != photo.id:
                st.session_state["label_photo"] = int(back.opened)
                st.rerun()

counts = labels.counts(kept, classes)
st.caption(" · ".join(f"{plain(name)} {number}" for name, number in counts.items()) or "No classes yet.")
with st.container(horizontal=True):
    for name in [name for name in vocabulary.listed(project) if not counts[name]]:
        if st.button(f"Remove {plain(name)}", key=f"label remove {name}", icon=":material/delete:", type="tertiary"):
            vocabulary.remove(project, name)
            st.rerun()
few = [name for name, number in counts.items() if number == 1]
if len(classes) == 1:
    st.warning("Rekognition needs two labels or more to train a classifier. Add another class.")
elif few and not unlabelled:
    st.warning(f"Too few photos to split into training and test: {plain(', '.join(few))}.")
exchange.section(project)
pages.way_on("data/manifest", "Split and check the manifest")
