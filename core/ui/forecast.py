"""What a training will come to, said before it is paid for."""

from __future__ import annotations

import streamlit as st

from core.dataset import manifests, photos
from core.dataset.testset import Plan
from core.evaluation import charts, forecasting
from core.evaluation.expecting import Expected
from core.evaluation.forecast import NEW, Confused, Curve, Forecast, Risk
from core.evaluation.intervals import Figure
from core.types import Photo
from core.ui import gallery, pages, progress, state
from core.ui.words import count, plain
from core.workspace import Project

KIND = "forecast"
CONFUSED = 5  # pairs of labels that are named


def ahead(project: Project, plan: Plan) -> Forecast | None:
    """Show the forecast of this training, which is given, or the button that makes it, or why there is none."""
    if reason := forecasting.why_none(project, plan.built):
        st.info(plain(reason), icon=":material/query_stats:")
        return None
    if progress.on_page(project, KIND):
        return None
    state.failure(project, KIND)
    if made := forecasting.of(project, manifests.digest(plan.built)):
        _show(project, made, plan)
        return made
    st.caption("The last forecast was of other photos, or of another test." if forecasting.earlier(project) else
               "A dry run trains and tests with these photos on this computer, again and again. It is free and takes "
               "seconds.")
    if st.button("Forecast the result", icon=":material/query_stats:"):
        state.start(project, KIND, "Forecasting the training", forecasting.forecast_training, bucket=plan.built.bucket)
    return None


def _show(project: Project, made: Forecast, plan: Plan) -> None:
    f1 = made.new.f1
    st.metric("F1 to expect", _range(f1), help="The mean of the labels' F1, with a probability of 95 %.")
    st.markdown(f"Most likely **{f1.value:.2f}** on {NEW} new photos like these. {plain(_tested(made.test, plan))}")
    st.caption(f"From {count(made.photos, 'photo')}, each asked of models that had not seen it or its duplicates, on "
               "this computer. On AWS another learner is at work, which may do better or worse.")
    if made.left_out:
        st.warning(f"Without {count(made.left_out, 'photo')} that could not be read any more.")
    _curve(made.curve)
    _confused(made.confused)
    _at_risk(project, made)


def _tested(test: Expected | None, plan: Plan) -> str:
    """What AWS's own figure may be, which stands on few photos."""
    if test is None:
        return ""
    which = {"split": f"The {count(test.photos, 'test photo')} alone",
             "distribute": f"The fifth that Amazon chooses, about {count(test.photos, 'photo')}, alone",
             "own": f"The {count(test.photos, 'photo')} of the test manifest alone, if they are like these,"}
    return f"{which[plan.way]} may show {_range(test.f1)}."


def _range(figure: Figure) -> str:
    return f"{figure.low:.2f} to {figure.high:.2f}"


def _curve(curve: Curve) -> None:
    st.markdown(plain(forecasting.more_photos(curve)))
    st.plotly_chart(charts.learning_curve(curve), config={"displayModeBar": False}, key="train_curve",
                    alt="F1 by the number of photos a label to train with, and what more would bring")


def _confused(pairs: tuple[Confused, ...]) -> None:
    if not pairs:
        st.markdown("Hardly any label is taken for another.")
        return
    st.markdown("**What is mistaken for what**")
    st.dataframe([{"label": pair.truth or "without it", "taken for": pair.answer or "without it",
                   "photos": f"about {max(1, round(pair.photos))} of {pair.of:,}"} for pair in pairs[:CONFUSED]],
                 hide_index=True)


def _at_risk(project: Project, made: Forecast) -> None:
    known = {photo.id: photo for photo in photos.photos(project)}
    tiles = [_tile(project, known[risk.photo_id], risk) for risk in made.risks if risk.photo_id in known]
    if tiles:
        st.markdown("**Photos at risk**")
        gallery.gallery(tiles, "train_risks", single=True)
        st.caption("Is the label right, and can one see it in the photo? If so, more photos like these help most.")
        st.page_link(pages.path("data/label"), label="Correct labels", icon=":material/sell:")


def _tile(project: Project, photo: Photo, risk: Risk) -> gallery.Tile:
    said = forecasting.mistake(photo, risk)
    mark = "refused" if risk.share >= 0.5 else "hurts" if risk.share else ""
    return gallery.Tile(str(photo.id), said, gallery.thumbnail(project, photo), mark, photo.name)
