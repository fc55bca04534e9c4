"""Tags as rows of key and value, which are checked by AWS's rules while they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from core.aws import tags
from core.limits import MAX_TAGS
from core.ui.words import plain


def rows(key: str, given: Mapping[str, str] | None = None) -> dict[str, str] | None:
    """The tags in these rows, which begin with those `given`; None while AWS would refuse one, which is said.

    Rows that are empty do not count. `key` tells the rows of one page apart.
    """
    numbers = _numbers(key, len(given or {}))
    values = list((given or {}).items())
    found = []
    for number in numbers:
        known = values[number] if number < len(values) else ("", "")
        found.append(_row(key, number, known, first=number == numbers[0]))
    st.button("Add a tag", icon=":material/add:", key=f"{key} add", on_click=_add, args=(key,), type="tertiary",
              disabled=len(numbers) >= MAX_TAGS)
    filled = [row for row in found if any(row)]
    faults = tags.faults(filled)
    for fault in faults:
        st.error(plain(fault), icon=":material/error:")
    return None if faults else dict(filled)


def _row(key: str, number: int, known: tuple[str, str], first: bool) -> tuple[str, str]:
    shown: Literal["visible", "collapsed"] = "visible" if first else "collapsed"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Key", known[0], key=f"{key} key {number}", label_visibility=shown, placeholder="team")
        value = st.text_input("Value", known[1], key=f"{key} value {number}", label_visibility=shown,
                              placeholder="birds")
        st.button("Remove", icon=":material/close:", key=f"{key} remove {number}", on_click=_remove,
                  args=(key, number), type="tertiary")
    return name.strip(), value.strip()


def _numbers(key: str, given: int) -> list[int]:
    """The rows that there are, by numbers that no other row ever gets."""
    numbers: list[int] = st.session_state.setdefault(f"{key} rows", list(range(given)))
    return numbers


def _add(key: str) -> None:
    numbers: list[int] = st.session_state[f"{key} rows"]
    st.session_state[f"{key} next"] = number = max([st.session_state.get(f"{key} next", -1), *numbers]) + 1
    numbers.append(number)


def _remove(key: str, number: int) -> None:
    st.session_state[f"{key} next"] = max([st.session_state.get(f"{key} next", -1), number])
    st.session_state[f"{key} rows"].remove(number)


def forget(key: str) -> None:
    """Begin with the tags that are given when the rows are drawn next."""
    for name in [name for name in st.session_state if str(name).startswith(f"{key} ")]:
        del st.session_state[name]
