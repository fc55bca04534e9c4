"""Drop a photo and see what the model says."""

import json

import streamlit as st

from core.aws import idle, prediction, training
from core.aws.prediction import Answer
from core.dataset import models, vocabulary
from core.evaluation import charts, threshold_sets, thresholds
from core.images import preparing
from core.images.preparing import Prepared
from core.types import UNKNOWN, Version
from core.ui import messages, pages, progress, starting, state
from core.ui.words import plain, size

TYPES = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff"]

messages.opening("Predict", "Drop a photo and see what the model says, how sure it is, and what was sent.")
project = state.required()
clients = state.clients(project)
known: list[Version] = []
with state.errors_shown():
    known = [version for version in models.models(project, clients) if version.f1 is not None]
if not known:
    messages.empty("There is no trained model yet.", "Train one", "model/train")
    st.stop()
running = [version for version in known if version.status == "RUNNING"]
names = {one.name: one for one in running or known}  # names, because the session would keep a model as it was
version = names[st.selectbox("Model", list(names), key="predict_model", width=320)]
if version.status != "RUNNING":
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"{plain(version.name)} is {version.status.replace('_', ' ').lower()}. "
                    "A model answers only while it runs.", text_alignment="center", width="content")
        starting.offer(project, clients, version, primary=True)
        if version.status == "STARTING":
            progress.until_changed(clients, version)
    st.stop()

with state.errors_end_page():
    assumed = threshold_sets.in_force(project, training.evaluation(clients, version).thresholds)
classes = vocabulary.palette(project, assumed)


@st.cache_data(max_entries=64, show_spinner="Asking the model …")
def ask(arn: str, data: bytes) -> tuple[Prepared, Answer]:
    """The photo as it was sent, and the model's answer with every label, so that the slider needs no new call."""
    prepared = preparing.prepare(data)
    idle.note_used(state.workspace(), arn)
    return prepared, prediction.detect(clients, arn, prepared.data, min_confidence=0)


drop, camera = st.tabs(["Photo", "Camera"], key="predict_tab", on_change="rerun")
sent = drop.file_uploader("Drop a photo here", TYPES, key="predict_photo", max_upload_size=50)
if camera.open:
    sent = camera.camera_input("Take a photo", key="predict_camera")
if sent is None:
    st.caption("It stays on this computer until you drop it; then it goes to "
               f"{'the built-in engine' if project.backend.is_engine else 'Amazon Rekognition'} and is not kept there.")
    st.stop()

with state.errors_end_page():
    prepared, answer = ask(version.arn, sent.getvalue())

own = st.toggle("One threshold for all labels", key="predict_own", persist_state="session",
                help="Without it each label has the threshold with the best F1 on the test photos, as AWS sets it.")
least = float(st.slider("MinConfidence", 0, 100, 50, key="predict_least", persist_state="session", format="%d %%")
              ) if own else None
cuts = assumed if least is None else least
said, confidence = thresholds.decide(answer.scores, cuts)

picture, verdict = st.columns([3, 2], gap="large")
with picture:
    st.image(prepared.data, alt=sent.name, width="stretch")
    st.text(sent.name)
    changes = ", ".join(prepared.changes)
    st.caption(f"Sent as {prepared.width} x {prepared.height} pixels, {size(len(prepared.data))}"
               + (f": {plain(changes)}." if changes else ", as it is."))
with verdict:
    if said == UNKNOWN:
        st.header(":gray[Unknown]", anchor=False)
        if answer.scores:
            best = answer.scores[0]
            needed = thresholds.threshold_of(best.label, cuts)
            st.write(f"Nearest is {plain(best.label)} with {best.confidence:.1f} %, which needs {needed:.1f} %.")
        else:
            st.write("The model returned no label at all.")
    else:
        st.header(plain(said), anchor=False)
        st.write(f"{confidence:.1f} % sure; the threshold is {thresholds.threshold_of(said, cuts):.1f} %.")
    st.plotly_chart(charts.confidence_bars(answer.scores, cuts, classes), config={"displayModeBar": False},
                    key="predict_bars", alt="Confidence of each label against its threshold")
    st.caption(f"Answered in {answer.milliseconds:.0f} ms. The ticks are the thresholds.")

with st.expander("Request and response"):
    request, response = st.columns(2)
    request.caption("Request")
    request.code(json.dumps(answer.request, indent=2), language="json")
    response.caption("Response")
    response.code(json.dumps(answer.response, indent=2), language="json")
pages.way_on("results/evaluate", "Measure it on a folder of photos")
