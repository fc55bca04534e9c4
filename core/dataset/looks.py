"""One look at each image of a manifest: in S3 through the memory of earlier looks, in a folder, or nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from core.aws import looking
from core.aws.clients import Clients
from core.aws.looking import Sight
from core.compute import each
from core.dataset import batches, beside, headers
from core.dataset.beside import Beside
from core.dataset.images import Images
from core.dataset.names import counted
from core.jobs import Progress
from core.manifest.images import Absent
from core.types import Facts

Where = Literal["s3", "folder", "nowhere"]

THREADS = 16  # these wait for S3


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, `where`, and how many images were looked at for it. `hidden` says why S3 could not be asked."""

    where: Where
    images: Images
    looks: int = 0
    hidden: str = ""
    beside: Beside | None = None

    def look(self, uri: str) -> Facts | Absent:
        """What the rules are to judge by."""
        return self.images.look(uri)


def nowhere(uris: Iterable[str], hidden: str = "") -> Looked:
    """No look at all: every image is taken to be good."""
    return Looked("nowhere", Images(uris), hidden=hidden)


def in_folder(progress: Progress, folder: Path, uris: Iterable[str]) -> Looked:
    """The images by the files that stand for them in a folder of this computer."""
    progress.begin(0, f"Listing {folder}")
    files, images = Beside(folder, progress.check), Images(uris)
    progress.begin(len(images), f"Looking at {counted(len(images), 'photo')} in {folder}")
    asked = ((uri, files.find(uri)) for uri in _each(images))
    for (uri, _), sight in each(beside.look, asked, progress, threads=THREADS // 4):
        images.note(uri, sight.found)
    return Looked("folder", images, len(images), beside=files)


def in_s3(progress: Progress, clients: Clients, file: Path, uris: Iterable[str]) -> Looked:
    """The images by their headers in S3; what `file` remembers, and S3 confirms, is not read again.

    AwsError where S3 can't be asked at all; what was read by then is kept.
    """
    progress.begin(0, "Looking at the buckets")
    images = Images(uris)
    for bucket in images.buckets():
        if looking.is_elsewhere(clients, bucket):
            images.note_bucket(bucket, Absent.ELSEWHERE)
    _remember(progress, images, file)
    if images.waiting():
        progress.begin(images.count_folders(), "Asking which photos are still what they were")
        headers.confirm(progress, file, clients, images.folders())
        _remember(progress, images, file)
    waiting = images.waiting()
    progress.begin(waiting, f"Looking at {counted(waiting, 'photo')} in S3")
    batches.written(_seen(progress, images, partial(looking.look, clients)), partial(headers.keep, file), size=100)
    return Looked("s3", images, waiting)


def _remember(progress: Progress, images: Images, file: Path) -> None:
    """Note what the memory knows of images that wait."""
    for some in images.chunks():
        progress.check()
        for uri, found in headers.fresh(file, some).items():
            images.note(uri, found)


def _each(images: Images) -> Iterator[str]:
    for some in images.chunks():
        yield from some


def _seen(progress: Progress, images: Images, look: Callable[[str], Sight]) -> Iterator[Sight]:
    for uri, sight in each(look, _each(images), progress, threads=THREADS):
        images.note(uri, sight.found)
        yield sight
