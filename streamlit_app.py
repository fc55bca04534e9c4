"""Rekolab: from a folder of photos to a trained, measured and stopped Rekognition Custom Labels model."""

from pathlib import Path

import streamlit as st

from core.ui import pages, sidebar, state

st.set_page_config(page_title="Rekolab", page_icon=str(Path(__file__).parent / "core/ui/icon.png"), layout="wide")

page = pages.navigation()
state.guard()
sidebar.draw()
page.run()
