"""Two runs on the same photos: which model is better, in words, and the photos on which they differ."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.aws import versions
from core.evaluation import answering, comparing, intervals, runs, scores
from core.evaluation.comparing import Pair
from core.evaluation.runs import Run
from core.evaluation.scores import cuts_of
from core.types import UNKNOWN
from core.ui import figures, gallery
from core.ui.evaluating.board import PHOTOS, Board
from core.ui.words import count, plain


def draw(made: Board) -> None:
    others = [run for run in runs.runs(made.project) if run.id != made.run.id and run.done
              and answering.shared(made.known, runs.scores_of(made.project, run))]
    if not others:
        st.caption("No other run has answers to the same photos. A new run of “an earlier run” asks the model that is "
                   "running now about the photos of this one.")
        return
    other = figures.choose_run(others, f"evaluate_beside_{made.run.id}")
    known = runs.scores_of(made.project, other)
    cuts = cuts_of(known.labels, other.thresholds if made.decided.one is None else made.decided.one)
    found = answering.compared(known, scores.decide(known, cuts), made.known, made.answers)
    before, now = _named(other, made.run)
    st.markdown(plain(comparing.sentence(found, before, now)))
    left, right = st.columns(2)
    with left:
        figures.figure(f"Accuracy of {plain(before)}", found.left)
    with right:
        figures.figure(f"Accuracy of {plain(now)}", found.right)
    rule = "the same threshold for all labels" if made.decided.one is not None else (
        f"{plain(before)} decides by its own thresholds, {plain(now)} by those that are set above")
    notes = [f"{count(found.photos, 'photo')} in both", rule,
             *([f"{count(found.apart, 'photo')} in one run only"] if found.apart else []),
             *([f"{count(found.relabelled, 'photo')} labelled otherwise since"] if found.relabelled else [])]
    st.caption("; ".join(notes) + f". McNemar's exact test; a difference counts from p < {1 - intervals.LEVEL:.2f}.")
    with left:
        _differing(made, f"Only {before} is right", found.left_only, "evaluate_left_only")
    with right:
        _differing(made, f"Only {now} is right", found.right_only, "evaluate_right_only")


def _named(left: Run, right: Run) -> tuple[str, str]:
    """What the runs are called: by their models, and by their numbers where they are of one."""
    names = versions.names_of(left.arn)[1], versions.names_of(right.arn)[1]
    return names if names[0] != names[1] else (f"run {left.id}", f"run {right.id}")


def _differing(made: Board, title: str, pairs: Sequence[Pair], key: str) -> None:
    st.markdown(f"**{plain(title)}** on {count(len(pairs), 'photo')}")
    place = {name: number for number, name in enumerate(made.known.names)}
    by_name = {pair.name: pair for pair in pairs}

    def picture(name: str) -> gallery.Tile:
        pair, at = by_name[name], place[name]
        said = [", ".join(one.said) or UNKNOWN for one in (pair.left, pair.right)]
        return gallery.Tile(name, f"{said[0]} → {said[1]}", gallery.looked_at(
            made.project, made.known.paths[at], made.known.hashes[at]), "", name)

    if pairs:
        gallery.paged(list(by_name), picture, key, of=(made.run.id, title), single=True, size=PHOTOS)
