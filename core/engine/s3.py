"""moto's S3, made durable: an answer is given only after everything it acknowledges is in files.

Bodies are files (blobs.py), objects are rows (s3_index.py), and the settings of buckets are kept as the requests that
made them, which are sent to S3's own interface again at the next start.
"""

from __future__ import annotations

import io
import logging
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "1"  # moto would answer to every web page's origin

from moto.moto_server.werkzeug_app import create_backend_app
from moto.s3.exceptions import MissingBucket

from core.engine import s3_keys
from core.engine.blobs import Blobs
from core.engine.s3_index import Index, Setting

log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

_OBJECT_SETTINGS = {"tagging", "acl", "retention", "legal-hold", "restore"}
_NO_SETTINGS = {"x-id", "delete"}


class S3:
    """The WSGI application. moto's state belongs to the process, so there is one S3 a process."""

    def __init__(self, root: Path) -> None:
        self._blobs = Blobs(root / "blobs")
        self._index = Index(root / "s3.sqlite")
        self._locks = [threading.RLock() for _ in range(64)]
        s3_keys.adopt(self._blobs)
        self._moto = create_backend_app("s3")
        self._load()
        self.objects = ObjectStore(self)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS"):
            return self._moto(environ, start_response)
        with self._locks[hash(environ["PATH_INFO"]) % len(self._locks)]:  # writes of one key take turns
            return self._change(environ, start_response)

    def request(self, method: str, bucket: str, key: str = "", query: str = "", body: bytes = b"",
                headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Ask as a client would, without a network; returns the status and the body. `headers` are WSGI names."""
        path = f"/{bucket}/{key}" if key else f"/{bucket}"
        raw = quote(path) + (f"?{query}" if query else "")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1"), "RAW_URI": raw, "REQUEST_URI": raw,
            "QUERY_STRING": query, "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
            "CONTENT_LENGTH": str(len(body)), "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0),
            "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False, **(headers or {})}
        status: list[str] = []
        answer = b"".join(self(environ, lambda line, _headers, _error=None: status.append(line)))
        return int(status[-1][:3]), answer

    def close(self) -> None:
        self._index.close()

    def _change(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        bucket, key = _place(environ)
        query = {name for name, _ in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)}
        setting = None if key or not query - _NO_SETTINGS else _setting(environ, bucket)
        with s3_keys.touching() as touched:
            if key and query & _OBJECT_SETTINGS:
                touched.keys.add((bucket, key))
            status, headers, body = _collect(self._moto, environ)
            if status[0] in "23":
                self._save(touched, setting, environ["REQUEST_METHOD"])
        start_response(status, headers)
        return body

    def _save(self, touched: s3_keys.Touched, setting: Setting | None, method: str) -> None:
        with self._index.transaction():
            self._save_buckets()
            for bucket, key in touched.keys:
                self._index.set_object(bucket, key, s3_keys.states(bucket, key))
            if setting and method == "PUT":
                self._index.set_setting(setting)
            elif setting and method == "DELETE":
                self._index.drop_setting(setting.bucket, setting.query)
        s3_keys.forget_instances()
        self._blobs.discard(touched.bodies)

    def _save_buckets(self) -> None:
        live = dict(s3_keys.backend().buckets)
        known = {name for name, _, _ in self._index.buckets()}
        for name in live.keys() - known:
            self._index.add_bucket(name, live[name].region_name, live[name].creation_date.isoformat())
        for name in known - live.keys():
            self._index.drop_bucket(name)

    def _load(self) -> None:
        for name, region, created in self._index.buckets():
            s3_keys.restore_bucket(name, region, created)
        for setting in self._index.settings():
            status, answer = self.request("PUT", setting.bucket, query=setting.query, body=setting.body,
                                          headers=setting.headers)
            if status >= 300:
                log.error("The setting %s of bucket %s was lost: %s", setting.query, setting.bucket, answer)
        bodies: set[str] = set()
        for bucket, key, state in self._index.objects():
            s3_keys.restore_version(bucket, key, state)
            bodies.add(state.get("blob", ""))
        self._blobs.keep_only(bodies)


class ObjectStore:
    """S3 for code inside the engine: what it writes is durable, and every client sees it."""

    def __init__(self, s3: S3) -> None:
        self._s3 = s3

    def has_bucket(self, name: str) -> bool:
        return name in s3_keys.backend().buckets

    def read(self, bucket: str, key: str, version: str | None = None) -> bytes:
        """The body of an object, or of one version of it; KeyError when there is none."""
        return self._find(bucket, key, version).value

    def size(self, bucket: str, key: str) -> int:
        """Bytes of an object; KeyError when there is none."""
        return self._find(bucket, key, None).contentsize

    def write(self, bucket: str, key: str, data: bytes, content_type: str = "application/json") -> None:
        """Put an object, which is on disk when this returns; KeyError when the bucket does not exist."""
        status, answer = self._s3.request("PUT", bucket, key, body=data, headers={"CONTENT_TYPE": content_type})
        if status >= 300:
            raise KeyError(f"s3://{bucket}/{key}: {answer.decode()}")

    def _find(self, bucket: str, key: str, version: str | None) -> Any:
        try:
            found = s3_keys.backend().get_object(bucket, key, version)
        except MissingBucket:
            found = None
        if found is None:
            raise KeyError(f"s3://{bucket}/{key}")
        return found


def _place(environ: Environ) -> tuple[str, str]:
    """(bucket, key) that the path of a request names; the key is empty for a bucket's own requests."""
    bucket, _, key = environ["PATH_INFO"].encode("latin-1").decode().removeprefix("/").partition("/")
    return bucket, key


def _setting(environ: Environ, bucket: str) -> Setting:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    pairs = [pair for pair in parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
             if pair[0] not in _NO_SETTINGS and not pair[0].startswith("X-Amz-")]
    query = "&".join(name if not value else urlencode([(name, value)]) for name, value in pairs)
    headers = {name: value for name, value in environ.items()
               if name == "CONTENT_TYPE" or (name.startswith("HTTP_X_AMZ_") and name != "HTTP_X_AMZ_DATE")}
    return Setting(bucket, query, headers, body)


def _collect(app: Callable[..., Iterable[bytes]], environ: Environ) -> tuple[str, list[tuple[str, str]], list[bytes]]:
    """Run a WSGI application to its end; returns status line, headers, and body."""
    said: list[tuple[str, list[tuple[str, str]]]] = []
    answer = app(environ, lambda status, headers, _error=None: said.append((status, headers)))
    try:
        body = list(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    status, headers = said[-1]
    return status, headers, body
