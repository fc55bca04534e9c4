"""Starting a model: units, deadline and price, the same on every page that offers it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import streamlit as st

from core.aws import budget, guard, idle, prices, roles
from core.aws.clients import Clients
from core.aws.states import of_model
from core.limits import MAX_UNITS
from core.types import Version
from core.ui import deadlines, meter, state
from core.ui.dialogs import dialog
from core.ui.words import clock, count, plain
from core.workspace import Project


def offer(project: Project, clients: Clients, version: Version, primary: bool = False) -> None:
    """The start button of a model that can be started; it opens the dialog."""
    if "start" in of_model(version.status).can and st.button(
            "Start", key=f"start {version.arn}", icon=":material/play_arrow:",
            type="primary" if primary else "secondary"):
        ask(project, clients, version)


@dialog("Start the model", icon=":material/play_circle:", width="medium")
def ask(project: Project, clients: Clients, version: Version) -> None:
    """Units, deadline, and what it will cost; there is no start without a deadline."""
    st.markdown(f"**{plain(version.name)}** of {plain(version.project)}")
    units, most = _units()
    choice = str(st.radio("Stop it after", deadlines.CHOICES, horizontal=True))
    until = deadlines.moment(choice, deadlines.own_hours() if choice == deadlines.CHOICES[-1] else 0.0)
    unused = idle_choice("start_idle")
    _price(project, most, until)
    standing = _budget(project, most, until)
    _lines(clients)
    if st.button("Start until " + clock(until), key="start_until", type="primary", icon=":material/play_arrow:",
                 disabled=standing.reached):
        with state.errors_shown():
            idle.set_minutes(state.workspace(), unused)
            guard.start(state.workspace(), clients, version.arn, units, until, most if most > units else None)
            project.note("run", f"{version.name} started on {count(units, 'unit')}, until {clock(until)}")
            meter.forget()
            st.rerun()


def idle_choice(key: str) -> int | None:
    """Ask after how many minutes without a prediction a model is stopped before its deadline."""
    chosen: int | None = st.selectbox(
        "Stop it sooner, if unused for", idle.CHOICES, key=key,
        index=idle.CHOICES.index(idle.minutes(state.workspace())), format_func=_minutes,
        help="Only what is asked in Rekolab counts. Choose never where other programs use the model.")
    return chosen


def _minutes(chosen: int | None) -> str:
    return "Never" if chosen is None else f"{chosen} minutes" if chosen < 60 else count(chosen // 60, "hour")


def _units() -> tuple[int, int]:
    """The least and the most inference units."""
    least, most = st.columns(2)
    units = int(least.number_input("Inference units", 1, MAX_UNITS, 1,
                                   help="One unit answers a few photos a second."))
    return units, int(most.number_input("At most, under load", units, MAX_UNITS, units,
                                        help="AWS adds units while there is much to answer, and bills them."))


def _price(project: Project, units: int, until: dt.datetime) -> None:
    """What running costs: an hour, until the deadline, a day, if it were forgotten, and a month."""
    tariff = prices.load(state.in_force())
    forecast = tariff.forecast(units)
    seconds = (until - dt.datetime.now().astimezone()).total_seconds()
    st.table({"": ["an hour", f"until {clock(until)}", "a day", "if forgotten until Monday", "a month"],
              "on AWS": [plain(prices.words(cost)) for cost in (
                  forecast.hour, tariff.cost(units, seconds), forecast.day, forecast.until_monday, forecast.month)]})
    st.caption(plain(tariff.source))
    if project.backend.is_engine:
        st.caption("The built-in engine runs on this computer and costs nothing; the figures are what AWS would bill.")


def _budget(project: Project, units: int, until: dt.datetime) -> budget.Budget:
    """What the start does to the month's budget; returns how it stands before."""
    standing = budget.standing(state.workspace(), project.backend)
    seconds = (until - dt.datetime.now().astimezone()).total_seconds()
    after = replace(standing, spent=standing.spent + prices.load(state.in_force()).cost(units, seconds))
    if standing.reached:
        st.error(plain(standing.warning or ""), icon=":material/account_balance_wallet:")
    elif standing.limit is not None and (standing.warning or after.warning):
        st.warning(plain(f"{standing.share:.0%} of this month's budget of {prices.words(standing.limit)} is spent; at "
                         f"the deadline it will be {after.share:.0%}."), icon=":material/account_balance_wallet:")
    return standing


def _lines(clients: Clients) -> None:
    """Who will stop the model, also when nobody looks."""
    lines = "Rekolab stops it at the deadline, and a small process of its own does when Rekolab is closed."
    held = False
    with state.errors_shown():
        held = roles.role_of(state.workspace(), clients) is not None
    if clients.backend.is_engine:
        st.caption(f"{lines} A schedule in the engine does the same at the engine's next start.")
    elif held:
        st.caption(f"{lines} A schedule at AWS does, even when this computer is off.")
    else:
        st.caption(f"{lines} :orange[If this computer is off by then, nothing stops it]: Versions shows how AWS can.")
