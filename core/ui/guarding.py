"""What a person sets about the guard: the month's budget, the idle rule, and the role with which AWS stops models."""

from __future__ import annotations

import json

import streamlit as st

from core.aws import backstop, budget, deadlines, idle, prices, roles
from core.aws.clients import Clients
from core.types import Version
from core.ui import starting, state
from core.ui.words import plain


def settings(clients: Clients) -> None:
    """Budget, idle rule, and AWS's own stop, side by side."""
    money, aws = st.columns(2, gap="large")
    with money:
        _budget(clients)
        _idle()
    with aws:
        _backstop(clients)


def line_of(version: Version) -> str:
    """Whether AWS by itself stops a running model, in a few words; nothing for one without a deadline."""
    at, held = deadlines.of(state.workspace(), version.arn), backstop.known(state.workspace()).get(version.arn)
    if at is None:
        return ""
    if held and held.at == at:
        return ":material/verified_user: a schedule stops it too"
    if held and held.trouble:
        return f":orange[its schedule could not be set: {plain(held.trouble)}]"
    return ":orange[only this computer stops it]"


def _budget(clients: Clients) -> None:
    """The limit. Its field is another one as soon as it is another limit, whichever tab has set that: what an open tab
    still shows of the one before must not come back in force."""
    workspace = state.workspace()
    standing = budget.standing(workspace, clients.backend)
    st.markdown("**Budget for the month**")
    chosen = st.number_input("US dollars, empty for no limit", budget.LEAST, 1_000_000.0, standing.limit, step=10.0,
                             key=f"budget_usd {standing.limit}",
                             help="At 50 and 80 % there is a warning, at 100 % nothing is started. Stopping always "
                                  "works.")
    if chosen != standing.limit:
        budget.set_limit(workspace, chosen)
        st.rerun()
    said = f"{prices.words(standing.spent)} spent since the month began, trainings and running models."
    st.caption(plain(said + (" On AWS it would have been that." if clients.backend.is_engine else "")))
    if standing.limit:
        st.progress(min(1.0, standing.share))


def _idle() -> None:
    st.markdown("**Models that nobody uses**")
    known = idle.minutes(state.workspace())
    chosen = starting.idle_choice(f"idle_minutes {known}")  # another one where a start has chosen otherwise, as above
    if chosen != known:
        idle.set_minutes(state.workspace(), chosen)
        st.rerun()


def _backstop(clients: Clients) -> None:
    """How AWS stops models even when this computer is off, and what is still needed for it."""
    st.markdown("**AWS stops models by itself**")
    if clients.backend.is_engine:
        st.caption("Each deadline is also a schedule in the built-in engine, as in EventBridge Scheduler. What falls "
                   "due while the engine is down is carried out when it is back.")
        return
    role = None
    with state.errors_shown():
        role = roles.role_of(state.workspace(), clients)
    if role:
        st.caption(f"Each deadline is also a schedule of EventBridge Scheduler, through the role {plain(role)}. "
                   "It works when this computer is off.")
        if st.button("Use no role", key="role_forget", type="tertiary"):
            roles.forget(state.workspace(), clients)
            st.rerun()
        return
    _set_up(clients)


def _set_up(clients: Clients) -> None:
    """Two ways to the role: Rekolab makes it, or whoever may does, and its ARN is entered here."""
    st.caption("EventBridge Scheduler can stop a model at its deadline when this computer is off. It needs a role that "
               "may do this and nothing else.")
    if st.button(f"Create the role {roles.NAME}", key="role_create", icon=":material/add_moderator:"):
        with state.errors_shown():
            roles.create(state.workspace(), clients)
            st.rerun()
    with st.expander("Without the right to create roles"):
        st.caption("Give these to whoever has it, and enter the role's ARN below.")
        with state.errors_shown():
            for title, policy in (("Trust policy", roles.trust_policy), ("Permissions", roles.permission_policy),
                                  ("For the credentials that Rekolab uses", roles.user_policy)):
                st.caption(title)
                st.code(json.dumps(policy(clients.account), indent=2), language="json")
    arn = st.text_input("ARN of the role", key="role_arn", placeholder=f"arn:aws:iam::123456789012:role/{roles.NAME}")
    if st.button("Use it", key="role_use", disabled=not arn.strip()):
        with state.errors_shown():
            roles.use(state.workspace(), clients, arn)
            st.rerun()
