"""Photos kept apart for a later test: a folder of them compared with the project's, and what is not unseen in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

import streamlit as st

from core.dataset import labels, listing, sources, split, unseen
from core.dataset.manifests import Built
from core.dataset.trainable import Entry
from core.dataset.unseen import Compared, How, Match
from core.ui import gallery, progress, state
from core.ui.splitting import pairs
from core.ui.words import ago, count, plain
from core.workspace import Project

KIND = "unseen"
HOW: dict[How, str] = {"exact": "the same file", "near": "a near copy", "alike": "suspiciously alike"}


def draw(project: Project, built: Built) -> None:
    """The choice of a folder, and what the last comparison found."""
    if progress.on_page(project, KIND):
        return
    state.failure(project, KIND)
    found = unseen.last(project)
    with st.expander("Compare with unseen photos", icon=":material/visibility_off:", expanded=found is not None):
        _choose(project, found)
        if found:
            _outcome(project, built, found)


def _choose(project: Project, found: Compared | None) -> None:
    sample = sources.sample_folder(project) / "unseen"
    proposed = found.folder if found else str(sample) if sample.is_dir() else ""
    st.caption("Photos that you keep apart for a later test must not be like those of the project, or that test "
               "flatters the model too. They are only read.")
    with st.form("split_unseen", border=False):
        folder = st.text_input("Folder of unseen photos on this computer", proposed, placeholder="/home/me/unseen",
                               key=f"split_unseen_folder {project.name}")
        if st.form_submit_button("Compare with this folder", icon=":material/compare:"):
            state.start(project, KIND, "Comparing unseen photos", unseen.compare, folder=folder)


def _outcome(project: Project, built: Built, found: Compared) -> None:
    outdated = unseen.outdated(project, found)
    if found.matches:
        st.warning(plain(_sentence(found)), icon=":material/join_inner:")
    elif not outdated:
        st.success(plain(_sentence(found)), icon=":material/check_circle:")
    if outdated:
        st.info("The photos of the project have changed since they were compared. Compare once more.",
                icon=":material/update:")
    entries = {entry.photo_id: entry for entry in built.pictures.values()}
    shown = [match for match in found.matches if match.photo_id in entries]
    if shown:
        _cures(project, shown, entries, set(built.split.test))
        pairs.draw([_shown(project, built, entries, match, found) for match in shown], "split_unseen_pairs")
    st.button("Close", key="split_unseen_close", on_click=unseen.forget, args=(project,), type="tertiary")


def _cures(project: Project, shown: list[Match], entries: Mapping[int, Entry], test: set[int]) -> None:
    ids = sorted({match.photo_id for match in shown})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button("Download the list as CSV", lambda: _csv(shown, entries, test), "not-unseen.csv", "text/csv",
                           icon=":material/download:", key="split_unseen_csv")
        st.button(f"Leave the {count(len(ids), 'photo')} of the project out", icon=":material/block:",
                  key="split_unseen_cure", on_click=_leave_out, args=(project, ids),
                  help="With their duplicates, out of training and test. Undo on the Label page takes it back.")
        st.caption("Take these files out of the folder, or their twins out of the project.", width="stretch")


def _leave_out(project: Project, ids: list[int]) -> None:
    with state.errors_shown():
        st.toast(f"{count(labels.leave_out(project, split.together(project, ids)), 'photo')} left out")


def _sentence(found: Compared) -> str:
    """ "12 photos of unseen compared just now: 1 is the same file, 2 are near copies, 1 is suspiciously alike."."""
    when = ago(dt.datetime.fromisoformat(found.at))
    begin = f"{count(found.total - found.unreadable, 'photo')} of {found.folder} compared {when}: "
    lost = f" {count(found.unreadable, 'file')} could not be read." if found.unreadable else ""
    if not found.matches:
        return f"{begin}all of them are unseen.{lost}"
    tally = Counter(match.how for match in found.matches)
    said = [_said(how, tally[how]) for how in HOW if tally[how]]
    return f"{begin}{', '.join(said)}.{lost}"


def _said(how: How, number: int) -> str:
    one, many = {"exact": ("is in the project itself", "are in the project themselves"),
                 "near": ("is a near copy", "are near copies"),
                 "alike": ("is suspiciously alike", "are suspiciously alike")}[how]
    return f"{number:,} {one if number == 1 else many}"


def _shown(
    project: Project, built: Built, entries: Mapping[int, Entry], match: Match, found: Compared
) -> pairs.Shown:
    entry = entries[match.photo_id]
    side = "Test" if match.photo_id in built.split.test else "Training"
    why = f"**{HOW[match.how].capitalize()}**"
    if match.how == "alike":
        why = (f"**{match.alike:.2f} alike**, where a photo of this set and the one most like it are usually "
               f"{found.usual:.2f}")
    return pairs.Shown(
        pairs.Picture(gallery.picture(str(project.thumbnails), match.sha256), "Unseen", match.name),
        pairs.Picture(gallery.thumbnail(project, entry.photo), f"{side}: {', '.join(entry.labels)}", entry.name),
        f"{why}.")


def _csv(shown: list[Match], entries: Mapping[int, Entry], test: set[int]) -> bytes:
    """A row for each pair."""
    import pandas

    return listing.csv(pandas.DataFrame([
        {"unseen": match.name, "photo": entries[match.photo_id].name, "reason": HOW[match.how],
         "side": "test" if match.photo_id in test else "train", "alike": round(match.alike, 3)} for match in shown]))
