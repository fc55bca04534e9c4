"""The pipeline at a glance: what is done, what is next, and what costs money now."""

import streamlit as st

from core import stages
from core.aws import clients as aws
from core.dataset.models import rekognition_name
from core.evaluation import reviewing
from core.types import Version
from core.ui import messages, meter, pages, progress, sidebar, sources, state
from core.ui.predicting import REVIEW, WAY
from core.ui.words import clock, count, plain

ICONS = {"done": ":green[:material/check_circle:]", "next": ":primary[:material/play_circle:]",
         "running": ":blue[:material/sync:]", "waiting": ":gray[:material/radio_button_unchecked:]"}

messages.opening("Overview", "From a folder of photos to a trained, measured and stopped model: "
                 "what is done, what is next, and what costs money now.")
project = state.current()
meter.unguarded()

if project is None:
    sample, own = st.columns(2, border=True)
    with sample:
        st.subheader("Try the sample project", anchor=False)
        st.write("40 photos of cats and dogs with the usual faults, and 12 more to try the model on.")
        if st.button("Load the sample", type="primary", icon=":material/pets:"):
            sources.load_sample()
    with own:
        st.subheader("Start with your photos", anchor=False)
        st.write("A folder on this computer, a zip, files dropped here, or a place in S3.")
        if st.button("Choose photos", icon=":material/folder_open:"):
            sidebar.new_project()
    st.markdown(
        "1. Rekolab looks at every photo, says which ones Rekognition would refuse and why, and makes clean copies. "
        "Your originals are never changed.\n"
        "2. You label from the keyboard, and the manifest is checked by Amazon's own rules before anything is sent.\n"
        "3. The model is trained, tried and measured, and it is stopped at a time that you set. The built-in engine "
        "does all of it on this computer, without an account.")
    st.stop()

if progress.on_page(project, "import"):
    st.stop()

models: list[Version] = []
clients = None
with state.errors_shown():
    clients = aws.connect(state.in_force().home, project.backend)
    models = [one for one in meter.listed(project.backend) if one.project == rekognition_name(project)]
pipeline = stages.pipeline(stages.standing(project, clients, models))

for column, stage in zip(st.columns(len(pipeline)), pipeline, strict=True):
    with column.container(border=True, height="stretch", vertical_alignment="distribute"):
        st.markdown(f"{ICONS[stage.state]} **{stage.title}**")
        st.caption(plain(stage.figure))
        if st.button(stage.action, key=f"stage {stage.title}", width="stretch",
                     type="primary" if stage.state == "next" else "secondary"):
            pages.go(stage.page)

st.caption(f"On {plain(project.backend.title)}." if not project.backend.is_engine else
           "On the built-in engine: everything stays on this computer and costs nothing.")

waiting = reviewing.count(project)
if waiting and st.button(f"{count(waiting, 'answer waits', 'answers wait')} for your confirmation", type="tertiary",
                         icon=":material/rate_review:", key="overview_review"):
    st.session_state[WAY] = REVIEW
    pages.go("model/predict")

happened, money = st.columns([3, 2], gap="large")
with happened:
    st.subheader("What happened", anchor=False)
    for event in project.events():
        st.markdown(f":gray[{clock(event.at)}]  {plain(event.text)}")
with money:
    st.subheader("What it cost", anchor=False)
    meter.costs(project, models)
