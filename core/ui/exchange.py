"""Labels from other tools and for other tools: read, shown before they count, taken over, and exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.dataset import kinds, label_datasets, label_export, label_import, labels, photos
from core.dataset.label_import import Preview, Taken
from core.errors import RekolabError
from core.exchange import formats
from core.exchange.formats import FOLDERS, FORMATS, GROUND_TRUTH, Format
from core.exchange.types import Remark
from core.types import Kind
from core.ui import messages, pages, progress, state
from core.ui.words import count, plain, size
from core.workspace import Project

SOURCES = ("Files", "Rekognition dataset")
SEPARATORS = {"Nothing: a cell is one label": "", "Semicolon ;": ";", "Bar |": "|", "Comma ,": ",", "Slash /": "/"}
SHOWN = 500  # remarks in a table; a file can have a hundred thousand
NAMED = 8  # new labels that are named


def section(project: Project) -> None:
    """Both ways behind one heading, which costs a page nothing while it is closed."""
    used = f"exchange_used {project.name}"  # it does not close when what was read is discarded
    if state.job(project, "labels"):
        st.session_state[used] = True
    part = st.expander("Import or export labels", icon=":material/swap_vert:", expanded=used in st.session_state,
                       key=f"exchange {project.name}", on_change="rerun")
    if not part.open:
        return
    with part:
        way = st.segmented_control("Way", ["Import", "Export"], default="Import", required=True, key="exchange_way",
                                   label_visibility="collapsed")
        if way == "Import":
            draw_import(project)
        else:
            draw_export(project)


def draw_import(project: Project) -> None:
    """Choose a source, see what it would change, and take it over or not."""
    if progress.on_page(project, "labels"):
        return
    state.failure(project, "labels")
    last = state.job(project, "labels")
    if last and isinstance(last.result, Preview):
        with st.container(border=True):
            _preview(project, last.key, last.result)
        return
    if last and isinstance(last.result, Taken):
        _taken(project, last.key, last.result)
    source = st.segmented_control("From", SOURCES, default=SOURCES[0], required=True, key="exchange_from")
    if source == SOURCES[0]:
        _files(project)
    else:
        _dataset(project)


def draw_export(project: Project) -> None:
    """Choose a format, see what it would not hold, and download it."""
    chosen = st.selectbox("Format", FORMATS, format_func=lambda one: f"{one.title}: {one.about}", width=520,
                          key="exchange_format")
    place = _place(project) if chosen == GROUND_TRUTH else ""
    unlabelled = chosen != FOLDERS and st.checkbox("Photos without a label too", key="exchange_unlabelled")
    if place is None:
        return
    found = label_export.outlook(project, chosen, unlabelled, place)
    if found.empty:
        st.info("No photo has a label yet, so that there is nothing to export.")
        return
    if found.losses:
        st.warning("  \n".join(map(plain, found.losses)), icon=":material/content_cut:")
    st.caption(f"{plain(found.said)}. {plain(found.forgotten)}")
    if chosen == FOLDERS:
        _folders(project)
    else:
        _download(project, chosen, unlabelled, place)


def _files(project: Project) -> None:
    sent = st.file_uploader(
        "Ground Truth manifest, CSV, COCO or Pascal VOC; or a zip of these, or of photos in class folders",
        [suffix.removeprefix(".") for suffix in formats.SUFFIXES], accept_multiple_files=True, key="exchange_files")
    st.selectbox("Several labels in one cell of a CSV are divided by", list(SEPARATORS), width=320,
                 key="exchange_separator", help="Several rows for one image are several labels too.")
    if sent:
        st.button("Read the labels", icon=":material/preview:", key="exchange_read", on_click=_read, args=(project,),
                  help="Nothing changes before you have seen what would.")


def _begin(project: Project, job: str, title: str, work: Callable[..., Any], **arguments: Any) -> None:
    """Start a job as a button's callback, which no other run of the page cuts off; a crash ends it."""
    state.begin(project, job, title, work, revive=False, **arguments)


def _read(project: Project) -> None:
    """Start to read the files that are chosen."""
    _begin(project, "labels", "Reading the labels", label_import.read_files,
           files=[(file.name, file.getvalue()) for file in st.session_state["exchange_files"]],
           separators=SEPARATORS[st.session_state["exchange_separator"]])


def _dataset(project: Project) -> None:
    try:
        names = label_datasets.offered(state.clients(project))
    except RekolabError as error:
        messages.error(error)
        return
    if not names:
        st.info(f"{plain(project.backend.title)} has no Rekognition project with a dataset. Another account or region "
                "is chosen in the sidebar.")
        return
    chosen = st.selectbox("Rekognition project", names, width=320, key="exchange_dataset")
    fetching = st.checkbox("Copy photos from S3 that are not in the project", value=True, key="exchange_fetch")
    st.button("Read the datasets", icon=":material/preview:", key="exchange_read_dataset", on_click=_begin,
              args=(project, "labels", "Reading the datasets", label_datasets.read_dataset),
              kwargs={"rekognition": chosen, "fetching": fetching},
              help="Labels are written only after you have seen what would change.")


