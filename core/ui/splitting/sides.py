"""Both sides of the split: seed and share, the photos of each class, and what so few test photos can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from core.colours import Colours
from core.dataset import kinds, split, vocabulary
from core.dataset.manifests import Built
from core.dataset.split import Split
from core.evaluation import intervals
from core.ui.words import count, plain
from core.workspace import Project

Counts = Mapping[str, tuple[int, int]]  # (training photos, test photos) by class

LEGEND = 12  # classes up to which the bars have a legend; the table names all
EVERY = {"single": "", "multi": " A photo counts for each of its labels.",
         "boxes": " A photo counts for each class that it has a box of."}


def draw(project: Project, built: Built) -> None:
    """The two bars and their table, under what they follow from."""
    _choose(project, built.split)
    _moved(project, built.split)
    found = built.split.counts(built.labels)
    counts = {name: found[name] for name in vocabulary.in_order(project, found)}
    bars, table = st.columns([3, 2], gap="large", vertical_alignment="center")
    with bars:
        st.vega_lite_chart(
            chart(counts, built.split, shades(project, counts)), key="split_bars",
            height=110 if len(counts) > LEGEND else 150,
            alt=f"{len(built.split.train)} photos to train and {len(built.split.test)} to test, by class")
    table.dataframe(
        [{"class": name, "to train": train, "to test": test,
          "if all are right": intervals.span(intervals.proportion(test, test))}
         for name, (train, test) in counts.items()],
        hide_index=True, key="split_table", height="content" if len(counts) <= LEGEND else 320, column_config={
            "if all are right": st.column_config.TextColumn(
                help="Between these lies the true rate of the class if the model is right on all its test photos.")})
    st.markdown(f"{intervals.promise(len(built.split.test))} {_least(counts)}".rstrip())
    st.caption("Duplicates and near duplicates stay on one side, so that the test is not a repetition of the training."
               + EVERY[kinds.kind_of(project)])
    _bare(counts)


def shades(project: Project, names: Iterable[str]) -> dict[str, str]:
    """The colours of these classes, and of all others of the project."""
    return vocabulary.palette(project, {*vocabulary.listed(project), *names})


def chart(counts: Counts, sides: Split, palette: Colours) -> dict[str, Any]:
    """Two lying bars, training and test, each of its classes in their colours, as Vega-Lite has them.

    Names are values in it, and nowhere Markdown or a part of an expression.
    """
    titles = (f"Train {len(sides.train):,}", f"Test {len(sides.test):,}")
    values = [{"side": title, "class": name, "place": place, "photos": both[side]}
              for place, (name, both) in enumerate(counts.items()) for side, title in enumerate(titles)]
    legend = {"orient": "top", "title": None, "labelLimit": 180, "offset": 2} if len(counts) <= LEGEND else None
    return {
        "data": {"values": values}, "mark": {"type": "bar", "height": {"band": 0.7}}, "encoding": {
            "y": {"field": "side", "type": "nominal", "sort": list(titles), "title": None,
                  "axis": {"ticks": False, "domain": False, "labelFontSize": 13}},
            "x": {"field": "photos", "type": "quantitative", "title": None, "axis": None},
            "color": {"field": "class", "type": "nominal", "legend": legend,
                      "scale": {"domain": list(counts), "range": [palette[name] for name in counts]}},
            "order": {"field": "place", "type": "quantitative"},
            "tooltip": [{"field": name, "type": kind} for name, kind in (
                ("class", "nominal"), ("side", "nominal"), ("photos", "quantitative"))]}}


def _choose(project: Project, current: Split) -> None:
    share_now = round(current.test_share * 100)
    forgets = " Moves by hand are forgotten." if current.moved else ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = st.number_input("Seed", 1, 9999, current.seed, width=140,
                               help=f"The same photos and the same seed always give the same split.{forgets}")
        share = st.slider("Test share", 5, 50, share_now, step=5, format="%d %%", width=260,
                          help=f"Of each class about so many photos test the model.{forgets}")
    if (int(seed), share) != (current.seed, share_now):
        split.choose(project, int(seed), share / 100)
        st.rerun()


def _moved(project: Project, current: Split) -> None:
    if not current.moved:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/pan_tool: {count(len(current.moved), 'photo was', 'photos were')} moved by hand, and "
                    "another seed or share forgets that.", width="stretch")
        st.button("Give them back to the split" if len(current.moved) > 1 else "Give it back to the split",
                  icon=":material/undo:", on_click=split.release, args=(project,), key="split_release")


def _least(counts: Counts) -> str:
    """What can be shown of the class with the fewest test photos, where there are several classes."""
    tested = {name: test for name, (_, test) in counts.items() if test}
    if len(tested) < 2:
        return ""
    name, fewest = min(tested.items(), key=lambda one: one[1])
    best = intervals.proportion(fewest, fewest)
    return f"Of a single class still less: {plain(name)} has {fewest:,}, and the rate lies {intervals.between(best)}."


def _bare(counts: Counts) -> None:
    """Say which classes have nothing on a side."""
    for side, lacks, so in ((0, "to train with", "A model can not learn them."),
                            (1, "to test with", "Nothing will be known of how well they are recognised.")):
        if names := [name for name, both in counts.items() if not both[side]]:
            st.warning(f"No photo {lacks}: {plain(', '.join(names))}. {so}", icon=":material/warning:")
