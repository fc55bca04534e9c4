"""Say what is on each photo, one key a photo."""

import streamlit as st

from core.dataset import suggesting
from core.ui import exchange, messages, state
from core.ui.browsing import map
from core.ui.labelling import class_list, desk, kind, many, one, past, suggested, suspected

VIEWS = {"One by one": one.draw, "Many at once": many.draw, "Suggestions": suggested.draw, "Suspects": suspected.draw,
         "History": past.draw}
OF_BOXES = ("One by one", "History")

messages.opening("Label", "Say what is on each photo with the number keys. Every label is on disk before the next "
                 "photo shows.")
project = state.required()
here = desk.of(project)
if not here.listed:
    messages.empty("There are no photos to label yet.", "Add photos", "data/browse")
    exchange.section(project)
    st.stop()
map.begin(project)  # suggestions follow from how the photos look
suggesting.prepare(project)

with st.container(horizontal=True, vertical_alignment="center"):
    views = OF_BOXES if here.kind == "boxes" else tuple(VIEWS)
    how = st.segmented_control("How", views, default="One by one", required=True, key="label_how",
                               persist_state="session", label_visibility="collapsed", width="stretch")
    kind.choose(project)
    if st.button("Classes", icon=":material/palette:", help="Rename, merge, colour, order or remove them"):
        class_list.change(project)
VIEWS[how if how in views else "One by one"](project)
exchange.section(project)
