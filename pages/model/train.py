"""Train a model: what goes in, what it costs, what came out."""

import datetime as dt
from pathlib import Path

import streamlit as st

from core.aws import prices, projects, storage, training, versions
from core.dataset import manifests, models
from core.evaluation import intervals
from core.types import Version
from core.ui import figures, forecast, messages, meter, pages, progress, state
from core.ui.words import ago, count, duration, plain

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
billed = [] if project.backend.is_engine else [one.billable_seconds for one in known if one.billable_seconds]
takes = tariff.training_ahead(billed)
price = plain(" to ".join(prices.words(usd) for usd in takes.usd))
training_now = [version for version in known if version.status == "TRAINING_IN_PROGRESS"]


@st.dialog("Train a model", icon=":material/model_training:")
def confirm(name: str) -> None:
    """Price and consent before anything is billed."""
    if project.backend.is_engine:
        st.markdown("The built-in engine trains on this computer and **costs nothing**.")
        st.caption(f"On AWS a training usually costs {price}. {plain(tariff.source)}")
    else:
        st.markdown(f"AWS bills **{plain(prices.words(tariff.training_hour))} for each hour** of training, usually "
                    f"{price}; a training that fails is not billed.")
        st.caption(plain(tariff.source))
    agreed = project.backend.is_engine or st.checkbox("I agree to this cost.")
    if st.button(f"Train {plain(name)}", type="primary", disabled=not agreed):
        state.start(project, "train", f"Starting the training of {name}", models.train, revive=False,
                    version_name=name)


def show_result(version: Version) -> None:
    """AWS's evaluation of a trained model."""
    with state.errors_shown():
        evaluation = training.evaluation(clients, version)
        figures.evaluation(evaluation)
        forecast.beside(project, models.trained_with(project, version.name), evaluation.f1)
        if version.billable_seconds is not None:
            cost = plain(prices.words(tariff.training_cost(version.billable_seconds)))
            st.caption(f"Trained for {duration(version.billable_seconds)}; on AWS that is billed with {cost}.")


def show_failure(version: Version) -> None:
    """AWS's message, and the lines that it was about."""
    st.error(plain(version.message), icon=":material/error:")
    with state.errors_shown():
        failure = training.failures(clients, version)
        rows = [{"manifest": found.side, "line": found.finding.line, "code": found.finding.code,
                 "what AWS says": found.finding.message, "photo": Path(found.source_ref or "").name}
                for found in failure.findings]
        if rows:
            st.dataframe(rows, hide_index=True)
    st.page_link(pages.path("data/manifest"), label="Check and mend the manifest", icon=":material/healing:")


def show(version: Version) -> None:
    """One model, by how its training stands."""
    if version.status == "TRAINING_IN_PROGRESS":
        trained = duration((dt.datetime.now(dt.UTC) - version.created).total_seconds())
        st.status(f"{plain(version.name)} has been training for {trained}", state="running")
        st.caption(f"{plain(version.message)} You can close this page; training goes on.")
    elif version.status == "TRAINING_FAILED":
        show_failure(version)
    elif version.f1 is not None:
        show_result(version)
    else:
        st.caption(plain(version.message))


@st.fragment(run_every=2.0 if training_now else None)
def watch() -> None:
    """Look at the trainings that run; when one has ended, the whole page is drawn anew."""
    for version in training_now:
        with state.errors_shown():
            now = versions.describe(clients, version.arn)
            if now.status != "TRAINING_IN_PROGRESS":
                meter.forget()
                st.rerun()
            show(now)


left, right = st.columns(2, gap="large")
built, ready = None, False
with left:
    st.subheader("What goes in", anchor=False)
    with state.errors_shown():
        bucket = storage.bucket_name(clients, project)
        built = manifests.build(project, bucket)
        examined = manifests.examine_project(project, built)
        st.dataframe([{"label": label, "to train": train, "to test": test}
                      for label, (train, test) in built.split.counts(built.labels).items()], hide_index=True)
        ready = examined.ok
        (st.success if ready else st.error)(plain(examined.sentence))
        if not ready:
            st.page_link(pages.path("data/manifest"), label="See what is wrong", icon=":material/healing:")
        for note in examined.notes:
            st.warning(plain(note))
        tests = len(built.split.test)
        if tests:
            low, high = intervals.clopper_pearson(tests, tests)
            st.caption(f"It will be measured on {count(tests, 'photo')}: a perfect result would mean "
                       f"{intervals.percent(low)} to {intervals.percent(high)}.")
    st.subheader("A new version", anchor=False)
    owner = st.selectbox("Rekognition project", owners, owners.index(mine) if mine in owners else 0,
                         help="A new one is made at the first training. Its models are those of the Versions page.")
    if owner != mine:
        models.choose_rekognition(project, owner)
        st.rerun()
    name = st.text_input("Version", training.default_version_name([version.name for version in known], dt.date.today()),
                         help="Letters, digits, '.', '-' and '_'")
    free = "On this computer it takes seconds and is free. " if project.backend.is_engine else ""
    st.caption(f"{free}On AWS: {price}, in {' to '.join(f'{hours:.2g}' for hours in takes.hours)} hours. "
               f"{plain(takes.source)} {plain(tariff.source)}")
    if tariff.old(dt.date.today()):
        st.warning("These prices have not been checked for half a year.", icon=":material/event_busy:")
    if st.button(f"Train version {plain(name)}", type="primary", icon=":material/model_training:", disabled=not ready):
        confirm(name)
    watch()
with right:
    st.subheader("What to expect", anchor=False)
    if built is None:
        st.caption("The forecast follows from the labelled photos.")
    else:
        with state.errors_shown():
            forecast.ahead(project, built)

if known and not training_now:
    st.divider()
    st.subheader(f"Version {plain(known[0].name)}", anchor=False)
    st.caption(f"{known[0].status.replace('_', ' ').lower()}, {ago(known[0].created)}")
    show(known[0])
elif not known:
    st.caption("No model yet. The first one you train shows its figures here.")
if any(version.f1 is not None for version in known):
    pages.way_on("model/versions", "Start the model")
