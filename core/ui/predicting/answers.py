"""What the model said of photos: one large with everything, several as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.colours import Colours
from core.dataset import vocabulary
from core.errors import BadImage
from core.evaluation import charts, reviewing, thresholds
from core.evaluation.thresholds import Thresholds
from core.images import thumbnails
from core.types import UNKNOWN, Prediction
from core.ui import messages, state
from core.ui.explaining import asked
from core.ui.predicting import asking, call, deciding, located
from core.ui.predicting.asking import Picture, Told
from core.ui.predicting.model import Model
from core.ui.words import plain, size
from core.workspace import Project

LARGE = 300_000  # bytes of a picture, above which the browser gets a smaller one than the model
UPRIGHT = 360  # pixels that an upright photo is wide, so that it fits on a screen
QUEUED = "predict_queued"  # what this tab has put into the queue, so that it is not done at every look
BARS = {"displayModeBar": False}


def draw(project: Project, model: Model, pictures: Sequence[Picture]) -> None:
    """Ask about the pictures, and show the answers; then let them wait for a review."""
    classes = vocabulary.palette(project, model.assumed)
    with st.spinner("Asking the model …"):
        if len(pictures) == 1:
            told = list(asking.ask(project, model, pictures))
        else:
            told = _rows(project, model, pictures, classes)
    if len(pictures) == 1:
        _large(project, model, told[0], classes)
    for one in told:
        _queue(project, model, one)


def _rows(project: Project, model: Model, pictures: Sequence[Picture], classes: Colours) -> list[Told]:
    """A row a photo, each as soon as it is answered."""
    cuts = deciding.choose(project, model.assumed)
    told: list[Told] = []
    failures: set[str] = set()
    for one in asking.ask(project, model, pictures):
        told.append(one)
        _row(project, model, one, cuts, classes, failures)
    return told


def _large(project: Project, model: Model, told: Told, classes: Colours) -> None:
    if told.error or told.prepared is None or told.answer is None:
        messages.error(told.error or BadImage("The photo can not be read."))
        return
    prepared = told.prepared
    picture, side = st.columns([3, 2], gap="large")
    verdict = side.container()
    with side:
        cuts = deciding.choose(project, model.assumed)
    made = told.prediction(cuts)
    with picture:
        if told.answer.objects:
            located.draw(told.picture.name, _smaller(prepared.data, 1280), prepared, told.answer.objects, cuts, classes,
                         "predict_located")
        else:
            st.image(_shown(prepared.data), alt=told.picture.name,
                     width="stretch" if prepared.width >= prepared.height else UPRIGHT)
        st.text(told.picture.name)
        changes = ", ".join(prepared.changes)
        st.caption(f"Sent as {prepared.width} x {prepared.height} pixels, {size(len(prepared.data))}"
                   + (f": {plain(changes)}." if changes else ", as it is."))
    with verdict:
        _verdict(made, cuts)
        st.plotly_chart(charts.confidence_bars(made.scores, cuts, classes), config=BARS, key="predict_bars",
                        alt="Confidence of each label against its threshold")
        st.caption(f"Answered in {made.milliseconds:.0f} ms. The ticks are the thresholds.")
        _why(project, model, told, made, cuts)
    call.draw(model, told)


def _verdict(made: Prediction, cuts: Thresholds) -> None:
    """The answer in large, and how sure it is."""
    if made.answer != UNKNOWN:
        st.header(plain(made.answer), anchor=False)
        st.write(f"{made.confidence:.1f} % sure; the threshold is "
                 f"{thresholds.threshold_of(made.answer, cuts):.1f} %.")
        return
    st.header(":gray[Unknown]", anchor=False)
    nearest = thresholds.shortfall(made, cuts)
    if nearest is None:
        st.write("The model returned no label at all.")
        return
    label, missing = nearest
    needed = thresholds.threshold_of(label, cuts)
    st.write(f"Nearest is {plain(label)} with {needed - missing:.1f} %, which needs {needed:.1f} %.")


def _row(
    project: Project, model: Model, told: Told, cuts: Thresholds, classes: Colours, failures: set[str]
) -> None:
    """One photo among several; what has failed for the same reason is said once."""
    with st.container(border=True):
        if told.error or told.prepared is None:
            st.text(told.picture.name)
            message = told.error.message if told.error else ""
            if told.error and message not in failures:
                messages.error(told.error, again=False)
            else:
                st.caption(plain(message))
            failures.add(message)
            return
        made = told.prediction(cuts)
        picture, words, bars = st.columns([1, 2, 3], vertical_alignment="center")
        small, objects = _shown(told.prepared.data, 320), told.answer.objects if told.answer else ()
        with picture:
            if objects:
                located.draw(told.picture.name, small, told.prepared, objects, cuts, classes,
                             f"predict_located {told.picture.id}")
            else:
                st.image(small, alt=told.picture.name, width="stretch")
        with words:
            st.subheader(plain(made.answer) if made.answer != UNKNOWN else ":gray[Unknown]", anchor=False)
            st.text(told.picture.name)
            if told.prepared.changes:
                st.caption(plain(", ".join(told.prepared.changes)).capitalize() + ".")
            _why(project, model, told, made, cuts)
        bars.plotly_chart(charts.confidence_bars(made.scores, cuts, classes), config=BARS,
                          key=f"predict_bars {told.picture.id}", alt="Confidence of each label against its threshold")


def _why(project: Project, model: Model, told: Told, made: Prediction, cuts: Thresholds) -> None:
    """The way to the card that says why; a photo from the browser is handed over with its bytes."""
    data = None if told.picture.path else told.picture.read()
    asked.why(asked.Asked(project.name, model.arn, made, cuts, data), key=f"explain_why {told.picture.id}")


def _shown(data: bytes, longest: int = 1280) -> bytes:
    """The picture for the screen: what was sent, unless that is heavy for its place."""
    return data if len(data) < LARGE and longest > 1000 else _smaller(data, longest)


@st.cache_data(max_entries=128, show_spinner=False)
def _smaller(data: bytes, longest: int) -> bytes:
    return thumbnails.preview(data, longest)


def _queue(project: Project, model: Model, told: Told) -> None:
    """Let a photo wait for a review, with its bytes when only the browser has them."""
    queued: set[tuple[str, str]] = st.session_state.setdefault(QUEUED, set())
    if told.error or (model.arn, told.sha256) in queued:
        return
    with state.errors_shown():
        path = told.picture.path
        if reviewing.is_wanted(project, told.sha256):
            path = path or str(reviewing.keep_file(project, told.picture.name, told.picture.read()))
            made = told.prediction(dict(model.assumed))
            reviewing.queue(project, model.arn, model.assumed, [replace(made, path=path)])
    queued.add((model.arn, told.sha256))
