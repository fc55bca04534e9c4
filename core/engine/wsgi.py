"""Small pieces of WSGI: a request made without a network, and an answer taken apart."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# moto lets nobody overwrite an object who has not signed.
_SIGNED = "AWS4-HMAC-SHA256 Credential=ENGINE/20260101/us-east-1/s3/aws4_request"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application answered, whole."""

    line: str
    headers: list[tuple[str, str]]
    body: list[bytes]

    @property
    def status(self) -> int:
        return int(self.line[:3])

    @property
    def text(self) -> str:
        return b"".join(self.body).decode("utf-8", "replace")

    def send(self, start_response: StartResponse) -> list[bytes]:
        start_response(self.line, self.headers)
        return self.body


def collect(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Run an application to its end."""
    said: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(line: str, headers: list[tuple[str, str]], _error: object = None) -> object:
        said.append((line, headers))
        return written.append

    pieces = application(environ, start_response)  # type: ignore[arg-type]
    try:
        written.extend(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    return Answer(*said[-1], written)


def request(method: str, bucket: str, key: str = "", query: str = "", body: bytes = b"",
            headers: Mapping[str, str] | None = None) -> WSGIEnvironment:
    """The environment of a request to S3. `headers` have their WSGI names, such as HTTP_X_AMZ_ACL."""
    path = f"/{bucket}/{key}" if key else f"/{bucket}"
    raw = quote(path) + (f"?{query}" if query else "")
    return {
        "REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1"), "RAW_URI": raw, "REQUEST_URI": raw,
        "QUERY_STRING": query, "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
        "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_AUTHORIZATION": _SIGNED, "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        **(headers or {})}
