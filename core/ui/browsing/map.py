"""The map of what the photos show: like photos lie together, and a line around some fills the gallery with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.colours import Colours, colour_of
from core.dataset import likeness
from core.dataset.filtering import Columns, Places
from core.images.likeness import Likeness
from core.ui import gallery, progress, state
from core.ui.browsing import filters
from core.ui.serving import address
from core.ui.words import count
from core.workspace import Project

HERE = Path(__file__).parent
KEY = "browse_map"
FINE = 10_000  # steps of the map to each side


def begin(project: Project) -> None:
    """Compare what is new, unless that is under way, or somebody has stopped it, or it has failed."""
    last = state.job(project, "likeness")
    if likeness.pending(project) and (last is None or last.state == "done"):
        compare(project)


def compare(project: Project) -> None:
    state.begin(project, "likeness", "Comparing the photos", likeness.compare)


def waiting(project: Project) -> bool:
    """Say how far the comparing is; whether there is no map to show yet."""
    if not progress.on_page(project, "likeness") and (number := likeness.pending(project)):
        state.failure(project, "likeness")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{count(number, 'photo')} not compared yet.", width="content")
            st.button("Compare now", icon=":material/hub:", on_click=compare, args=(project,))
    return likeness.read(project) is None


def draw(project: Project, known: Columns, shown: Places, classes: Colours) -> int | None:
    """The map, with the photos that the other filters hide in grey; gives the photo that was just clicked."""
    compared = likeness.read(project)
    if compared is None:
        return None
    asked = _asked(known)
    answer = _component()(
        data={**_points(compared, known, shown, classes), "released": st.session_state.get("browse_released", 0),
              "pictures": {str(known.ids[place]): _picture(project, known, place) for place in asked}},
        key=KEY, height="content", on_caught_change=_catch, on_wanted_change=lambda: None,
        on_opened_change=lambda: None)
    if st.session_state.pop("browse_map_caught", False):
        st.rerun()  # the whole page, and not the map alone
    return int(answer.opened) if answer.opened else None


def _catch() -> None:
    filters.catch(st.session_state[KEY]["caught"], "on the map")
    st.session_state["browse_map_caught"] = True


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "rekolab_map", html=(HERE / "map.html").read_text("utf-8"), css=(HERE / "map.css").read_text("utf-8"),
        js=(HERE / "map.js").read_text("utf-8"))


def _points(compared: Likeness, known: Columns, shown: Places, classes: Colours) -> dict[str, Any]:
    """Where each photo lies, in whole steps, and its class; the last colour is for photos without one."""
    order = np.argsort(known.ids)
    there = np.isin(compared.ids, known.ids)
    place = order[np.searchsorted(known.ids, compared.ids[there], sorter=order)]
    visible = np.isin(place, shown)
    colours = [colour_of(label, classes) for label in known.classes]
    low, high = compared.points.min(axis=0, initial=1), compared.points.max(axis=0, initial=0)
    steps = np.round(FINE * (compared.points[there] - low) / np.maximum(high - low, 1e-6)).astype(int)
    return {"ids": known.ids[place].tolist(), "xs": steps[:, 0].tolist(), "ys": steps[:, 1].tolist(),
            "kinds": known.label[place].tolist(), "shown": visible.astype(int).tolist(), "colours": colours}


def _asked(known: Columns) -> list[int]:
    """The places of the photos whose pictures the browser asks for now."""
    asked = st.session_state.get(KEY, {}).get("wanted") or []
    return np.flatnonzero(np.isin(known.ids, [int(number) for number in asked])).tolist()


def _picture(project: Project, known: Columns, place: int) -> list[str]:
    photo = known.photos[place]
    data = gallery.thumbnail(project, photo)
    return [photo.name, address(data, f"{KEY} {place}") if data else ""]
