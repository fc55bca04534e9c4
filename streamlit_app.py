"""Rekolab: from a folder of photos to a trained, measured and stopped Rekognition Custom Labels model."""

from pathlib import Path

import streamlit as st

from core.ui import keys, pages, sidebar, state

ICON = str(Path(__file__).parent / "core/ui/icon.png")

st.set_page_config(page_title="Rekolab", page_icon=ICON, layout="wide")

st.logo(ICON, size="large")

page = pages.navigation()
keys.begin()
state.guard()
sidebar.draw()
page.run()
