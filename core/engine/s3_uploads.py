"""moto's unfinished multipart uploads as JSON states and back."""

from __future__ import annotations

from typing import Any

import moto.s3.models as models
from requests.structures import CaseInsensitiveDict

from core.engine.s3_index import State
from core.engine.s3_keys import acl_state, backend, key_state, restore_acl, restore_key

_FIELDS = ("key_name", "storage", "tags", "sse_encryption", "kms_key_id")


def upload_state(bucket: str, upload: str) -> State | None:
    """The state of an unfinished upload, without its parts; None when it is finished or aborted."""
    found = _find(bucket, upload)
    if found is None:
        return None
    return {name: getattr(found, name) for name in _FIELDS} | {
        "metadata": dict(found.metadata), "acl": acl_state(found.acl)}


def part_state(bucket: str, upload: str, number: int) -> State | None:
    """The state of one part of an unfinished upload; None when the upload is finished or aborted."""
    found = _find(bucket, upload)
    return None if found is None else key_state(found.parts[number])


def restore_upload(bucket: str, upload: str, state: State) -> None:
    region = backend().region_name
    restored = models.FakeMultipart(
        metadata=CaseInsensitiveDict(state["metadata"]), acl=restore_acl(state["acl"]),
        account_id=backend().account_id, region_name=region, **{name: state[name] for name in _FIELDS})
    restored.id = upload
    backend().buckets[bucket].multiparts[upload] = restored


def restore_part(bucket: str, upload: str, number: int, state: State) -> None:
    """Put back one part; parts come in the order of their numbers."""
    found = backend().buckets[bucket].multiparts[upload]
    found.parts[number] = restore_key(bucket, number, state)
    found.partlist.append(number)


def _find(bucket: str, upload: str) -> Any:
    found = backend().buckets.get(bucket)
    return None if found is None else found.multiparts.get(upload)
