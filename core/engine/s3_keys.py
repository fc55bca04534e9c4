"""moto's objects with their bodies in files, and as JSON states and back.

moto holds bodies in memory and forgets all when it ends. Here a key knows only the name of its body's file. What moto
does not publish of its S3 is used in this module, s3_uploads.py and s3_changes.py, and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import moto.core.serialize as serialize
import moto.s3.models as models
import moto.s3.responses as responses
from botocore.utils import parse_to_aware_datetime
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import MissingBucket, NoSuchUpload
from moto.s3.utils import _VersionedKeyStore
from moto.utilities.utils import LowercaseDict

from core.engine import s3_changes
from core.engine.blobs import Blobs
from core.engine.checksums import compute_checksum
from core.engine.s3_index import State

OWNER = models.OWNER  # the id by which moto's answers name the owner of everything

_FIELDS = (
    "_etag", "_version_id", "_is_versioned", "_storage_class", "encryption", "kms_key_id", "bucket_key_enabled",
    "lock_mode", "lock_legal_status", "lock_until", "checksum_value", "checksum_type", "checksum_parts",
    "checksum_algorithm", "website_redirect_location", "contentsize", "blob")


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
            s3_changes.current().bodies.append(self.blob)
        if self.multipart:
            self.multipart.dispose()


def backend() -> Any:
    """moto's S3 of the one account that the engine has."""
    return models.s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def adopt(blobs: Blobs) -> None:
    """Empty moto's S3, and let it keep bodies in `blobs` from now on. Its state belongs to the whole process."""
    backend().reset()
    StoredKey.blobs = blobs
    if models.FakeKey is StoredKey:
        return
    models.FakeKey = StoredKey  # type: ignore[misc]
    models.MultipartDict.__missing__ = _no_such_upload  # type: ignore[attr-defined]
    _VersionedKeyStore.items = items  # type: ignore[assignment]
    _VersionedKeyStore.iterlists = lists  # type: ignore[assignment]
    for module in (models, responses):
        vars(module)["compute_checksum"] = compute_checksum  # moto's own gives wrong ones without more packages
    vars(serialize)["parse_to_aware_datetime"] = _moment  # moto's own takes most of the time of a long list
    s3_changes.watch()


def items(keys: _VersionedKeyStore) -> Iterator[tuple[str, Any]]:
    """The keys of a bucket with their latest versions, as of one moment. moto's own fails where one is deleted then."""
    return ((name, versions[-1]) for name, versions in lists(keys) if versions)


def lists(keys: _VersionedKeyStore) -> Iterator[tuple[str, list[Any]]]:
    """The same with all versions."""
    return iter(dict.copy(keys).items())


def _moment(value: Any) -> dt.datetime:
    """A time of moto's, which is nearly always in ISO 8601 and needs no guessing."""
    try:
        found = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return parse_to_aware_datetime(value)
    return found if found.tzinfo else parse_to_aware_datetime(value)


def _no_such_upload(_: models.MultipartDict, upload: str) -> None:
    raise NoSuchUpload(upload_id=upload)


def forget_instances() -> None:
    """moto remembers every instance it ever made; the engine would grow for ever."""
    kinds: tuple[Any, ...] = (StoredKey, models.FakeMultipart, models.FakeDeleteMarker)
    for kind in kinds:
        kind.instances_tracked.clear()


def find(bucket: str, key: str, version: str | None = None) -> StoredKey | None:
    """An object, or one version of it; None when there is none."""
    try:
        found: StoredKey | None = backend().get_object(bucket, key, version)
    except MissingBucket:
        return None
    return found


def is_denied(action: str, bucket: str, key: str) -> bool:
    """Whether the bucket's policy denies everybody that action on the object, as S3 itself answers with 403."""
    found = backend().buckets.get(bucket)
    if found is None or found.policy is None:
        return False
    allowed = found.get_permission(action, f"arn:{found.partition}:s3:::{bucket}/{key}")
    return bool(allowed == PermissionResult.DENIED)


def versions(bucket: str, key: str) -> list[State]:
    """The states of all versions of a key, the oldest first; none when the key or the bucket is gone."""
    found = backend().buckets.get(bucket)
    return [] if found is None else [_state(version) for version in found.keys.getlist(key, [])]


def _state(version: Any) -> State:
    if isinstance(version, models.FakeDeleteMarker):
        return {"marker": version.version_id, "at": version.last_modified.isoformat()}
    if version.multipart:  # moto would keep the parts beside the finished object
        version.multipart.dispose()
        version.multipart = None
    return key_state(version)


def key_state(key: StoredKey) -> State:
    return {
        "at": key.last_modified.isoformat(),
        "metadata": dict(key.metadata),
        "acl": acl_state(key.acl),
        "tags": backend().tagger.get_tag_dict_for_resource(key.arn),
        **{name: getattr(key, name) for name in _FIELDS if getattr(key, name, None) is not None},
    }


def restore_versions(objects: Iterable[tuple[str, str, State]]) -> Iterator[State]:
    """Put back (bucket, key, state) of versions, each as the newest of its key; gives their states."""
    buckets = backend().buckets
    for bucket, key, state in objects:
        _restore_version(buckets[bucket].keys, bucket, key, state)
        yield state


def _restore_version(keys: Any, bucket: str, key: str, state: State) -> None:
    older = keys.getlist(key, [])
    if "marker" in state:
        version = _restore_marker(older[-1] if older else _new_key(bucket, key), state)
    else:
        version = restore_key(bucket, key, state)
    dict.__setitem__(keys, key, [*older, version])


def _restore_marker(hidden: Any, state: State) -> Any:
    marker = models.FakeDeleteMarker(key=hidden)
    marker._version_id = state["marker"]
    marker.last_modified = dt.datetime.fromisoformat(state["at"])
    return marker


def restore_key(bucket: str, name: str | int, state: State) -> StoredKey:
    """The key that `key_state` described. A part of an upload has its number as `name`."""
    key = _new_key(bucket, name)
    for field in _FIELDS:
        if field in state:
            setattr(key, field, state[field])
    key.last_modified = dt.datetime.fromisoformat(state["at"])
    key.metadata.update(state["metadata"])
    key.acl = restore_acl(state["acl"])
    if state["tags"]:
        backend().tagger.tag_resource(key.arn, [{"Key": tag, "Value": value} for tag, value in state["tags"].items()])
    return key


def _new_key(bucket: str, name: Any) -> StoredKey:
    """A key without a body, as moto makes one. What all have in common is copied: a start makes thousands of them."""
    key: StoredKey = object.__new__(StoredKey)
    vars(key).update(vars(_blank()))
    key.name, key.bucket_name, key.lock, key._metadata = name, bucket, threading.Lock(), LowercaseDict()
    return key


@functools.cache
def _blank() -> StoredKey:
    return StoredKey("", b"", DEFAULT_ACCOUNT_ID, backend().region_name)


def acl_state(acl: models.FakeAcl | None) -> list[Any] | None:
    if acl is None:
        return None
    return [[[[who.id, who.uri, who.display_name] for who in grant.grantees], list(grant.permissions)]
            for grant in acl.grants]


def restore_acl(state: list[Any] | None) -> models.FakeAcl | None:
    if state is None:
        return None
    return models.FakeAcl([models.FakeGrant([models.FakeGrantee(*who) for who in grantees], permissions)
                           for grantees, permissions in state])
