"""Why a photo was answered as it was, on one card; also for a photo of no run, and without a truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from core.colours import colour_of
from core.dataset import places, vocabulary
from core.dataset.remembering import remembered
from core.errors import AwsError, BadImage
from core.evaluation import charts
from core.evaluation.thresholds import Thresholds
from core.explanation import changes, explaining, kinds, trained
from core.explanation.causes import summary
from core.explanation.charts import standings
from core.explanation.explaining import Explanation
from core.types import UNKNOWN, Prediction
from core.ui import gallery, messages
from core.ui.explaining import change, closer, need, note, seen
from core.ui.words import plain
from core.workspace import Project

Colour = Literal["red", "orange", "green", "grey"]
COLOURS: dict[kinds.Kind, Colour] = {
    "failed": "red", "nothing": "grey", "far": "orange", "close": "orange", "below": "grey", "wrong": "red",
    "narrow": "orange", "right": "green"}


def draw(
    project: Project, arn: str, prediction: Prediction, thresholds: Thresholds, data: bytes | None = None,
    run_id: int | None = None,
) -> None:
    """Everything that is known of one answer of the model `arn`, and what it can still be asked.

    `data` is the photo's file where it has none, such as a dropped one. Notes are kept with a photo of a run.
    """
    picture, words = st.columns([1, 1], gap="large")
    with picture:
        told = _told(project, prediction, thresholds, arn, data)
        if told is not None:
            seen.photo(told)
            closer.offer(project, arn, told, data)
            change.smallest(told)
    with words:
        _answer(project, prediction, thresholds, told)
        if told is None:
            return
        _causes(told)
        needed = need.draw(project, arn, told)
    with words if changes.smallest(told.tried) else picture:  # the column that is shorter
        _nearest(project, told)
    if run_id is not None:
        note.draw(project, run_id, told, needed)


def question(prediction: Prediction) -> str:
    """The card's title, such as "Why unknown? It is a dog"; in Markdown."""
    if prediction.error is not None:
        asked = "Why was there no answer?"
    elif prediction.right:
        asked = f"Why only just {plain(prediction.answer)}?"
    else:
        asked = "Why unknown?" if prediction.answer == UNKNOWN else f"Why {plain(prediction.answer)}?"
    if prediction.truth is None or prediction.right:
        return asked
    shown = "shows none of the labels" if prediction.truth == UNKNOWN else f"is a {plain(prediction.truth)}"
    return f"{asked} It {shown}"


def _told(
    project: Project, prediction: Prediction, thresholds: Thresholds, arn: str, data: bytes | None
) -> Explanation | None:
    """The explanation, made anew when anything has changed; what keeps it from being made is shown."""
    cuts = tuple(sorted(thresholds.items())) if isinstance(thresholds, Mapping) else thresholds

    def make() -> Explanation:
        return explaining.explain(project, prediction, thresholds, arn, data or places.read_bytes(
            project, prediction.path))

    try:
        return remembered(project, "explanation", make, prediction, cuts, arn)
    except (BadImage, AwsError) as error:
        messages.error(error)
    except OSError as error:
        messages.error(BadImage(f"{prediction.name} can not be read: {error.strerror or error}."))
    return None


def _answer(
    project: Project, prediction: Prediction, thresholds: Thresholds, told: Explanation | None
) -> None:
    """What kind of an answer it is, with its numbers."""
    verdict = told.verdict if told else kinds.verdict(prediction, thresholds)
    st.subheader(question(prediction), anchor=False)
    with st.container(horizontal=True):
        for kind in verdict.kinds:
            st.badge(kinds.headline(kind, prediction), color=COLOURS[kind])
    for sentence in kinds.sentences(verdict, prediction):
        st.write(plain(sentence))
    if told and told.near and not told.near.far:
        st.caption(plain(kinds.usual(told.near)))
    if prediction.scores:
        classes = vocabulary.palette(project, [score.label for score in prediction.scores])
        st.plotly_chart(charts.confidence_bars(prediction.scores, thresholds, classes), key="explain_bars",
                        config={"displayModeBar": False}, alt="Confidence of each label against its threshold")


def _causes(told: Explanation) -> None:
    st.markdown("**How it differs from the training photos**")
    if told.causes:
        st.plotly_chart(standings(told.causes), key="explain_causes", config={"displayModeBar": False},
                        alt="Where the photo stands among the training photos. " + ". ".join(
                            f"{cause.name}: {cause.words}" for cause in told.causes))
    st.write(plain(summary(told.causes)))


def _nearest(project: Project, told: Explanation) -> None:
    st.markdown("**The training photos most like it**")
    if not told.neighbours:
        waiting = trained.pending(project)
        st.caption("They have yet to be looked at." if waiting else "There are no training photos to compare it with.")
        return
    classes = vocabulary.palette(project, told.nearest_labels)
    gallery.gallery([
        gallery.Tile(str(photo.id), f"{photo.label or 'no label'} {similarity:.2f}", gallery.thumbnail(project, photo),
                     note=photo.name, colour=colour_of(photo.label, classes))
        for photo, similarity in told.neighbours], f"explain_nearest {told.look.sha256[:12]}", single=True)
    tally = ", ".join(f"{count} {label}" for label, count in told.nearest_labels.most_common())
    st.caption(plain(f"{tally}. The figure is how alike they look, 1 being the same."))
