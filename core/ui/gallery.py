"""A gallery of thumbnails: paged, chosen by click, shift-click and keyboard; one message to the browser a page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import BadImage
from core.images import thumbnails
from core.types import Photo
from core.workspace import Project

HERE = Path(__file__).parent
PAGE = 120  # more data URIs at once make every click slow


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture of a gallery. `mark` is a coloured dot: "refused", "hurts", "right", "unknown", "out" or none."""

    id: str
    caption: str
    source: str | None
    mark: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person did: the tiles that are chosen, and the one that was just opened."""

    chosen: tuple[str, ...]
    opened: str | None


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "rekolab_gallery", html="<div class='grid'></div>\n",
        css=(HERE / "gallery.css").read_text("utf-8"), js=(HERE / "gallery.js").read_text("utf-8"))


@st.cache_data(max_entries=4000, show_spinner=False)
def picture(folder: str, sha256: str) -> str | None:
    """The thumbnail of that content as a data URI, None where there is none."""
    data = thumbnails.find(Path(folder), sha256)
    return None if data is None else thumbnails.data_uri(data)


def thumbnail(project: Project, photo: Photo) -> str | None:
    """A catalogued photo's thumbnail as a data URI, None while there is none."""
    return picture(str(project.thumbnails), photo.facts.sha256) if photo.facts else None


def small(path: str) -> str | None:
    """The thumbnail of a file that is in no catalogue, such as an unseen photo; None when it can't be read."""
    file = Path(path)
    return _small(path, file.stat().st_mtime_ns) if file.is_file() else None


@st.cache_data(max_entries=4000, show_spinner=False)
def _small(path: str, changed: int) -> str | None:
    try:
        return thumbnails.data_uri(thumbnails.preview(Path(path), 240))
    except BadImage:
        return None


def large(path: str, longest: int = 1280) -> bytes:
    """A file for the screen, as a JPEG that is made once while the file stays the same; BadImage when it can't be."""
    file = Path(path)
    return _large(path, longest, file.stat().st_mtime_ns if file.is_file() else 0)


@st.cache_data(max_entries=32, show_spinner=False)
def _large(path: str, longest: int, changed: int) -> bytes:
    return thumbnails.preview(Path(path), longest)


def gallery(tiles: Sequence[Tile], key: str, *, single: bool = False, height: int | None = None) -> Choice:
    """Show one page of `tiles`. With `single`, a click opens a tile instead of choosing it."""
    pages = max(1, -(-len(tiles) // PAGE))
    page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    shown = tiles[(page - 1) * PAGE : page * PAGE]
    digest = hashlib.sha1("|".join(f"{t.id}{t.caption}{t.mark}" for t in shown).encode(), usedforsecurity=False)
    signature = f"{digest.hexdigest()}{sum(t.source is not None for t in shown)}"
    items = [{"id": t.id, "caption": t.caption, "src": t.source, "mark": t.mark, "note": t.note} for t in shown]
    answer = _component()(
        data={"items": items, "signature": signature, "single": single,
              "token": f"{key} {st.session_state.get(f'{key}_cleared', 0)}"},
        key=f"{key} {st.session_state.get(f'{key}_cleared', 0)}", height=height or "content",
        on_chosen_change=lambda: None, on_opened_change=lambda: None)
    return Choice(tuple(answer.chosen or ()), answer.opened)


def clear(key: str) -> None:
    """Forget what is chosen in the gallery of that key, from the next run on."""
    st.session_state[f"{key}_cleared"] = st.session_state.get(f"{key}_cleared", 0) + 1
