"""Two pictures of one photo, before and after: one over the other with a line to move between them, or side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.images import thumbnails

HERE = Path(__file__).parent


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "rekolab_comparing", html="<div class='pair'></div>\n",
        css=(HERE / "comparing.css").read_text("utf-8"), js=(HERE / "comparing.js").read_text("utf-8"))


def compare(before: bytes, after: bytes, name: str, key: str, *, side_by_side: bool = False) -> None:
    """Show two JPEGs. The line between them moves with the pointer, and with the arrow keys while it has the focus."""
    _component()(
        data={"before": thumbnails.data_uri(before), "after": thumbnails.data_uri(after), "name": name,
              "apart": side_by_side},
        key=key, height="content")
