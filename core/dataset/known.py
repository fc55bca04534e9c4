"""The project's photos by the addresses that manifests give them in S3, also those of earlier uploads."""

from __future__ import annotations

from functools import cached_property

from core.dataset import cleaning, manifests, testset
from core.dataset.manifests import Built
from core.dataset.names import content_in
from core.dataset.photos import photos
from core.dataset.trainable import Entry, trainable
from core.errors import NotReady
from core.types import Photo
from core.workspace import Project


class Known:
    """What is known of the project's photos at one moment, for a bucket."""

    def __init__(self, project: Project, bucket: str) -> None:
        self._project = project
        self._bucket = bucket
        self.left_out = {one.photo_id: one.reason for one in trainable(project).left_out}

    @cached_property
    def _built(self) -> Built | None:
        try:
            return manifests.build(self._project, self._bucket)
        except NotReady:  # nothing is labelled any more
            return None

    @cached_property
    def by_key(self) -> dict[str, Entry]:
        """The pictures that can be trained with, by where they are to be in the bucket."""
        return dict(self._built.pictures) if self._built else {}

    @cached_property
    def _by_photo(self) -> dict[int, Entry]:
        return {entry.photo_id: entry for entry in self.by_key.values()}

    @cached_property
    def _lines(self) -> dict[int, str]:
        return testset.lines_by_photo(self._built) if self._built else {}

    @cached_property
    def _photos(self) -> dict[int, Photo]:
        return {photo.id: photo for photo in photos(self._project)}

    @cached_property
    def _contents(self) -> dict[str, int]:
        """Photo ids by the beginning of the hash of their file, and of the copies that were made of it."""
        own = {photo.facts.sha256[:16]: photo.id for photo in self._photos.values() if photo.facts}
        copies = {copy.sha256[:16]: copy.photo_id for copy in cleaning.results(self._project) if copy.sha256}
        trained = {entry.facts.sha256[:16]: entry.photo_id for entry in self.by_key.values()}
        return own | copies | trained  # of exact duplicates, the one that is trained with

    def photo(self, source_ref: str) -> Photo | None:
        """The photo that an address in S3 stands for."""
        content = content_in(source_ref)
        return self._photos.get(self._contents.get(content, -1)) if content else None

    def entry(self, source_ref: str) -> Entry | None:
        """The picture that would be sent for it now; None where it is left out of training."""
        photo = self.photo(source_ref)
        return self._by_photo.get(photo.id) if photo else None

    def key(self, entry: Entry) -> str:
        return f"{self._project.name}/{manifests.picture_key(entry)}"

    def line(self, entry: Entry) -> str:
        """Its line in the project's own manifests."""
        return self._lines[entry.photo_id]