def _preview(project: Project, key: str, found: Preview) -> None:
    """What an import would change, what it leaves out, and the choice."""
    st.markdown(f"**{plain(found.source)}**: {plain(found.said)}.")
    if found.wanted:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in _sentences(found)))
    else:
        st.warning("None of it belongs to a photo of this project, so that there is nothing to import. "
                   "The table says why.")
    if found.too_many:
        st.error(f"With these the project would have {found.known_labels + len(found.new_labels):,} labels, and "
                 "Rekognition takes 250. Import fewer, or remove labels that nothing has.")
    kind = _kind(project, found) if found.wanted else None
    replacing = not found.other or st.radio(
        "What these photos have already", ["Replace it", "Keep it"], horizontal=True, key="exchange_replacing",
        help="A file that says nothing of a photo's boxes, or of its labels, takes none away.") == "Replace it"
    _remarks("Not taken over as they stand", found.remarks, "where")
    _remarks("Not photos of this project", found.missing, "image")
    with st.container(horizontal=True):
        if found.wanted and not found.too_many:
            st.button(f"Import into {count(len(found.wanted), 'photo')}", type="primary", key="exchange_take",
                      icon=":material/download_done:", on_click=_begin,
                      args=(project, "labels", "Importing the labels", label_import.take_over),
                      kwargs={"found": found, "replacing": replacing, "becoming": kind})
        st.button("Discard", key="exchange_discard", on_click=state.jobs().forget, args=(key,), type="tertiary")
    if not found.wanted:
        st.page_link(pages.path("data/browse"), label="Add photos", icon=":material/add_photo_alternate:")


def _sentences(found: Preview) -> list[str]:
    """What would change, a sentence for each thing that there is to know."""
    new = len(found.wanted) - found.other - found.same
    first = [name if len(name) <= 40 else f"{name[:39]}…" for name in found.new_labels[:NAMED]]
    more = f" and {len(found.new_labels) - NAMED:,} more" if len(found.new_labels) > NAMED else ""
    states = {"without labels until now": new, "with something else": found.other, "that have just this": found.same}
    parts = ", ".join(f"{amount:,} {words}" for words, amount in states.items() if amount)
    told = [
        (len(found.wanted), f"{count(len(found.wanted), 'photo')} of this project: {parts}"),
        (found.by_file_name, f"{count(found.by_file_name, 'photo')} found by the file name alone, because the folders "
                             "differ"),
        (found.out, f"{count(found.out, 'photo')} among them left out by you: that stays so"),
        (len(found.new_labels), f"{count(len(found.new_labels), 'new label')}: {', '.join(first)}{more}"),
        (len(found.missing), f"{count(len(found.missing), 'image')} not in this project"),
    ]
    return [sentence for amount, sentence in told if amount]


def _kind(project: Project, found: Preview) -> Kind | None:
    """The kind that the project shall have from now on, None for the one that it has."""
    if found.kind is None:
        return None
    nothing_yet = not labels.tally(photos.photos(project)).labelled
    wanted = st.checkbox(f"Make the project one for {kinds.KINDS[found.kind].lower()}", value=nothing_yet,
                         key="exchange_kind")
    st.caption("A project for " + kinds.KINDS[kinds.kind_of(project)].lower() + " keeps the rest of what comes, and "
               "does not use it." if not wanted else plain(kinds.consequences(project, found.kind))
               or "Nothing that was said of photos until now changes.")
    return found.kind if wanted else None


def _remarks(title: str, remarks: Sequence[Remark], where: str) -> None:
    if not remarks:
        return
    more = f", the first {SHOWN:,}" if len(remarks) > SHOWN else ""
    st.markdown(f"**{title}** ({len(remarks):,}{more})")
    st.dataframe([{where: remark.place, "what is wrong": remark.text} for remark in remarks[:SHOWN]],
                 hide_index=True, height="auto" if len(remarks) < 6 else 220)


def _taken(project: Project, key: str, done: Taken) -> None:
    """What the last import has done, with the way back while it is the last step."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/check_circle: {plain(done.step)}: {count(done.photos, 'photo')} changed.",
                    width="stretch")
        if label_import.is_last(project, done):
            st.button("Undo the import", key="exchange_undo", icon=":material/undo:", on_click=_undo,
                      args=(project, key, done))
        st.button("Close", key="exchange_close", on_click=state.jobs().forget, args=(key,), type="tertiary")


def _undo(project: Project, key: str, done: Taken) -> None:
    label_import.take_back(project, done)
    state.jobs().forget(key)


def _place(project: Project) -> str | None:
    """Where the photos lie in S3, None while what is typed is no such place."""
    place = st.text_input("Where the photos lie in S3", label_export.default_place(project), width=520,
                          key=f"exchange_place {project.name}", help=(
                              "Photos that came from S3 keep their own address. The page Manifest has the manifests "
                              "that training uses, of the cleaned photos."))
    if label_export.is_place(place):
        return place
    st.error("That is no place in S3. It begins with s3://, names a bucket, and ends in a slash: s3://bucket/photos/")
    return None


def _download(project: Project, chosen: Format, unlabelled: bool, place: str) -> None:
    name = f"{project.name}-{chosen.file}"
    st.download_button(f"Download {plain(name)}", lambda: label_export.write(project, chosen, unlabelled, place), name,
                       mime="application/octet-stream", icon=":material/download:", on_click="ignore",
                       key="exchange_download")


def _folders(project: Project) -> None:
    """Pack the photos, which takes a while, and hand the zip over."""
    if progress.on_page(project, "export"):
        return
    state.failure(project, "export")
    last = state.job(project, "export")
    packed = Path(last.result) if last and last.state == "done" else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Pack the photos" if packed is None else "Pack them again", key="exchange_pack",
                  icon=":material/folder_zip:", on_click=_begin,
                  args=(project, "export", "Packing the photos", label_export.write_folders))
        if packed and packed.is_file():
            st.download_button(f"Download {plain(packed.name)} ({size(packed.stat().st_size)})", packed.read_bytes,
                               packed.name, mime="application/zip", icon=":material/download:", on_click="ignore",
                               key="exchange_zip")
