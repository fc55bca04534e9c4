"""Asking the model more about a photo: how many calls, how long and at what price, before the first is made."""

from __future__ import annotations

import streamlit as st

from core.aws import clients as aws
from core.aws import prices, versions
from core.aws.clients import Clients
from core.explanation import asking, explaining, occlusion
from core.explanation.explaining import Explanation
from core.types import Version
from core.ui import progress, starting, state
from core.ui.words import count, duration, plain
from core.workspace import Project

KIND = "explain"  # of the job


def offer(project: Project, arn: str, told: Explanation, data: bytes | None) -> None:
    """The button that asks, with what it takes; its progress while it runs; or why the model can't be asked."""
    if progress.on_page(project, KIND):
        return
    state.failure(project, KIND)
    if told.to_ask == 0 or told.prediction.error:
        return
    with st.container(border=True), state.errors_shown():
        clients = aws.connect(state.in_force().home, project.backend)
        version = versions.describe(clients, arn)
        if version.status != "RUNNING":
            _stopped(project, clients, version)
            return
        took = told.prediction.milliseconds or asking.USUAL_MS
        quote = asking.quote(told.to_ask, version, took, billed=not clients.backend.is_engine)
        if st.button(f"Ask the model {count(quote.calls, 'time')}", key="explain_ask", type="primary",
                     icon=":material/travel_explore:"):
            path = explaining.lend(project, data) if data is not None else told.prediction.path
            state.start(project, KIND, f"Looking closer at {told.prediction.name}", explaining.ask_closely,
                        arn=version.arn, path=path, units=version.min_units or 1)
        st.caption(plain(_said(quote, told)))


def _said(quote: asking.Quote, told: Explanation) -> str:
    """What will be asked, how long that takes, and what the model costs meanwhile."""
    about = f"{len(occlusion.asked())} calls show what it looked at, the others try small changes."
    if told.answers:
        about = "The rest of what was begun before."
    time = "about a second" if quote.seconds < 1.5 else f"about {duration(quote.seconds)}"
    if quote.usd is None:
        return f"{about} It takes {time} and costs nothing here."
    return f"{about} It takes {time}, in which the running model costs {prices.words(quote.usd)}."


def _stopped(project: Project, clients: Clients, version: Version) -> None:
    st.markdown(f"What the model looked at can only be asked while it runs; {plain(version.name)} is "
                f"{version.status.replace('_', ' ').lower()}. All the rest is here.")
    with st.container(horizontal=True, vertical_alignment="center"):
        starting.offer(project, clients, version)
        price = "Costs nothing here." if clients.backend.is_engine else prices.load(state.in_force()).an_hour()
        st.caption(plain(price))
    if version.status == "STARTING":
        progress.until_changed(clients, version)
