"""A photo in large: each fact beside its limit, each score beside its threshold, what is wrong, what is like it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.dataset import likeness
from core.dataset.judging import judged, thresholds_of
from core.errors import BadImage
from core.images.verdicts import LIMITS
from core.limits import FORMATS, MAX_ASPECT, MAX_FILE_BYTES, MAX_SIDE, MIN_SIDE
from core.types import Facts, Photo
from core.ui import gallery, large, pages, state
from core.ui.dialogs import dialog
from core.ui.words import plain, size
from core.workspace import Project

AT = "browse_open"
ALIKE = 5


@dialog("Photo", width="large")
def open_photo(project: Project, order: Sequence[int], photo_id: int) -> None:
    """One photo of `order`, through which the arrow keys lead."""
    st.session_state.setdefault(AT, photo_id)
    by_id = {photo.id: photo for photo in judged(project)}
    photo = by_id.get(st.session_state[AT])
    if photo is None:
        st.info("This photo is no longer in the project.")
        return
    _walk([number for number in order if number in by_id], photo)
    left, right = st.columns([3, 2])
    with left:
        _large(photo)
        _alike(project, photo, by_id)
    with right:
        _problems(photo)
        if photo.facts:
            _facts(photo.facts)
        _scores(project, photo)


def opened(project: Project, order: Sequence[int], photo_id: int) -> None:
    """Open the photo, whichever was open before."""
    st.session_state.pop(AT, None)
    open_photo(project, order, photo_id)


def _walk(order: Sequence[int], photo: Photo) -> None:
    at = order.index(photo.id) if photo.id in order else -1
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, icon, step, key in (("Previous", ":material/arrow_back:", -1, "left"),
                                      ("Next", ":material/arrow_forward:", 1, "right")):
            there = at + step if at >= 0 else -1
            st.button(name, icon=icon, shortcut=key, disabled=not 0 <= there < len(order), key=f"browse card {name}",
                      on_click=_show, args=(order[there] if 0 <= there < len(order) else photo.id,))
        st.text(photo.name)
        if at >= 0:
            st.caption(f"{at + 1:,} of {len(order):,}", width="content")


def _show(photo_id: int) -> None:
    st.session_state[AT] = photo_id


def _large(photo: Photo) -> None:
    with state.errors_shown():
        try:
            st.image(large.picture(photo.path, 960), alt=photo.name)
        except BadImage:
            if not photo.problems:  # which say why, beside it
                raise
            st.caption("No preview")


def _problems(photo: Photo) -> None:
    for problem in photo.problems:
        show = st.error if problem.severity == "refused" else st.warning
        show(plain(problem.message))
    if any("Cleaning" in problem.message for problem in photo.problems):
        st.page_link(pages.path("data/clean"), label="Clean the photos", icon=":material/healing:")
    if not photo.problems:
        st.success("Rekognition takes it as it is.")


def _facts(facts: Facts) -> None:
    width, height = facts.upright_size
    sides = f"{MIN_SIDE} to {MAX_SIDE} px"
    rows = [
        ("Width", f"{width} px", sides, MIN_SIDE <= width <= MAX_SIDE),
        ("Height", f"{height} px", sides, MIN_SIDE <= height <= MAX_SIDE),
        ("Aspect", f"{max(width, height) / min(width, height):.2f}", f"up to {MAX_ASPECT:.0f}",
         max(width, height) <= MAX_ASPECT * min(width, height)),
        ("Channels", f"{facts.channels} ({facts.mode})", "RGB or grey, 8 bit", True),
        ("Format", facts.format, "JPEG or PNG", facts.format in FORMATS),
        ("File", size(facts.bytes), f"up to {size(MAX_FILE_BYTES)}", facts.bytes <= MAX_FILE_BYTES),
        ("EXIF turn", "yes" if facts.orientation > 1 else "no", "any", True),
        ("Taken", (facts.captured or "–").replace("T", " "), "any", True),
        ("Camera", plain(facts.camera or "–"), "any", True),
    ]
    st.table({"": [name for name, *_ in rows], "Photo": [value for _, value, *_ in rows],
              "Limit": [f"{limit}" if kept else f":red[{limit} ✗]" for *_, limit, kept in rows]})


def _scores(project: Project, photo: Photo) -> None:
    """The scores that are judged, beside their thresholds, and the others under them."""
    if photo.quality is None:
        return
    limits = thresholds_of(project)
    codes = {problem.code for problem in photo.problems}
    rows = [(rule.score, getattr(photo.quality, rule.score), getattr(limits, rule.code), rule) for rule in LIMITS]
    st.table({"": [name.capitalize() for name, *_ in rows], "Photo": [f"{value:.2f}" for _, value, *_ in rows],
              "Threshold": [("" if rule.code not in codes else ":orange[") +
                            f"{'over' if rule.over else 'under'} {limit:.2f} is {rule.code.replace('_', ' ')}" +
                            ("" if rule.code not in codes else "]") for *_, limit, rule in rows]})


def _alike(project: Project, photo: Photo, by_id: dict[int, Photo]) -> None:
    """Its duplicates and the photos most like it; a click goes there."""
    known = likeness.read(project)
    if known is None:
        return
    twins = {number: "mirrored" if group.mirrors(number, photo.id) else "the same"
             for group in known.groups if photo.id in group.ids for number in group.ids if number != photo.id}
    like = [number for number in likeness.more_like(project, [photo.id], ALIKE + len(twins)) if number not in twins]
    tiles = [_tile(project, by_id[number], twins.get(number, "")) for number in (*twins, *like[:ALIKE])
             if number in by_id]
    if tiles:
        st.caption("The same, and most like it" if twins else "Most like it")
        choice = gallery.gallery(tiles, f"browse_alike_{photo.id}", single=True)
        if choice.opened:
            _show(int(choice.opened))
            st.rerun(scope="fragment")


def _tile(project: Project, photo: Photo, note: str) -> gallery.Tile:
    return gallery.Tile(str(photo.id), note or photo.name, gallery.thumbnail(project, photo), note=photo.name)
