"""Which training photos are missing."""

from __future__ import annotations

import streamlit as st

from core.explanation import explaining, missing, trained
from core.explanation.explaining import Explanation
from core.explanation.missing import Alike, Within, Worth
from core.ui import pages
from core.ui.words import plain
from core.workspace import Project


def draw(project: Project, arn: str, told: Explanation) -> list[str]:
    """What to do about it; gives the sentences."""
    st.markdown("**What to do**")
    if not told.neighbours or told.label is None:
        st.caption("That can be said once the training photos have been looked at.")
        return []
    near, look, worth = _needs(project, arn, told)
    said = missing.sentences(near, look, worth, stand_in=not project.backend.is_engine)
    for sentence in said:
        st.write(plain(sentence))
    pages.way_on("data/browse", "Add photos")
    return said


def _needs(project: Project, arn: str, told: Explanation) -> tuple[Within | None, Alike | None, Worth | None]:
    known = trained.trained(project, arn)
    of = (known.rows.shape[0], hash(tuple((photo.id, photo.labels) for photo in known.photos)))
    return _found(str(project.folder), of, told.look.sha256, told.label, _known=known, _told=told)


@st.cache_data(max_entries=200, show_spinner="Measuring what is missing …")
def _found(
    folder: str, of: tuple[int, int], sha256: str, label: str | None, _known: trained.Trained, _told: Explanation
) -> tuple[Within | None, Alike | None, Worth | None]:
    return explaining.needs(_known, _told)
