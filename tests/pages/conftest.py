"""Whom the page tests send: a visitor to an empty workspace, and a keeper of one where a model was trained and tried.

All workspaces share one engine, as their engine folders are links to one folder; names of projects keep them apart.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from page_photos import LABELS, draw, photo, take_in
from shelter import Shelter
from visitor import PATIENCE, TODAY, Visitor

from core import workspace as catalogues
from core.aws import clients as aws
from core.aws import training, versions
from core.aws.clients import Clients
from core.aws.engine_process import ensure_engine
from core.dataset import models
from core.evaluation import photosets, predicting, runs
from core.jobs import Progress
from core.report import making
from core.types import Backend
from core.ui import state
from core.workspace import Project, Workspace


@pytest.fixture(scope="session")
def engine_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the one engine, which is ended after the last test."""
    folder = tmp_path_factory.mktemp("pages") / "engine"
    ensure_engine(folder, port=0)
    yield folder
    os.kill(ensure_engine(folder, port=0).pid, signal.SIGTERM)


@pytest.fixture(scope="session")
def made(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Shelter:
    """The shelter, made once by the same jobs that the pages start. Tests leave its photos and models as they are."""
    top = tmp_path_factory.mktemp("shelter")
    with pytest.MonkeyPatch.context() as patch:
        _settle_in(patch, top)
        project = _workspace(top / "home", engine_folder).create("shelter")
        return _go_all_the_way(top, project, aws.connect(project.home, Backend()))


@pytest.fixture
def shelter(made: Shelter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelter]:
    """The shelter, with the settings pointing at it, and no model running, neither before nor after."""
    _settle_in(monkeypatch, made.folder)
    yield made
    monkeypatch.undo()  # what the test has put in Rekognition's place
    made.let_rest()


@pytest.fixture
def keeper(shelter: Shelter) -> Iterator[Visitor]:
    """A person in the shelter, where everything is done."""
    yield from _visit(shelter.workspace)


@pytest.fixture
def visitor(workspace: Workspace, engine_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
            ) -> Iterator[Visitor]:
    """A person in an empty workspace."""
    _settle_in(monkeypatch, tmp_path)
    yield from _visit(_workspace(workspace.root, engine_folder))


def _settle_in(patch: pytest.MonkeyPatch, top: Path) -> None:
    """Settings for a workspace in `top`, without anybody's AWS configuration."""
    patch.setenv("REKOLAB_HOME", str(top / "home"))
    patch.setenv("REKOLAB_ROOTS", str(top))
    patch.setenv("REKOLAB_ENGINE_PORT", "0")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        patch.setenv(name, str(top / "no-aws"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        patch.delenv(name, raising=False)
    for module in (models, catalogues):
        patch.setattr(module, "today", lambda: TODAY)


def _workspace(home: Path, engine_folder: Path) -> Workspace:
    home.mkdir(parents=True, exist_ok=True)
    made = Workspace(home.resolve())
    made.engine.symlink_to(engine_folder)
    return made


def _go_all_the_way(top: Path, project: Project, clients: Clients) -> Shelter:
    """From a folder of photos to the stopped model and the report, as the pages do it."""
    job = {"progress": Progress(), "home": str(project.home), "project": project.name}
    take_in(project, draw(top / "photos", LABELS, 8), labelled=True, clean=True)
    arn = models.train(**job, version_name="one")
    trained = versions.wait_for(clients, arn, {"TRAINING_COMPLETED"})
    made = Shelter(Workspace(project.home), clients, arn, top)
    made.let_run()
    unseen = draw(top / "unseen", LABELS, 2, first=9)
    (unseen / "cat" / "mistaken.jpg").write_bytes(photo(1, 12))  # is called a cat, and looks like the other label
    run = runs.create_run(project, arn, photosets.folder(str(unseen)), training.evaluation(clients, trained).thresholds)
    predicting.predict_folder(**job, run_id=run.id)
    made.let_rest()
    making.make_report(**job)
    return made


def _visit(workspace: Workspace) -> Iterator[Visitor]:
    """A visitor in an app process of its own; what the app has started ends with the visit."""
    _forget()
    yield Visitor(workspace)
    jobs, watch = state.jobs(), state.guard()
    for job in jobs.live():
        jobs.cancel(job.key)
        jobs.wait(job.key, PATIENCE)
    watch.end()
    for thread in threading.enumerate():
        if thread.name.endswith(("(resume)", "(_warm_engine)")):
            thread.join(PATIENCE)
    _forget()


def _forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()
