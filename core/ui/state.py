"""What pages share: the workspace, the jobs, the chosen project and its backend, made once a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import streamlit as st

from core import settings
from core.aws import clients as aws
from core.aws.guard import Guard
from core.errors import RekolabError
from core.jobs import Job, Jobs
from core.types import Backend
from core.ui import messages
from core.workspace import Project, Workspace


@st.cache_resource
def in_force() -> settings.Settings:
    return settings.load()


def workspace() -> Workspace:
    return Workspace(in_force().home)


@st.cache_resource
def jobs() -> Jobs:
    """The jobs of this process; what a crash cut off goes on at once."""
    running = Jobs(workspace().jobs)
    running.resume()  # before the first page is drawn, which would not look again for jobs that begin after it
    return running


@st.cache_resource
def guard() -> Guard:
    """The watch over deadlines, and a warm engine for the first page that needs it."""
    watch = Guard(workspace())
    watch.start()
    threading.Thread(target=_warm_engine, daemon=True).start()
    return watch


def _warm_engine() -> None:
    with suppress(RekolabError):
        aws.connect(in_force().home, Backend())


def current() -> Project | None:
    """The project that is chosen in the sidebar, None while there is none."""
    name = st.session_state.get("project")
    return workspace().open(name) if name in workspace().projects() else None


def backend() -> Backend:
    """Where the chosen project's models live; the engine while there is none."""
    project = current()
    return project.backend if project else Backend()


def required() -> Project:
    """The chosen project; without one the page shows the way to the first and ends here."""
    project = current()
    if project is None:
        messages.empty("There is no project yet.", "Start on the overview", "start/overview")
        st.stop()
    return project


def choose(name: str) -> None:
    """Make `name` the chosen project from the next run on, and start that run."""
    st.session_state["choose_project"] = name
    st.rerun()


def clients(project: Project) -> aws.Clients:
    """Clients of the project's backend; an error is shown and ends the page."""
    with errors_end_page():
        return aws.connect(in_force().home, project.backend)


def start(
    project: Project, kind: str, title: str, function: Callable[..., Any], revive: bool = True, **arguments: Any
) -> None:
    """Start a job of the project (once a kind) and run the page anew, which then shows its progress.

    Without `revive` a crash ends it: what costs money starts only when somebody agrees to it now.
    """
    if begin(project, kind, title, function, revive, **arguments):
        st.rerun()


def begin(
    project: Project, kind: str, title: str, function: Callable[..., Any], revive: bool = True, **arguments: Any
) -> bool:
    """Start a job of the project, and go on with the page; False when it could not be started, which is said then.

    Streamlit ends a run at any of its calls when somebody clicks on. So what a click sets going in two steps comes
    to its job before the first such call.
    """
    try:
        jobs().start(job_key(project, kind), title, function, revive, home=str(project.home), project=project.name,
                     **arguments)
    except RekolabError as error:
        messages.error(error)
        return False
    return True


def job(project: Project, kind: str) -> Job | None:
    """The project's job of that kind, live or ended."""
    return jobs().get(job_key(project, kind))


def job_key(project: Project, kind: str) -> str:
    return f"{project.name}/{kind}"


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an error of this block with its way on; the page goes on below it."""
    try:
        yield
    except RekolabError as error:
        messages.error(error)


def failure(project: Project, kind: str) -> None:
    """Say on the job's own page why its last job of that kind failed, or was cancelled, until it is dismissed."""
    last = job(project, kind)
    if last and last.error:
        messages.cancelled(last.error) if last.state == "cancelled" else messages.error(last.error, again=False)
        st.button("Dismiss", key=f"dismiss {last.key}", on_click=jobs().forget, args=(last.key,), type="tertiary")


@contextmanager
def errors_end_page() -> Iterator[None]:
    """Show an error of this block with its way on, and end the page there: what follows can not do without it."""
    try:
        yield
    except RekolabError as error:
        messages.error(error)
        st.stop()
