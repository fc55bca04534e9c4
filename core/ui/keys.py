"""Whether a dialog lies over the page: then the keys of its buttons rest, and it is not drawn anew by itself.

A page that is drawn anew closes the dialog, with all that was typed into it.
"""

from __future__ import annotations

import streamlit as st

_REST = "keys_rest"


def begin() -> None:
    """The whole page is drawn anew, and no dialog is open unless one opens in this run."""
    st.session_state[_REST] = False


def rest() -> None:
    """For a dialog, before the page behind it is drawn; it must draw the page anew when it is dismissed."""
    st.session_state[_REST] = True


def resting() -> bool:
    """Whether a dialog lies over the page, which draws the page anew when it is dismissed."""
    return bool(st.session_state.get(_REST))


def shortcut(key: str) -> str | None:
    """What a button takes as its shortcut."""
    return None if resting() else key
