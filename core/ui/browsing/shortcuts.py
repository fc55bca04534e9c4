"""The shortcut check: whether a plain property of the photos gives their classes away, and the photos that show it."""

from __future__ import annotations

import streamlit as st

from core.colours import Colours
from core.dataset.filtering import Columns
from core.dataset.properties import PROPERTIES
from core.dataset.shortcuts import FEWEST, Shortcut, shortcuts
from core.evaluation import photo_charts
from core.types import Photo
from core.ui import gallery, messages
from core.ui.browsing.figures import CONFIG
from core.ui.words import count, plain
from core.workspace import Project


def draw(project: Project, known: Columns, classes: Colours) -> int | None:
    """Every property with its sentence, the suspect ones open; gives the photo that was just clicked."""
    with st.spinner("Testing each property against shuffled labels …"):
        found = shortcuts(project)
    if not found:
        messages.empty(f"The check needs two classes with {FEWEST} photos or more each. Label some photos first.",
                       "Label the photos", "data/label")
        return None
    alarms = [one for one in found if one.alarm]
    if alarms:
        st.warning(f"{count(len(alarms), 'property', 'properties')} of {len(found)} may give the class away.")
    else:
        st.success(f"None of {len(found)} plain properties tells the classes apart better than chance does.")
    opened = [_one(project, known, classes, one) for one in found]
    return next((number for number in opened if number is not None), None)


def _one(project: Project, known: Columns, classes: Colours, found: Shortcut) -> int | None:
    """One property. Those that are not suspect say so in a line, and draw nothing until they are opened."""
    mark = ":material/warning:" if found.alarm else ":material/check:"
    title = f"{found.title.rstrip(',')} :gray[right in {100 * found.accuracy:.0f} of 100, p = {found.p:.2f}]"
    with st.expander(title, icon=mark, expanded=found.alarm, on_change="rerun",
                     key=f"browse shortcut {project.name} {found.code}") as part:
        if not part.open:
            return None
        st.markdown(plain(found.sentence))
        tested = next(one for one in PROPERTIES if one.code == found.code)
        st.plotly_chart(photo_charts.property_by_class(known, tested, classes), config=CONFIG,
                        key=f"browse strip {found.code}", alt=f"{found.title.rstrip(',')} of the photos by class")
        return _ends(project, known, found, ("With it", "Without it") if tested.kinds else ("Lowest", "Highest"))


def _ends(project: Project, known: Columns, found: Shortcut, titles: tuple[str, str]) -> int | None:
    by_id = {photo.id: photo for photo in known.photos}
    opened = None
    for column, title, ids in zip(st.columns(2), titles, (found.low, found.high), strict=True):
        with column:
            st.caption(title)
            tiles = [_tile(project, by_id[number]) for number in ids if number in by_id]
            choice = gallery.gallery(tiles, f"browse_{found.code}_{title}", single=True)
            opened = int(choice.opened) if choice.opened else opened
    return opened


def _tile(project: Project, photo: Photo) -> gallery.Tile:
    return gallery.Tile(str(photo.id), photo.label or photo.folder_label or "", gallery.thumbnail(project, photo),
                        note=photo.name)
