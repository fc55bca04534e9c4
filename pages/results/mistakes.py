"""What went wrong, worst first, and how those photos differ from what the model was trained on."""

from functools import partial

import streamlit as st

from core.dataset import places, vocabulary
from core.evaluation import charts, mistakes, photosets, runs, threshold_sets
from core.types import UNKNOWN
from core.ui import figures, gallery, messages, pages, state
from core.ui.words import count, plain

messages.opening("Mistakes", "What went wrong, worst first, and how those photos differ from what the model was "
                 "trained on.")
project = state.required()
done = [run for run in runs.runs(project) if run.done]
if not done:
    messages.empty("No photos have been run through a model yet.", "Evaluate a model", "results/evaluate")
    st.stop()
run = figures.choose_run(done, "mistakes_run")
classes = vocabulary.palette(project, run.labels)
cuts = threshold_sets.in_force(project, run.thresholds)
made = runs.predictions(project, run.id, cuts)
missed = mistakes.mistakes(made, cuts)
failed = mistakes.failed(made)
judged = [one for one in made if one.truth is not None and not one.error]
if failed:
    with st.expander(f"{count(len(failed), 'call')} failed"):
        st.dataframe([{"photo": one.name, "why": one.error} for one in failed], hide_index=True)
if not judged:
    messages.empty("No photo of this run has both a label and an answer.", "Back to the evaluation", "results/evaluate")
    st.stop()
if not missed:
    st.success(f"This run has no mistakes: the model got {count(len(judged), 'photo')} right.",
               icon=":material/check_circle:")
    pages.way_on("results/report", "Make the report")
    st.stop()

wrong = sum(one.answer != UNKNOWN for one in missed)
st.markdown(f"**{wrong} wrong, {len(missed) - wrong} unknown** of {count(len(judged), 'photo')}. "
            "Confident mistakes come first. Click one to see why.")
opened = gallery.gallery([gallery.Tile(one.name, f"{one.truth}: said {one.answer}", gallery.small(one.path),
                                       "unknown" if one.answer == UNKNOWN else "refused", one.name)
                          for one in missed], "mistakes", single=True).opened
if opened:
    st.session_state["mistakes_shown"] = opened
names = {one.name: one for one in missed}
one = names.get(st.session_state.get("mistakes_shown", ""), missed[0])
trained = photosets.training_photos(project)

picture, card = st.columns([1, 1], gap="large")
with picture, state.errors_shown():
    st.image(gallery.large(one.path, 960), alt=one.name, width="stretch")
    st.text(one.name)
with card:
    if one.answer == UNKNOWN:
        st.subheader(f"Why unknown? It is a {plain(str(one.truth))}", anchor=False)
    else:
        st.subheader(f"Why {plain(one.answer)}? It is a {plain(str(one.truth))}", anchor=False)
    st.write(plain(mistakes.margin(one, cuts)))
    st.plotly_chart(charts.confidence_bars(one.scores, cuts, classes), key="mistakes_bars",
                    config={"displayModeBar": False}, alt="Confidence of each label against its threshold")
    quality = mistakes.quality_of(one, partial(places.source, project))
    if quality:
        st.markdown("**How it differs from the training photos**")
        differences = mistakes.compare(quality, one.truth, trained)
        for difference in differences:
            standing = difference.nearest.percentile
            st.progress(min(max(standing / 100, 0.0), 1.0), text=f"{difference.measure.capitalize()}: "
                        f"{plain(difference.words)}")
        st.caption(plain(mistakes.summary(differences)))
pages.way_on("results/report", "Make the report")
