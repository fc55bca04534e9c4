"""Deadlines as a person chooses them: when a start is made, and later in place, wherever a running model is shown."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from core.aws import clients as aws
from core.aws import deadlines, guard, uptime
from core.errors import RekolabError
from core.types import Backend, Version
from core.ui import messages, state
from core.ui.words import clock, plain

CHOICES = ("1 hour", "4 hours", "End of the day", "A time of my own")
WORKDAY_ENDS = 18  # o'clock
SOON = dt.timedelta(minutes=15)  # an end of the day that is nearer than this means midnight


def moment(choice: str, hours: float = 0.0, now: dt.datetime | None = None) -> dt.datetime:
    """The moment that one of CHOICES stands for, in this computer's time zone; `hours` counts for one's own."""
    begun = now or dt.datetime.now().astimezone()
    if choice == "End of the day":
        end = begun.replace(hour=WORKDAY_ENDS, minute=0, second=0, microsecond=0)
        return end if end > begun + SOON else begun.replace(hour=23, minute=59, second=0, microsecond=0)
    return begun + dt.timedelta(hours={"1 hour": 1.0, "4 hours": 4.0}.get(choice, hours))


def own_hours(key: str | None = None) -> float:
    """Ask for a time that none of the choices is."""
    return float(st.number_input("Hours from now", 0.25, 72.0, 2.0, step=0.25, key=key))


def editor(backend: Backend, version: Version, place: str, label: str = "") -> None:
    """A button that opens the choice of another deadline; `place` tells one editor from the next."""
    at = deadlines.of(state.workspace(), version.arn)
    with st.popover(label, icon=":material/more_time:", width="content", help="Choose when it is stopped",
                    key=f"{place} deadline {version.arn} {at}"):  # which is another one, and closed, once that is done
        st.caption("Stop it")
        for choice in CHOICES[:-1]:
            words = f"in {choice}" if choice != "End of the day" else f"at {clock(moment(choice))}"
            if st.button(words, key=f"{place} {choice} {version.arn}", width="stretch"):
                _extend(backend, version, moment(choice))
        hours = own_hours(f"{place} hours {version.arn}")
        if st.button("in that time", key=f"{place} own {version.arn}", width="stretch"):
            _extend(backend, version, moment(CHOICES[-1], hours))


def until(arn: str) -> str:
    """When a model is stopped, and when already if nobody uses it; "" for one without a deadline."""
    at = deadlines.of(state.workspace(), arn)
    if at is None:
        return ""
    unused = _unused(arn, at)
    return f"stops at {clock(at)}" + (f", if unused at {clock(unused)}" if unused else "")


def _unused(arn: str, at: dt.datetime) -> dt.datetime | None:
    """When the idle rule stops the model, where that is before its deadline."""
    stops = guard.stops_at(state.workspace(), deadlines.Deadline(arn, Backend(), at))
    return stops if stops < at else None


def _extend(backend: Backend, version: Version, until: dt.datetime) -> None:
    try:
        connected = aws.connect(state.in_force().home, backend)
        guard.extend(state.workspace(), connected, version.arn, until)
    except RekolabError as error:
        messages.error(error)
        return
    project = state.current()
    if project:
        project.note("run", f"{version.name} runs until {clock(until)}")
    st.rerun()


def without(listed: list[Version]) -> list[Version]:
    """The models that run, cost money, and that nobody has given an end."""
    known = {deadline.arn for deadline in deadlines.known(state.workspace())}
    return [one for one in listed if one.status in ("STARTING", "RUNNING") and one.arn not in known]


def since(version: Version) -> str:
    """Since when a model runs, as far as it is known: "since 14:20", "since 14:20 or longer"."""
    run = next(iter(uptime.uptimes(state.workspace(), version.arn)), None)
    if run is None:
        return "since a time that is not known"
    return f"since {plain(clock(run.started))}" + (" or longer" if run.seen else "")
