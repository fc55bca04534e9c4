"""Deleting a model: what is lost with it is said first, and what runs is stopped first."""

from __future__ import annotations

import streamlit as st

from core.aws import prices, versions
from core.aws.clients import Clients
from core.aws.states import of_model
from core.evaluation import runs
from core.types import Version
from core.ui import meter, state
from core.ui.dialogs import dialog
from core.ui.words import count, plain
from core.workspace import Project


@dialog("Delete the model", icon=":material/delete:")
def ask(project: Project, clients: Clients, version: Version) -> None:
    """Deleting can not be undone, so the name is asked for."""
    if "delete" not in of_model(version.status).can:
        _stop_first(project, version)
        return
    st.markdown(_lost(project, version))
    typed = st.text_input(f"Type {plain(version.name)} to delete it", key=f"delete name {version.arn}")
    if st.button("Delete", type="primary", disabled=typed != version.name, key="delete_now"):
        with state.errors_shown():
            versions.delete(clients, version.arn)
            project.note("run", f"{version.name} deleted")
            meter.forget()
            st.rerun()


def _stop_first(project: Project, version: Version) -> None:
    st.markdown(f"**{plain(version.name)}** is {of_model(version.status).word}. AWS deletes only what does not run, so "
                "it has to be stopped first. That takes a moment; then it can be deleted.")
    if st.button("Stop it now", key="delete_stop", type="primary", icon=":material/stop_circle:"):
        meter.stop(project.backend, version)


def _lost(project: Project, version: Version) -> str:
    """What goes with the model, and what stays, as Markdown."""
    f1 = "" if version.f1 is None else f", and its row in this table with F1 {version.f1:.3f}"
    gone = [f"The model itself, which nobody can bring back{f1}."]
    if version.billable_seconds and not project.backend.is_engine:
        paid = prices.load(state.in_force()).training_cost(version.billable_seconds)
        gone.append(f"Its training: another one would cost about {prices.words(paid)} again, and would not give the "
                    "same model.")
    stays = [f"What AWS wrote to {version.output_prefix}." if version.output_prefix else "What AWS wrote to S3.",
             "The photos and the labels, copies in other projects, and what is known here of its running times."]
    if asked := [run for run in runs.runs(project) if run.arn == version.arn]:
        stays.append(f"What {count(len(asked), 'run')} on Evaluate measured. It can not go on, nor be repeated.")
    return "\n".join(["What is lost:", *(f"- {plain(one)}" for one in gone), "", "What stays:",
                      *(f"- {plain(one)}" for one in stays)])
