"""What one request changes in moto's S3, noted while moto carries it out."""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import moto.s3.models as models


@dataclass
class Changes:
    """The places that a request touched, and the bodies that nothing names any more afterwards."""

    keys: set[tuple[str, str]] = field(default_factory=set)  # (bucket, key)
    uploads: set[tuple[str, str]] = field(default_factory=set)  # (bucket, upload id)
    parts: set[tuple[str, str, int]] = field(default_factory=set)  # (bucket, upload id, part number)
    bodies: list[str] = field(default_factory=list)


_thread = threading.local()


@contextlib.contextmanager
def noting() -> Iterator[Changes]:
    """The changes that the calling thread makes while the block runs."""
    _thread.changes = changes = Changes()
    try:
        yield changes
    finally:
        del _thread.changes


def current() -> Changes:
    """The changes being noted in this thread; outside of `noting` they are forgotten."""
    return getattr(_thread, "changes", None) or Changes()


def watch() -> None:
    """Note from now on what goes through moto's S3. Copies and forms end in put_object, too."""
    for name in ("put_object", "delete_object"):
        _after(name, lambda _, bucket, key: current().keys.add((bucket, key)))
    _after("create_multipart_upload", lambda upload, bucket: current().uploads.add((bucket, upload.id)))
    for name in ("complete_multipart_upload", "abort_multipart_upload"):
        _after(name, lambda _, bucket, upload: current().uploads.add((bucket, upload)))
    for name in ("upload_part", "upload_part_copy"):
        _after(name, lambda _, bucket, upload, number: current().parts.add((bucket, upload, number)))


def _after(name: str, note: Callable[..., None]) -> None:
    """Let a method of moto's S3 call `note` with its result and as many of its first arguments as `note` takes."""
    original: Callable[..., Any] = getattr(models.S3Backend, name)
    signature = inspect.signature(original)
    count = len(inspect.signature(note).parameters)

    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        note(result, *signature.bind(self, *args, **kwargs).args[1:count])
        return result

    setattr(models.S3Backend, name, noted)
