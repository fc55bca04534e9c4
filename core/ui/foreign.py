"""A manifest from anywhere on the Manifest page: dropped or named, examined, and mended into a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.dataset import examining
from core.dataset.examining import Checkup, Foreign, Mended
from core.manifest.doctor import Group
from core.ui import gallery, progress, state
from core.ui.words import count, plain
from core.workspace import Project

WAYS = {"s3": "In S3", "folder": "In a folder here", "nowhere": "Don't look at them"}
SIDES = {"training": "Training manifest", "testing": "Testing manifest, if there is one"}
MOST_MB = 1024  # Rekognition's own limit of a manifest
_PHOTOS = 12  # that are fetched from S3 for one finding


def examine(project: Project) -> None:
    """The whole section: what to examine, what came of the last examination, and how to mend it."""
    _ask(project)
    if progress.on_page(project, "examine") or progress.on_page(project, "mend"):
        return
    for kind in ("examine", "mend"):
        state.failure(project, kind)
    last = state.job(project, "examine")
    if last and last.state == "done" and isinstance(last.result, Checkup):
        _verdict(project, last.result)
        _mending(project, last.result)


def _ask(project: Project) -> None:
    """Which manifests, where their photos are, and the button that starts."""
    st.caption("Any manifest can be examined, one written by hand too. It is judged by Rekognition's own rules. "
               "Nothing is sent, and the file stays as it is.")
    source = st.segmented_control("The manifest is", ("A file here", "In S3"), default="A file here", required=True,
                                  key="foreign_source")
    given = _files() if source == "A file here" else _addresses()
    where = st.segmented_control("Its photos are", list(WAYS), default="s3", required=True, key="foreign_where",
                                 format_func=WAYS.__getitem__)
    folder = st.text_input("Folder with the photos", placeholder="/home/me/photos", key="foreign_folder",
                           help="A file stands for the photo whose address ends most like its path.",
                           ) if where == "folder" else ""
    running = state.job(project, "examine")
    if st.button("Examine", type="primary", icon=":material/stethoscope:", key="foreign_examine",
                 disabled=bool(running and running.live)):
        if not given:
            st.warning("Drop a manifest first, or name its place in S3.")
            return
        with state.errors_shown():
            start(project, [_taken_in(project, one) for one in given], str(where), folder)


def _files() -> list[UploadedFile | str]:
    """The dropped files; none without a training manifest."""
    sent = [column.file_uploader(label, key=f"foreign_{side}", max_upload_size=MOST_MB)
            for column, (side, label) in zip(st.columns(2), SIDES.items(), strict=True)]
    return [one for one in sent if one] if sent[0] else []


def _addresses() -> list[UploadedFile | str]:
    """The addresses in S3; none without a training manifest."""
    named = [column.text_input(label, placeholder="s3://bucket/folder/train.manifest", key=f"foreign_{side}_uri")
             for column, (side, label) in zip(st.columns(2), SIDES.items(), strict=True)]
    return [uri for uri in named if uri.strip()] if named[0].strip() else []


def _taken_in(project: Project, one: UploadedFile | str) -> Foreign:
    if isinstance(one, str):
        return examining.fetch(project, state.clients(project), one)
    return examining.take_in(project, one.name, one.getvalue())


def start(project: Project, given: Sequence[Foreign], where: str, folder: str = "", again: bool = False) -> None:
    """Begin an examination; what came of the last one, and of its mending, is forgotten."""
    for kind in ("examine", "mend"):
        state.jobs().forget(state.job_key(project, kind))
    training, testing = (asdict(given[place]) if place < len(given) else None for place in (0, 1))
    state.start(project, "examine", f"Examining {given[0].name}", examining.examine, training=training,
                testing=testing, where=where, folder=folder, again=again)


def _verdict(project: Project, checkup: Checkup) -> None:
    """What Rekognition will say, and why, by code."""
    examined = checkup.examination
    st.subheader("What Rekognition will say", anchor=False)
    st.caption(plain(" and ".join(one.name for one in checkup.manifests)))
    (st.success if examined.ok else st.error)(
        plain(examined.sentence), icon=":material/check_circle:" if examined.ok else ":material/error:")
    for one in checkup.manifests:
        if one.refusal:
            st.warning(f"S3 did not give {plain(one.name)}. See how its address is spelled, and whether these "
                       "credentials may read it.")
    _sight(project, checkup)
    for group in examined.groups:
        with st.expander(_head(group)):
            _finding(project, checkup, group)
    for note in examined.notes:
        st.warning(plain(note))


def _sight(project: Project, checkup: Checkup) -> None:
    """How far the photos were looked at."""
    if checkup.hidden:
        st.warning(f"S3 could not be asked about the photos, so only the lines were judged. {plain(checkup.hidden)}")
    elif checkup.where == "nowhere":
        st.caption("Only the lines were judged; no photo was looked at.")
    else:
        earlier = max(0, checkup.images - checkup.looks)
        known = f", {earlier:,} of them a little earlier" if earlier else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{count(checkup.images, 'photo')} looked at by their headers{known}. A file that is cut off "
                       "further in shows only when it is opened whole.")
            if earlier and st.button("Look again", type="tertiary", key="foreign_again", icon=":material/refresh:"):
                start(project, checkup.manifests, checkup.where, again=True)


def _head(group: Group) -> str:
    about = "both manifests" if group.manifest == "both" else f"the {group.manifest} manifest"
    return f"{group.code}: {count(len(group.lines), 'line') + ' of ' if group.lines else ''}{about}"


def _finding(project: Project, checkup: Checkup, group: Group) -> None:
    st.markdown(f"{plain(group.plain)} AWS says: “{plain(group.message)}”")
    if group.mend and any(one.file for one in checkup.manifests):
        st.caption(f"Mending: {plain(group.mend)}")
    if group.lines:
        st.caption(f"{'Line' if len(group.lines) == 1 else 'Lines'} {ranges(group.lines)}")
    if group.photos:
        _photos(project, checkup, group)


def _photos(project: Project, checkup: Checkup, group: Group) -> None:
    key = f"foreign {group.manifest} {group.code}"
    if checkup.where != "folder" and not st.toggle("Show photos", key=f"{key} photos"):
        return
    shown = list(group.photos.items())[:None if checkup.where == "folder" else _PHOTOS]
    gallery.gallery([gallery.Tile(str(number), f"{number}: {uri.rpartition('/')[2]}", _picture(project, checkup, uri))
                     for number, uri in shown], key, single=True)


def _picture(project: Project, checkup: Checkup, uri: str) -> bytes | None:
    if checkup.where == "folder":
        file = checkup.files.get(uri)
        return gallery.small(file) if file else None
    return gallery.remote(project, uri)


def _mending(project: Project, checkup: Checkup) -> None:
    """The button, what it changed, and the new manifest."""
    given = [one for one in checkup.manifests if one.file]
    groups = checkup.examination.groups
    if not given or not any(group.mend or group.lines for group in groups):
        return
    st.subheader("Mend", anchor=False)
    lost = [mapping for one, mapping in zip(checkup.manifests, checkup.examination.lost, strict=False) if one.file]
    leave = bool(sum(map(len, lost))) and st.checkbox(
        f"Leave out the {count(sum(map(len, lost)), 'line')} whose photos Rekognition can't use", key="foreign_leave",
        help="Without it they stay, and count as invalid until the photos are cleaned and uploaded.")
    if st.button("Mend what can be mended", icon=":material/healing:", key="foreign_mend"):
        state.jobs().forget(state.job_key(project, "mend"))
        state.start(project, "mend", "Mending", examining.mend, revive=False,
                    manifests=[asdict(one) for one in given], leave_out=lost if leave else ())
    last = state.job(project, "mend")
    if last and last.state == "done" and last.result:
        for mended in last.result:
            _mended(mended)
        if st.button("Examine the mended manifest", icon=":material/stethoscope:", key="foreign_mended",
                     disabled=not any(mended.changed for mended in last.result)):
            start(project, [mended.manifest for mended in last.result], checkup.where, checkup.folder)


def _mended(mended: Mended) -> None:
    """What differs, line by line, and both to download. The original stays as it was."""
    name = mended.manifest.name
    if not mended.changed:
        st.info(f"Nothing in {plain(name.replace('-mended', ''))} can be mended by rewriting it.")
        return
    dropped = f", {mended.dropped:,} of them left out" if mended.dropped else ""
    st.markdown(f"**{plain(name)}**: {count(mended.changed, 'line')} changed{dropped}. The original stays as it was.")
    with st.container(height=360):
        for change in mended.shown:
            st.markdown(f"Line {change.number:,}: {plain(change.why)}")
            st.code("\n".join([f"- {change.before}", *([f"+ {change.after}"] if change.after else [])]),
                    language="diff", wrap_lines=True)
        if mended.changed > len(mended.shown):
            st.caption(f"The first {len(mended.shown):,} of {mended.changed:,}; the download has all.")
    with st.container(horizontal=True):
        for label, file, kind in ((name, mended.manifest.file, "application/jsonlines"),
                                  (name.replace(".manifest", ".diff"), mended.difference, "text/plain")):
            if Path(file).is_file():
                st.download_button(f"Download {plain(label)}", Path(file).read_bytes, label, kind,
                                   icon=":material/download:", key=f"foreign_download {file}")


def ranges(numbers: Sequence[int], most: int = 12) -> str:
    """Line numbers as people write them: "1-33, 40", and how many more places there are."""
    runs: list[list[int]] = []
    places, last = 0, -1
    for number in numbers:
        if number != last + 1:
            places += 1
            if places <= most:
                runs.append([number, number])
        elif places <= most:
            runs[-1][1] = number
        last = number
    said = [f"{first:,}" if first == end else f"{first:,}-{end:,}" for first, end in runs]
    return ", ".join(said) + (f" and {places - most:,} more places" if places > most else "")
