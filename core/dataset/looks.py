"""One look at each image of a manifest: in S3 through the memory of earlier looks, in a folder, or nowhere.

Of the many images that break no limit nothing is kept but that they do not, so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from core.aws import looking
from core.aws.clients import Clients
from core.aws.looking import Sight
from core.compute import each
from core.dataset import batches, headers
from core.dataset.beside import Beside
from core.dataset.names import counted
from core.jobs import Progress
from core.manifest.images import Absent, image_defect
from core.manifest.lines import split_uri
from core.types import Facts

Where = Literal["s3", "folder", "nowhere"]

THREADS = 16  # these wait for S3
CHUNK = 2_000  # images that the memory is asked for together

_FINE = Facts(1280, 1280, 3, "RGB", "JPEG", 1, "")  # stands for every image that breaks no limit


@dataclass(slots=True)
class Looked:
    """What was found, `where`, and how many images were looked at for it. `hidden` says why S3 could not be asked."""

    where: Where
    looks: int = 0
    hidden: str = ""
    troubled: dict[str, Facts | Absent] = field(default_factory=dict)
    beside: Beside | None = None

    def look(self, uri: str) -> Facts | Absent:
        """What the rules are to judge by."""
        return self.troubled.get(uri, _FINE)

    def note(self, uri: str, found: Facts | Absent) -> None:
        if image_defect(found, boxed=False):
            self.troubled[uri] = found


def nowhere(hidden: str = "") -> Looked:
    """No look at all: every image is taken to be good."""
    return Looked("nowhere", hidden=hidden)


def in_folder(progress: Progress, folder: Path, uris: Sequence[str]) -> Looked:
    """The images by the files that stand for them in a folder of this computer."""
    progress.begin(0, f"Listing {folder}")
    beside, looked = Beside(folder), Looked("folder")
    progress.begin(len(uris), f"Looking at {counted(len(uris), 'photo')} in {folder}")
    for uri, sight in each(beside.look, uris, progress, threads=THREADS // 4):
        looked.note(uri, sight.found)
    looked.looks, looked.beside = len(set(uris)), beside
    return looked


def in_s3(progress: Progress, clients: Clients, file: Path, uris: Sequence[str]) -> Looked:
    """The images by their headers in S3; what `file` remembers, and S3 confirms, is not read again.

    AwsError where S3 can't be asked at all; what was read by then is kept.
    """
    looked = Looked("s3")
    progress.begin(0, "Looking at the buckets")
    elsewhere = {bucket for bucket in {split_uri(uri)[0] for uri in uris} if looking.is_elsewhere(clients, bucket)}
    for uri in uris if elsewhere else ():
        if split_uri(uri)[0] in elsewhere:
            looked.note(uri, Absent.ELSEWHERE)
    waiting = list(_unknown(looked, file, [uri for uri in uris if uri not in looked.troubled] if elsewhere else uris))
    if waiting:
        progress.begin(0, "Asking which photos are still what they were")
        headers.confirm(file, clients, waiting)
        waiting = list(_unknown(looked, file, waiting))
    progress.begin(len(waiting), f"Looking at {counted(len(waiting), 'photo')} in S3")
    looked.looks = len(waiting)
    batches.written(_seen(progress, looked, partial(looking.look, clients), waiting), partial(headers.keep, file),
                    size=100)
    return looked


def _unknown(looked: Looked, file: Path, uris: Sequence[str]) -> Iterator[str]:
    """Those that the memory does not know; what it knows of the others is noted."""
    for start in range(0, len(uris), CHUNK):
        some = list(dict.fromkeys(uris[start : start + CHUNK]))  # of all of them it would take much memory
        known = headers.fresh(file, some)
        for uri, found in known.items():
            looked.note(uri, found)
        yield from (uri for uri in some if uri not in known)


def _seen(
    progress: Progress, looked: Looked, look: Callable[[str], Sight], uris: Iterable[str]
) -> Iterator[Sight]:
    for uri, sight in each(look, uris, progress, threads=THREADS):
        looked.note(uri, sight.found)
        yield sight
