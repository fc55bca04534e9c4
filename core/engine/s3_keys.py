"""Everything of moto's S3 that is not public, in one place: its keys, with bodies in files, and their states.

moto holds bodies in memory and forgets all when it ends. Here a key knows only the name of its body's file, and can
be turned into a JSON state and back.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import moto.s3.models as models
from moto.core.models import DEFAULT_ACCOUNT_ID

from core.engine.blobs import Blobs
from core.engine.s3_index import State

_FIELDS = (
    "_etag", "_version_id", "_is_versioned", "_storage_class", "encryption", "kms_key_id", "bucket_key_enabled",
    "lock_mode", "lock_legal_status", "lock_until", "checksum_value", "checksum_type", "checksum_parts",
    "checksum_algorithm", "website_redirect_location", "contentsize", "blob")


@dataclass
class Touched:
    """What one request changes: (bucket, key) pairs, and bodies that nothing names any more afterwards."""

    keys: set[tuple[str, str]] = field(default_factory=set)
    bodies: list[str] = field(default_factory=list)


_thread = threading.local()


@contextlib.contextmanager
def touching() -> Iterator[Touched]:
    """What the calls of this thread into moto change while the block runs."""
    _thread.touched = Touched()
    try:
        yield _thread.touched
    finally:
        del _thread.touched


def _touched() -> Touched:
    return getattr(_thread, "touched", None) or Touched()


class StoredKey(models.FakeKey):
    """A key of moto's whose body is a file: no memory and no open file an object."""

    __module__ = "moto.s3.models"  # moto files its models by their module's second part
    blobs: Blobs
    blob: str | None = None

    @property
    def value(self) -> bytes:
        return self.blobs.read(self.blob) if self.blob else b""

    @value.setter
    def value(self, data: bytes | str) -> None:
        data = data.encode() if isinstance(data, str) else bytes(data)
        self.contentsize = len(data)
        if self._etag is None:
            self._etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if data:
            self.blob = self.blobs.write(data)

    @property
    def etag(self) -> str:
        return f'"{self._etag}"'

    def dispose(self, garbage: bool = False) -> None:
        """moto calls this when a key is overwritten or deleted, and (as garbage) when Python forgets it."""
        if garbage or self.disposed:
            return
        self.disposed = True
        if self.blob:
            _touched().bodies.append(self.blob)
        if self.multipart:
            self.multipart.dispose()


def backend() -> Any:
    """moto's S3 of the one account that the engine has."""
    return models.s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def adopt(blobs: Blobs) -> None:
    """Empty moto's S3, and let it keep bodies in `blobs` from now on. Its state belongs to the whole process."""
    backend().reset()
    StoredKey.blobs = blobs
    if models.FakeKey is not StoredKey:
        models.FakeKey = StoredKey  # type: ignore[misc]
        _watch("put_object")  # copies, forms and finished multipart uploads end here too
        _watch("delete_object")


def _watch(name: str) -> None:
    original: Callable[..., Any] = getattr(models.S3Backend, name)

    def watched(self: Any, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> Any:
        _touched().keys.add((bucket_name, key_name))
        return original(self, bucket_name, key_name, *args, **kwargs)

    setattr(models.S3Backend, name, watched)


def forget_instances() -> None:
    """moto remembers every instance it ever made; the engine would grow for ever."""
    kinds: tuple[Any, ...] = (StoredKey, models.FakeMultipart, models.FakeDeleteMarker)
    for kind in kinds:
        kind.instances_tracked.clear()


def states(bucket: str, key: str) -> list[State]:
    """The states of all versions of a key, the oldest first; none when the key or the bucket is gone."""
    found = backend().buckets.get(bucket)
    return [] if found is None else [_state(version) for version in found.keys.getlist(key, [])]


def _state(version: Any) -> State:
    if isinstance(version, models.FakeDeleteMarker):
        return {"marker": version.version_id, "at": version.last_modified.isoformat()}
    if version.multipart:  # moto would keep the parts beside the finished object
        version.multipart.dispose()
        version.multipart = None
    return {
        "at": version.last_modified.isoformat(),
        "metadata": dict(version.metadata),
        "tags": backend().tagger.get_tag_dict_for_resource(version.arn),
        **{name: getattr(version, name) for name in _FIELDS if getattr(version, name, None) is not None},
    }


def restore_bucket(name: str, region: str, created: str) -> None:
    backend().create_bucket(name, region).creation_date = dt.datetime.fromisoformat(created)


def restore_version(bucket: str, key: str, state: State) -> None:
    """Put back one version, as the newest of its key."""
    keys = backend().buckets[bucket].keys
    older = keys.getlist(key, [])
    version = _marker(older, state) if "marker" in state else _key(bucket, key, state)
    if version is not None:
        version.last_modified = dt.datetime.fromisoformat(state["at"])
        dict.__setitem__(keys, key, [*older, version])


def _marker(older: list[Any], state: State) -> Any:
    if not older:
        return None
    marker = models.FakeDeleteMarker(key=older[-1])
    marker._version_id = state["marker"]
    return marker


def _key(bucket: str, key: str, state: State) -> StoredKey:
    version = StoredKey(
        name=key, value=b"", account_id=DEFAULT_ACCOUNT_ID, region_name=backend().region_name, bucket_name=bucket,
        etag=state["_etag"])
    for name in _FIELDS:
        if name in state:
            setattr(version, name, state[name])
    version.metadata.clear()
    version.metadata.update(state["metadata"])
    if state["tags"]:
        backend().tagger.tag_resource(version.arn, [{"Key": name, "Value": value}
                                                    for name, value in state["tags"].items()])
    return version
