"""The filters of Browse, which stay as they are while other pages are open, and their counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.dataset.filtering import Columns, Counts, Filter
from core.dataset.selecting import Summary, Verdict
from core.limits import MAX_ASPECT, MAX_FILE_BYTES, MAX_SIDE, MIN_SIDE
from core.ui.words import count, plain, size
from core.workspace import Project

VERDICTS: dict[Verdict, str] = {
    "refused": "Refused", "hurts": "May hurt", "fine": "Fine", "waiting": "Not looked at", "out": "Left out"}
WRONG = {
    "too_large": f"over {MAX_SIDE} px", "too_small": f"under {MIN_SIDE} px",
    "too_heavy": f"over {size(MAX_FILE_BYTES)}", "odd_aspect": f"over {MAX_ASPECT:.0f}:1",
    "not_jpeg_or_png": "not JPEG or PNG", "animated": "animated",
    "lying_suffix": "named as another format", "unusual_mode": "CMYK or 16 bit", "unreadable": "unreadable",
    "truncated": "truncated", "bomb": "too many pixels", "missing": "missing", "dark": "dark", "light": "light",
    "blurry": "blurred", "low_information": "of little information",
    "odd_size": "of odd size", "unusual_aspect": "of unusual shape", "duplicate": "duplicate",
    "near_duplicate": "near-duplicate", "outlier": "unlike the class", "looks_like_other": "like another class"}
FEW = 12  # classes that are shown as buttons; more of them as a list in which can be searched
STRIP = 6  # kinds of problems in the strip above

_WIDGETS: dict[str, Any] = {
    "browse_classes": [], "browse_verdicts": [], "browse_codes": [], "browse_text": "", "browse_sides": None}
_CAUGHT = ("browse_ids", "browse_score")  # set by charts and the map


def wanted() -> Filter:
    """The filters as they are set."""
    state = st.session_state
    return Filter(
        classes=tuple(state.get("browse_classes") or ()), verdicts=tuple(state.get("browse_verdicts") or ()),
        codes=tuple(state.get("browse_codes") or ()), text=state.get("browse_text") or "",
        sides=state.get("browse_sides_set"), score=state.get("browse_score"),
        ids=state.get("browse_ids", (frozenset(), ""))[0])


def keep_to(project: Project, known: Columns) -> None:
    """Forget filters that were set for another project, and choices that are no longer there."""
    if st.session_state.get("browse_project") != project.name:
        clear()
        st.session_state["browse_project"] = project.name
    for key, choices in (("browse_classes", known.classes), ("browse_codes", known.codes)):
        chosen = st.session_state.get(key) or []
        if not set(chosen) <= set(choices):
            st.session_state[key] = [one for one in chosen if one in choices]


def clear() -> None:
    """Show every photo again."""
    for key, nothing in _WIDGETS.items():
        if key in st.session_state:
            st.session_state[key] = nothing
    st.session_state.pop("browse_sides", None)
    st.session_state.pop("browse_sides_set", None)
    release()


def release() -> None:
    """Let go of what was caught in a chart or on the map, where it is no longer marked then."""
    for key in _CAUGHT:
        st.session_state.pop(key, None)
    if st.session_state.get("browse_by") == "likeness":
        st.session_state["browse_by"] = "name"
    st.session_state["browse_released"] = st.session_state.get("browse_released", 0) + 1


def catch(ids: Sequence[int], where: str) -> None:
    """Show these photos alone; `where` says in words what they have in common. None of them shows all again."""
    st.session_state.pop("browse_ids", None)
    if ids:
        st.session_state["browse_ids"] = (frozenset(ids), where)


def catch_score(name: str, low: float, high: float) -> None:
    """Show photos with this score within the range alone."""
    st.session_state["browse_score"] = (name, low, high)


def only(key: str, choice: Any) -> None:
    """Show this one choice of a filter alone, or all again where it was alone already."""
    st.session_state[key] = [] if st.session_state.get(key) == [choice] else [choice]


def strip(summary: Summary, classes: int) -> None:
    """The counts of the whole project in one line; a click on one shows those photos."""
    chosen = wanted()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _part(count(summary.total, "photo"), clear, lit=chosen == Filter(), help="Shows every photo")
        st.markdown(f":gray[{count(classes, 'class', 'classes')}]", width="content")
        _part(f"{summary.refused:,} refused by Rekognition", only, "browse_verdicts", "refused",
              lit=chosen.verdicts == ("refused",), bold=summary.refused > 0)
        if summary.hurt:
            _part(f"{summary.hurt:,} may hurt the model", only, "browse_verdicts", "hurts",
                  lit=chosen.verdicts == ("hurts",))
        for code, number in list(summary.codes.items())[:STRIP]:
            _part(f"{number:,} {WRONG.get(code, code)}", only, "browse_codes", code, lit=chosen.codes == (code,))
        if summary.excluded:
            _part(f"{summary.excluded:,} left out", only, "browse_verdicts", "out", lit=chosen.verdicts == ("out",))


def _part(words: str, act: Callable[..., None], *args: Any, lit: bool = False, bold: bool = False,
          help: str | None = None) -> None:
    st.button(f"**{words}**" if bold else words, key=f"browse strip {words.split(' ', 1)[1]}", on_click=act, args=args,
              type="secondary" if lit else "tertiary", help=help)


def draw(known: Columns, tally: Counts, classes: Sequence[str]) -> None:
    """The column of filters, each choice with the number of photos that it would show."""
    chosen = wanted()
    st.text_input("Name or label contains", key="browse_text", icon=":material/search:", live=True,
                  persist_state="session")
    named: list[str | None] = [*classes, *([None] if None in known.classes else [])]
    _choices("Class", "browse_classes", named, lambda label: plain(label) if label else "no class", tally.classes)
    verdicts = [verdict for verdict in VERDICTS if tally.verdicts[verdict] or verdict in chosen.verdicts]
    _choices("Verdict", "browse_verdicts", verdicts, VERDICTS.__getitem__, tally.verdicts)
    codes = [code for code in tally.codes if tally.codes[code] or code in chosen.codes]
    _choices("What is wrong", "browse_codes", codes, lambda code: WRONG.get(code, code), tally.codes)
    _sides(known)
    for caught in _caught():
        st.button(caught, key=f"browse release {caught}", icon=":material/close:", on_click=release, width="stretch")
    if chosen != Filter():
        st.button("Clear filters", icon=":material/filter_alt_off:", on_click=clear, width="stretch")


def _choices(title: str, key: str, choices: Sequence[Any], words: Callable[[Any], str], numbers: Any) -> None:
    """A filter with several choices: buttons, or a list where there are many."""
    def say(choice: Any) -> str:
        return f"{words(choice)} ({numbers[choice]:,})"

    if len(choices) > FEW:
        st.multiselect(title, choices, key=key, format_func=say, persist_state="session")
    elif choices:
        st.pills(title, choices, selection_mode="multi", key=key, format_func=say, persist_state="session", wrap=True)


def _sides(known: Columns) -> None:
    """A slider over the longer side, where the photos are not all of one size."""
    sides = known.numbers["side"][~np.isnan(known.numbers["side"])]
    low, high = (int(sides.min()), int(sides.max())) if len(sides) else (0, 0)
    if low == high:
        return
    was = st.session_state.get("browse_sides_set") or (low, high)
    st.session_state["browse_sides"] = (min(max(was[0], low), high), max(min(was[1], high), low))
    st.slider("Longer side, px", low, high, key="browse_sides", on_change=_set_sides, args=(low, high))


def _set_sides(low: int, high: int) -> None:
    """Keep the range, unless it is the whole one, which is no filter."""
    chosen = st.session_state["browse_sides"]
    st.session_state["browse_sides_set"] = None if chosen == (low, high) else chosen


def _caught() -> list[str]:
    """What was caught elsewhere, in words."""
    found = [where for _, where in [st.session_state.get("browse_ids", (None, ""))] if where]
    if score := st.session_state.get("browse_score"):
        name, low, high = score
        found.append(f"{name} {low:.2f} to {high:.2f}")
    return found
