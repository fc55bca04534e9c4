"""Photos that are somewhere already: in S3, or in the project."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import PurePosixPath

import streamlit as st

from core.aws import storage
from core.aws.storage import StoredObject
from core.dataset import mirror, photos, places
from core.errors import BadImage, RekolabError
from core.evaluation import photosets
from core.images import thumbnails
from core.types import Photo
from core.ui import gallery, messages, sources, state
from core.ui.predicting import answers
from core.ui.predicting.asking import Picture
from core.ui.predicting.model import Model
from core.ui.words import count, plain
from core.workspace import Project

MOST = 240  # photos of a prefix that are listed to pick from; all of them can be asked about as a job
PAGE = 24  # thumbnails at once, because each photo has to come from S3 for its own
THREADS = 8
PLACE = "predict_s3_place"  # (bucket, key or prefix) that was asked for last
PICKED, OWN = "predict_s3_picked", "predict_own_picked"


def from_s3(project: Project, model: Model) -> None:
    """One object by its key, or one of those under a prefix."""
    with st.form("predict_s3", border=False):
        bucket = st.selectbox("Bucket", sources.buckets(project), index=None, accept_new_options=True,
                              key="predict_bucket", placeholder="Choose one, or type its name", persist_state="session")
        key = st.text_input("Key, or prefix", placeholder="photos/2026/", key="predict_key", persist_state="session",
                            help="The key of one photo, or how the keys of several begin.")
        if st.form_submit_button("Look", type="primary", icon=":material/search:"):
            st.session_state[PLACE] = (bucket, key) if bucket else None
            st.session_state.pop(PICKED, None)
            if not bucket:
                st.warning("Choose a bucket, or type its name.")
    if place := st.session_state.get(PLACE):
        with state.errors_shown():
            _pick(project, model, *place)


def _pick(project: Project, model: Model, bucket: str, prefix: str) -> None:
    with st.spinner("Looking …"):
        found = {item.key: item for item in mirror.first_photos(project, bucket, prefix, MOST + 1)}
    if not found:
        st.info(f"No JPEG, PNG or other photo begins with s3://{plain(bucket)}/{plain(prefix)}.",
                icon=":material/search_off:")
        return
    chosen = st.session_state.get(PICKED) or (prefix if list(found) == [prefix] else None)
    if chosen in found:
        answers.draw(project, model, [_object(project, bucket, found[chosen])])
        st.divider()
    if len(found) > MOST:
        st.caption(f"The first {MOST} are shown. A longer prefix narrows them down; “A folder” asks about all of them.")
    else:
        st.caption(f"{count(len(found), 'photo')}. Click one to ask about it.")
    keys = list(found)[:MOST]
    made = _Thumbnails(project, bucket, found, keys)
    opened = gallery.paged(keys, made.tile, "predict_s3_tiles", of=(bucket, prefix), single=True, size=PAGE).opened
    if opened and opened != chosen:
        st.session_state[PICKED] = opened
        st.rerun()


class _Thumbnails:
    """The tiles of a page, whose photos come from S3 together when the first of them is asked for."""

    def __init__(self, project: Project, bucket: str, found: dict[str, StoredObject], keys: list[str]) -> None:
        self._project, self._bucket, self._found, self._keys = project, bucket, found, keys
        self._made: dict[str, bytes | None] = {}

    def tile(self, key: str) -> gallery.Tile:
        if key not in self._made:
            at = self._keys.index(key)
            some = self._keys[at : at + PAGE]
            with ThreadPoolExecutor(THREADS) as pool:
                self._made |= zip(some, pool.map(self._small, some), strict=True)
        return gallery.Tile(key, PurePosixPath(key).name or key, self._made[key], note=key)

    def _small(self, key: str) -> bytes | None:
        uri = storage.uri(self._bucket, key)
        kept = _KEPT.get((uri, self._found[key].etag))
        if kept is None:
            try:
                kept = thumbnails.preview(places.source(self._project, uri), thumbnails.LONGEST)
            except BadImage:
                return None
            _KEPT[uri, self._found[key].etag] = kept
            while len(_KEPT) > 4 * MOST:
                _KEPT.pop(next(iter(_KEPT)), None)
        return kept


_KEPT: dict[tuple[str, str], bytes] = {}  # thumbnails by address and ETag, which threads without a page fill


def _object(project: Project, bucket: str, item: StoredObject) -> Picture:
    uri = storage.uri(bucket, item.key)
    return Picture(f"{uri} {item.etag}", item.key, partial(places.read_bytes, project, uri), uri)


def from_project(project: Project, model: Model) -> None:
    """One of the project's own photos, by its thumbnail."""
    listed = {str(photo.id): photo for photo in photos.photos(project) if photo.facts}
    if not listed:
        messages.empty("There are no photos in this project.", "Add photos", "data/browse")
        return
    photo = listed.get(st.session_state.get(OWN, ""))
    if photo:
        answers.draw(project, model, [_own(project, photo)])
        _known(project, photo)
        st.divider()
    st.caption(f"{count(len(listed), 'photo')}. Click one to ask about it.")
    opened = gallery.paged(list(listed), lambda one: _tile(project, listed[one]), "predict_own_tiles", single=True,
                           size=PAGE * 2).opened
    if opened and opened != st.session_state.get(OWN):
        st.session_state[OWN] = opened
        st.rerun()


def _known(project: Project, photo: Photo) -> None:
    """Why the answer about a photo that was trained with says little."""
    label = f"Its label is {plain(photo.label)}. " if photo.label else "It has no label yet. "
    trained = False
    with suppress(RekolabError):  # nothing can be trained with yet
        trained = photo.id in {one.id for one in photosets.training_photos(project)}
    st.caption(label + ("It is on the training side of the split, so that the model may know it by heart."
                        if trained else ""))


def _own(project: Project, photo: Photo) -> Picture:
    content = photo.facts.sha256 if photo.facts else ""
    return Picture(f"photo {photo.id} {content}", photo.name, partial(_bytes, project, photo), photo.path)


def _bytes(project: Project, photo: Photo) -> bytes:
    try:
        return places.read_bytes(project, photo.path)
    except OSError as error:
        raise BadImage(f"{photo.name} can not be read: {error.strerror or error}.") from error


def _tile(project: Project, photo: Photo) -> gallery.Tile:
    return gallery.Tile(str(photo.id), photo.label or "no label", gallery.thumbnail(project, photo), note=photo.name)
