"""A folder, or a place in S3, as a job: its table fills while it runs, and it goes on where it stopped."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.aws import versions
from core.dataset.vocabulary import in_order
from core.evaluation import photosets, predicting, runs, spreadsheet, threshold_sets
from core.evaluation.photosets import PhotoSet
from core.evaluation.runs import Run
from core.images import thumbnails
from core.jobs import Job
from core.types import UNKNOWN, Prediction
from core.ui import dialogs, figures, gallery, messages, pages, progress, state
from core.ui.predicting.model import Model
from core.ui.words import count, duration, plain
from core.workspace import Project

KIND = "predict"  # of the job
FOLDER, S3 = "A folder on this computer", "A place in S3"
PAGE = 50  # rows of the table, each with its thumbnail
TICK = 1.5  # seconds between two looks at the table, whose pictures have to come
NEWEST = 8  # rows that are shown while it runs
ROW, HEAD = 64, 38  # pixels
ALL, FAILED = "All", "Failed"


def draw(project: Project, model: Model | None) -> None:
    """The job that runs, or a new one and what the earlier ones have said."""
    live = state.job(project, KIND)
    if live and live.live:
        st.fragment(_running, run_every=TICK)(project)
        return
    state.failure(project, KIND)
    if model:
        _new(project, model)
    done = [run for run in runs.runs(project) if run.source.kind in ("folder", "s3")]
    if not done:
        if model:
            st.caption("Every photo in it is asked about, as fast as the model answers. Photos in S3 stay there.")
        return
    st.divider()
    run = figures.choose_run(done, f"predict_run_{done[0].id}")  # which shows a new run at once
    _go_on(project, run)
    _results(project, run)


def _new(project: Project, model: Model) -> None:
    place = st.segmented_control("Photos", (FOLDER, S3), default=FOLDER, required=True, key="predict_place",
                                 persist_state="session")
    with st.form("predict_folder", border=False):
        where = st.text_input("Folder" if place == FOLDER else "Place", key=f"predict_where {place}",
                              placeholder="/home/me/new" if place == FOLDER else "s3://my-photos/new/")
        labelled = st.toggle("The folders in it name what their photos show", key="predict_labelled",
                             help="Then it can be measured on the Evaluate page. Without it the photos wait for your "
                                  "review.")
        asked = st.form_submit_button("Ask about all of them", type="primary", icon=":material/play_arrow:")
    if asked:
        with state.errors_shown(), st.spinner("Looking for the photos …"):
            source = (photosets.folder if place == FOLDER else photosets.in_s3)(where, labelled)
            _begin(project, model, source)


def _begin(project: Project, model: Model, source: PhotoSet) -> None:
    made = runs.create_run(project, model.arn, source, model.assumed)
    _start(project, made, made.total)


def _start(project: Project, run: Run, number: int) -> None:
    name = versions.names_of(run.arn)[1]
    state.start(project, KIND, f"Asking {name} about {count(number, 'photo')}", predicting.predict_folder,
                run_id=run.id)


def _go_on(project: Project, run: Run) -> None:
    """The rest of a run that was cancelled, or whose calls have failed."""
    to_go = run.total - run.done + run.failed
    if to_go and st.button(f"Go on: {count(to_go, 'photo')} to go", icon=":material/play_arrow:", key="predict_go_on"):
        _start(project, run, to_go)


def _running(project: Project) -> None:
    """What is done so far, drawn anew by itself."""
    job = state.job(project, KIND)
    if job is None or not job.live:
        dialogs.redraw()
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(job.share, text=f"{plain(job.title)} · {_pace(job)}", width="stretch")
        if state.jobs().cancelling(job.key):
            st.caption("Cancelling; what is under way is finished first.", width="content")
        else:
            st.button("Cancel", key="predict_cancel", on_click=state.jobs().cancel, args=(job.key,),
                      icon=":material/close:")
    progress.slowed()
    newest = next((run for run in runs.runs(project) if run.ended is None and run.done), None)
    if newest:
        cuts = threshold_sets.in_force(project, newest.thresholds)
        _table(project, runs.newest(project, newest.id, cuts, NEWEST), "predict_newest")
    st.caption("You can leave this page; it goes on, and after a crash it goes on where it stopped.")


def _pace(job: Job) -> str:
    """ "120 of 1,000, 2 min to go"."""
    if not job.total:
        return "starting"
    said = f"{job.done:,} of {job.total:,}"
    elapsed = time.time() - job.started
    if job.done < 8 or elapsed <= 0:
        return said
    return f"{said}, {job.done / elapsed:.0f} a second, {duration((job.total - job.done) * elapsed / job.done)} to go"


def _results(project: Project, run: Run) -> None:
    cuts = threshold_sets.in_force(project, run.thresholds)
    made = runs.predictions(project, run.id, cuts)
    tally = Counter(FAILED if one.error else one.answer for one in made)
    kinds = [ALL, *in_order(project, [name for name in tally if name not in (FAILED, UNKNOWN)]),
             *(name for name in (UNKNOWN, FAILED) if tally[name])]
    tally[ALL] = len(made)
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = st.segmented_control("Show", kinds, default=ALL, required=True, key=f"predict_show {run.id}",
                                    label_visibility="collapsed", width="stretch",
                                    format_func=lambda name: f"{plain(name)} {tally[name]:,}")
        st.download_button("CSV", partial(spreadsheet.table, made), "predictions.csv", "text/csv", on_click="ignore",
                           icon=":material/download:", key="predict_csv")
    shown = [one for one in made if kind == ALL or (FAILED if one.error else one.answer) == kind]
    number = -(-len(shown) // PAGE)
    page = st.pagination(number, key=f"predict_page {run.id} {kind}") if number > 1 else 1
    _table(project, shown[(page - 1) * PAGE : page * PAGE], "predict_table")
    if any(one.truth is not None for one in made):
        pages.way_on("results/evaluate", "Measure it on the Evaluate page")


def _table(project: Project, made: Sequence[Prediction], key: str) -> None:
    """Predictions as rows with their thumbnails."""
    if not made:
        messages.look_again("Nothing to show here yet")
        return
    known = any(one.truth is not None for one in made)
    rows = []
    for one in made:
        small = gallery.looked_at(project, one.path, one.sha256 or "")
        row = {"photo": thumbnails.data_uri(small) if small else None, "name": one.name,
               "answer": "Failed" if one.error else one.answer,
               "confidence": None if one.error else one.confidence}
        row |= {"truth": one.truth, "right": one.right} if known else {}
        row |= {"why": one.error} if any(other.error for other in made) else {}
        rows.append(row)
    st.dataframe(rows, key=key, hide_index=True, row_height=ROW, height=min(len(rows), 10) * ROW + HEAD,
                 alt="What the model said of each photo", column_config={
                     "photo": st.column_config.ImageColumn(width="small"),
                     "confidence": st.column_config.ProgressColumn(format="%.1f %%", min_value=0, max_value=100),
                     "right": st.column_config.CheckboxColumn(width="small")})
