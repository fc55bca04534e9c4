"""Which thresholds decide: the model's own, one for all labels, one a label, or those that somebody has saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.colours import Colours, colour_of
from core.evaluation import threshold_sets
from core.evaluation.runs import Run
from core.evaluation.threshold_sets import ThresholdSet
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
    saved, used = threshold_sets.saved(project), threshold_sets.used(project)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        modes = [OWN, ALL, EACH, *([SAVED] if saved else [])]
        mode = st.segmented_control("Thresholds", modes, default=SAVED if used else OWN, required=True, key=MODE,
                                    persist_state="session")
        name = st.selectbox("Saved thresholds", list(saved), list(saved).index(used.name) if used else 0, key=SET,
                            width=220, persist_state="session", label_visibility="collapsed") if mode == SAVED else None
        menu = st.popover("Keep", icon=":material/bookmark:", help="Save these thresholds, and use them on other pages")
    decided = _decided(project, run, classes, str(mode), saved[name].thresholds if name else {})
    with menu:
        _keep(project, run, decided, name)
    if used:
        _says(project, used)
    return decided


def use_for_all(value: float) -> None:
    """Let one threshold for all labels decide, from the next run on."""
    st.session_state[MODE] = ALL
    sliders.put([value], ALL)


def use_for_each(project: Project, run: Run, values: Sequence[float]) -> None:
    """Let these thresholds of the run's labels decide, from the next run on."""
    st.session_state[MODE] = EACH
    sliders.put(values, _each(project, run))


def _decided(project: Project, run: Run, classes: Colours, mode: str, saved: Mapping[str, float]) -> Decided:
    if mode == ALL:
        (value,) = sliders.draw([Slider("All labels", MIDDLE)], ALL)
        return Decided(value, value)
    if mode == EACH:
        values = sliders.draw([Slider(label, own, own, colour_of(label, classes))
                               for label, own in run.thresholds.items()], _each(project, run))
        return Decided(dict(zip(run.labels, values, strict=True)))
    return Decided({label: saved.get(label, own) for label, own in run.thresholds.items()})


def _each(project: Project, run: Run) -> str:
    return f"{EACH} {project.name} {run.id}"


def _keep(project: Project, run: Run, decided: Decided, name: str | None) -> None:
    """Thresholds are saved, used everywhere, and deleted here."""
    st.caption("Under a name the thresholds stay in the project. Predict, Mistakes and the report then decide by them, "
               "for every model with these labels.")
    st.text_input("Name", key=NAME, placeholder="careful", max_chars=threshold_sets.MOST)
    st.button("Save and use everywhere", icon=":material/save:", type="primary", on_click=_save,
              args=(project, run, decided))
    if name:
        with st.container(horizontal=True):
            st.button(f"Use “{plain(name)}” everywhere", on_click=threshold_sets.use, args=(project, name),
                      key="evaluate_set_use")
            st.button("Delete it", icon=":material/delete:", on_click=_delete, args=(project, name),
                      key="evaluate_set_delete")


def _save(project: Project, run: Run, decided: Decided) -> None:
    with state.errors_shown():
        made = threshold_sets.save(project, st.session_state[NAME], decided.thresholds, run.labels, run.arn)
        threshold_sets.use(project, made.name)
        st.session_state[MODE], st.session_state[SET] = SAVED, made.name


def _delete(project: Project, name: str) -> None:
    threshold_sets.delete(project, name)
    st.session_state[MODE] = OWN


def _reset(project: Project) -> None:
    threshold_sets.use(project, None)
    st.session_state[MODE] = OWN


def _says(project: Project, used: ThresholdSet) -> None:
    """Which saved set other pages decide by, and the way back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/bookmark: Predict, Mistakes and the report decide by “{plain(used.name)}”.",
                   width="content")
        st.button("Back to the model's own", on_click=_reset, args=(project,), type="tertiary",
                  key="evaluate_set_reset")
