"""The review queue: one photo large, and one key says what it shows and adds it to the dataset."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core import colours
from core.aws import versions
from core.colours import Colours
from core.dataset import scanning, vocabulary
from core.errors import RekolabError
from core.evaluation import charts, reviewing
from core.evaluation.reviewing import Waiting, Why
from core.explanation import farness, trained
from core.types import UNKNOWN
from core.ui import gallery, large, messages, pages, state
from core.ui.dialogs import shortcut
from core.ui.explaining import comparing
from core.ui.words import count, plain
from core.workspace import Project

SAID = "predict_review_said"  # what came of the last key, or the error that kept it from coming
AT = "predict_review"  # the content of the photo that is shown
DONE = "predict_review_done"  # the content of the one that was settled last
LARGE = 640  # pixels, so that photo and buttons are on one screen
KEYS = 9
TOGETHER = 20  # added photos that are looked at in one job: each ends in a new page, which a key may have to wait for
LOOK = "waiting"  # the kind of the job that looks at what waits
BADGES: dict[Why, tuple[str, Literal["gray", "orange", "green"]]] = {
    "unknown": ("Unknown", "gray"), "close": ("A close call", "orange"),
    "far": ("Unlike the training photos", "orange"), "sure": ("The model is sure", "green")}


def draw(project: Project) -> None:
    """What waits, and a look in the background at what was added before."""
    if scanning.waiting(project):
        state.begin(project, "import", "Looking at the photos", scanning.scan)
    _queue(project)


@st.fragment
def _queue(project: Project) -> None:
    """Drawn anew by itself at every key.

    A key means the photo that can be seen: the buttons are drawn before it, and both before all that takes longer.
    """
    _say()
    waiting = reviewing.waiting(project, farness.far(project))
    classes = _classes(project, waiting)
    if not waiting:
        _empty(project)
        look(project, 1)
        return
    one = _current(waiting)
    if st.session_state.get(DONE) == one.prediction.sha256:
        st.session_state[DONE] = None  # it waits again, or it waits in another project too
    st.markdown(f"**{count(len(waiting), 'photo waits', 'photos wait')}** for your review, the most useful first. "
                "What you confirm or correct is added to the dataset, for the next training.")
    picture, side = st.columns([3, 2], gap="large")
    with side:
        about = st.container()
        _decisions(project, waiting, one, classes)
    with picture, state.errors_shown():
        st.image(large.picture(one.prediction.path, LARGE), alt=one.prediction.name)
    with about:
        st.text(one.prediction.name)
        _said(one, classes)
    with picture:
        _next(project, waiting, one)
    large.prepare([other.prediction.path for other in waiting[:3]], LARGE)
    look(project)


def look(project: Project, added: int = TOGETHER) -> None:
    """Look at what waits in the background, and at what was added once it is so much: neither keeps anybody waiting."""
    if not state.job(project, comparing.KIND) and trained.pending(project):
        state.begin(project, comparing.KIND, "Looking at the training photos", trained.compare_trained)
    elif farness.pending(project) and trained.trained(project).photos:
        state.begin(project, LOOK, "Looking at what waits for a review", farness.compare_waiting)
    if scanning.waiting(project) >= added:
        state.begin(project, "import", "Looking at the photos", scanning.scan)


def _classes(project: Project, waiting: list[Waiting]) -> Colours:
    """The project's classes, and the labels that the models know besides."""
    known = {label for one in waiting for label in one.thresholds}
    return vocabulary.palette(project, [*vocabulary.listed(project), *known])


def _current(waiting: list[Waiting]) -> Waiting:
    by_content = {one.prediction.sha256: one for one in waiting}
    return by_content.get(st.session_state.get(AT), waiting[0])


def _said(one: Waiting, classes: Colours) -> None:
    made = one.prediction
    text, colour = BADGES[one.why]
    if one.why != "unknown":  # which is said in large below
        st.badge(text, color=colour)
    said = ":gray[Unknown]" if made.answer == UNKNOWN else plain(made.answer)
    st.subheader(said, anchor=False)
    st.plotly_chart(charts.confidence_bars(made.scores, one.thresholds, classes), config={"displayModeBar": False},
                    key="predict_review_bars", alt="Confidence of each label against its threshold")
    st.caption(f"{plain(versions.names_of(one.arn)[1])} said so. The ticks are the thresholds.")


