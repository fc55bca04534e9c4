"""Leaks of the split: test photos that look suspiciously like training photos, and the click that ends them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.dataset import leaks, likeness, split
from core.dataset.leaks import Leaks, Pair
from core.dataset.manifests import Built
from core.dataset.trainable import Entry
from core.ui import gallery, progress, state
from core.ui.splitting import pairs
from core.ui.words import count, plain
from core.workspace import Project


def draw(project: Project, built: Built) -> None:
    """The leaks by likeness, or what is needed to find them."""
    if progress.on_page(project, "likeness"):
        return
    state.failure(project, "likeness")
    found = leaks.leaks(project)
    if found is None or likeness.pending(project):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/hub: {count(likeness.pending(project), 'photo')} not compared with the others yet. "
                        "Test photos that are suspiciously like training photos are found then.", width="stretch")
            st.button("Compare now", icon=":material/hub:", key="split_compare", on_click=_compare, args=(project,))
    if found is None:
        return
    if not found.pairs:
        if built.split.test:
            st.caption(f":material/check: No test photo looks suspiciously like a training photo: none is more alike "
                       f"than {found.limit:.2f}, where {_usual(found)}.")
        return
    _warn(project, built, found)
    entries = {entry.photo_id: entry for entry in built.pictures.values()}
    title = f"The {len(found.pairs):,} pairs" if len(found.pairs) > 1 else "The pair"
    with st.expander(title, expanded=True, icon=":material/compare:"):
        pairs.draw([_shown(project, entries, one, found) for one in found.pairs], "split_leaks")


def _compare(project: Project) -> None:
    state.begin(project, "likeness", "Comparing the photos", likeness.compare)


def _cure(project: Project, found: Leaks) -> None:
    st.toast(f"{count(split.place(project, found.to_train, 'train'), 'photo')} now on the training side")


def _warn(project: Project, built: Built, found: Leaks) -> None:
    one = len(found.pairs) == 1
    said = ("1 test photo looks suspiciously like a training photo, although it is no copy" if one else
            f"{len(found.pairs):,} test photos look suspiciously like training photos, although none is a copy")
    st.warning(f"{said}. What a model has learned by heart it need not recognise, so the test may flatter it.",
               icon=":material/join_inner:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Put the test photo of this pair into the training" if one else
                  "Put the test photos of these pairs into the training", icon=":material/healing:", key="split_cure",
                  on_click=_cure, args=(project, found))
        st.caption(plain(_consequence(built, found)), width="stretch")


def _consequence(built: Built, found: Leaks) -> str:
    """What the cure leaves to test with."""
    gone = set(found.to_train)
    left = [number for number in built.split.test if number not in gone]
    bare = [name for name, (train, test) in built.split.counts(built.labels).items()
            if test and not any(name in built.labels[number] for number in left)]
    more = len(gone) - len(found.pairs)
    also = f" With them {'goes' if more == 1 else 'go'} {count(more, 'test photo')} like them." if more else ""
    none = f" Of {', '.join(bare)} none is left." if bare else ""
    return f"{count(len(left), 'test photo is', 'test photos are')} left then.{none}{also} It can be taken back above."


def _shown(project: Project, entries: Mapping[int, Entry], pair: Pair, found: Leaks) -> pairs.Shown:
    train, test = entries[pair.train], entries[pair.test]
    differ = set(train.labels) != set(test.labels)
    said = " Their labels differ, so one may be wrong." if differ else ""
    return pairs.Shown(_picture(project, "Test", test), _picture(project, "Training", train),
                       f"**{pair.alike:.2f} alike**, where {_usual(found)}.{said}")


def _picture(project: Project, side: str, entry: Entry) -> pairs.Picture:
    return pairs.Picture(gallery.thumbnail(project, entry.photo), f"{side}: {', '.join(entry.labels)}", entry.name)


def _usual(found: Leaks) -> str:
    return f"a photo of this set and the one most like it are usually {found.usual:.2f}"
