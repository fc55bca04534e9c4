"""What the views of Label share: the photos and classes as they are now, where a person is, undo, and the foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core import colours
from core.dataset import history, kinds, labels, photos, suggesting, vocabulary
from core.dataset.suggesting import Suggestion
from core.types import Kind, Photo
from core.ui import gallery, pages, state
from core.ui.dialogs import shortcut
from core.ui.words import count, plain
from core.workspace import Project

AT = "label_photo"  # the photo that is shown large
KEYS = 9  # number keys that a keyboard has for classes; 0 is "none of these"
ORDERS = ("by name", "most doubtful first")


@dataclass(frozen=True, slots=True)
class Desk:
    """A project's photos that can be seen, those of them that are not left out, and its classes with their colours."""

    project: Project
    kind: Kind
    listed: tuple[Photo, ...]
    kept: tuple[Photo, ...]
    classes: tuple[str, ...]
    colours: colours.Colours

    @property
    def unlabelled(self) -> list[Photo]:
        return [photo for photo in self.kept if not photo.labels]


def of(project: Project) -> Desk:
    """The desk as it is now. While a project has no classes, those of its folders are proposed."""
    listed = tuple(photo for photo in photos.photos(project) if photo.facts)
    folders = sorted({photo.folder_label for photo in listed if photo.folder_label})
    names = tuple(vocabulary.listed(project) or folders)
    return Desk(project, kinds.kind_of(project), listed, tuple(photo for photo in listed if not photo.excluded), names,
                colours.of_classes(names, vocabulary.chosen(project)))


def keep_classes(desk: Desk) -> None:
    """Keep the classes that folders propose, before one of them is used, so that no key changes its meaning."""
    if not vocabulary.listed(desk.project):
        for name in desk.classes:
            vocabulary.add(desk.project, name)


def label_as(desk: Desk, photo_ids: Sequence[int], name: str) -> bool:
    """Label photos, besides their other labels where there may be several; False where an error says why not."""
    with state.errors_shown():
        keep_classes(desk)
        vocabulary.expect(desk.project, [name])
        (labels.add if desk.kind == "multi" else labels.assign)(desk.project, photo_ids, name)
        return True
    return False


def take_back(project: Project, again: bool = False) -> None:
    """Undo or redo the last step, and show the photo that it was about."""
    last = history.following(project) if again else history.last(project)
    changed = history.redo(project) if again else history.undo(project)
    if changed:
        st.session_state[AT] = changed[0]
    if last is None:
        st.toast("There is nothing to redo." if again else "There is nothing more to undo.")
    else:
        done = f"{plain(last.what)}: {count(last.photos, 'photo')}" if last.photos else plain(last.what)
        st.toast(f"{'Done again' if again else 'Taken back'}: {done}")


def order_of(desk: Desk) -> list[int]:
    """The photos without a label in the order in which they come: by name, or the most doubtful suggestion first."""
    waiting = [photo.id for photo in desk.unlabelled]
    if st.session_state.get("label_order") != ORDERS[1]:
        return waiting
    among = set(waiting)
    doubtful = dict.fromkeys(one.photo_id for one in suggesting.doubtful_first(suggesting.latest(desk.project))
                             if one.photo_id in among)
    return [*doubtful, *(number for number in waiting if number not in doubtful)]


def suggestion_for(desk: Desk, photo: Photo) -> Suggestion | None:
    """What the embeddings suggest for a photo without a label."""
    return next((one for one in suggesting.latest(desk.project) if one.photo_id == photo.id), None)


def tile(desk: Desk, photo: Photo, caption: str, mark: str = "") -> gallery.Tile:
    colour = colours.colour_of(photo.label, desk.colours) if photo.label else ""
    return gallery.Tile(str(photo.id), caption, gallery.thumbnail(desk.project, photo), mark, photo.name, colour)


def said_of(photo: Photo, nothing: str = "no label") -> str:
    """A photo's labels in a line."""
    return ", ".join(photo.labels) or ("left out" if photo.excluded else nothing)


def head(desk: Desk) -> None:
    """How far labelling has come, and what folders propose."""
    foldered = [photo for photo in desk.unlabelled if photo.folder_label] if desk.kind != "boxes" else []
    if foldered:
        names = sorted({str(photo.folder_label) for photo in foldered})
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"{count(len(foldered), 'photo')} came in folders named {plain(', '.join(names))}.",
                        width="stretch")
            st.button("Label them by folder", type="primary" if len(foldered) == len(desk.kept) else "secondary",
                      icon=":material/folder:", on_click=_by_folder, args=(desk.project,))
    tally = labels.tally(desk.listed)
    st.progress(tally.labelled / tally.total if tally.total else 1.0,
                text=f"{tally.labelled:,} of {tally.total:,}, {tally.to_go:,} to go")


def _by_folder(project: Project) -> None:
    with state.errors_shown():
        st.toast(f"{count(labels.label_by_folder(project), 'photo')} labelled by folder")


def undo_buttons(desk: Desk, key: str) -> None:
    with st.container(horizontal=True):
        st.button("Undo", icon=":material/undo:", on_click=take_back, args=(desk.project,), key=f"{key}_undo",
                  shortcut=shortcut("backspace"), help="Takes the last step back, without limit, also after a restart")
        st.button("Redo", icon=":material/redo:", on_click=take_back, args=(desk.project, True),
                  shortcut=shortcut("shift+backspace"), key=f"{key}_redo")


def foot(desk: Desk) -> None:
    """The photos of each class, and what is still in the way of a training."""
    tally = labels.counts(desk.kept, desk.classes)
    st.caption(" · ".join(f"{plain(name)} {number:,}" for name, number in tally.items()) or "No classes yet.")
    few = [name for name, number in tally.items() if number == 1]
    if len(desk.classes) == 1 and desk.kind != "boxes":
        st.warning("Rekognition needs two labels or more to train a classifier. Add another class.")
    elif few and not desk.unlabelled:
        st.warning(f"Too few photos to split into training and test: {plain(', '.join(few))}.")
    pages.way_on("data/manifest", "Split and check the manifest")
