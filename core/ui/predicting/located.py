"""A photo with the objects that a model found on it: those whose confidence reaches the threshold of their label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.aws.prediction import Located
from core.colours import Colours, colour_of
from core.evaluation.thresholds import Thresholds, threshold_of
from core.images.preparing import Prepared
from core.ui.serving import address
from core.ui.words import count, plain

HERE = Path(__file__).parent


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "rekolab_located", html="<svg role='img'></svg>\n", css=(HERE / "located.css").read_text("utf-8"),
        js=(HERE / "located.js").read_text("utf-8"))


def draw(name: str, picture: bytes, sent: Prepared, objects: Sequence[Located], cuts: Thresholds, classes: Colours,
         key: str) -> None:
    """The JPEG `picture` of what was sent with a frame for each object that passes, and in words what they are."""
    passed = [one for one in objects if one.confidence >= threshold_of(one.label, cuts)]
    told = _words(passed, len(objects))
    _component()(
        data={"src": address(picture, key), "alt": f"{name}: {told}", "width": sent.width, "height": sent.height,
              "found": [_frame(one, sent, classes) for one in reversed(passed)]},  # the surest lies on top
        key=key, height="content")
    st.caption(plain(told))


def _frame(one: Located, sent: Prepared, classes: Colours) -> dict[str, Any]:
    """Label, colour and place in pixels; AWS's boxes may reach a little over the edge."""
    left, right = (min(max(side, 0.0), 1.0) * sent.width for side in (one.left, one.left + one.width))
    top, bottom = (min(max(side, 0.0), 1.0) * sent.height for side in (one.top, one.top + one.height))
    return {"label": one.label, "sure": f"{one.confidence:.1f} %", "colour": colour_of(one.label, classes),
            "left": left, "top": top, "width": right - left, "height": bottom - top}


def _words(passed: Sequence[Located], found: int) -> str:
    """ "2 objects: cat (1), dog (1). 3 more are below the threshold."."""
    rest = found - len(passed)
    more = f" {rest:,} more {'is' if rest == 1 else 'are'} below the threshold." if rest else ""
    if not passed:
        return f"No object reaches the threshold of its label; {count(found, 'object')} found."
    names = ", ".join(f"{label} ({number:,})" for label, number in Counter(one.label for one in passed).items())
    return f"{count(len(passed), 'object')}: {names}.{more}"
