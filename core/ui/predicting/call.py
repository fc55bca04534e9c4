"""The call itself: what was asked, what came back, and the same call as code to copy."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

import streamlit as st

from core.aws import snippets
from core.ui.predicting.asking import Told
from core.ui.predicting.model import Model
from core.ui.words import plain


def draw(model: Model, told: Told) -> None:
    """Folded, below an answer."""
    if told.answer is None or told.prepared is None:
        return
    with st.expander("Request and response"):
        request, response = st.columns(2)
        request.caption("Request")
        request.code(json.dumps(told.answer.request, indent=2), language="json")
        response.caption("Response")
        response.code(json.dumps(told.answer.response, indent=2), language="json")
    with st.expander("The same call as code", icon=":material/code:"):
        file = file_name(told)
        python, shell = st.tabs(["Python with boto3", "AWS command line"])
        python.code(snippets.boto3_code(model.clients, model.arn, file, 0), language="python", wrap_lines=True)
        shell.code(snippets.awscli_code(model.clients, model.arn, file, 0), language="bash", wrap_lines=True)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button("Download what was sent", told.prepared.data, file, on_click="ignore",
                               icon=":material/download:", key="predict_sent")
            st.caption(f"Run it in the folder that holds {plain(file)}. MinConfidence 0 brings every label; without "
                       "it each label must reach its own threshold.", width="stretch")


def file_name(told: Told) -> str:
    """The name of a file that holds exactly what was sent."""
    path = PurePosixPath(told.picture.name.replace("\\", "/"))
    if told.prepared is None or not told.prepared.changes:
        return path.name or "photo.jpg"
    suffix = ".png" if told.prepared.data.startswith(b"\x89PNG") else ".jpg"
    return f"{path.stem or 'photo'} as sent{suffix}"
