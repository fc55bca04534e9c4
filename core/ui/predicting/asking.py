"""Asking about photos one by one, each once: an answer is kept for this tab, so that no slider needs a new call."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.aws import idle, prediction
from core.aws.prediction import Answer
from core.errors import RekolabError
from core.evaluation.thresholds import Thresholds, decide
from core.images import preparing
from core.images.preparing import Prepared
from core.types import Prediction
from core.ui.predicting.model import Model
from core.workspace import Project, Workspace

_KEY = "predict_told"
KEPT = 64  # answers of a tab, with the pictures that were sent
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo to ask about. `id` is unique in the tab; without a `path` it came from the browser."""

    id: str
    name: str
    read: Callable[[], bytes]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A picture with what was sent of it and what came back, with the score of every label; or why nothing did."""

    picture: Picture
    sha256: str = ""
    prepared: Prepared | None = None
    answer: Answer | None = None
    error: RekolabError | None = None

    def prediction(self, thresholds: Thresholds) -> Prediction:
        scores = self.answer.scores if self.answer else ()
        said, confidence = decide(scores, thresholds)
        return Prediction(
            self.picture.name, self.picture.path, None, scores, said, confidence,
            self.answer.milliseconds if self.answer else 0.0, self.prepared.changes if self.prepared else (),
            self.error.message if self.error else None, self.sha256)


def ask(project: Project, model: Model, pictures: Sequence[Picture]) -> Iterator[Told]:
    """What the model says of each, in their order, as it comes. What has failed is asked again in the next run."""
    known: dict[tuple[str, str], Told] = st.session_state.setdefault(_KEY, {})
    waiting = [one for one in pictures if (model.arn, one.id) not in known]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        coming = {one.id: pool.submit(_ask, project, model, one) for one in waiting}
        for one in pictures:
            told = coming[one.id].result() if one.id in coming else known[model.arn, one.id]
            if not told.error:
                known[model.arn, one.id] = told
                while len(known) > KEPT:
                    del known[next(iter(known))]
            yield told


def _ask(project: Project, model: Model, picture: Picture) -> Told:
    try:
        data = picture.read()
        prepared = preparing.prepare(data)
        idle.note_used(Workspace(project.home), model.arn)
        answer = prediction.detect(model.clients, model.arn, prepared.data, min_confidence=0)
    except RekolabError as error:
        return Told(picture, error=error)
    return Told(picture, hashlib.sha256(data).hexdigest(), prepared, answer)


def sent(file: UploadedFile) -> Picture:
    """A file that the browser has sent."""
    return Picture(file.file_id, file.name, file.getvalue)
