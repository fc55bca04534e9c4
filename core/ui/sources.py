"""Where photos come from: a folder, files or a zip from the browser, a place in S3; used by Browse."""

from __future__ import annotations

import streamlit as st

from core.aws import storage
from core.dataset import photos, sources
from core.errors import RekolabError
from core.ui import messages, state
from core.ui.words import count, plain
from core.workspace import Project

SAMPLE = "cats-and-dogs"
PLACES = ("Folder", "Files", "Zip", "S3")
SUFFIXES = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff"]


def load_sample() -> None:
    """Make the sample project and let it be drawn."""
    with state.errors_shown():
        made = state.workspace().create(SAMPLE)
        state.begin(made, "import", "Drawing the sample photos", sources.load_demo)
        state.choose(made.name)


def left_out(project: Project) -> None:
    """Say what the last import did when it did not take everything."""
    last = state.job(project, "import")
    if last and isinstance(last.result, sources.Imported) and last.result.left_out:
        st.caption(plain(last.result.sentence))


def choose(project: Project) -> None:
    """The four ways in. Each starts a job, or says what is wrong and what is allowed."""
    place = st.segmented_control("From", PLACES, default="Folder", required=True, key="browse_source")
    {"Folder": _folder, "Files": _files, "Zip": _zip, "S3": _s3}[str(place)](project)
    st.caption("The folders directly inside name the classes, such as cat and dog. Your files are only read.")


def _folder(project: Project) -> None:
    roots = plain(", ".join(str(root) for root in state.in_force().roots))
    with st.form("browse_folder", border=False):
        folder = st.text_input("Folder on this computer", placeholder="/home/me/photos", key="browse_folder_path",
                               help=f"Folders that may be read: {roots}. REKOLAB_ROOTS widens them.")
        if st.form_submit_button("Read the folder", type="primary", icon=":material/folder_open:"):
            state.start(project, "import", "Reading the folder", sources.import_folder, folder=folder)


def _files(project: Project) -> None:
    sent = st.file_uploader(
        f"Photos or a folder with photos, up to {sources.MAX_UPLOADS} files", SUFFIXES, key="browse_files",
        accept_multiple_files="directory", max_upload_size=50,
        help="For more than that name a folder, a zip or a place in S3: browsers choke on thousands of files.")
    if len(sent) > sources.MAX_UPLOADS:
        st.error(f"{len(sent):,} files are too many for a browser. Name their folder, a zip or a place in S3 instead.")
    elif sent and st.button(f"Add {count(len(sent), 'file')}", type="primary", icon=":material/add_photo_alternate:"):
        with state.errors_shown():
            imported = sources.import_uploads(project, [(file.name, file) for file in sent])
            begun = state.begin(project, "import", "Looking at the photos", photos.scan)
            st.toast(plain(imported.sentence))
            if begun:
                st.rerun()


def _zip(project: Project) -> None:
    sent = st.file_uploader("A zip, best with one folder for each class", ["zip"], key="browse_zip")
    if sent and st.button("Unpack it", type="primary", icon=":material/folder_zip:"):
        with state.errors_shown():
            file = sources.receive(project, sent.name, sent)
            state.start(project, "import", "Unpacking the zip", sources.import_zip, file=str(file))


def _s3(project: Project) -> None:
    buckets = _buckets(project)
    with st.form("browse_s3", border=False):
        bucket = st.selectbox("Bucket", buckets, index=None, accept_new_options=True, key="browse_bucket",
                              placeholder="Choose one, or type its name")
        prefix = st.text_input("Prefix", placeholder="photos/2026/", key="browse_prefix")
        asked = st.form_submit_button("Copy from S3", type="primary", icon=":material/cloud_download:")
    if asked and bucket:
        state.start(project, "import", "Copying from S3", sources.import_s3, bucket_name=bucket, prefix=prefix)
    elif asked:
        st.warning("Choose a bucket, or type its name.")


def _buckets(project: Project) -> list[str]:
    """The buckets that can be listed; a bucket that can not be may still be typed."""
    try:
        return storage.list_buckets(state.clients(project))
    except RekolabError as error:
        messages.error(error)
        return []
