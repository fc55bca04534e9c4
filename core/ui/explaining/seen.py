"""The photo, with what the model looked at as a layer that fades."""

from __future__ import annotations

import streamlit as st
from PIL import Image

from core.explanation import occlusion
from core.explanation.explaining import Explanation
from core.images import layers, thumbnails
from core.ui.words import plain

WIDE = 960  # pixels of the longest side on the screen


def photo(told: Explanation) -> None:
    """The photo, and once the model has been asked, the map over it."""
    if told.map(told.shown or "") is None:
        st.image(_drawn(told.photo), alt=told.prediction.name, width="stretch")
        st.text(told.prediction.name)
        return
    _layered(told)


@st.fragment
def _layered(told: Explanation) -> None:
    """Drawn anew by itself when the slider moves, or another label is chosen."""
    labels = [score.label for score in told.prediction.scores]
    key = f"explain_map {told.look.sha256[:12]}"
    place = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = labels.index(told.shown) if told.shown in labels else 0
        label = st.selectbox("What speaks for", labels, index=first, key=f"{key} label", width=220,
                             format_func=plain) if len(labels) > 1 else labels[0]
        opacity = st.slider("Map", 0, 100, 70, key=f"{key} opacity", format="%d %%",
                            help="At 0 % there is the photo alone, at 100 % the map is strongest.")
    found = told.map(str(label))
    if found is None:
        return
    said = occlusion.words(found, told.mask)
    with place:
        st.image(layers.over(told.photo, found.heat, opacity / 100, WIDE), alt=f"{told.prediction.name}. {said}",
                 width="stretch")
        st.text(told.prediction.name)
    st.write(plain(said))
    st.caption(":orange[●] speaks for it, :blue[●] against it. A part counts as much as hiding it takes from the "
               "label, by calls to the model itself.")


def _drawn(image: Image.Image) -> bytes:
    return thumbnails.draw(image, WIDE, quality=85)
