"""Where a photo's bytes are: in a file of this computer, or in an object of S3 that stays where it is.

Both are named by a string, a path or "s3://bucket/key". This is the one place that tells them apart.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from core.aws import clients as aws
from core.aws import storage
from core.aws.clients import Clients
from core.aws.storage import StoredObject
from core.errors import AwsError, BadImage
from core.types import Backend
from core.workspace import Project

Stamp = tuple[int, int]  # (bytes, what changes with the content): the time of change in ns, or the ETag as a number


@dataclass(frozen=True, slots=True)
class Reach:
    """All that a worker needs to find S3: it opens no catalogue, and no secret travels to it."""

    home: str
    backend: Backend

    def clients(self) -> Clients:
        return aws.connect_from_worker(Path(self.home), self.backend)


def reach(project: Project) -> Reach:
    """How workers come to the project's objects, which answer from now on."""
    aws.connect(project.home, project.backend)
    return Reach(str(project.home), project.backend)


def in_s3(path: str | Path) -> bool:
    return str(path).startswith("s3://")


def place(path: str) -> Path | str:
    """A file as a Path; an object stays the string that it is."""
    return path if in_s3(path) else Path(path)


def source(project: Project, path: str | Path) -> Path | bytes:
    """What the functions that read images take: the file, or the object's bytes; BadImage when S3 does not give it."""
    if not in_s3(path):
        return Path(path)
    try:
        return read_bytes(project, path)
    except AwsError as error:
        raise BadImage(f"{path} can not be read. {error.message}") from error


def etag(project: Project, uri: str) -> str:
    """What S3 calls the content that an object has at this moment; BadImage when there is none, or S3 does not say."""
    try:
        found = storage.head(aws.connect(project.home, project.backend), *parts(uri))
    except AwsError as error:
        raise BadImage(f"{uri} can not be read. {error.message}") from error
    if found is None:
        raise BadImage(f"{uri} is not in S3 any more.")
    return found.etag


def read_bytes(project: Project, path: str | Path) -> bytes:
    """The bytes of a file (OSError when it can't be read) or of an object (AwsError)."""
    if not in_s3(path):
        return Path(path).read_bytes()
    return storage.get_bytes(aws.connect(project.home, project.backend), *parts(str(path)))


def parts(uri: str) -> tuple[str, str]:
    """ "s3://bucket/a/key" -> ("bucket", "a/key")."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def stamp_of(item: StoredObject) -> Stamp:
    """The stamp of an object, which is another one after it was overwritten with another content."""
    return item.size, int.from_bytes(hashlib.sha256(item.etag.encode()).digest()[:7])
