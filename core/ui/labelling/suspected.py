"""Labels that disagree with their neighbours, the most suspicious first, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.dataset import kinds, likeness, suggesting
from core.dataset.suggesting import Suspect
from core.types import Photo
from core.ui import gallery, messages
from core.ui.labelling import desk
from core.ui.labelling.desk import Desk
from core.ui.words import count, plain
from core.workspace import Project

AT_ONCE = 8
NEAREST = 3
RIGHT = "labels_seen_right"  # a setting of the project: photos whose labels a person has looked at and found right


@st.fragment
def draw(project: Project) -> None:
    here = desk.of(project)
    if kinds.kind_of(project) != "single":
        st.info("Suspects are found where each photo has one label.")
        return
    if likeness.read(project) is None:
        st.info("The photos have yet to be compared with each other.", icon=":material/hourglass_empty:")
        return
    seen: dict[str, str] = project.get(RIGHT, {})
    by_id = {photo.id: photo for photo in here.listed}
    found = [one for one in suggesting.suspects(project)
             if one.photo_id in by_id and seen.get(str(one.photo_id)) != one.label]
    if not found:
        messages.nothing("No label disagrees with the photos that look most alike.", "Label more", _one_by_one)
        return
    st.markdown(f"**{count(len(found), 'label')}** may be wrong, the most suspicious first.")
    for one in found[:AT_ONCE]:
        _row(here, one, by_id)
    desk.undo_buttons(here, "label_suspects")
    desk.foot(here)


def _row(here: Desk, one: Suspect, by_id: Mapping[int, Photo]) -> None:
    photo = by_id[one.photo_id]
    with st.container(border=True):
        picture, words, near = st.columns([1, 2, 3], gap="medium", vertical_alignment="center")
        if thumbnail := gallery.thumbnail(here.project, photo):
            picture.image(thumbnail, alt=photo.name, width="stretch")
        with words:
            st.text(photo.name)
            st.markdown(f"Labelled **{plain(one.label)}**. {plain(one.reason)}")
            with st.container(horizontal=True):
                st.button(f"It is {plain(one.other)}", key=f"suspect {photo.id} other", on_click=_correct,
                          args=(here, photo, one.other), icon=":material/swap_horiz:")
                st.button(f"{plain(one.label)} is right", key=f"suspect {photo.id} right", on_click=_right,
                          args=(here, photo), icon=":material/check:")
        with near:
            alike = [by_id[number] for number in _nearest(here.project, photo.id) if number in by_id]
            gallery.gallery([desk.tile(here, other, desk.said_of(other)) for other in alike],
                            f"suspect near {photo.id}", single=True)


def _nearest(project: Project, photo_id: int) -> list[int]:
    compared = likeness.read(project)
    return likeness.nearest_of(compared, photo_id)[:NEAREST] if compared else []


def _correct(here: Desk, photo: Photo, label: str) -> None:
    desk.label_as(here, [photo.id], label)


def _right(here: Desk, photo: Photo) -> None:
    """Keep in mind that a person has found the label right, until it changes."""
    here.project.add_to(RIGHT, str(photo.id), photo.label)


def _one_by_one() -> None:
    st.session_state["label_how"] = "One by one"
