"""A gallery of thumbnails: paged, chosen by click, shift-click and keyboard; one message to the browser a page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import streamlit as st

from core.dataset import places
from core.errors import BadImage
from core.images import thumbnails
from core.types import Photo
from core.ui import large
from core.ui.serving import address
from core.workspace import Project

HERE = Path(__file__).parent
PAGE = 120
FIRST = 36  # tiles of the first screen, which come with the message; the others are fetched when they come near


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture of a gallery, as a JPEG.

    `mark` is a coloured dot: "refused", "hurts", "right", "unknown", "out" or none. `colour`, "#RRGGBB", is
    that of its class, drawn as a line under the picture.
    """

    id: str
    caption: str
    source: bytes | None
    mark: str = ""
    note: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person did: the tiles that are chosen, in the order of choosing, and the one that was just opened."""

    chosen: tuple[str, ...]
    opened: str | None


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component(
        "rekolab_gallery", html="<div class='grid' role='group'></div><div class='turn'></div>\n",
        css=(HERE / "gallery.css").read_text("utf-8"), js=(HERE / "gallery.js").read_text("utf-8"))


def picture(folder: str, sha256: str) -> bytes | None:
    """The thumbnail of that content as a JPEG, None where there is none."""
    try:
        return _picture(folder, sha256)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=2000)  # of content that never changes: about 30 MB, and no copy at each look as by st.cache_data
def _picture(folder: str, sha256: str) -> bytes:
    data = thumbnails.find(Path(folder), sha256)
    if data is None:
        raise FileNotFoundError(sha256)  # is not remembered, because it may come
    return data


def thumbnail(project: Project, photo: Photo) -> bytes | None:
    """A catalogued photo's thumbnail as a JPEG, None while there is none."""
    return picture(str(project.thumbnails), photo.facts.sha256) if photo.facts else None


def small(path: str) -> bytes | None:
    """The thumbnail of a file or object in no catalogue, such as an unseen photo; None when it can't be read."""
    if places.in_s3(path):
        return _small(path, 0)
    file = Path(path)
    return _small(path, file.stat().st_mtime_ns) if file.is_file() else None


def looked_at(project: Project, path: str, sha256: str) -> bytes | None:
    """The thumbnail of a photo that is in no catalogue: the one that is kept of its content, or of its file."""
    kept = picture(str(project.thumbnails), sha256) if sha256 else None
    return kept if kept or places.in_s3(path) else small(path)


@st.cache_data(max_entries=2000, show_spinner=False)
def _small(path: str, changed: int) -> bytes | None:
    try:
        return thumbnails.preview(large.source(path), 240)
    except BadImage:
        return None


def remote(project: Project, uri: str) -> bytes | None:
    """The thumbnail of an object in S3 that is no photo of the project; None where there is no picture."""
    return _remote(project.name, uri, project)


@st.cache_data(max_entries=200, ttl=600, show_spinner=False)
def _remote(name: str, uri: str, _project: Project) -> bytes | None:
    try:
        return thumbnails.preview(places.source(_project, uri), 240) if places.in_s3(uri) else None
    except BadImage:
        return None


def gallery(tiles: Sequence[Tile], key: str, *, single: bool = False, height: int | None = None) -> Choice:
    """Show one page of `tiles`. With `single`, a click opens a tile instead of choosing it."""
    known = {tile.id: tile for tile in tiles}
    return paged(list(known), known.__getitem__, key, single=single, height=height)


def paged(
    ids: Sequence[str], tile: Callable[[str], Tile], key: str, *, of: Hashable = None, single: bool = False,
    height: int | None = None, size: int = PAGE,
) -> Choice:
    """Show one page of the tiles of these ids, with `size` of them; only those of the page are made.

    What is chosen survives the turning of pages, and leaving the page of the app. When `of`, which says what is shown,
    changes, the first page is shown.
    """
    page, pages = _page(max(1, -(-len(ids) // size)), key, of)
    shown = [tile(one) for one in ids[(page - 1) * size : page * size]]
    mount, seed = _seed(key)
    items = [_item(one, key, place) for place, one in enumerate(shown)]
    answer = _component()(
        data={"items": items, "signature": _signature(shown, page), "single": single,
              "order": "" if single else " ".join(ids), "page": page, "pages": pages, "token": mount, "seed": seed},
        key=mount, height=height or "content", default={"chosen": seed},
        on_chosen_change=lambda: None, on_opened_change=lambda: None, on_turn_change=partial(_turn, key, mount, pages))
    chosen = tuple(answer.chosen or ())
    st.session_state[f"{key}_kept"] = chosen
    return Choice(chosen, answer.opened)


def chosen(key: str) -> tuple[str, ...]:
    """What is chosen in the gallery of that key, as the browser said last.

    For a callback: its arguments are those of the last run that came to its end, which may know of fewer clicks.
    """
    answer = st.session_state.get(_mount(key))
    return tuple((answer or {}).get("chosen") or ())


def clear(key: str) -> None:
    """Forget what is chosen in the gallery of that key, from the next run on."""
    choose(key, ())


def choose(key: str, ids: Sequence[str]) -> None:
    """Choose exactly these tiles in the gallery of that key, from the next run on."""
    st.session_state[f"{key}_kept"] = tuple(ids)
    st.session_state[f"{key}_mount"] = st.session_state.get(f"{key}_mount", 0) + 1


def _seed(key: str) -> tuple[str, list[str]]:
    """The name of the component, and what is chosen in it at first.

    The browser keeps what is chosen from then on. A component that was not drawn in the last run has forgotten it, so
    it is drawn as a new one, which is told.
    """
    mount = _mount(key)
    if mount not in st.session_state or st.session_state.get(f"{key}_seed", ("",))[0] != mount:
        st.session_state[f"{key}_seed"] = (mount, list(st.session_state.get(f"{key}_kept", ())))
    return mount, st.session_state[f"{key}_seed"][1]


def _mount(key: str) -> str:
    return f"{key} {st.session_state.get(f'{key}_mount', 0)}"


def _page(pages: int, key: str, of: Hashable) -> tuple[int, int]:
    """The page to show, and of how many."""
    at = f"{key}_page"
    if st.session_state.get(f"{key}_of", of) != of:
        st.session_state[at] = 1
    st.session_state[f"{key}_of"] = of
    if pages == 1:
        return 1, 1
    st.session_state[at] = min(st.session_state.get(at) or 1, pages)
    return st.pagination(pages, key=at, persist_state="session"), pages


def _turn(key: str, mount: str, pages: int) -> None:
    """Turn to the page that the browser asks for."""
    wanted = st.session_state[mount].get("turn")
    if wanted and 1 <= wanted <= pages:
        st.session_state[f"{key}_page"] = wanted


def _item(tile: Tile, key: str, place: int) -> dict[str, str | None]:
    return {"id": tile.id, "caption": tile.caption, "src": _fetched(tile.source, key, place),
            "mark": tile.mark, "note": tile.note, "colour": tile.colour}


def _fetched(data: bytes | None, key: str, place: int) -> str | None:
    if data is None:
        return None
    return thumbnails.data_uri(data) if place < FIRST else address(data, f"{key} {place}")


def _signature(shown: Sequence[Tile], page: int) -> str:
    """Another text whenever the page has to be drawn anew."""
    said = "|".join(f"{t.id}{t.caption}{t.mark}{t.note}{t.colour}{t.source is None}" for t in shown)
    return f"{page} {hashlib.sha1(said.encode(), usedforsecurity=False).hexdigest()}"
