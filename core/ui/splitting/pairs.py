"""Pairs of photos side by side, each with the reason why they are a pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.ui.words import plain

PAGE = 8
ACROSS = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """One of a pair: its thumbnail as a JPEG, what it is, and its file name."""

    thumbnail: bytes | None
    what: str
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair, and why it is one, as Markdown."""

    left: Picture
    right: Picture
    reason: str


def draw(found: Sequence[Shown], key: str) -> None:
    """One page of the pairs, two beside each other."""
    pages = -(-len(found) // PAGE)
    at = f"{key}_page"
    page = 1
    if pages > 1:
        st.session_state[at] = min(st.session_state.get(at) or 1, pages)
        page = st.pagination(pages, key=at, persist_state="session")
    columns = st.columns(ACROSS)
    for place, one in enumerate(found[(page - 1) * PAGE : page * PAGE]):
        with columns[place % ACROSS].container(border=True):
            for column, picture in zip(st.columns(2), (one.left, one.right), strict=True):
                with column:
                    _picture(picture)
            st.markdown(one.reason)


def _picture(one: Picture) -> None:
    st.caption(plain(one.what))
    if one.thumbnail:
        st.image(one.thumbnail, alt=one.name, width="stretch")
    else:
        st.caption("no picture")
    st.caption(plain(one.name))
