"""The table of models: which are shown, and one row for each with its figures and what can be done with it now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from core.aws import clients as aws
from core.aws import prices, uptime, versions
from core.aws.clients import Clients
from core.aws.evaluations import Evaluations
from core.aws.states import of_model
from core.dataset.models import rekognition_name
from core.errors import NotFound, RekolabError
from core.evaluation.published import published
from core.types import Backend, Evaluation, Version
from core.ui import deadlines as choosing
from core.ui import dialogs, guarding, messages, meter, starting, state
from core.ui.versioning import condition, copying, deleting, tagging
from core.ui.words import ago, duration, plain
from core.workspace import Project

PAGE = 20
WIDTHS = (0.3, 2.3, 2.4, 1.3, 1.2, 2.8, 3.2)
TITLES = {
    "": None, "Model": None, "State": None,
    "F1": "As AWS measured it on the test photos, with its 95 % interval: that wide for so few photos.",
    "Photos": "All that it was made with, and how many of them it was tested on.",
    "Cost on AWS": "Trainings and running so far. Running is by Rekolab's own record, see below.", " ": None}
ALL = "All projects"

Read = Mapping[str, Evaluation | RekolabError]


@st.cache_resource
def evaluations(backend: Backend) -> Evaluations:
    """The evaluation summaries of a backend that were read so far, in this process."""
    return Evaluations()


def choose(project: Project, listed: Sequence[Version]) -> list[Version]:
    """The models to show: this project's first, and those of other projects where they are asked for."""
    mine = rekognition_name(project)
    others = sorted({version.project for version in listed} - {mine})
    if not others:
        return list(listed)
    chosen = st.selectbox("Models of", [ALL, mine, *others], index=1, key="versions_of", width=380,
                          persist_state="session")
    shown = [version for version in listed if chosen in (ALL, version.project)]
    return sorted(shown, key=lambda version: version.project != mine)


def draw(project: Project, clients: Clients, shown: Sequence[Version]) -> list[Version]:
    """One page of the table; gives the models that are ticked, on whichever page."""
    for (title, help), column in zip(TITLES.items(), st.columns(WIDTHS), strict=True):
        column.caption(title.strip(), help=help)
    page = _page(shown)
    read = evaluations(project.backend).of(clients, page)
    for version in page:
        _row(project, clients, version, read)
    return [version for version in shown if st.session_state.get(_tick(version))]


def watch(clients: Clients, listed: Sequence[Version]) -> None:
    """Look at what is on its way to another state, and draw the page anew when something has got there.

    While a dialog is open nobody sees the table, and drawing the page would close it.
    """
    passing = [version for version in listed if of_model(version.status).passing]
    every = 1.5 if clients.backend.is_engine else 6.0  # seconds; AWS's states last for minutes
    st.fragment(_look, run_every=every if passing else None)(clients.backend, passing)


def _look(backend: Backend, passing: Sequence[Version]) -> None:
    if dialogs.resting():
        return
    try:
        connected = aws.connect(state.in_force().home, backend)
        if all(_status(connected, version) == version.status for version in passing):
            return
    except RekolabError as error:
        messages.error(error)
        return
    meter.forget()
    st.rerun()


def _status(clients: Clients, version: Version) -> str | None:
    """Its state now, None where it is gone."""
    try:
        return versions.describe(clients, version.arn).status
    except NotFound:
        return None


