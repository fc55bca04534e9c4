"""Custom Labels for tests that use moto's `mock_aws`: the engine's operations in the test's own process.

    @mock_custom_labels()
    def test_training():
        rekognition = boto3.client("rekognition", region_name="us-east-1")

moto's S3 is the S3 beside it, and everything is forgotten at the end.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import camelcase_to_underscores
from moto.rekognition.responses import RekognitionResponse
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeKey, S3Backend, s3_backends

from core.engine.rekognition import OPERATIONS, Rekognition, application
from core.engine.settings import EngineSettings
from core.engine.wsgi import collect

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

INSTANT = EngineSettings(instant=True)


@contextlib.contextmanager
def mock_custom_labels(settings: EngineSettings = INSTANT) -> Iterator[Rekognition]:
    """A context manager and decorator, in place of `mock_aws` or inside of it.

    By default all work is done when a call returns, so that waiters return at once. What moto answers besides Custom
    Labels stays moto's.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock_aws())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="custom-labels-"))
        custom_labels = application(Path(folder), MotoObjects(), settings)
        stack.callback(custom_labels.close)
        for name in OPERATIONS:
            method = _method(name, custom_labels)
            stack.enter_context(mock.patch.object(RekognitionResponse, camelcase_to_underscores(name), method,
                                                  create=True))
        yield custom_labels


class MotoObjects:
    """The part of moto's S3 that Rekognition uses. A missing bucket or object raises KeyError."""

    def read(self, bucket: str, key: str, version: str | None = None) -> bytes:
        return bytes(self._find(bucket, key, version).value)

    def size(self, bucket: str, key: str) -> int:
        return int(self._find(bucket, key).size)

    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        try:
            _s3().put_object(bucket, key, data).set_metadata({"Content-Type": content_type})
        except MissingBucket:
            raise KeyError(bucket) from None

    def has_bucket(self, name: str) -> bool:
        return name in _s3().buckets

    def region(self, bucket: str) -> str | None:
        found = _s3().buckets.get(bucket)
        return str(found.region_name) if found else None

    def owner(self, bucket: str) -> str | None:
        found = _s3().buckets.get(bucket)
        return str(found.account_id) if found else None

    def _find(self, bucket: str, key: str, version: str | None = None) -> FakeKey:
        try:
            found = _s3().get_object(bucket, key, version)
        except MissingBucket:
            found = None
        if found is None:
            raise KeyError(f"s3://{bucket}/{key}")
        return found


def _s3() -> S3Backend:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def _method(name: str, custom_labels: WSGIApplication) -> Callable[[Any], tuple[int, dict[str, Any], str]]:
    """What moto calls for an operation: a method of its response class."""

    def answer(response: Any) -> tuple[int, dict[str, Any], str]:
        body = response.body.encode() if isinstance(response.body, str) else response.body
        said = collect(custom_labels, {
            "HTTP_X_AMZ_TARGET": f"RekognitionService.{name}", "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": response.headers.get("Authorization", ""), "wsgi.input": io.BytesIO(body)})
        return said.status, {**dict(said.headers), "status": said.status}, said.text

    return answer
