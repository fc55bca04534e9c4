"""The smallest change that turns the answer, as a pair of pictures."""

from __future__ import annotations

import streamlit as st

from core.explanation import changes
from core.explanation.explaining import Explanation
from core.images import altering, thumbnails
from core.ui.words import plain

SIDE = 480


def smallest(told: Explanation) -> None:
    """The photo beside the changed one with what the model then says, and every change that was tried."""
    st.markdown("**The smallest change that turns the answer**")
    found = changes.smallest(told.tried)
    if not told.tried:
        st.caption("The model has not been asked yet.")
        return
    if found is not None:
        before, after = st.columns(2)
        before.image(thumbnails.draw(told.photo, SIDE), alt="The photo as it is", width="stretch")
        before.markdown(f"{plain(told.again.answer)}  \n:gray[as it is]")
        after.image(thumbnails.draw(altering.altered(told.photo, found.change), SIDE), width="stretch",
                    alt=f"The photo, {found.change.words}")
        after.markdown(f"{plain(found.answer)}, {found.confidence:.1f} %  \n:gray[{plain(found.change.words)}]")
    st.write(plain(changes.words(told.tried, told.again)))
    with st.expander("Every change that was tried"):
        st.dataframe([{"change": one.change.words, "looks like itself": 100 * one.similarity, "answer": one.answer,
                       "confidence": one.confidence} for one in told.tried], hide_index=True,
                     column_config={name: st.column_config.NumberColumn(format="%.1f %%")
                                    for name in ("looks like itself", "confidence")})
