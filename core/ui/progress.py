"""Jobs as a person sees them: a quiet list in the sidebar on every page, and a large bar on the job's own page."""

from __future__ import annotations

import streamlit as st

from core.aws import throttling, versions
from core.aws.clients import Clients
from core.errors import RekolabError
from core.jobs import Job
from core.types import Version
from core.ui import dialogs, pages
from core.ui.state import job, jobs
from core.ui.words import plain
from core.workspace import Project

TICK = 0.7  # seconds between two looks at a running job

# The page of a kind of job, on which its failure is said; elsewhere the sidebar says it.
PLACES = {"import": "browse", "clean": "clean", "upload": "manifest", "train": "train", "evaluate": "evaluate",
          "forecast": "train", "testset": "train", "repair": "train", "report": "report", "verify": "report",
          "labels": "label", "export": "label", "unseen": "manifest", "examine": "manifest", "mend": "manifest",
          "access": "aws", "copy": "versions", "measure": "evaluate", "explain": "mistakes", "trained": "mistakes",
          "predict": "predict"}


def in_sidebar() -> None:
    """Every live job, and failed ones until they are dismissed. Looks again only while something runs."""
    live = jobs().live()
    seen: set[str] = st.session_state.setdefault("jobs_live", set())
    seen |= {one.key for one in live}
    st.session_state["jobs_listed"] = False
    st.fragment(_list, run_every=TICK if live else None)()
    st.session_state["jobs_listed"], st.session_state["jobs_ended"] = True, False


def _list() -> None:
    seen: set[str] = st.session_state["jobs_live"]
    listed = jobs().all()
    ended = [one for one in listed if not one.live and one.key in seen]
    seen |= {one.key for one in listed if one.live}
    for one in ended:
        seen.discard(one.key)
        if one.state == "done":
            st.toast(f"{plain(one.title)}: done", icon=":material/check_circle:")
    st.session_state["jobs_ended"] = bool(ended) or st.session_state.get("jobs_ended", False)
    if st.session_state["jobs_ended"] and st.session_state["jobs_listed"]:
        dialogs.redraw()  # the page shows what has changed, as it does in any case where a click has it drawn just now
    if live := [one for one in listed if one.live]:
        slowed()
    for one in listed:
        if one in live:
            _row(one)
        elif one.state == "failed" and not _said_by_page(one):
            _failed(one)


def slowed() -> None:
    """Why it goes slowly, while AWS throttles."""
    if throttling.is_slowed():
        st.caption(":material/hourglass_top: AWS asks for fewer requests at once. Rekolab waits and tries again.")


def _said_by_page(one: Job) -> bool:
    """Whether the page that is open says why the job failed."""
    project, _, kind = one.key.rpartition("/")
    return project == st.session_state.get("project") and PLACES.get(kind) == pages.current()


def _row(one: Job) -> None:
    st.progress(one.share, text=f"{plain(one.title)} · {_figures(one)}")
    if jobs().cancelling(one.key):
        st.caption("Cancelling; what is under way is finished first.")
    else:
        st.button("Cancel", key=f"cancel {one.key}", on_click=jobs().cancel, args=(one.key,), icon=":material/close:",
                  type="tertiary")


def _failed(one: Job) -> None:
    st.error(f"**{plain(one.title)}** failed. {plain(one.error.message if one.error else '')}")
    st.button("Dismiss", key=f"dismiss {one.key}", on_click=jobs().forget, args=(one.key,), type="tertiary")


def on_page(project: Project, kind: str) -> bool:
    """A large progress bar while the project's job of that kind runs; False when it does not run."""
    one = job(project, kind)
    if one is None or not one.live:
        return False
    st.fragment(_bar, run_every=TICK)(project, kind)
    return True


def _bar(project: Project, kind: str) -> None:
    one = job(project, kind)
    if one is None or not one.live:
        dialogs.redraw()  # the page shows what came of it
        return
    st.progress(one.share, text=f"{plain(one.title)} · {_figures(one)}")
    said = one.message not in ("", one.title)
    st.caption(plain(one.message) if said else "You can leave this page; it goes on.")


def until_changed(clients: Clients, version: Version) -> None:
    """Look at a model that is on its way to another state, and draw the page anew when it has got there."""
    st.fragment(_watch, run_every=2 * TICK)(clients, version)


def _watch(clients: Clients, version: Version) -> None:
    try:
        now = versions.describe(clients, version.arn)
    except RekolabError as error:
        st.caption(plain(error.message))
        return
    if now.status != version.status:
        dialogs.redraw()
    st.caption(plain(now.message))


def _figures(one: Job) -> str:
    return f"{one.done:,} of {one.total:,}" if one.total else "starting"
