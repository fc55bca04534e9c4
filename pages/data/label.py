"""Say what is on each photo, one key a photo."""

import streamlit as st

from core.dataset import labels
from core.ui import exchange, messages, state
from core.ui.browsing import map
from core.ui.labelling import class_list, desk, kind, many, one, past, suggested, suspected
from core.ui.words import count, plain

VIEWS = {"One by one": one.draw, "Many at once": many.draw, "Suggestions": suggested.draw, "Suspects": suspected.draw,
         "History": past.draw}

messages.opening("Label", "Say what is on each photo with the number keys. Every label is on disk before the next "
                 "photo shows.")
project = state.required()
here = desk.of(project)
if not here.listed:
    messages.empty("There are no photos to label yet.", "Add photos", "data/browse")
    exchange.section(project)
    st.stop()
map.begin(project)  # suggestions follow from how the photos look

foldered = [photo for photo in here.unlabelled if photo.folder_label] if here.kind != "boxes" else []
if foldered:
    names = sorted({str(photo.folder_label) for photo in foldered})
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"{count(len(foldered), 'photo')} came in folders named {plain(', '.join(names))}.",
                    width="stretch")
        if st.button("Label them by folder", type="primary", icon=":material/folder:"):
            with state.errors_shown():
                labels.label_by_folder(project)
                st.rerun()

with st.container(horizontal=True, vertical_alignment="center"):
    how = st.segmented_control("How", list(VIEWS), default="One by one", required=True, key="label_how",
                               persist_state="session", label_visibility="collapsed", width="stretch")
    kind.choose(project)
    if st.button("Classes", icon=":material/palette:", help="Rename, merge, colour, order or remove them"):
        class_list.change(project)
VIEWS[how or "One by one"](project)
exchange.section(project)
