"""The box editor: objects are drawn on a photo, moved, resized and named, and on disk when the pointer is let go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.dataset import drawing, vocabulary
from core.dataset.drawing import Drawing
from core.types import Box, Photo
from core.ui import state
from core.ui.serving import address
from core.ui.words import count, plain
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
    waiting: tuple[Box, ...] | None = _waiting(project).get(photo.id)
    shown = photo.boxes if waiting is None else waiting
    _component()(
        data={"project": project.name, "photo": photo.id, "name": photo.name, "src": address(picture, KEY),
              "width": width, "height": height, "labels": list(classes),
              "colours": [colours[name] for name in classes], "boxes": [
                  {"label": box.label, "left": box.left, "top": box.top, "width": box.width, "height": box.height}
                  for box in shown],
              "state": drawing.state_of(photo.boxes) if waiting is None else "",  # what is drawn on waits as well
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
    said = st.session_state.get(KEY, {}).get("drawn")
    if not said or "editor" not in said:  # a tab may still have what an older Rekolab has kept
        return
    if said["project"] != project.name or (said["editor"], said["serial"]) == st.session_state.get(f"{KEY}_kept"):
        return
    st.session_state[f"{KEY}_kept"] = said["editor"], said["serial"]
    st.session_state[f"{KEY}_serial"] = int(said["serial"])
    drawn = Drawing(str(said["editor"]), int(said["serial"]), int(said["photo"]), tuple(map(_box, said["boxes"])),
                    str(said["base"]))
    with state.errors_shown():
        vocabulary.expect(project, {box.label for box in drawn.boxes})
        if drawing.keep(project, drawn):
            _waiting(project).pop(drawn.photo_id, None)
        else:
            _waiting(project)[drawn.photo_id] = drawn.boxes


def choices(project: Project, listed: Iterable[Photo]) -> None:
    """What was drawn on photos whose boxes have changed elsewhere meanwhile, and the choice between the two."""
    waiting = _waiting(project)
    for photo in listed if waiting else ():
        if photo.id in waiting:
            mine, theirs = (count(len(boxes), "box", "boxes") for boxes in (waiting[photo.id], photo.boxes))
            with st.container(border=True):
                st.warning(f"The boxes of {plain(photo.name)} were changed elsewhere, as in another tab, after they "
                           f"were shown here. There it has {theirs}. Here it has {mine}, and that is not kept yet. "
                           "Choose one; the history will have both.", icon=":material/call_split:")
                with st.container(horizontal=True):
                    st.button(f"Keep mine: {mine}", key=f"boxes mine {photo.id}", on_click=_settle,
                              args=(project, photo.id, drawing.draw))
                    st.button(f"Take the others: {theirs}", key=f"boxes theirs {photo.id}", on_click=_settle,
                              args=(project, photo.id, drawing.put_by))


def _settle(project: Project, photo_id: int, act: Callable[[Project, int, tuple[Box, ...]], object]) -> None:
    """Let one of the two be the photo's boxes, and both be in the history."""
    with state.errors_shown():
        boxes = _waiting(project)[photo_id]
        vocabulary.expect(project, {box.label for box in boxes})
        act(project, photo_id, boxes)
        del _waiting(project)[photo_id]


def _waiting(project: Project) -> dict[int, tuple[Box, ...]]:
    """By photo, what this tab has drawn and could not keep."""
    found: dict[int, tuple[Box, ...]] = st.session_state.setdefault(f"{KEY}_waiting", {}).setdefault(project.name, {})
    return found


def _box(drawn: Mapping[str, Any]) -> Box:
    return Box(str(drawn["label"]), *(int(drawn[edge]) for edge in ("left", "top", "width", "height")))
