"""Errors and empty states: what happened, and the way on as a link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from core import files, settings
from core.errors import AGAIN, RekolabError
from core.ui import pages
from core.ui.words import plain


@contextmanager
def unforeseen() -> Iterator[None]:
    """Say what nothing else has said, such as a disk that can not be written to. The page ends there."""
    try:
        yield
    except RekolabError as problem:
        error(problem)
    except Exception as problem:
        told = files.explained(problem, settings.load().home)
        if told is None:
            raise
        error(told)


def error(problem: RekolabError, again: bool = True) -> None:
    """An error in plain words, with its cure as a link when it has one; without `again`, none that only looks again."""
    st.error(plain(problem.message), icon=":material/error:")
    if problem.cure and problem.cure.page:
        st.page_link(pages.path(problem.cure.page), label=problem.cure.label, icon=":material/healing:")
    elif problem.cure and again:
        look_again(problem.cure.label)


def look_again(label: str = AGAIN.label) -> None:
    """The link that draws the open page anew. It is no button, so that it may stand in forms, and more than once."""
    st.page_link(pages.path(pages.here()), label=label, icon=":material/refresh:")


def cancelled(problem: RekolabError) -> None:
    """What a cancelled job left, which is nobody's error."""
    st.info(plain(problem.message), icon=":material/block:")


def empty(text: str, label: str, page: str) -> None:
    """What a page says while it has nothing to show: why, and the step that fills it."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(plain(text), text_alignment="center", width="content")
        st.page_link(pages.path(page), label=label, icon=":material/arrow_forward:", width="content")


def opening(title: str, sentence: str) -> None:
    """The head of a page: its name, and what it is for in one sentence."""
    st.title(title, anchor=False)
    st.caption(sentence)


def nothing(text: str, label: str, act: Callable[[], None]) -> None:
    """What a page says when there is nothing to show now, and the button that changes this."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(plain(text), text_alignment="center", width="content")
        st.button(label, on_click=act, key=f"nothing {label}", width="content")
