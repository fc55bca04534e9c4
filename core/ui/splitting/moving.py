"""Moves by hand: one side of the split as a gallery, from which selected photos are put on the other."""

from __future__ import annotations

import streamlit as st

from core import colours
from core.dataset import split, vocabulary
from core.dataset.manifests import Built
from core.dataset.split import Side
from core.dataset.trainable import Entry
from core.ui import gallery
from core.ui.splitting import sides
from core.ui.words import count, plain
from core.workspace import Project

SIDES: dict[Side, str] = {"test": "Test side", "train": "Training side"}
OTHER: dict[Side, Side] = {"test": "train", "train": "test"}


def draw(project: Project, built: Built) -> None:
    """Drawn when it is opened."""
    with st.expander("Move photos by hand", icon=":material/swap_horiz:", on_change="rerun", key="split_moving") as box:
        if box.open:
            _grid(project, built)


@st.fragment
def _grid(project: Project, built: Built) -> None:
    """The gallery, which is drawn anew by itself when a photo is selected; a move draws the whole page anew."""
    names = vocabulary.in_order(project, {name for labels in built.labels.values() for name in labels})
    shades = sides.shades(project, names)
    with st.container(horizontal=True, vertical_alignment="center"):
        side: Side = st.segmented_control("Side", list(SIDES), default="test", required=True, key="split_side",
                                          format_func=SIDES.__getitem__, label_visibility="collapsed")
        name = st.selectbox("Class", names, index=None, placeholder="Every class", key="split_class", width=220,
                            label_visibility="collapsed")
        move = st.container()
    here, moved = set(built.split.test if side == "test" else built.split.train), set(built.split.moved)
    shown = {str(entry.photo_id): entry for entry in sorted(built.pictures.values(), key=lambda one: one.name)
             if entry.photo_id in here and (name is None or name in entry.labels)}

    def tile(key: str) -> gallery.Tile:
        return _tile(project, shown[key], shown[key].photo_id in moved, shades)

    grid = f"split_grid {project.name}"
    choice = gallery.paged(list(shown), tile, grid, of=(side, name))
    chosen = [int(key) for key in choice.chosen if key in shown]
    with move:
        if st.button(f"Put {count(len(chosen), 'photo')} on the {SIDES[OTHER[side]].lower()}" if chosen else
                     "Click, shift-click or Ctrl+A to select", disabled=not chosen, key="split_move",
                     icon=":material/swap_horiz:"):
            gallery.clear(grid)
            _move(project, chosen, OTHER[side])
    st.caption("Duplicates of a photo go with it. Whatever is moved can be given back to the split above.")


def _tile(project: Project, entry: Entry, moved: bool, shades: colours.Colours) -> gallery.Tile:
    return gallery.Tile(
        str(entry.photo_id), ", ".join(entry.labels), gallery.thumbnail(project, entry.photo), "hurts" if moved else "",
        f"{entry.name}{'. Moved by hand.' if moved else ''}", colours.colour_of(entry.label, shades))


def _move(project: Project, chosen: list[int], side: Side) -> None:
    put = split.place(project, chosen, side)
    copies = f", {count(put - len(chosen), 'duplicate')} of them with it" if put > len(chosen) else ""
    st.toast(plain(f"{count(put, 'photo')} now on the {SIDES[side].lower()}{copies}"))
    st.rerun()
