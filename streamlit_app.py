"""Rekolab: from a folder of photos to a trained, measured and stopped Rekognition Custom Labels model."""

from pathlib import Path

import streamlit as st

from core.ui import messages, pages

ICON = str(Path(__file__).parent / "core/ui/icon.png")

st.set_page_config(page_title="Rekolab", page_icon=ICON, layout="wide")

st.logo(ICON, size="large")

page = pages.navigation()

with messages.unforeseen():
    from core.ui import dialogs, sidebar, state  # here, as they take seconds on a new server, and may fail

    dialogs.begin()
    state.guard()
    sidebar.draw()
    page.run()
