"""Which thresholds decide: the model's own, one for all labels, one a label, or those that somebody has saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.colours import Colours, colour_of
from core.evaluation import threshold_sets
from core.evaluation.runs import Run
from core.evaluation.thresholds import Thresholds
from core.ui import state
from core.ui.evaluating import sliders
from core.ui.evaluating.sliders import Slider
from core.ui.words import plain
from core.workspace import Project

OWN, ALL, EACH, SAVED = "The model's own", "One for all labels", "One for each label", "Saved"
MODE, SET, NAME = "evaluate_mode", "evaluate_set", "evaluate_set_name"
MIDDLE = 50.0


@dataclass(frozen=True, slots=True)
class Decided:
    """The thresholds that decide now. `one` is the only one, where there is one for all labels."""

    thresholds: Thresholds
    one: float | None = None


def draw(project: Project, run: Run, classes: Colours) -> Decided:
    """The choice of the rule, with its sliders."""
    saved = threshold_sets.saved(project)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        modes = [OWN, ALL, EACH, *([SAVED] if saved else [])]
        mode = st.segmented_control("Thresholds", modes, default=OWN, required=True, key=MODE, persist_state="session")
        name = st.selectbox("Saved thresholds", list(saved), key=SET, width=220, persist_state="session",
                            label_visibility="collapsed") if mode == SAVED else None
        place = st.container(width="content")
    decided = _decided(run, classes, str(mode), saved[name].thresholds if name else {})
    with place:
        _keep(project, run, decided, name)
    _says(project)
    return decided


def use_for_all(value: float) -> None:
    """Let one threshold for all labels decide, from the next run on."""
    st.session_state[MODE] = ALL
    sliders.put([value], ALL)


def use_for_each(run: Run, values: Sequence[float]) -> None:
    """Let these thresholds of the run's labels decide, from the next run on."""
    st.session_state[MODE] = EACH
    sliders.put(values, _each(run))


def _decided(run: Run, classes: Colours, mode: str, saved: Mapping[str, float]) -> Decided:
    if mode == ALL:
        (value,) = sliders.draw([Slider("All labels", MIDDLE)], ALL)
        return Decided(value, value)
    if mode == EACH:
        values = sliders.draw([Slider(label, own, own, colour_of(label, classes))
                               for label, own in run.thresholds.items()], _each(run))
        return Decided(dict(zip(run.labels, values, strict=True)))
    return Decided({label: saved.get(label, own) for label, own in run.thresholds.items()})


def _each(run: Run) -> str:
    return f"{EACH} {run.id}"


def _keep(project: Project, run: Run, decided: Decided, name: str | None) -> None:
    """The menu in which thresholds are saved, used everywhere, and deleted."""
    with st.popover("Keep", icon=":material/bookmark:", help="Save these thresholds, and use them on other pages"):
        st.caption("Under a name the thresholds stay in the project. Predict, Mistakes and the report then decide by "
                   "them, for every model with these labels.")
        st.text_input("Name", key=NAME, placeholder="careful", max_chars=threshold_sets.MOST)
        st.button("Save and use everywhere", icon=":material/save:", type="primary", on_click=_save,
                  args=(project, run, decided))
        if name:
            with st.container(horizontal=True):
                st.button(f"Use “{plain(name)}” everywhere", on_click=threshold_sets.use, args=(project, name),
                          key="evaluate_set_use")
                st.button("Delete it", icon=":material/delete:", on_click=threshold_sets.delete, args=(project, name),
                          key="evaluate_set_delete")


def _save(project: Project, run: Run, decided: Decided) -> None:
    with state.errors_shown():
        made = threshold_sets.save(project, st.session_state[NAME], decided.thresholds, run.labels, run.arn)
        threshold_sets.use(project, made.name)
        st.session_state[MODE], st.session_state[SET] = SAVED, made.name


def _says(project: Project) -> None:
    """Which saved set other pages decide by, and the way back."""
    if used := threshold_sets.used(project):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f":material/bookmark: Predict, Mistakes and the report decide by “{plain(used.name)}”.",
                       width="content")
            st.button("Back to the model's own", on_click=threshold_sets.use, args=(project, None), type="tertiary",
                      key="evaluate_set_reset")
