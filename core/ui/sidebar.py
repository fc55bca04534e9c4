"""The sidebar of every page: the project, its backend, the jobs that run, and the meter at its foot."""

from __future__ import annotations

import streamlit as st

from core.aws import clients as aws
from core.errors import RekolabError
from core.types import Backend
from core.ui import messages, meter, pages, progress, sources, state
from core.ui.dialogs import dialog
from core.ui.words import plain
from core.workspace import Project

ENGINE = "Built-in engine"


def draw() -> None:
    """Draw the whole sidebar; the entry script calls it before the page runs."""
    if name := st.session_state.pop("choose_project", None):
        st.session_state["project"] = name
    with st.sidebar:
        _projects()
        project = state.current()
        if project:
            _backend(project)
        progress.in_sidebar()
        meter.in_sidebar()


def _projects() -> None:
    names = state.workspace().projects()
    if st.session_state.get("project") not in names:
        st.session_state.pop("project", None)
        if names:
            st.session_state["project"] = names[0]  # as a list that was empty so far would go on to show none
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Project", names, key="project", persist_state="session", bind="query-params",
                     placeholder="None yet", disabled=not names)
        if st.button("", icon=":material/add:", help="New project", key="new_project"):
            new_project()


@dialog("New project", icon=":material/create_new_folder:")
def new_project() -> None:
    """Ask for a name and make the project."""
    with st.form("new_project_form", border=False):
        name = st.text_input("Name", placeholder="cats-and-dogs", help="Letters, digits, '.', '-' and '_'. "
                             "The project in Rekognition gets the same name.")
        if st.form_submit_button("Create", type="primary"):
            with state.errors_shown():
                project = state.workspace().create(name.strip())
                state.choose(project.name)
    if sources.sample_missing():
        st.caption("Or see first how it goes, with 40 drawn photos of cats and dogs:")
        if st.button("Load the sample project", icon=":material/pets:"):
            sources.load_sample()


def _backend(project: Project) -> None:
    backend = project.backend
    with st.popover(plain(backend.title), icon=":material/dns:", width="stretch"):
        choose_backend(project)


def choose_backend(project: Project) -> None:
    """The choice between the built-in engine and AWS by profile and region; no secret is ever asked for."""
    backend = project.backend
    places = [ENGINE]
    with state.errors_shown():  # a broken configuration of AWS must not keep anybody from the engine
        places += aws.profiles()
    known = ENGINE if backend.profile is None else backend.profile
    place = st.selectbox("Where", places, index=places.index(known) if known in places else 0,
                         key=f"backend_place {project.name}",
                         format_func=lambda name: name if name == ENGINE else f"AWS: {name}")
    region = st.selectbox("Region", aws.REGIONS, key=f"backend_region {project.name}", disabled=place == ENGINE,
                          index=aws.REGIONS.index(backend.region) if backend.region in aws.REGIONS else 0)
    if place == ENGINE:
        st.caption("Runs on this computer, behaves like Rekognition and S3, and costs nothing.")
    else:
        st.caption("Uses the credentials that AWS's own tools use on this computer. "
                   "Training and running models is billed by AWS.")
    if len(places) == 1:
        st.caption("No AWS profile was found here. `aws configure sso` or `aws configure` makes one.")
    wanted = Backend() if place == ENGINE else Backend(place, region)
    if st.button("Use this", key="backend_use", disabled=wanted == backend, type="primary"):
        with state.errors_shown():
            _switch(project, wanted)
    st.page_link(pages.path("start/aws"), label="What AWS needs, and what works", icon=":material/key:")


def _switch(project: Project, wanted: Backend) -> None:
    """Take the backend only when it answers who we are there."""
    try:
        account = aws.connect(state.in_force().home, wanted).account
    except RekolabError as error:
        messages.error(error)
        return
    project.set("backend", {"profile": wanted.profile, "region": wanted.region})
    project.note("project", f"Now on {wanted.title}" + ("" if wanted.is_engine else f", account …{account[-4:]}"))
    st.rerun()
