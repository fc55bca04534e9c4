from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st

from core.ui import dialogs


def test_the_page_rests_until_the_dialog_is_dismissed_and_not_until_all_of_it_is_drawn_anew(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    dismiss: list[Callable[[], None]] = []

    def opened(title: str, on_dismiss: Callable[[], None]) -> Callable[[Any], Any]:
        dismiss.append(on_dismiss)
        return lambda draw: draw

    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "dialog", opened)
    dialogs.dialog("Photo")(lambda: None)()
    assert dialogs.resting() and dialogs.shortcut("y") is None
    dismiss[0]()  # after which Streamlit may draw nothing but the fragment that has opened it
    assert not dialogs.resting() and dialogs.shortcut("y") == "y"
