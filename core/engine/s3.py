"""moto's S3, made durable: an answer is given only after everything that it acknowledges is in files.

Bodies are files (blobs.py), objects and uploads are rows (s3_index.py), and buckets with their settings are kept as
the requests that made them, which moto is sent again at the next start.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "1"  # moto would answer to every web page's origin

from moto.moto_server.werkzeug_app import create_backend_app

from core.engine import s3_changes, s3_keys, s3_names, s3_uploads
from core.engine.blobs import Blobs
from core.engine.payload import settle
from core.engine.s3_index import Index, Setting
from core.engine.s3_owners import Owners
from core.engine.wsgi import Answer, collect, request
from core.errors import EngineError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

_OBJECT_SETTINGS = {"tagging", "acl", "retention", "legal-hold", "restore"}
_NOT_SETTINGS = {"x-id", "delete", "AWSAccessKeyId", "Signature", "Expires"}
_NOT_KEPT = ("HTTP_X_AMZ_DATE", "HTTP_X_AMZ_CONTENT_SHA256", "HTTP_X_AMZ_SECURITY_TOKEN")

# S3 encrypts every bucket since 2023, and says so.
_ENCRYPTION = (b'<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>'
               b"<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
               b"</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>")


class S3:
    """The WSGI application, for path-style requests. moto's state belongs to the process: there is one S3 in it."""

    def __init__(self, root: Path, others_buckets: str = "") -> None:
        self._owners = Owners(others_buckets)
        self._blobs = Blobs(root / "blobs")
        self._index = Index(root / "s3.sqlite")
        self._turns = [threading.RLock() for _ in range(64)]
        s3_keys.adopt(self._blobs)
        self._moto = create_backend_app("s3")
        with _no_collection():
            self._load()
        self.objects = ObjectStore(self, self._owners)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request whose body is in memory, as the gate leaves it. Raises Refusal where S3 takes none such."""
        bucket, key = _place(environ)
        s3_names.check_place(environ["RAW_URI"], key)
        if bucket in s3_keys.backend().buckets:
            self._owners.check(bucket, environ)
        if environ["REQUEST_METHOD"] == "GET" and not key and self._owners.others:
            return self._owners.told(bucket, environ, collect(self._moto, environ)).send(start_response)
        if environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS"):
            return self._moto(environ, start_response)
        settle(environ)
        with self._turns[hash((bucket, key)) % len(self._turns)]:  # writes of one key take turns
            return self._change(environ).send(start_response)

    def close(self) -> None:
        """Wait for the change that is being written, and take no more."""
        self._index.close()

    def _change(self, environ: WSGIEnvironment) -> Answer:
        """Let moto carry out a request, and write down what became of it."""
        (bucket, key), method = _place(environ), environ["REQUEST_METHOD"]
        setting = _setting(environ, bucket) if bucket and not key and method in ("PUT", "DELETE") else None
        is_new = bucket not in s3_keys.backend().buckets
        if setting and is_new and method == "PUT":
            s3_names.check_new_bucket(bucket)
        with s3_changes.noting() as changes:
            if key and _query_names(environ) & _OBJECT_SETTINGS:
                changes.keys.add((bucket, key))
            try:
                answer = collect(self._moto, environ)
            finally:  # a request that fails half way has changed what clients see, too
                self._save(changes)
        if setting and answer.status < 300:
            if method == "DELETE":
                self._forget(setting)
            elif setting.query or is_new:
                self._keep(setting)
        return answer

    def _save(self, changes: s3_changes.Changes) -> None:
        with self._index.transaction():
            for bucket, key in changes.keys:
                self._index.set_object(bucket, key, s3_keys.versions(bucket, key))
            for bucket, upload in changes.uploads:
                self._index.set_upload(bucket, upload, s3_uploads.upload_state(bucket, upload))
            for bucket, upload, number in changes.parts:
                if state := s3_uploads.part_state(bucket, upload, number):
                    self._index.set_part(bucket, upload, number, state)
        s3_keys.forget_instances()
        self._blobs.discard(changes.bodies)

    def _keep(self, setting: Setting) -> None:
        """Keep the request that made a bucket, or one of its settings."""
        with self._index.transaction():
            self._index.set_setting(setting)
            if not setting.query:
                created = s3_keys.backend().buckets[setting.bucket].creation_date
                self._index.add_bucket(setting.bucket, created.isoformat())
        if not setting.query:
            self._encrypt(setting.bucket)

    def _forget(self, setting: Setting) -> None:
        """Forget what a request has deleted: a bucket, or one of its settings."""
        with self._index.transaction():
            if setting.query:
                self._index.drop_setting(setting.bucket, setting.query)
            else:
                self._index.drop_bucket(setting.bucket)
        if setting.query == "encryption":
            self._encrypt(setting.bucket)

    def _encrypt(self, bucket: str) -> None:
        self._change(request("PUT", bucket, query="encryption", body=_ENCRYPTION))

    def _load(self) -> None:
        """Bring moto back to where it was."""
        for setting in self._index.settings():
            again = request("PUT", setting.bucket, query=setting.query, body=setting.body, headers=setting.headers)
            answer = collect(self._moto, again)
            if answer.status >= 300:
                log.error("Setting %r of bucket %s can not be restored: %s", setting.query, setting.bucket, answer.text)
        for bucket, created in self._index.buckets().items():
            s3_keys.backend().buckets[bucket].creation_date = dt.datetime.fromisoformat(created)
        self._blobs.keep_only(self._load_objects())

    def _load_objects(self) -> set[str]:
        """Bring back objects and unfinished uploads, and return the names of their bodies."""
        bodies = {state.get("blob", "") for state in s3_keys.restore_versions(self._index.objects())}
        for bucket, upload, state in self._index.uploads():
            s3_uploads.restore_upload(bucket, upload, state)
        for bucket, upload, number, state in self._index.parts():
            s3_uploads.restore_part(bucket, upload, number, state)
            bodies.add(state.get("blob", ""))
        return bodies


class ObjectStore:
    """S3 for code inside the engine: what it writes is durable, and every client sees it."""

    def __init__(self, s3: S3, owners: Owners) -> None:
        self._s3 = s3
        self._owners = owners

    def has_bucket(self, name: str) -> bool:
        return name in s3_keys.backend().buckets

    def region(self, bucket: str) -> str | None:
        """Where a bucket is, None when there is none."""
        found = s3_keys.backend().buckets.get(bucket)
        return str(found.region_name) if found else None

    def owner(self, bucket: str) -> str | None:
        """The account that a bucket belongs to, None when there is none."""
        return self._owners.of(bucket) if self.has_bucket(bucket) else None

    def read(self, bucket: str, key: str, version: str | None = None) -> bytes:
        """The body of an object, or of one version of it; KeyError when there is none, PermissionError by policy."""
        found = self._find(bucket, key, version)
        if s3_keys.is_denied("s3:GetObject", bucket, key):
            raise PermissionError(f"s3://{bucket}/{key}")
        return found.value

    def size(self, bucket: str, key: str) -> int:
        """Bytes of an object; KeyError when there is none."""
        return int(self._find(bucket, key).contentsize)

    def write(self, bucket: str, key: str, data: bytes, content_type: str = "application/json") -> None:
        """Put an object, which is on disk when this returns; KeyError and PermissionError as by S3's own answers."""
        put = request("PUT", bucket, key, body=data, headers={"CONTENT_TYPE": content_type})
        answer = collect(self._s3, put)
        if answer.status == 404:
            raise KeyError(f"s3://{bucket}/{key}")
        if answer.status == 403:
            raise PermissionError(f"s3://{bucket}/{key}")
        if answer.status >= 300:
            raise EngineError(f"s3://{bucket}/{key} can not be written: {answer.text}")

    def _find(self, bucket: str, key: str, version: str | None = None) -> s3_keys.StoredKey:
        found = s3_keys.find(bucket, key, version)
        if found is None:
            raise KeyError(f"s3://{bucket}/{key}")
        return found


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """No search for garbage among what is made here, which stays: it would take as long as the making."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _place(environ: WSGIEnvironment) -> tuple[str, str]:
    """(bucket, key) that the path of a request names; the key is empty for a bucket's own requests."""
    bucket, _, key = environ["PATH_INFO"].encode("latin-1").decode().removeprefix("/").partition("/")
    return bucket, key


def _query_names(environ: WSGIEnvironment) -> set[str]:
    return {name for name, _ in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)}


def _setting(environ: WSGIEnvironment, bucket: str) -> Setting:
    """What a request to a bucket sets, in the form in which it can be sent again."""
    pairs = [(name, value) for name, value in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
             if name not in _NOT_SETTINGS and not name.startswith("X-Amz-")]
    query = "&".join(urlencode([pair]) if pair[1] else pair[0] for pair in pairs)
    headers = {name: value for name, value in environ.items() if name not in _NOT_KEPT
               and (name == "CONTENT_TYPE" or name.startswith("HTTP_X_AMZ_"))}
    return Setting(bucket, query, headers, environ["wsgi.input"].getvalue())