def _page(shown: Sequence[Version]) -> Sequence[Version]:
    pages = -(-len(shown) // PAGE)
    if pages <= 1:
        return shown
    st.session_state["versions_page"] = min(st.session_state.get("versions_page") or 1, pages)
    with st.container(horizontal_alignment="right"):
        page = st.pagination(pages, key="versions_page", persist_state="session")
    return shown[(page - 1) * PAGE : page * PAGE]


def _row(project: Project, clients: Clients, version: Version, read: Read) -> None:
    """One model: name, state, figures, cost, and what can be done with it now."""
    tick, name, status, f1, photos, cost, actions = st.columns(WIDTHS, vertical_alignment="center")
    if version.f1 is not None:
        tick.checkbox(f"Compare {plain(version.name)} of {plain(version.project)}", key=_tick(version),
                      label_visibility="collapsed", persist_state="session")
    of = "" if version.project == rekognition_name(project) else f"{plain(version.project)} · "
    name.markdown(f"**{plain(version.name)}**  \n:gray[{of}{_age(version.created)}]")
    with status.container(gap="xsmall"):
        _condition(version)
    found = read.get(version.arn)
    with f1:
        _f1(version, found)
    photos.markdown(f"{found.training_images + found.testing_images:,}  \n:gray[{found.testing_images:,} to test]"
                    if isinstance(found, Evaluation) else "–")
    with cost.container(gap="xsmall"):
        st.fragment(_cost, run_every=meter.TICK if version.running else None)(version)
    with actions.container(horizontal=True, gap="xsmall"):
        _actions(project, clients, version)


def _age(created: dt.datetime) -> str:
    """How long ago, to the hour once it is more than one."""
    seconds = (dt.datetime.now(dt.UTC) - created).total_seconds()
    return ago(created) if seconds < 3600 else f"{duration(seconds // 3600 * 3600).removesuffix(' 0 min')} ago"


def _tick(version: Version) -> str:
    return f"tick {version.arn}"


def _condition(version: Version) -> None:
    known = of_model(version.status)
    condition.badge(known)
    if version.status in ("STARTING", "RUNNING"):
        st.caption(choosing.since(version))
    elif known.tone == "bad":
        st.caption(plain(version.message) or known.meaning)
    elif known.passing:
        st.caption(known.meaning)


def _f1(version: Version, found: Evaluation | RekolabError | None) -> None:
    if version.f1 is None:
        st.markdown("–")
        return
    figure = published(found).f1 if isinstance(found, Evaluation) else None
    if figure is not None and figure.known:
        st.markdown(f"{version.f1:.3f}  \n:gray[{figure.low:.2f} to {figure.high:.2f}]")
        return
    why = f"Its evaluation can not be read. {found.message}" if isinstance(found, RekolabError) else (
        "AWS has not said on how many photos it was tested, so nobody knows how sure this is.")
    st.markdown(f"{version.f1:.3f}", help=plain(why))


def _cost(version: Version) -> None:
    """What it has cost so far: training and running; and of what runs, for how long and until when.

    While it runs this is drawn again as often as the meter. There is nothing in it to press or to type.
    """
    workspace, tariff = state.workspace(), prices.load(state.in_force())
    now = dt.datetime.now(dt.UTC)  # to less than a second, as the first one has its price already
    ran = uptime.total_cost(workspace, version.arn, now)
    trained = tariff.training_cost(version.billable_seconds or 0)
    parts = [f"{what} {prices.words(usd)}" for what, usd in {"training": trained, "running": ran.usd}.items()
             if usd >= 0.01] if ran.seconds else ["never ran"]
    st.markdown(f"**{plain(prices.words(trained + ran.usd))}**  \n:gray[{plain(', '.join(parts))}]")
    if version.running:
        until = choosing.until(version.arn)
        run = uptime.running_cost(workspace, version.arn, now)
        st.markdown(f":small[running for {duration(run.seconds)}, " + (
            f"{plain(until)}]" if until else ":orange[no deadline]]"))
        if line := guarding.line_of(version):
            st.caption(line)


def _actions(project: Project, clients: Clients, version: Version) -> None:
    can = of_model(version.status).can
    starting.offer(project, clients, version)
    if "stop" in can:
        if st.button("Stop", key=f"stop {version.arn}", icon=":material/stop_circle:", type="primary"):
            meter.stop(project.backend, version)
        choosing.editor(project.backend, version, "until")
    if "copy" in can and _small(version, "copy", ":material/content_copy:", "Copy it to another project or account"):
        copying.ask(project, clients, version)
    if version.status != "DELETING" and _small(version, "tags", ":material/label:", "See and change its tags"):
        tagging.ask(clients, version)
    if can & {"delete", "stop"} and _small(version, "delete", ":material/delete:", f"Delete {plain(version.name)}"):
        deleting.ask(project, clients, version)


def _small(version: Version, act: str, icon: str, help: str) -> bool:
    return st.button("", key=f"{act} {version.arn}", icon=icon, help=help, type="tertiary")
