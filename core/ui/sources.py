"""Where photos come from: a folder, files or a zip from the browser, a place in S3; used by Browse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from core.aws import storage
from core.compute import cluster
from core.dataset import naming, photos, scanning, sources
from core.errors import RekolabError
from core.jobs import Job
from core.ui import messages, pages, state
from core.ui.words import count, plain
from core.workspace import Project

FOLDERS = Path(__file__).parent / "folders.js"
SAMPLE = "cats-and-dogs"
PLACES = ("Folder", "Files", "Zip", "S3")
ORDINALS = ("first", "second", "third")
SHOWN = 4  # class names in the choice of what names the classes
SUFFIXES = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff"]


def sample_missing() -> bool:
    """Whether the sample is still to be loaded, as also after its drawing was cancelled or has failed."""
    home = state.workspace()
    if SAMPLE not in home.projects():
        return True
    begun = home.open(SAMPLE)
    job = state.job(begun, "import")
    return not (job and job.live) and not photos.photos(begun)


def load_sample() -> None:
    """Make the sample project, where there is none, and let it be drawn."""
    with state.errors_shown():
        home = state.workspace()
        made = home.open(SAMPLE) if SAMPLE in home.projects() else home.create(SAMPLE)
        if state.begin(made, "import", "Drawing the sample photos", sources.load_demo):
            state.choose(made.name)


def outcome(project: Project) -> None:
    """Say what the last import did and what is next, with the choice of what names the classes.

    That is said until it is closed or the page is left; then it is found where photos are added.
    """
    last = _last(project)
    if last is None:
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            nameless = "" if naming.current(project) else "No folder names a class; the Label page gives them one. "
            st.markdown(f":material/check_circle: {plain(last.result.sentence)} {nameless}"
                        "Next: see below what is wrong with them, then clean them.", width="stretch")
            st.button("Close", key="import_close", on_click=state.jobs().forget, args=(last.key,), type="tertiary")
        _classes(project)


def unseen(project: Project) -> None:
    """Say how many photos are still to be looked at, as after a cancelled import, and offer to do it."""
    number = scanning.waiting(project)
    if not number:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/visibility_off: {count(number, 'photo has', 'photos have')} yet to be looked at. "
                    "Until then nothing is known of them, and cleaning leaves them out.")
        if st.button(f"Look at {count(number, 'photo')}", icon=":material/visibility:"):
            state.start(project, "import", "Looking at the photos", scanning.scan)


def _last(project: Project) -> Job | None:
    """The last import, while what it did is news: until the page is opened another time."""
    last = state.job(project, "import")
    if last is None or last.state != "done" or not isinstance(last.result, sources.Imported):
        return None
    told = st.session_state.setdefault("import_told", {})
    if told.setdefault((last.key, last.started), pages.visit()) == pages.visit():
        return last
    state.jobs().forget(last.key)
    return None


def _classes(project: Project) -> None:
    """Which folder names the classes of the last import; another choice counts at once."""
    named = naming.current(project)
    if named is None:
        return
    levels = list(named.choices)
    level = st.selectbox("Classes are named by", levels, index=levels.index(named.level), width=420,
                         key=f"import_classes {project.name} {named.level}",
                         format_func=lambda level: _level(level, named.choices[level]))
    if level != named.level:
        naming.choose(project, level)
        st.rerun()


def _level(level: int | None, names: Sequence[str]) -> str:
    """ "The first folder: cat, dog"; a list that is long ends in how many more there are."""
    if level is None:
        return "No folder"
    place = ORDINALS[level] if level < len(ORDINALS) else f"{level + 1}th"
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"The {place} folder: {', '.join(names[:SHOWN])}{more}"


def choose(project: Project) -> None:
    """The four ways in. Each starts a job, or says what is wrong and what is allowed."""
    if project.name == SAMPLE and sample_missing() and st.button("Load the sample", icon=":material/pets:"):
        load_sample()
    place = st.segmented_control("From", PLACES, default="Folder", required=True, key="browse_source",
                                 persist_state="session")
    {"Folder": _folder, "Files": _files, "Zip": _zip, "S3": _s3}[str(place)](project)
    st.caption("Folders name the classes, such as cat and dog. Hidden and system files are left out. "
               "Your files are only read, and a second time only what is new is taken in.")
    if _last(project) is None:
        if said := sources.last_import(project):
            st.caption(f"Last added, from {plain(said)}")
        _classes(project)


def _folder(project: Project) -> None:
    roots = plain(", ".join(str(root) for root in state.in_force().roots))
    with st.form("browse_folder", border=False):
        folder = st.text_input("Folder on this computer", placeholder="/home/me/photos", key="browse_folder_path",
                               persist_state="session",
                               help=f"Folders that may be read: {roots}. REKOLAB_ROOTS widens them.")
        if st.form_submit_button("Read the folder", type="primary", icon=":material/folder_open:"):
            state.start(project, "import", "Reading the folder", sources.import_folder, folder=folder)


def _files(project: Project) -> None:
    whole = st.checkbox("Choose a whole folder with the button", key="browse_whole",
                        help="Photos and folders can both be dropped, whichever the button chooses.")
    sent = st.file_uploader(
        f"Photos or a folder with photos, up to {sources.MAX_UPLOADS} files", SUFFIXES,
        key=_empty("browse_whole_folder" if whole else "browse_files"),
        accept_multiple_files="directory" if whole else True, max_upload_size=50,
        help="For more than that name a folder, a zip or a place in S3: browsers choke on thousands of files.")
    _dropped_folders()(data={"most": sources.MAX_UPLOADS + 1}, key="browse_dropped", height=1)
    if len(sent) > sources.MAX_UPLOADS:
        st.error(f"{len(sent):,} files: more than {sources.MAX_UPLOADS} are too many for a browser. "
                 "Name their folder, a zip or a place in S3 instead.")
        if st.button("Take them all back", icon=":material/close:"):
            _clear("browse_whole_folder" if whole else "browse_files")
    elif sent and st.button(f"Add {count(len(sent), 'file')}", type="primary", icon=":material/add_photo_alternate:"):
        with state.errors_shown():
            kept = sources.import_uploads(project, [(file.name, file) for file in sent])
            if state.begin(project, "import", "Looking at the photos", sources.look_at, **asdict(kept)):
                _clear("browse_whole_folder" if whole else "browse_files")


@st.cache_resource
def _dropped_folders() -> Any:
    """What lets the files of a dropped folder keep their paths, which name the classes."""
    return st.components.v2.component("rekolab_folders", html="<i></i>", js=FOLDERS.read_text("utf-8"))


def _zip(project: Project) -> None:
    sent = st.file_uploader("A zip, best with one folder for each class", ["zip"], key=_empty("browse_zip"))
    if sent and st.button("Unpack it", type="primary", icon=":material/folder_zip:"):
        with state.errors_shown():
            file = sources.receive(project, sent.name, sent)
            if state.begin(project, "import", "Unpacking the zip", sources.import_zip, file=str(file)):
                _clear("browse_zip")


def _empty(uploader: str) -> str:
    """The key of an uploader that holds nothing since its files were taken in."""
    return f"{uploader} {st.session_state.get(f'{uploader}_taken', 0)}"


def _clear(uploader: str) -> None:
    """Let go of an uploader's files, and draw the page anew."""
    st.session_state[f"{uploader}_taken"] = st.session_state.get(f"{uploader}_taken", 0) + 1
    st.rerun()


def _s3(project: Project) -> None:
    listed = buckets(project)
    with st.form("browse_s3", border=False):
        bucket = st.selectbox("Bucket", listed, index=None, accept_new_options=True, key="browse_bucket",
                              placeholder="Choose one, or type its name", persist_state="session")
        prefix = st.text_input("Prefix", placeholder="photos/2026/", key="browse_prefix", persist_state="session")
        asked = st.form_submit_button("Read from S3" if cluster() else "Copy from S3", type="primary",
                                      icon=":material/cloud_download:")
    if asked and bucket:
        state.start(project, "import", "Reading from S3", sources.import_s3, bucket_name=bucket, prefix=prefix)
    elif asked:
        st.warning("Choose a bucket, or type its name.")


def buckets(project: Project) -> list[str]:
    """The buckets that can be listed; a bucket that can not be may still be typed."""
    try:
        return storage.list_buckets(state.clients(project))
    except RekolabError as error:
        messages.error(error)
        return []
