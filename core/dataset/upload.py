"""Upload: the pictures and manifests of a project to S3; only what is not there yet, and verified at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial

from core.aws import clients as aws
from core.aws import storage
from core.aws.clients import Clients
from core.aws.storage import StoredObject
from core.compute import each
from core.dataset import batches, cleaning_s3, manifests, places, synced
from core.dataset.manifests import Built
from core.dataset.names import counted
from core.dataset.trainable import Entry
from core.errors import CLEAN, Cure, NotFound, NotReady, RekolabError
from core.jobs import Progress
from core.workspace import Project, open_project

THREADS = 8  # these wait for the network, not for a processor
BROWSE = Cure("Look at the photos again", "data/browse")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What is in S3 now. `testing_uri` is None while the test side is empty; `concerns` are about the bucket."""

    bucket: str
    training_uri: str
    testing_uri: str | None
    sent: int
    kept: int
    bytes_sent: int
    concerns: tuple[str, ...] = ()


def upload(progress: Progress, home: str, project: str) -> Uploaded:
    """Job: send the pictures and both manifests that S3 does not have yet, then see that all of them are there."""
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    progress.begin(0, "Preparing the bucket")
    bucket = storage.ensure_bucket(clients, storage.bucket_name(clients, owner))
    built = manifests.build(owner, bucket.name)
    missing, current = _missing(owner, clients, built), is_current(owner, built)
    bytes_sent = sum(entry.facts.bytes for entry in missing.values())
    progress.begin(len(missing), f"Sending {counted(len(missing), 'photo')} to s3://{bucket.name}/{built.prefix}")
    send = _sender(owner, clients, bucket.name, missing)
    batches.written((stored for _, stored in each(send, missing, progress, threads=THREADS)),
                    partial(synced.remember, owner, bucket.name))
    progress.begin(0, "Seeing that everything has arrived")
    training, testing = _send_manifests(clients, built)
    if lost := _missing(owner, clients, built):
        raise RekolabError(f"{counted(len(lost), 'photo')} did not arrive whole in {bucket.name}. Upload once more.")
    done = Uploaded(bucket.name, training, testing, len(missing), len(built.pictures) - len(missing), bytes_sent,
                    bucket.concerns)
    owner.set("upload", asdict(done))
    if done.sent or not current:
        there = f"; {counted(done.kept, 'photo')} there already" if done.kept else ""
        owner.note("manifest", f"{counted(done.sent, 'photo')} and the manifests sent to "
                               f"s3://{bucket.name}/{built.prefix}{there}")
    return done


def last_upload(project: Project) -> Uploaded | None:
    """What the last upload left in S3."""
    kept = project.get("upload")
    return Uploaded(**kept | {"concerns": tuple(kept["concerns"])}) if kept else None


def is_current(project: Project, built: Built) -> bool:
    """Whether the last upload sent just these manifests, and so these pictures."""
    last = last_upload(project)
    return last is not None and (last.training_uri, last.testing_uri) == _uris(built)


def _missing(project: Project, clients: Clients, built: Built) -> dict[str, Entry]:
    """The pictures by key that S3 does not hold, or holds with another size or content."""
    there = {item.key: item for item in storage.list_objects(clients, built.bucket, f"{built.prefix}/images/")}
    known = synced.known(project, built.bucket)
    return {key: entry for key, entry in built.pictures.items()
            if not _holds(there.get(key), entry, storage.uri(built.bucket, key), known.get(key))}


def _holds(item: StoredObject | None, entry: Entry, uri: str, etag: str | None) -> bool:
    """Whether the object is the entry's: cleaned in its place, as it was when we sent it, or with the file's MD5."""
    if item is None or item.size != entry.facts.bytes:
        return False
    if isinstance(entry.file, str):
        return entry.file == uri or item.etag == etag
    return item.etag == (etag or storage.etag_of(entry.file.read_bytes() if entry.file.is_file() else b""))


def _sender(
    project: Project, clients: Clients, bucket: str, pictures: Mapping[str, Entry]
) -> Callable[[str], StoredObject]:
    def send(key: str) -> StoredObject:
        return storage.put_bytes(clients, bucket, key, _content(project, pictures[key]))

    return send


def _content(project: Project, entry: Entry) -> bytes:
    """The bytes of its file or object, which must still be those that the manifest was made for."""
    try:
        data = places.read_bytes(project, entry.file)
    except NotFound:
        cleaning_s3.forget(project, str(entry.file))
        raise NotReady(f"{entry.name} is no longer in S3: {entry.file}. Clean the photos again.", CLEAN) from None
    except OSError:
        raise NotReady(f"The file of {entry.name} can not be read: {entry.file}. Look at the photos again.",
                       BROWSE) from None
    if hashlib.sha256(data).hexdigest() != entry.facts.sha256:
        raise NotReady(f"{entry.name} has changed since it was looked at. Look at the photos again.", BROWSE)
    return data


def _send_manifests(clients: Clients, built: Built) -> tuple[str, str | None]:
    """Send both manifests, whose keys name their content; gives their URIs."""
    texts: Iterable[tuple[str | None, str]] = (
        (built.training_key, built.training), (built.testing_key, built.testing))
    for key, text in texts:
        if key:
            storage.put_bytes(clients, built.bucket, key, text.encode(), "application/jsonlines")
    return _uris(built)


def _uris(built: Built) -> tuple[str, str | None]:
    testing = built.testing_key
    return storage.uri(built.bucket, built.training_key), storage.uri(built.bucket, testing) if testing else None
