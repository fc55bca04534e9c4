"""The tags of a model: seen, added, changed and removed."""

from __future__ import annotations

import streamlit as st

from core.aws import tags
from core.aws.clients import Clients
from core.errors import RekolabError
from core.types import Version
from core.ui import messages, state
from core.ui import tags as typing
from core.ui.dialogs import dialog
from core.ui.words import count, plain

_KNOWN = "versions_tags"  # in the session: the tags as they were when the dialog was opened, by ARN


def ask(clients: Clients, version: Version) -> None:
    """Open the dialog on the tags as AWS has them now."""
    try:
        st.session_state[_KNOWN] = {version.arn: tags.tags_of(clients, version.arn)}
    except RekolabError as error:
        _unread(error)
        return
    typing.forget(_rows(version))
    _ask(clients, version)


@dialog("Tags", icon=":material/label:", width="medium")
def _ask(clients: Clients, version: Version) -> None:
    """What is changed is kept by a button."""
    there: dict[str, str] = st.session_state[_KNOWN][version.arn]
    st.markdown(f"Tags of **{plain(version.name)}**, by which bills are divided and permissions given.")
    wanted = typing.rows(_rows(version), there)
    if st.button("Save", key="tags_save", type="primary", disabled=wanted is None or wanted == there):
        with state.errors_shown():
            tags.replace(clients, version.arn, wanted or {})
            st.toast(f"{plain(version.name)} has {count(len(wanted or {}), 'tag')} now.", icon=":material/label:")
            st.rerun()


@dialog("Tags", icon=":material/label:")
def _unread(error: RekolabError) -> None:
    messages.error(error)


def _rows(version: Version) -> str:
    return f"version_tags {version.arn}"
