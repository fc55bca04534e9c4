"""The figures of a run, its matrix, and the photos of a cell, all of which follow the thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.colours import Colours
from core.dataset import vocabulary
from core.evaluation import intervals, metrics, runs, scores
from core.evaluation.metrics import Confusion, Figures
from core.evaluation.runs import Run
from core.evaluation.scores import Percent, Places, Scores, best, cuts_of
from core.types import UNKNOWN
from core.ui import figures, gallery
from core.ui.evaluating import deciding, matrix
from core.ui.evaluating.deciding import Decided
from core.ui.words import count, plain
from core.workspace import Project

CELL = "evaluate_cell"
MISTAKES = "All that is not right"
MOST = 40  # labels that a matrix can show and be read
PHOTOS = 12  # at once beside the matrix, so that they follow a slider


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """A run as it is decided now: what was said, the answers (n), and what follows."""

    project: Project
    run: Run
    known: Scores
    decided: Decided
    cuts: Percent
    answers: Places
    measured: Figures
    classes: Colours


def draw(project: Project, run: Run) -> Board:
    """Thresholds on top, figures and matrix under them; the figures come first to the browser."""
    known = runs.scores_of(project, run)
    classes = vocabulary.palette(project, run.labels)
    decided = deciding.draw(project, run, classes)
    cuts = cuts_of(known.labels, decided.thresholds)
    answers = scores.decide(known, cuts)
    made = Board(project, run, known, decided, cuts, answers, metrics.measure_at(known, answers), classes)
    _figures(made.measured)
    left, right = st.columns([1, 1], gap="large")
    with left:
        shown = _matrix(made.measured)
    with right:
        _photos(made, shown)
    return made


def _figures(measured: Figures) -> None:
    columns = st.columns(5)
    for column, (title, value) in zip(columns, {
            "Accuracy": measured.accuracy, "Precision": measured.precision, "Recall": measured.recall,
            "F1": measured.f1, "Unknown": measured.unknown}.items(), strict=True):
        with column:
            figures.figure(title, value)
    st.markdown(plain(intervals.sentence(measured.accuracy)))
    if measured.failed:
        st.warning(f"{count(measured.failed, 'call')} failed and {'is' if measured.failed == 1 else 'are'} in none of "
                   "the figures. Going on with the run asks again.")
    if measured.without_truth:
        st.caption(f"{count(measured.without_truth, 'photo')} without a known class: in none of the figures.")


def _matrix(measured: Figures) -> tuple[str, str] | None:
    """The matrix, and the cell that is chosen in it or in the box."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Confusion matrix", anchor=False)
        shares = st.segmented_control("Numbers", ["Counts", "Shares"], default="Counts", required=True,
                                      key="evaluate_shares", persist_state="session", label_visibility="collapsed")
    found = metrics.most_confused(measured.confusion, MOST)
    if len(found.rows) < len(measured.confusion.rows):
        st.caption(f"Shown are the {MOST} of {len(measured.confusion.rows)} classes with the most mistakes.")
    if cell := matrix.clicked(found):
        _choose(*cell)
    names = _cells(found)
    matrix.draw(found, shares == "Shares", names.get(st.session_state.get(CELL, MISTAKES)))
    st.selectbox("Photos of", [MISTAKES, *names], key=CELL, help="Or click a cell. Cells without photos are left out.")
    return names.get(st.session_state[CELL])


def _cells(found: Confusion) -> dict[str, tuple[str, str]]:
    """The cells with photos by what they are called, and the chosen one: it may be empty after a threshold moved."""
    there = [found.cell(cell) for cell in np.flatnonzero(found.counts.ravel()).tolist()]
    names = {_name(*cell): cell for cell in there}
    chosen = st.session_state.get("evaluate_cell_at")
    if chosen and _name(*chosen) == st.session_state.get(CELL):
        names.setdefault(_name(*chosen), chosen)
    if st.session_state.get(CELL) in names:
        st.session_state["evaluate_cell_at"] = names[st.session_state[CELL]]
    return names


def _choose(truth: str, answer: str) -> None:
    """A click on a cell; a second one goes back to all mistakes."""
    name = _name(truth, answer)
    st.session_state[CELL] = MISTAKES if st.session_state.get(CELL) == name else name
    st.session_state["evaluate_cell_at"] = (truth, answer)


def _name(truth: str, answer: str) -> str:
    return f"{truth}, answered as {answer}"


def _photos(made: Board, cell: tuple[str, str] | None) -> None:
    """The photos of the cell, or all that are not right: the most confident first."""
    names = (*made.known.classes, UNKNOWN)
    chosen = made.known.judged & (made.answers != made.known.truth)
    if cell:
        truth, answer = (names.index(name) for name in cell)
        chosen = made.known.judged & (made.known.truth == truth) & (made.answers == answer)
    places = np.flatnonzero(chosen)
    top, confidence = best(made.known)
    places = places[np.argsort(-confidence[places], kind="stable")]
    st.subheader(plain(_name(*cell)) if cell else "Not right", anchor=False)
    if not len(places):
        st.caption("No photos here.")
        return

    def picture(number: str) -> gallery.Tile:
        place = int(number)
        answer, truth = names[made.answers[place]], made.known.class_at(int(made.known.truth[place]))
        mark = "right" if answer == truth else "unknown" if answer == UNKNOWN else "refused"
        said = answer if answer != UNKNOWN or confidence[place] < 0 else f"Unknown, {names[top[place]]}"
        sure = f" {_confidence(made, place, confidence):.0f} %" if confidence[place] >= 0 else ""
        return gallery.Tile(number, f"{said}{sure}", gallery.looked_at(
            made.project, made.known.paths[place], made.known.hashes[place]), mark,
            f"{made.known.names[place]}\n{truth}, answered as {answer}")

    gallery.paged([str(place) for place in places.tolist()], picture, "evaluate_photos",
                  of=(made.run.id, cell), single=True, size=PHOTOS)


def _confidence(made: Board, place: int, confidence: Percent) -> float:
    """The score of the answer in percent, or the best one where the answer is Unknown."""
    answer = int(made.answers[place])
    return float(confidence[place] if answer == made.known.unknown else made.known.percent[place, answer])
