"""What S3 holds of a project's pictures already, told by sizes and checksums without reading the files again."""

from __future__ import annotations

import hashlib

from core.aws import storage
from core.aws.clients import Clients
from core.aws.storage import StoredObject
from core.compute import each
from core.dataset import batches, synced
from core.dataset.manifests import Built
from core.dataset.names import counted
from core.dataset.trainable import Entry
from core.jobs import Progress
from core.workspace import Project

THREADS = 8  # these wait for the network, not for a processor


def missing(progress: Progress, project: Project, clients: Clients, built: Built) -> dict[str, Entry]:
    """The pictures by key that S3 does not hold, or holds with another size or content.

    One list tells it of what was sent from here. Of the rest, such as what was sent just before a crash or from
    another computer, S3 is asked for the checksums.
    """
    there = {item.key: item for item in storage.list_objects(clients, built.bucket, f"{built.prefix}/images/")}
    known = synced.known(project, built.bucket)
    absent, doubtful = {}, {}
    for key, entry in built.pictures.items():
        item = there.get(key)
        if item is None or item.size != entry.facts.bytes:
            absent[key] = entry
        elif known.get(key) != item.etag and entry.file != storage.uri(built.bucket, key):  # cleaned in its place
            doubtful[key] = item
    held = _held(progress, project, clients, built, doubtful)
    return absent | {key: built.pictures[key] for key in doubtful if key not in held}


def _held(
    progress: Progress, project: Project, clients: Clients, built: Built, doubtful: dict[str, StoredObject]
) -> set[str]:
    """The keys among these whose objects are what they should be; that is remembered."""
    if not doubtful:
        return set()
    progress.begin(len(doubtful), f"Comparing the checksums of {counted(len(doubtful), 'photo')} with those in S3")
    held: set[str] = set()

    def same(key: str) -> bool:
        return _is_same(clients, built, doubtful[key])

    def keep(items: list[StoredObject]) -> None:
        synced.remember(project, built.bucket, items)
        held.update(item.key for item in items)

    batches.written((doubtful[key] for key, fits in each(same, doubtful, progress, threads=THREADS) if fits), keep)
    return held


def _is_same(clients: Clients, built: Built, item: StoredObject) -> bool:
    """Whether the object has the content of its picture: by S3's own SHA-256, or by the MD5 of the file here."""
    entry = built.pictures[item.key]
    if checksum := storage.sha256_of(clients, built.bucket, item):
        return checksum == entry.facts.sha256
    if isinstance(entry.file, str) or not entry.file.is_file():
        return False
    data = entry.file.read_bytes()
    return item.etag == storage.etag_of(data) and hashlib.sha256(data).hexdigest() == entry.facts.sha256
