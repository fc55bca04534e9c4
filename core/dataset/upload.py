"""Upload: the pictures and manifests of a project to S3; only what is not there yet, and verified at the end."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial

from core.aws import buckets, storage
from core.aws import clients as aws
from core.aws.buckets import Inspection, Mend
from core.aws.clients import Clients
from core.dataset import arrival, manifests, sending
from core.dataset.manifests import Built
from core.dataset.names import counted
from core.dataset.remembering import remembered
from core.dataset.trainable import Entry
from core.errors import AwsError, BadPath, NotReady, RekolabError
from core.jobs import Progress
from core.workspace import Project, open_project

_FRESH = 60.0  # seconds for which a look at the bucket counts


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What is in S3 now. `testing_uri` is None while the test side is empty."""

    bucket: str
    training_uri: str
    testing_uri: str | None
    sent: int
    kept: int
    bytes_sent: int


def upload(progress: Progress, home: str, project: str) -> Uploaded:
    """Job: send the pictures and both manifests that S3 does not have yet, then see that all of them are there."""
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    built = manifests.build(owner, ready_bucket(progress, owner, clients))
    current = is_current(owner, built)
    done = bring(progress, owner, clients, built)
    owner.set("upload", asdict(done))
    if done.sent or not current:
        there = f"; {counted(done.kept, 'photo')} there already" if done.kept else ""
        owner.note("manifest", f"{counted(done.sent, 'photo')} and the manifests sent to "
                               f"s3://{done.bucket}/{built.prefix}{there}")
    return done


def ready_bucket(progress: Progress, project: Project, clients: Clients) -> str:
    """The name of the project's bucket, which is made when there is none."""
    progress.begin(0, "Preparing the bucket")
    return storage.ensure_bucket(clients, storage.bucket_name(clients, project)).name


def bring(progress: Progress, project: Project, clients: Clients, built: Built) -> Uploaded:
    """Send what S3 does not have yet of these manifests and their pictures, then see that all of it is there."""
    progress.begin(0, f"Seeing what is in s3://{built.bucket}/{built.prefix} already")
    missing = arrival.missing(progress, project, clients, built)
    if missing:
        _send_pictures(progress, project, clients, built, missing)
    progress.begin(0, "Seeing that everything has arrived")
    training, testing = _send_manifests(clients, built)
    if missing and (lost := arrival.missing(progress, project, clients, built)):
        raise RekolabError(f"{counted(len(lost), 'photo')} did not arrive whole in {built.bucket}. Upload once more.")
    bytes_sent = sum(entry.facts.bytes for entry in missing.values())
    return Uploaded(built.bucket, training, testing, len(missing), len(built.pictures) - len(missing), bytes_sent)


def last_upload(project: Project) -> Uploaded | None:
    """What the last upload left in S3."""
    kept = project.get("upload")
    return Uploaded(**{field.name: kept[field.name] for field in fields(Uploaded)}) if kept else None


def is_current(project: Project, built: Built) -> bool:
    """Whether the last upload sent just these manifests, and so these pictures."""
    last = last_upload(project)
    return last is not None and (last.training_uri, last.testing_uri) == _uris(built)


def inspect_bucket(project: Project, clients: Clients, name: str) -> Inspection:
    """What is to be said of the bucket before anything is sent to it; a look counts for a minute."""
    look = partial(buckets.inspect, clients, name, project.name)
    return remembered(project, "bucket", look, name, clients, time.monotonic() // _FRESH)


def mend_bucket(project: Project, clients: Clients, name: str, way: Mend) -> None:
    """Do the one step that takes a concern about the bucket away."""
    buckets.mend(clients, name, way)
    project.note("manifest", f"{buckets.MENDS[way]}: done for the bucket {name}")


def choose_bucket(project: Project, name: str) -> None:
    """Use another bucket from now on, "" for the usual one; BadPath for what can be no bucket's name."""
    if name and not storage.is_bucket_name(name):
        raise BadPath("A bucket's name has 3 to 63 small letters, digits, dots and hyphens, and begins and ends with "
                      "a letter or digit.")
    project.set("bucket", name or None)


def _send_pictures(
    progress: Progress, project: Project, clients: Clients, built: Built, missing: Mapping[str, Entry]
) -> None:
    """Send them all; NotReady names those whose files are not what they were, an AwsError what was refused."""
    progress.begin(len(missing), f"Sending {counted(len(missing), 'photo')} to s3://{built.bucket}/{built.prefix}")
    try:
        unsent = sending.send(progress, project, clients, built.bucket, missing)
    except AwsError as error:
        raise sending.stopped(error) from error
    if unsent:
        raise NotReady(sending.sentence(unsent, len(missing) - len(unsent)), unsent[0].cure)


def _send_manifests(clients: Clients, built: Built) -> tuple[str, str | None]:
    """Send the manifests that are not there yet, whose keys name their content; gives their URIs."""
    for key, text in _manifests(built):
        data = text.encode()
        there, sha256 = storage.head(clients, built.bucket, key), hashlib.sha256(data).hexdigest()
        if there is None or storage.sha256_of(clients, built.bucket, there) != sha256:
            storage.put_bytes(clients, built.bucket, key, data, sha256=sha256)
    return _uris(built)


def _manifests(built: Built) -> Iterator[tuple[str, str]]:
    """Key and text of each manifest that has lines."""
    yield built.training_key, built.training
    if built.testing_key:
        yield built.testing_key, built.testing


def _uris(built: Built) -> tuple[str, str | None]:
    testing = built.testing_key
    return storage.uri(built.bucket, built.training_key), storage.uri(built.bucket, testing) if testing else None
