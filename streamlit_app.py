"""Rekolab: from a folder of photos to a trained, measured and stopped Rekognition Custom Labels model."""

from pathlib import Path

import streamlit as st

from core.ui import pages

ICON = str(Path(__file__).parent / "core/ui/icon.png")

st.set_page_config(page_title="Rekolab", page_icon=ICON, layout="wide")

st.logo(ICON, size="large")

page = pages.navigation()

from core.ui import dialogs, sidebar, state  # noqa: E402  these take seconds on a new server, and the navigation need not

dialogs.begin()
state.guard()
sidebar.draw()
page.run()
