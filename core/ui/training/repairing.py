"""Repair and train again: what was mended, what was not, photo by photo, and the way into a new training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.aws.clients import Clients
from core.dataset import models, recovering, recovery
from core.dataset.manifests import LABEL
from core.dataset.photos import photos
from core.dataset.recovery import Lost, Mended, Recovery
from core.evaluation import forecast, forecasting
from core.types import Photo, Version
from core.ui import gallery, pages, progress, state
from core.ui.labelling import desk
from core.ui.words import count, plain
from core.workspace import Project

KIND = "repair"
SHOWN = 12  # lost lines with their photos

Train = Callable[[Mapping[str, Any]], None]


def draw(project: Project, clients: Clients, version: Version, next_name: str, train: Train) -> None:
    """The button that repairs; and once that is done, the report and the button that trains, with the same options.

    `train` asks for consent, and is given arguments of `models.train`.
    """
    if progress.on_page(project, KIND):
        return
    state.failure(project, KIND)
    found = recovery.kept(project, version.arn)
    if found is None:
        if st.button("Repair and train again", type="primary", icon=":material/healing:"):
            state.start(project, KIND, f"Repairing what {version.name} was trained with", recovering.repair,
                        arn=version.arn)
        st.caption("The manifests that it was trained with are mended line by line, and photos that do not fit are "
                   "cleaned. What was done is shown before anything is trained.")
        return
    _report(project, found)
    if _way_on(project, version, found, next_name):
        with state.errors_shown():
            made = forecasting.of(project, found.digest)
            train({"mended": found.job, "options": models.options_of(clients, version),
                   "foreseen": forecast.dump(made) if made else None})


def _report(project: Project, found: Recovery) -> None:
    if found.mended:
        st.markdown(f"**Mended: {count(len(found.mended), 'line')}**")
        st.dataframe([_row(one) for one in found.mended], hide_index=True)
    else:
        st.markdown("**Nothing had to be mended in what is left.**" if found.lost else
                    "**Nothing is wrong with the lines any more.**")
    if found.lost:
        st.markdown(f"**Could not be mended, and left out: {count(len(found.lost), 'line')}**")
        known = {photo.id: photo for photo in photos(project)}
        for number, one in enumerate(found.lost[:SHOWN]):
            _lost(project, number, one, known.get(one.photo_id or 0))
        if len(found.lost) > SHOWN:
            st.dataframe([_row_lost(one) for one in found.lost[SHOWN:]], hide_index=True)


def _row(one: Mended) -> dict[str, object]:
    return {"manifest": one.side, "line": one.line, "photo": one.name, "what was done": one.what,
            "AWS's code": ", ".join(one.codes)}


def _row_lost(one: Lost) -> dict[str, object]:
    return {"manifest": one.side, "line": one.line, "photo": one.name, "why": one.why,
            "AWS's code": ", ".join(one.codes)}


def _lost(project: Project, number: int, one: Lost, photo: Photo | None) -> None:
    """One line: its photo, why it is lost, and where that is put right."""
    picture, text = st.columns((1, 7), vertical_alignment="center")
    thumbnail = gallery.thumbnail(project, photo) if photo else None
    with picture:
        st.image(thumbnail, width=96, alt=one.name) if thumbnail else st.caption("No preview")
    with text:
        why = one.why[:1].upper() + one.why[1:].rstrip(".")
        st.markdown(f"{plain(one.name)}, {one.side} line {one.line:,}: {plain(why)}. {plain(', '.join(one.codes))}")
        if photo and one.cure == LABEL:
            if st.button("Label it", key=f"repair_label {number}", icon=":material/sell:", type="tertiary"):
                st.session_state[desk.AT] = photo.id
                pages.go(LABEL.page)
        elif one.cure:
            st.page_link(pages.path(one.cure.page), label=one.cure.label, icon=":material/healing:")


def _way_on(project: Project, version: Version, found: Recovery, next_name: str) -> bool:
    """The doctor's verdict on the mended manifests; gives whether they are to be trained with."""
    (st.success if found.ok else st.error)(
        plain(found.sentence), icon=":material/check_circle:" if found.ok else ":material/error:")
    with st.container(horizontal=True):
        wanted = found.ok and st.button(f"Train {plain(next_name)} with the mended manifests", key="train_mended",
                                        type="primary", icon=":material/model_training:")
        st.button("Repair once more", icon=":material/refresh:", type="tertiary",
                  on_click=recovery.forget, args=(project, version.arn))
    if not found.ok:
        st.page_link(pages.path("data/label"), label="Label more photos", icon=":material/sell:")
    return bool(wanted)
