"""Run labelled photos through the model, and say how good it is and how sure that is."""

import streamlit as st

from core.aws import training
from core.dataset import models, sources
from core.evaluation import charts, intervals, metrics, photosets, predicting, runs, spreadsheet, thresholds
from core.types import UNKNOWN, Prediction, Version
from core.ui import figures, gallery, messages, pages, progress, state
from core.ui.words import count, plain

messages.opening("Evaluate", "Run labelled photos through the model: what is right, what is wrong, what is unknown, "
                 "and how sure that is.")
project = state.required()
if progress.on_page(project, "evaluate"):
    st.stop()
state.failure(project, "evaluate")


def begin(source: photosets.PhotoSet, version: Version) -> None:
    """Make a run of the model over the photos, and start it."""
    with state.errors_shown():
        assumed = training.evaluation(clients, version).thresholds
        made = runs.create_run(project, version.arn, source, assumed)
        state.start(project, "evaluate", f"Asking {version.name} about {count(made.total, 'photo')}",
                    predicting.predict_folder, run_id=made.id)


done = runs.runs(project)
with st.expander("A new run", icon=":material/play_circle:", expanded=not done):
    clients = state.clients(project)
    running: list[Version] = []
    with state.errors_shown():
        running = [one for one in models.models(project, clients) if one.status == "RUNNING"]
    if not running:
        messages.empty("No model of this project is running.", "Start one", "model/versions")
    else:
        version = st.selectbox("Model", running, format_func=lambda one: one.name, key="evaluate_model")
        unseen = sources.sample_folder(project) / "unseen"
        with st.form("evaluate_folder", border=False):
            folder = st.text_input("Folder with one subfolder for each class", str(unseen) if unseen.is_dir() else "",
                                   key="evaluate_folder_path", placeholder="/home/me/unseen")
            by_folder = st.form_submit_button("Run this folder", type="primary", icon=":material/play_arrow:")
        if by_folder:
            with state.errors_shown():
                begin(photosets.folder(folder), version)
        if st.button("Run the test photos", icon=":material/checklist:",
                     help="The photos that the split kept from training"):
            begin(photosets.test_side(), version)
if not done:
    st.info("No run yet. Choose labelled photos that the model has not seen, above.", icon=":material/grid_on:")
    st.stop()

run = figures.choose_run(done, f"evaluate_run_{done[0].id}")  # which shows a new run at once
to_go = run.total - run.done + run.failed
if to_go and st.button(f"Go on: {count(to_go, 'photo')} to go", icon=":material/play_arrow:"):
    state.start(project, "evaluate", f"Asking about {count(to_go, 'photo')}", predicting.predict_folder, run_id=run.id)

own = st.toggle("One threshold for all labels", key="evaluate_own", persist_state="session")
least = float(st.slider("MinConfidence", 0, 100, 50, key="evaluate_least", persist_state="session", format="%d %%")
              ) if own else None
cuts: thresholds.Thresholds = dict(run.thresholds) if least is None else least
made = runs.predictions(project, run.id, cuts)
measured = metrics.measure(made, run.labels)

columns = st.columns(5)
for column, (title, value) in zip(columns, {
        "Accuracy": measured.accuracy, "Precision": measured.precision, "Recall": measured.recall, "F1": measured.f1,
        "Unknown": measured.unknown}.items(), strict=True):
    with column:
        figures.figure(title, value)
st.markdown(plain(intervals.sentence(measured.accuracy)))
if measured.failed:
    st.warning(f"{count(measured.failed, 'call')} failed and {'is' if measured.failed == 1 else 'are'} in none of the "
               "figures. Going on with the run asks again.")


def picture(one: Prediction) -> gallery.Tile:
    mark = "right" if one.right else "unknown" if one.answer == UNKNOWN else "refused" if one.right is False else ""
    return gallery.Tile(one.name, f"{one.answer} {one.confidence:.0f} %", gallery.small(one.path), mark, one.name)


matrix, photos = st.columns([1, 1], gap="large")
with matrix:
    st.subheader("Confusion matrix", anchor=False)
    chart = charts.confusion_matrix(measured.confusion)
    event = st.plotly_chart(chart, on_select="rerun", selection_mode="points",
                            key=f"evaluate_matrix_{run.id}_{least}", config={"displayModeBar": False},
                            alt="Confusion matrix: truth by row, answer by column")
    st.caption("Click a cell to see its photos.")
with photos:
    points = event["selection"]["points"]
    if points:
        truth, said = measured.confusion.cell(points[0]["point_index"])
        shown = [one for one in made if one.truth == truth and one.answer == said and not one.error]
        st.subheader(f"{plain(truth)}, answered as {plain(said)}", anchor=False)
    else:
        shown = [one for one in made if one.right is False and not one.error]
        st.subheader("Not right", anchor=False)
    if shown:
        gallery.gallery([picture(one) for one in shown], "evaluate_photos", single=True)
    else:
        st.caption("No photos here.")

by_label, curve, table = st.tabs(["By label", "Threshold", "Every photo"], key="evaluate_tab", on_change="rerun")
if by_label.open:
    by_label.dataframe([{
        "label": one.label, "photos": one.photos,
        **{f"{name}": f"{intervals.percent(value.value)}  ({intervals.span(value)})" if value.known else "–"
           for name, value in (("precision", one.precision), ("recall", one.recall), ("F1", one.f1))},
        "threshold": f"{thresholds.threshold_of(one.label, cuts):.1f} %"} for one in measured.labels], hide_index=True)
if curve.open:
    curve.plotly_chart(charts.threshold_curve(thresholds.sweep(made), least), config={"displayModeBar": False},
                       alt="Share of right, wrong and unknown photos at each threshold")
if table.open:
    table.dataframe([{"photo": one.name, "truth": one.truth, "answer": one.answer, "right": one.right,
                      "confidence": one.confidence, "error": one.error} for one in made], hide_index=True,
                    column_config={"confidence": st.column_config.NumberColumn(format="%.1f %%")})
    table.download_button("Download as CSV", spreadsheet.table(made), "predictions.csv", "text/csv",
                          icon=":material/download:")
pages.way_on("results/mistakes", "Look at the mistakes")
