"""Dialogs. While one lies over the page, the keys of the page rest, and only the dialog has the page drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

Given = ParamSpec("Given")
_OPEN = "dialog_open"


def begin() -> None:
    """The page is drawn anew, or a dialog was dismissed: none is open now, unless one opens in this run."""
    st.session_state[_OPEN] = False


def dialog(title: str, **look: Any) -> Callable[[Callable[Given, None]], Callable[Given, None]]:
    """Make a dialog of a function, as `st.dialog` does.

    When it is dismissed the page is drawn anew, or only that fragment of it which has opened the dialog.
    """

    def made(draw: Callable[Given, None]) -> Callable[Given, None]:
        @wraps(draw)
        def shown(*args: Given.args, **named: Given.kwargs) -> None:
            st.session_state[_OPEN] = True
            draw(*args, **named)

        return st.dialog(title, on_dismiss=begin, **look)(shown)

    return made


def resting() -> bool:
    """Whether a dialog lies over the page."""
    return bool(st.session_state.get(_OPEN))


def shortcut(key: str) -> str | None:
    """What a button of the page takes as its shortcut; none below a dialog that was opened before it."""
    return None if resting() else key


def redraw() -> None:
    """Draw the page anew, for what looks again by itself. While a dialog is open, which would be lost with it, nothing
    happens: whoever calls this calls it once more at its next look."""
    if not resting():
        st.rerun()
