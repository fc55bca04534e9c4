"""The tags of a model: seen, added, changed and removed in one small table."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.aws import tags
from core.aws.clients import Clients
from core.errors import RekolabError
from core.types import Version
from core.ui import messages, state
from core.ui.words import count, plain


def ask(clients: Clients, version: Version) -> None:
    """Open the dialog on the tags as they are now."""
    _forget(version.arn)
    _ask(clients, version)


@st.dialog("Tags", icon=":material/label:")
def _ask(clients: Clients, version: Version) -> None:
    """What is changed is kept by a button."""
    try:
        there = _of(clients, version.arn)
    except RekolabError as error:
        messages.error(error)
        return
    st.markdown(f"Tags of **{plain(version.name)}**, by which costs are told apart and permissions given.")
    rows = edited(there, f"tags rows {version.arn}")
    for fault in (faults := tags.faults(rows)):
        st.error(plain(fault))
    changed = dict(rows) != there
    if st.button("Save", key="tags_save", type="primary", disabled=bool(faults) or not changed):
        with state.errors_shown():
            tags.replace(clients, version.arn, dict(rows))
            _forget(version.arn)
            st.toast(f"{plain(version.name)} has {count(len(rows), 'tag')} now.", icon=":material/label:")
            st.rerun()


def edited(there: Mapping[str, str], key: str) -> list[tuple[str, str]]:
    """The table as it stands: (key, value) of each row that is not empty."""
    import pandas as pd

    made = st.data_editor(
        pd.DataFrame({"key": [*there], "value": [*there.values()]}, dtype=object), num_rows="dynamic", hide_index=True,
        key=key, alt="Tags", column_config={"key": st.column_config.TextColumn("key", width="medium"),
                                            "value": st.column_config.TextColumn("value", width="medium")})
    pairs = [(str(name or ""), str(value or "")) for name, value in made.itertuples(index=False)]
    return [pair for pair in pairs if any(pair)]


def _of(clients: Clients, arn: str) -> dict[str, str]:
    """The tags as they were when the dialog was opened, so that what is typed meanwhile is not drawn anew."""
    known: dict[str, dict[str, str]] = st.session_state.setdefault("tags_known", {})
    if arn not in known:
        known[arn] = tags.tags_of(clients, arn)
    return known[arn]


def _forget(arn: str) -> None:
    st.session_state.get("tags_known", {}).pop(arn, None)
