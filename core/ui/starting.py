"""Starting a model: units, deadline and price, the same on every page that offers it."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from core.aws import guard, prices
from core.aws.clients import Clients
from core.limits import MAX_UNITS
from core.types import Version
from core.ui import meter, state
from core.ui.words import clock, count, plain
from core.workspace import Project

STARTABLE = ("TRAINING_COMPLETED", "STOPPED", "COPYING_COMPLETED", "FAILED")
DEADLINES = ("1 hour", "4 hours", "End of the day", "A time of my own")
WORKDAY_ENDS = 18  # o'clock
SOON = dt.timedelta(minutes=15)  # an end of the day that is nearer than this means midnight


def offer(project: Project, clients: Clients, version: Version, primary: bool = False) -> None:
    """The start button of a model that can be started; it opens the dialog."""
    if version.status in STARTABLE and st.button("Start", key=f"start {version.arn}", icon=":material/play_arrow:",
                                                 type="primary" if primary else "secondary"):
        ask(project, clients, version)


@st.dialog("Start the model", icon=":material/play_circle:")
def ask(project: Project, clients: Clients, version: Version) -> None:
    """Units, deadline, and what it will cost; there is no start without a deadline."""
    units = int(st.number_input("Inference units", 1, MAX_UNITS, 1, help="One unit answers a few photos a second."))
    choice = str(st.radio("Stop it after", DEADLINES, horizontal=True))
    until = deadline(choice, _own_hours() if choice == DEADLINES[-1] else 0.0)
    _price(project, units, until)
    st.caption("Rekolab stops it at the deadline while the app runs. If the app was closed by then, it stops it at its "
               "next start.")
    if st.button("Start until " + clock(until), key="start_until", type="primary", icon=":material/play_arrow:"):
        with state.errors_shown():
            guard.start(state.workspace(), clients, version.arn, units, until)
            project.note("run", f"{version.name} started on {count(units, 'unit')}, until {clock(until)}")
            meter.forget()
            st.rerun()


def deadline(choice: str, hours: float = 0.0, now: dt.datetime | None = None) -> dt.datetime:
    """The moment that one of DEADLINES stands for, in this computer's time zone; `hours` counts for one's own."""
    moment = now or dt.datetime.now().astimezone()
    if choice == "End of the day":
        end = moment.replace(hour=WORKDAY_ENDS, minute=0, second=0, microsecond=0)
        return end if end > moment + SOON else moment.replace(hour=23, minute=59, second=0, microsecond=0)
    return moment + dt.timedelta(hours={"1 hour": 1.0, "4 hours": 4.0}.get(choice, hours))


def _own_hours() -> float:
    return float(st.number_input("Hours from now", 0.25, 72.0, 2.0, step=0.25))


def _price(project: Project, units: int, until: dt.datetime) -> None:
    """What running costs: an hour, until the deadline, if it were forgotten, and a month."""
    tariff = prices.load(state.in_force())
    forecast = tariff.forecast(units)
    seconds = (until - dt.datetime.now().astimezone()).total_seconds()
    st.table({"": ["an hour", f"until {clock(until)}", "if forgotten until Monday", "a month"],
              "on AWS": [plain(prices.words(cost)) for cost in (
                  forecast.hour, tariff.cost(units, seconds), forecast.until_monday, forecast.month)]})
    st.caption(plain(tariff.source))
    if project.backend.is_engine:
        st.caption("The built-in engine runs on this computer and costs nothing; the figures are what AWS would bill.")