def _decisions(project: Project, waiting: list[Waiting], one: Waiting, classes: Colours) -> None:
    """A button and a key for each label; the model's own answer has Y besides, which Unknown only disables, so that
    the buttons below stay where they are and miss no key."""
    for position, name in enumerate(classes, 1):
        own = name == one.prediction.answer
        st.button(f":color[●]{{foreground=\"{colours.colour_of(name, classes)}\"}} {plain(name)}",
                  key=f"review as {name}", on_click=_settle, args=(project, waiting, one, name), width="stretch",
                  type="primary" if own else "secondary",
                  shortcut=shortcut(str(position)) if position <= KEYS else None)
    st.button("The model is right", key="review right", on_click=_settle, width="stretch",
              args=(project, waiting, one, one.prediction.answer), shortcut=shortcut("y"), icon=":material/check:",
              disabled=one.prediction.answer == UNKNOWN)
    st.button("Not for the dataset", key="review none", on_click=_settle, args=(project, waiting, one, None),
              width="stretch", shortcut=shortcut("0"), icon=":material/block:")
    with st.container(horizontal=True):
        st.button("Later", key="review later", icon=":material/arrow_forward:", on_click=_show,
                  args=(_following(waiting, one),), shortcut=shortcut("n"), help="Goes on; it still waits")
        _undo_button(project)


def _undo_button(project: Project) -> None:
    st.button("Undo", key="review undo", icon=":material/undo:", on_click=_undo, args=(project,),
              shortcut=shortcut("backspace"), disabled=not reviewing.can_undo(project),
              help="Takes the last decision back: label and photo leave the dataset, and it waits again")


def _next(project: Project, waiting: list[Waiting], one: Waiting) -> None:
    """What comes after it, to go to by a click."""
    at = waiting.index(one)
    some = [*waiting[at + 1 :], *waiting[:at]][:4]
    if not some:
        return
    st.caption("What comes next; click one to take it first.")
    opened = gallery.gallery([
        gallery.Tile(str(other.prediction.sha256), other.prediction.answer,
                     gallery.looked_at(project, other.prediction.path, other.prediction.sha256 or ""),
                     "unknown" if other.why == "unknown" else "", other.prediction.name)
        for other in some], "predict_review_next", single=True).opened
    if opened and opened != one.prediction.sha256 and opened != st.session_state.get(f"{AT}_opened"):
        st.session_state[AT] = st.session_state[f"{AT}_opened"] = opened
        st.rerun(scope="fragment")


def _empty(project: Project) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown("Nothing waits for a review. What you predict waits here, until you say whether it is right.",
                    text_alignment="center", width="content")
        _undo_button(project)
    if reviewing.can_undo(project):
        pages.way_on("data/clean", "Clean what was added, for the next training")


def _following(waiting: list[Waiting], one: Waiting) -> str | None:
    at = waiting.index(one)
    rest = [*waiting[at + 1 :], *waiting[:at]]
    return rest[0].prediction.sha256 if rest else None


def _show(content: str | None) -> None:
    st.session_state[AT] = content


def _settle(project: Project, waiting: list[Waiting], one: Waiting, label: str | None) -> None:
    """What a key says of a photo; pressed twice, before the next one could be shown, it says it once."""
    if st.session_state.get(DONE) == one.prediction.sha256:
        return
    try:
        if label is not None:
            vocabulary.add(project, label)
        done = reviewing.settle(project, one.prediction.sha256 or "", label)
    except RekolabError as error:
        st.session_state[SAID] = error
        return
    _show(_following(waiting, one))
    st.session_state[DONE] = one.prediction.sha256
    there = "was in the dataset already; labelled" if done.known else "added to the dataset as"
    st.session_state[SAID] = (f"{plain(done.name)}: {there} {plain(label)}" if label is not None
                              else f"{plain(done.name)}: not for the dataset")


def _undo(project: Project) -> None:
    if undone := reviewing.undo(project):
        _show(undone.sha256)
        st.session_state[SAID] = f"Taken back: {plain(undone.name)} waits again"


def _say() -> None:
    """What came of the last key, which a callback can not say itself."""
    said = st.session_state.pop(SAID, None)
    if isinstance(said, RekolabError):
        messages.error(said)
    elif said:
        st.toast(said)
