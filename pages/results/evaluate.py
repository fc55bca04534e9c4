"""Run labelled photos through the model, and say how good it is and how sure that is."""

import streamlit as st

from core.evaluation import runs
from core.ui import figures, messages, pages, progress, state
from core.ui.evaluating import board, details, new_run

messages.opening("Evaluate", "Run labelled photos through the model: what is right, what is wrong, what is unknown, "
                 "and how sure that is.")
project = state.required()
if progress.on_page(project, "evaluate"):
    st.stop()
state.failure(project, "evaluate")

done = runs.runs(project)
with st.expander("A new run", icon=":material/play_circle:", expanded=not done):
    new_run.draw(project, done)
if not done:
    st.info("No run yet. Choose labelled photos that the model has not seen, above.", icon=":material/grid_on:")
    st.stop()

run = figures.choose_run(done, f"evaluate_run_{done[0].id}", measured=True)  # which shows a new run at once
new_run.go_on(project, run)


@st.fragment
def results() -> None:
    """Everything that follows the thresholds, drawn anew by itself while they move."""
    details.draw(board.draw(project, run))


results()
pages.way_on("results/mistakes", "Look at the mistakes")
