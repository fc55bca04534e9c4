"""What went wrong and what nearly did, worst first; and why, for each photo."""

import streamlit as st

from core.evaluation import mistakes, runs, threshold_sets
from core.types import UNKNOWN, Prediction
from core.ui import figures, gallery, messages, pages, state
from core.ui.explaining import asked, card, comparing
from core.ui.words import count

messages.opening("Mistakes", "What went wrong and what nearly did, worst first: why, and which photos would cure it.")
project = state.required()
comparing.begin(project)

just_asked = asked.open_now(project.name)
if just_asked:
    st.button("Back to the mistakes of a run", icon=":material/arrow_back:", on_click=asked.put_away, type="tertiary")
    card.draw(project, just_asked.arn, just_asked.prediction, just_asked.thresholds, just_asked.data)
    st.stop()

done = [run for run in runs.runs(project) if run.done]
if not done:
    messages.empty("No photos have been run through a model yet.", "Evaluate a model", "results/evaluate")
    st.stop()
run = figures.choose_run(done, "mistakes_run", measured=True)
cuts = threshold_sets.in_force(project, run.thresholds)
made = runs.predictions(project, run.id, cuts)
missed = mistakes.mistakes(made, cuts)
nearly = mistakes.nearly_wrong(made, cuts)
failed = mistakes.failed(made)
judged = [one for one in made if one.truth is not None and not one.error]
if not judged:
    if failed:
        st.error(f"{count(len(failed), 'call')} failed.", icon=":material/error:")
        st.dataframe([{"photo": one.name, "why": one.error} for one in failed], hide_index=True)
    messages.empty("No photo of this run has both a label and an answer.", "Back to the evaluation", "results/evaluate")
    st.stop()
if not missed:
    st.success(f"This run has no mistakes: the model got {count(len(judged), 'photo')} right.",
               icon=":material/check_circle:")
if not missed and not nearly:
    pages.way_on("results/report", "Make the report")
    st.stop()

groups = {"All": [*missed, *nearly], "Wrong": [one for one in missed if one.answer != UNKNOWN],
          "Unknown": [one for one in missed if one.answer == UNKNOWN], "Nearly wrong": nearly}
groups |= {"Failed": failed} if failed else {}
with st.container(horizontal=True, vertical_alignment="center"):
    group = st.segmented_control("Show", list(groups), default="All", key="mistakes_group", required=True,
                                 label_visibility="collapsed", format_func=lambda name: f"{name} {len(groups[name])}")
    st.caption(f"Of {count(len(judged), 'photo')}. Confident mistakes come first. Click one to see why.",
               width="content")


def tile(one: Prediction) -> gallery.Tile:
    answer = "failed" if one.error else f"said {one.answer}"
    said = f"{one.answer}, only just" if one.right else f"{one.truth}: {answer}" if one.truth else answer
    mark = "right" if one.right else "unknown" if one.answer == UNKNOWN else "refused"
    return gallery.Tile(one.name, said, gallery.small(one.path), mark, one.name)


if group == "Nearly wrong":
    st.caption("Right, but little would have made it another answer: another label passed as well, less than 15 points "
               "behind; or the confidence is less than 15 points above its threshold, and in the lowest third of what "
               "lies above it: with a threshold of 70 %, up to 80 %. An Unknown is nearly wrong as far below one.")
shown = groups[group or "All"]
if not shown:
    st.caption("There are none of these.")
    st.stop()
opened = gallery.gallery([tile(one) for one in shown], "mistakes", single=True).opened
if opened:
    st.session_state["mistakes_shown"] = opened
names = {one.name: one for one in shown}
one = names.get(st.session_state.get("mistakes_shown", ""), shown[0])
st.divider()
card.draw(project, run.arn, one, cuts, run_id=run.id)
pages.way_on("results/report", "Make the report")
