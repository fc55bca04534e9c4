"""Every model with its state: start with a price and a deadline, stop at once."""

import datetime as dt
from typing import Literal

import streamlit as st

from core.aws import deadlines, prices, uptime, versions
from core.dataset import models
from core.types import Version
from core.ui import deadlines as choosing
from core.ui import guarding, messages, meter, pages, starting, state
from core.ui.words import ago, clock, count, duration, plain

COLOURS: dict[str, Literal["green", "blue", "red", "gray"]] = {
    "RUNNING": "green", "STARTING": "blue", "STOPPING": "blue", "TRAINING_IN_PROGRESS": "blue",
    "TRAINING_FAILED": "red", "FAILED": "red", "COPYING_FAILED": "red", "DELETING": "gray"}
SETTLED = (*starting.STARTABLE, "TRAINING_FAILED", "COPYING_FAILED", "DEPRECATED", "EXPIRED")
CHANGING = ("STARTING", "STOPPING", "TRAINING_IN_PROGRESS", "DELETING", "COPYING_IN_PROGRESS")

messages.opening("Versions", "Every model with its state. A running model is billed by the minute, used or not, "
                 "so each start has a deadline.")
project = state.required()
clients = state.clients(project)
workspace = state.workspace()
tariff = prices.load(state.in_force())
known: list[Version] = []
with state.errors_shown():
    known = models.models(project, clients)
    uptime.observe(workspace, known)
if not known:
    messages.empty("There is no model yet.", "Train the first one", "model/train")
    st.stop()


@st.dialog("Delete the model", icon=":material/delete:")
def delete(version: Version) -> None:
    """Deleting can not be undone, so the name is asked for."""
    st.write("Its figures in S3 stay; the model itself is gone for good.")
    typed = st.text_input(f"Type {plain(version.name)} to delete it")
    if st.button("Delete", type="primary", disabled=typed != version.name):
        with state.errors_shown():
            versions.delete(clients, version.arn)
            project.note("run", f"{version.name} deleted")
            meter.forget()
            st.rerun()


def row(version: Version) -> None:
    """One model: name, state, figures, cost, and what can be done with it now."""
    name, condition, f1, cost, actions = st.columns([3, 3, 1, 3, 3], vertical_alignment="center")
    name.markdown(f"**{plain(version.name)}**  \n:gray[{ago(version.created)}]")
    condition.badge(version.status.replace("_", " ").lower(), color=COLOURS.get(version.status, "gray"))
    if version.message:
        condition.caption(plain(version.message))
    f1.markdown("–" if version.f1 is None else f"{version.f1:.3f}")
    total, running = uptime.total_cost(workspace, version.arn), uptime.running_cost(workspace, version.arn)
    spent = plain(prices.words(total.usd))
    until = deadlines.of(workspace, version.arn)
    if version.running:
        cost.markdown(f"running for {duration(running.seconds)}, {spent}  \n" + (
            f":gray[stops at {clock(until)}]" if until else ":orange[no deadline]"))
        cost.caption(guarding.line_of(version))
    else:
        cost.markdown(f"{spent} for {duration(total.seconds)}" if total.seconds else ":gray[never ran]")
    with actions.container(horizontal=True):
        starting.offer(project, clients, version)
        if version.status in ("RUNNING", "STARTING") and st.button(
                "Stop", key=f"stop {version.arn}", icon=":material/stop_circle:", type="primary"):
            meter.stop(project.backend, version)
        if version.status in ("RUNNING", "STARTING"):
            choosing.editor(project.backend, version, "until")
        if version.status in SETTLED and st.button("", key=f"delete {version.arn}", icon=":material/delete:",
                                                  help=f"Delete {plain(version.name)}", type="tertiary"):
            delete(version)


@st.fragment(run_every=1.5 if any(version.status in CHANGING for version in known) else None)
def listing() -> None:
    """The models, looked at again while one of them changes."""
    with state.errors_shown():
        now = models.models(project, clients)
        if [version.status for version in now] != [version.status for version in known]:
            meter.forget()
            st.rerun()
        for title, column in zip(("Model", "State", "F1", "Cost on AWS", ""), st.columns([3, 3, 1, 3, 3]), strict=True):
            column.caption(title)
        for version in now:
            row(version)


listing()
for problem in state.guard().troubles.values():
    st.error(f"A model is past its deadline and could not be stopped yet; it is tried again. {plain(problem)}")
runs = [run for version in known for run in uptime.uptimes(workspace, version.arn)]
if runs:
    with st.expander(f"{count(len(runs), 'run')} so far"):
        names = {version.arn: version.name for version in known}
        now = dt.datetime.now(dt.UTC)
        st.dataframe([{"model": names[run.arn], "started": run.started.astimezone(), "units": run.units,
                       "stopped": run.stopped.astimezone() if run.stopped else None,
                       "ran for": duration(run.seconds(now)),
                       "on AWS": prices.words(tariff.cost(run.units, run.seconds(now)))} for run in runs],
                     hide_index=True)
with st.expander("Budget and guard", icon=":material/shield:"):
    guarding.settings(clients)
pages.way_on("model/predict", "Try it on a photo")
