"""Every model with its state: start with a price and a deadline, stop at once, compare, copy, delete."""

import streamlit as st

from core.types import Version
from core.ui import guarding, messages, meter, pages, state
from core.ui.versioning import comparison, copying, history, listing
from core.ui.versioning import project as behind
from core.ui.words import plain

messages.opening("Versions", "Every model with its state. A running model is billed by the minute, used or not, "
                 "so each start has a deadline.")
project = state.required()
clients = state.clients(project)
copying.look(project)
known: list[Version] = []
with state.errors_shown():
    known = meter.listed(project.backend)
shown = listing.choose(project, known)
if shown:
    ticked = listing.draw(project, clients, shown)
    comparison.draw(project, clients, ticked)
else:
    messages.empty("There is no model yet.", "Train the first one", "model/train")
listing.watch(clients, known)
for problem in state.guard().troubles.values():
    st.error(f"A model is past its deadline and could not be stopped yet; it is tried again. {plain(problem)}")

st.subheader("Running times", anchor=False)
history.draw(clients, known)
behind.draw(project, clients)
with st.expander("Budget and guard", icon=":material/shield:"):
    guarding.settings(clients)
if shown:
    pages.way_on("model/predict", "Try it on a photo")
