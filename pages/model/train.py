"""Train a model: what came of the last training, what goes into the next, and what it costs."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.aws import options, prices, projects, states, storage, versions
from core.dataset import models, testset
from core.evaluation import forecast as forecasts
from core.types import Version
from core.ui import dialogs, forecast, messages, meter, pages, progress, state
from core.ui import options as chosen
from core.ui.training import consent, failed, repairing, result, testing
from core.ui.words import ago, clock, duration, plain
from core.workspace import now, today

messages.opening("Train", "Train a model on the labelled photos, with the price before, the progress during, and what "
                 "came of it after.")
project = state.required()
if progress.on_page(project, "train"):
    st.stop()
state.failure(project, "train")

clients = state.clients(project)
mine = models.rekognition_name(project)
with state.errors_end_page():
    known = models.models(project, clients)
    owners = [project.name, *(one.name for one in projects.list_projects(clients) if one.name != project.name)]
tariff = prices.load(state.in_force())
takes = tariff.training_ahead(
    [] if project.backend.is_engine else [one.billable_seconds for one in known if one.billable_seconds])
hours = f"{' to '.join(f'{number:.2g}' for number in takes.hours)} hours"
training_now = [version for version in known if version.status == "TRAINING_IN_PROGRESS"]
next_name = models.next_version_name(known)
repairable = False


def show_progress(version: Version) -> None:
    """A training that runs: since when, and what AWS says of it."""
    trained = duration((now() - version.created).total_seconds())
    st.status(f"{plain(version.name)} has been training for {trained}", state="running")
    usual = "" if project.backend.is_engine else f" A training usually takes {hours}."
    st.caption(f"Started {clock(version.created)}. {plain(version.message)} You can close this page; training goes on."
               f"{usual}")


@st.fragment(run_every=(2.0 if project.backend.is_engine else 10.0) if training_now else None)
def watch() -> None:
    """Look at the trainings that run; when one has ended, the whole page is drawn anew."""
    for version in training_now:
        with state.errors_shown():
            seen = versions.describe(clients, version.arn)
            if seen.status != "TRAINING_IN_PROGRESS" and not dialogs.resting():
                meter.forget()
                st.rerun()
            show_progress(seen)


def train_again(arguments: Mapping[str, Any]) -> None:
    """Ask for consent to a training of what a failed one was trained with."""
    consent.ask(project, next_name, tariff, takes, arguments)


watch()
if known and not training_now:
    last = known[0]
    st.subheader(f"Version {plain(last.name)}", anchor=False)
    st.caption(f"{states.of_model(last.status).word.capitalize()}, made {ago(last.created)}")
    if last.status == "TRAINING_FAILED":
        repairable = failed.draw(project, clients, last)
        if repairable:
            repairing.draw(project, clients, last, next_name, train_again)
    elif last.f1 is not None:
        with state.errors_shown():
            result.draw(project, clients, last, tariff)
    else:
        st.caption(plain(last.message))
if any(version.running for version in known):
    pages.way_on("model/versions", "See the running model")
elif any(version.f1 is not None for version in known):
    pages.way_on("model/versions", "See the earlier models" if known[0].f1 is None else "Start the model")
if known:
    st.divider()

left, right = st.columns(2, gap="large")
plan, ready, made = None, False, None
with left:
    st.subheader("What goes in", anchor=False)
    with state.errors_shown():
        if testing.choose(project):
            plan = testset.plan(project, storage.bucket_name(clients, project))
            ready = testing.examined(project, plan)
with right:
    st.subheader("What to expect", anchor=False)
    if plan is None:
        st.caption("The forecast follows from the labelled photos and the test photos.")
    else:
        with state.errors_shown():
            made = forecast.ahead(project, plan)
with left:
    st.subheader("A new version", anchor=False)
    owner = st.selectbox("Rekognition project", owners, owners.index(mine) if mine in owners else 0,
                         help="A new one is made at the first training. Its models are those of the Versions page.")
    if owner != mine:
        models.choose_rekognition(project, owner)
        st.rerun()
    name = st.text_input("Version", next_name, help="Letters, digits, '.', '-' and '_'").strip()
    if fault := options.name_fault(name, [version.name for version in known]):
        st.error(plain(fault), icon=":material/error:")
    given = chosen.draw(clients, "train", project.name, described=True)
    free = "On this computer it takes seconds and is free. " if project.backend.is_engine else ""
    st.caption(f"{free}On AWS: {consent.usually(takes)}, in {hours}. {plain(takes.source)} {plain(tariff.source)}")
    if tariff.old(today()):
        st.warning("These prices have not been checked for half a year.", icon=":material/event_busy:")
    if st.button(f"Train version {plain(name)}", key="train_version", type="secondary" if repairable else "primary",
                 icon=":material/model_training:", disabled=not ready or bool(fault) or given is None):
        consent.ask(project, name, tariff, takes,
                    {"options": given, "foreseen": forecasts.dump(made) if made else None},
                    "" if made else "There is no forecast of this training, so there will be nothing to compare its "
                    "result with.")
if not known:
    st.caption("No model yet. The first one you train shows its figures here.")
