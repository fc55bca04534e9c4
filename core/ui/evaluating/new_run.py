"""What a model is asked about next: the test photos, a folder, a place in S3, or the photos of an earlier run."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.aws import training, versions
from core.aws.clients import Clients
from core.dataset import models, sources
from core.evaluation import photosets, predicting, runs
from core.evaluation.photosets import PhotoSet
from core.evaluation.runs import Run
from core.types import Version
from core.ui import figures, messages, state
from core.ui.words import count
from core.workspace import Project

FOLDER, TEST, S3, EARLIER = "A folder", "The test photos", "A place in S3", "An earlier run"
RUN = ":material/play_arrow:"


def draw(project: Project, done: Sequence[Run]) -> None:
    """The choice of a model and of photos; starts the job."""
    clients = state.clients(project)
    running: list[Version] = []
    with state.errors_shown():
        running = [one for one in models.models(project, clients) if one.status == "RUNNING"]
    if not running:
        messages.empty("No model of this project is running.", "Start one", "model/versions")
        return
    names = {one.name: one for one in running}  # names, because the session would keep a model as it was
    with st.container(horizontal=True, vertical_alignment="bottom"):
        version = names[st.selectbox("Model", list(names), key="evaluate_model", width=260)]
        kinds = [FOLDER, TEST, S3, *([EARLIER] if any(run.done for run in done) else [])]
        kind = st.segmented_control("Photos", kinds, default=FOLDER, required=True, key="evaluate_source",
                                    persist_state="session")
    source = {FOLDER: _folder, TEST: _test, S3: _s3}.get(str(kind))
    _begin(project, clients, version, source(project) if source else _earlier(done))


def go_on(project: Project, run: Run) -> None:
    """The rest of a run that was cut off, or whose calls have failed."""
    to_go = run.total - run.done + run.failed
    if to_go and st.button(f"Go on: {count(to_go, 'photo')} to go", icon=RUN):
        state.start(project, "evaluate", f"Asking about {count(to_go, 'photo')}", predicting.predict_folder,
                    run_id=run.id)


def _begin(project: Project, clients: Clients, version: Version, source: PhotoSet | None) -> None:
    """Make a run of the model over the photos, and start it."""
    if source is None:
        return
    with state.errors_shown(), st.spinner("Looking for the photos …"):
        assumed = training.evaluation(clients, version).thresholds
        made = runs.create_run(project, version.arn, source, assumed)
        state.start(project, "evaluate", f"Asking {version.name} about {count(made.total, 'photo')}",
                    predicting.predict_folder, run_id=made.id)


def _folder(project: Project) -> PhotoSet | None:
    unseen = sources.sample_folder(project) / "unseen"
    with st.form("evaluate_folder", border=False):
        folder = st.text_input("Folder with one subfolder for each class", str(unseen) if unseen.is_dir() else "",
                               key="evaluate_folder_path", placeholder="/home/me/unseen")
        asked = st.form_submit_button("Run this folder", type="primary", icon=RUN)
    if asked:
        with state.errors_shown():
            return photosets.folder(folder)
    return None


def _test(project: Project) -> PhotoSet | None:
    st.caption("The photos that the split of today keeps from training. A model that was trained with another split "
               "may have seen some of them.")
    return photosets.test_side() if st.button("Run the test photos", type="primary", icon=RUN) else None


def _s3(project: Project) -> PhotoSet | None:
    with st.form("evaluate_s3", border=False):
        address = st.text_input("Place in S3 with one folder for each class", key="evaluate_s3_address",
                                placeholder="s3://my-photos/unseen/", help="The photos stay there.")
        asked = st.form_submit_button("Run this place", type="primary", icon=RUN)
    if asked:
        with state.errors_shown():
            return photosets.in_s3(address)
    return None


def _earlier(done: Sequence[Run]) -> PhotoSet | None:
    run = figures.choose_run([run for run in done if run.done], "evaluate_earlier")
    asked = versions.names_of(run.arn)[1]
    st.caption(f"The same photos again, so that another model can be compared with {asked} photo by photo.")
    if st.button("Run these photos again", type="primary", icon=RUN):
        return photosets.earlier(run.id, run.title)
    return None
