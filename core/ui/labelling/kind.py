"""The choice of what a project's model is for, and what it means for what is labelled already."""

from __future__ import annotations

import streamlit as st

from core.dataset import kinds
from core.dataset.kinds import KINDS
from core.types import Kind
from core.ui.words import plain
from core.workspace import Project

SAYS: dict[Kind, str] = {
    "single": "The model says which one of the classes a photo shows.",
    "multi": "The model says each class that a photo shows; it may be several.",
    "boxes": "The model finds objects and says where they are. You draw boxes around them.",
}


def choose(project: Project) -> None:
    """A menu with the kind as its name."""
    current = kinds.kind_of(project)
    with st.popover(KINDS[current], icon=":material/category:", key=f"label_kind_menu {current}"):  # closes by change
        wanted: Kind = st.radio("What the model is for", list(KINDS), index=list(KINDS).index(current),
                                format_func=KINDS.__getitem__, captions=list(SAYS.values()),
                                key=f"label_kind {current}")  # an import may change it too
        if wanted != current:
            if lost := kinds.consequences(project, wanted):
                st.caption(plain(lost))
            if st.button(f"Change to “{KINDS[wanted].lower()}”", key="label_kind_change"):
                kinds.choose(project, wanted)
                st.rerun()
