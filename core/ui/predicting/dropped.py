"""Photos from the browser: dropped, chosen, or taken with the camera."""

from __future__ import annotations

import streamlit as st

from core.ui.predicting import answers, asking
from core.ui.predicting.model import Model
from core.ui.sources import SUFFIXES
from core.workspace import Project

MOST = 20  # photos at once; more are a folder's, which is a job


@st.fragment
def photos(project: Project, model: Model) -> None:
    """Drawn anew by itself when photos are dropped, which takes a fraction of what the whole page takes."""
    sent = st.file_uploader(f"Drop a photo here, or up to {MOST}", SUFFIXES, key="predict_photo",
                            accept_multiple_files=True, max_upload_size=50)
    if len(sent) > MOST:
        st.warning(f"{len(sent):,} photos: these are the first {MOST}. For more, ask about a folder.")
    if sent:
        answers.draw(project, model, [asking.sent(one) for one in sent[:MOST]])
        return
    where = "the built-in engine" if project.backend.is_engine else "Amazon Rekognition"
    st.caption(f"Nothing is sent until you drop it. Then it goes to {where}, which does not keep it, and waits in this "
               "project for your review.")


@st.fragment
def camera(project: Project, model: Model) -> None:
    """What the camera takes."""
    taken = st.camera_input("Take a photo", key="predict_camera", resolution="1080p")
    if taken:
        answers.draw(project, model, [asking.sent(taken)])
