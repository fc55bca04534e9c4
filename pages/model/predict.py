"""Ask a running model about photos, and review what it said."""

import streamlit as st

from core.evaluation import reviewing
from core.ui import messages, pages, state
from core.ui.predicting import REVIEW, WAY, dropped, folder, model, picking, queue

PHOTOS, CAMERA, S3, OWN, FOLDER = "Photos", "Camera", "S3", "This project", "A folder"
ONE_BY_ONE = {PHOTOS: dropped.photos, CAMERA: dropped.camera, S3: picking.from_s3, OWN: picking.from_project}

messages.opening("Predict", "Drop a photo and see what the model says, how sure it is, and what was sent.")
project = state.required()
known = model.trained(project, state.clients(project))
waiting = reviewing.count(project)
if not known and not waiting and not reviewing.can_undo(project):
    messages.empty("There is no trained model yet.", "Train one", "model/train")
    st.stop()

asked_for = st.session_state.get(WAY)  # the review says itself how many wait
top = st.container(horizontal=True, vertical_alignment="center")
way = str(top.segmented_control(
    "From", (*ONE_BY_ONE, FOLDER, REVIEW), default=PHOTOS if known else REVIEW, required=True, key=WAY,
    persist_state="session", label_visibility="collapsed", width="stretch",
    format_func=lambda name: f"{name} ({waiting:,})" if name == REVIEW and waiting and name != asked_for else name))
if way == REVIEW:
    queue.draw(project)
    st.stop()
if not known:
    messages.empty("There is no trained model yet.", "Train one", "model/train")
    st.stop()

chosen = model.choose(project, state.clients(project), known, top)
if way == FOLDER:
    folder.draw(project, chosen)
elif chosen:
    ONE_BY_ONE[way](project, chosen)
    pages.way_on("results/evaluate", "Measure it on a folder of photos")
