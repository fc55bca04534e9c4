"""The rooms of the app: every page once, with its place in the navigation."""

from __future__ import annotations

from functools import cache
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Start": {
        "start/overview": ("Overview", ":material/home:"),
        "start/aws": ("AWS access", ":material/key:"),
    },
    "Data": {
        "data/browse": ("Browse", ":material/photo_library:"),
        "data/clean": ("Clean", ":material/auto_fix_high:"),
        "data/label": ("Label", ":material/sell:"),
        "data/manifest": ("Manifest", ":material/fact_check:"),
    },
    "Model": {
        "model/train": ("Train", ":material/model_training:"),
        "model/versions": ("Versions", ":material/deployed_code:"),
        "model/predict": ("Predict", ":material/center_focus_strong:"),
    },
    "Results": {
        "results/evaluate": ("Evaluate", ":material/grid_on:"),
        "results/mistakes": ("Mistakes", ":material/troubleshoot:"),
        "results/report": ("Report", ":material/summarize:"),
    },
}


def path(page: str) -> str:
    """The script of a page: "data/browse" -> "pages/data/browse.py"."""
    return f"pages/{page}.py"


@cache
def title(page: str) -> str:
    return next(section[page][0] for section in SECTIONS.values() if page in section)


def navigation() -> StreamlitPage:
    """The navigation in the sidebar; returns the page that is asked for."""
    denied = _denied()
    chosen = st.navigation({
        section: [
            st.Page(path(page), title=name, icon=icon, url_path=page.split("/")[1], default=page == "start/overview")
            for page, (name, icon) in pages.items()
        ]
        for section, pages in SECTIONS.items()
    })
    if denied:
        st.html("<script>location.reload()</script>", unsafe_allow_javascript=True)
        st.stop()
    if chosen.url_path != st.session_state.get("page"):
        st.session_state["visit"] = visit() + 1
    st.session_state["page"] = chosen.url_path
    return chosen


def visit() -> int:
    """Counts how often a page was opened in this tab: it stays the same while that page is drawn anew."""
    return int(st.session_state.get("visit", 0))


def _denied() -> bool:
    """Whether Streamlit has just told the browser that the page in its address does not exist.

    A new server takes pages/ for the folder of its older kind of pages until a script has called st.navigation, and
    there is no message that takes the box "Page not found" away again. The browser has to ask once more.
    """
    manager = getattr(get_script_run_ctx(), "pages_manager", None)
    return bool(getattr(PagesManager, "uses_pages_directory", False) and getattr(manager, "intended_page_name", ""))


def current() -> str:
    """The page that is open, by the last part of its name: "browse"."""
    return str(st.session_state.get("page", ""))


def here() -> str:
    """The page that is open: "data/browse". The first page has no name in an address."""
    return next((page for section in SECTIONS.values() for page in section if page.endswith(f"/{current() or None}")),
                "start/overview")


def go(page: str) -> NoReturn:
    """Open another page at once.

    Streamlit would clear the address first, and refuses to as the project in it is bound to the sidebar, which puts it
    there again. An empty mapping takes the place of all of it, and is not refused.
    """
    st.switch_page(path(page), query_params={})


def way_on(page: str, label: str) -> None:
    """The link at the foot of a page to the next step."""
    st.page_link(path(page), label=label, icon=":material/arrow_forward:", icon_position="right")
