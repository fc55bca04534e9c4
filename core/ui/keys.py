"""The keys of a page's buttons. They rest while a dialog lies over the page, and over what they are about."""

from __future__ import annotations

import streamlit as st

_REST = "keys_rest"


def begin() -> None:
    """The whole page is drawn anew, and no dialog is open unless one opens in this run."""
    st.session_state[_REST] = False


def rest() -> None:
    """For a dialog, before the page behind it is drawn; it must draw the page anew when it is dismissed."""
    st.session_state[_REST] = True


def shortcut(key: str) -> str | None:
    """What a button takes as its shortcut."""
    return None if st.session_state.get(_REST) else key
