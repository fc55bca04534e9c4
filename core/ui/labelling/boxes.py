"""The box editor: objects are drawn on a photo, moved, resized and named, and on disk when the pointer is let go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.dataset import labels, vocabulary
from core.types import Box, Photo
from core.ui import state
from core.ui.serving import address
from core.workspace import Project

HERE = Path(__file__).parent
KEY = "label_boxes"
HELP = ("Drag to draw, or press B. Number keys name the box that is picked, or the next one. Arrows move it, with Ctrl "
        "they resize it, Delete removes it. + and - zoom, Alt and drag moves the picture.")


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "rekolab_boxes", html=(HERE / "boxes.html").read_text("utf-8"), css=(HERE / "boxes.css").read_text("utf-8"),
        js=(HERE / "boxes.js").read_text("utf-8"))


def edit(
    project: Project, photo: Photo, picture: bytes, classes: Sequence[str], colours: Mapping[str, str],
    move: Callable[[int], None],
) -> None:
    """Show the photo, as the JPEG `picture`, with its boxes. `move` is called with 1 or -1 for the next or last one."""
    width, height = photo.facts.upright_size if photo.facts else (1, 1)
    _component()(
        data={"photo": photo.id, "name": photo.name, "src": address(picture, KEY), "width": width, "height": height,
              "labels": list(classes), "colours": [colours[name] for name in classes], "boxes": [
                  {"label": box.label, "left": box.left, "top": box.top, "width": box.width, "height": box.height}
                  for box in photo.boxes],
              "serial": st.session_state.get(f"{KEY}_serial", 0), "help": HELP,
              "asked": st.session_state.get(f"{KEY}_asked", {"number": 0, "label": None})},
        key=KEY, height="content", on_drawn_change=lambda: None,
        on_step_change=lambda: move(int(st.session_state[KEY].get("step") or 0)))
    st.caption(HELP)


def ask(label: str | None) -> None:
    """Give the box that is picked this label, or else the next one, or with None remove it; for who has no keys."""
    number = st.session_state.get(f"{KEY}_asked", {"number": 0})["number"] + 1
    st.session_state[f"{KEY}_asked"] = {"number": number, "label": label}


def keep(project: Project) -> None:
    """Write what was drawn since the last run, on the photo that it was drawn on, before anything else is shown."""
    drawn = st.session_state.get(KEY, {}).get("drawn")
    if not drawn or (drawn["photo"], drawn["serial"]) == st.session_state.get(f"{KEY}_kept"):
        return
    st.session_state[f"{KEY}_kept"] = drawn["photo"], drawn["serial"]  # two photos may have the same serial
    st.session_state[f"{KEY}_serial"] = int(drawn["serial"])
    boxes = [_box(box) for box in drawn["boxes"]]
    with state.errors_shown():
        vocabulary.expect(project, {box.label for box in boxes})
        labels.draw(project, int(drawn["photo"]), boxes)


def _box(drawn: Mapping[str, Any]) -> Box:
    return Box(str(drawn["label"]), *(int(drawn[edge]) for edge in ("left", "top", "width", "height")))
