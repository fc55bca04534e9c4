"""The meter: what runs, since when and what it costs, on every page, with a stop that never asks."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

import streamlit as st

from core.aws import budget, guard, prices, uptime, versions
from core.aws import clients as aws
from core.dataset.models import rekognition_name
from core.errors import RekolabError
from core.types import Backend, Version
from core.ui import deadlines, dialogs, messages, state
from core.ui.words import duration, plain
from core.workspace import Project

TICK = 10.0  # seconds between two looks while something runs
FRESH = 4.0  # seconds for which a list of models counts,
SHARE = 5.0  # or so many times as long as it took, where an account has many projects, and AWS few calls a second


def in_sidebar() -> None:
    """Quiet when nothing runs; otherwise it looks again by itself."""
    backend = state.backend()
    st.session_state["meter_looked"] = running, unknown = _look(backend)
    st.fragment(_meter, run_every=TICK if running or unknown else None)(backend, _arns(running))


def _arns(running: Sequence[Version]) -> frozenset[str]:
    return frozenset(version.arn for version in running)


def _look(backend: Backend) -> tuple[list[Version], str]:
    """What runs, or why that is not known."""
    try:
        return seen(backend), ""
    except RekolabError as error:
        return [], error.message


def _meter(backend: Backend, ran: frozenset[str]) -> None:
    """What runs now; the whole page is drawn anew where that is no longer what `ran` when it was drawn."""
    running, unknown = st.session_state.pop("meter_looked", None) or _look(backend)
    if unknown:
        st.caption(f":material/cloud_off: What runs there is not known. {plain(unknown)}")
        return
    if _arns(running) != ran:
        dialogs.redraw()
    spent(backend)
    if not running:
        st.caption(":material/power_settings_new: No model is running.")
    bare = deadlines.without(running)
    for version in [*bare, *(one for one in running if one not in bare)]:
        _running(backend, version)


def unguarded() -> None:
    """Before everything else: what runs and costs money without an end, with its cost, a stop, and a deadline."""
    backend = state.backend()
    try:
        running = deadlines.without(seen(backend))
    except RekolabError:  # the meter says it
        return
    for version in running:
        cost = uptime.running_cost(state.workspace(), version.arn)
        with st.container(border=True):
            st.warning(f"**{plain(version.name)}** of {plain(version.project)} runs {deadlines.since(version)}, and "
                       f"nobody has said until when. So far: **{plain(prices.words(cost.usd))}**"
                       f"{'' if not backend.is_engine else ' on AWS'}.", icon=":material/warning:")
            with st.container(horizontal=True):
                if st.button("Stop it now", key=f"unguarded stop {version.arn}", icon=":material/stop_circle:",
                             type="primary"):
                    stop(backend, version)
                deadlines.editor(backend, version, "unguarded", "Give it a deadline")


def spent(backend: Backend) -> None:
    """What is left of the month's budget, from half of it on."""
    standing = budget.standing(state.workspace(), backend)
    if standing.warning:
        show = st.error if standing.reached else st.warning
        show(plain(standing.warning), icon=":material/account_balance_wallet:")


def seen(backend: Backend) -> list[Version]:
    """Every model that AWS bills for now, asked for at most every few seconds."""
    return [version for version in listed(backend) if version.running]


def listed(backend: Backend) -> list[Version]:
    """Every model of the backend, newest first; what runs and what has stopped is written down on the way."""
    asked = str(state.in_force().home), backend
    found, took, at, moment = _listed(*asked)
    if time.monotonic() - at > max(FRESH, SHARE * took):
        _listed.clear(*asked)
        found, *_, moment = _listed(*asked)
    if not found:
        forget()  # a first model shows at once, although it was trained in another tab
    uptime.observe(state.workspace(), found, moment)
    return found


@st.cache_data(show_spinner=False)
def _listed(home: str, backend: Backend) -> tuple[list[Version], float, float, dt.datetime]:
    """The models, how many seconds it took to ask for them, when they were known, and since when they may be so."""
    moment, began = dt.datetime.now(dt.UTC), time.monotonic()
    found = versions.list_versions(aws.connect(state.in_force().home, backend))
    known = time.monotonic()
    return found, known - began, known, moment


def forget() -> None:
    """Ask anew at the next look: something was started, stopped or deleted."""
    _listed.clear()


def _running(backend: Backend, version: Version) -> None:
    workspace, now = state.workspace(), dt.datetime.now(dt.UTC)
    cost = uptime.running_cost(workspace, version.arn, now)
    billed = "" if not backend.is_engine else " on AWS"
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/bolt: **{plain(version.name)}** · {duration(cost.seconds)} · "
                    f"**{plain(prices.words(cost.usd))}**{billed}")
        if version.status == "STOPPING":
            st.caption("Stopping …")
            return
        until = deadlines.until(version.arn)
        st.caption(plain(until[:1].upper() + until[1:]) or ":orange[No deadline]")
        with st.container(horizontal=True):
            if st.button("Stop", key=f"meter stop {version.arn}", icon=":material/stop_circle:"):
                stop(backend, version)
            deadlines.editor(backend, version, "meter")


def stop(backend: Backend, version: Version) -> None:
    """Stop the model at once; stopping is never asked about twice."""
    try:
        connected = aws.connect(state.in_force().home, backend)
        stopped = guard.stop(state.workspace(), connected, version.arn)
    except RekolabError as error:
        messages.error(error)
        return
    project = state.current()
    if stopped and project and rekognition_name(project) == version.project:
        project.note("run", f"{version.name} stopped")
    forget()
    st.rerun()


def costs(project: Project, models: Sequence[Version]) -> None:
    """What trainings and runs of the project's models came to, or would have on AWS."""
    tariff, workspace = prices.load(state.in_force()), state.workspace()
    rows = []
    for version in models:
        ran = uptime.total_cost(workspace, version.arn)
        trained = tariff.training_cost(version.billable_seconds or 0)
        rows.append({"model": version.name, "training": prices.words(trained), "running": prices.words(ran.usd),
                     "ran for": duration(ran.seconds)})
    if not rows:
        st.caption("Nothing yet.")
        return
    st.dataframe(rows, hide_index=True)
    if project.backend.is_engine:
        st.caption("On AWS it would have cost this; the built-in engine is free.")
