"""The gate: who is let in, and to which service.

Any web page that the user visits can send requests to this computer. So a request must name a loopback host (or a name
that an attacker controls could be pointed here), come from no other site, and carry the workspace's own access key.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from core.engine import expiry
from core.engine.access import AccessKey
from core.engine.body import buffer, peek
from core.engine.refusal import Refusal, is_query

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH = "/_engine/health"
LIMITS = {"s3": 1024**3, "rekognition": 32 * 1024**2, "sts": 64 * 1024, "scheduler": 64 * 1024}  # bytes of a body

_LOOPBACK = r"(?:127\.0\.0\.1|localhost|(?:[a-z0-9-]+\.)+localhost|\[::1\])(?::\d{1,5})?"
_HOST = re.compile(_LOOPBACK)
_ORIGIN = re.compile("https?://" + _LOOPBACK)
_SCOPE = r"([^/,\s]+)/\d{8}/(?:[^/,\s]+/)?([a-z0-9-]+)/aws4_request"
_SIGNED = re.compile(r"AWS4-[A-Z0-9-]+ Credential=" + _SCOPE + r"(?:,|\s|$)")
_SIGNED_V2 = re.compile(r"AWS ([^:\s]+):")
_FORM_FIELD = re.compile(rb'name="(?:x-amz-credential|AWSAccessKeyId)"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n/]+)', re.I)
_FORM_HEAD = 64 * 1024  # bytes of a form that are searched: S3 wants the file last

# What AWS answers to a request without an access key, and to a key that it does not know: code, sentence, status.
_NO_KEY = {
    "s3": ("AccessDenied", "Access Denied. `python -m core.engine --print-env` shows the key to use.", 403),
    "sts": ("MissingAuthenticationToken", "Request is missing Authentication Token", 403),
    "rekognition": ("MissingAuthenticationTokenException", "Request is missing Authentication Token", 400),
}
_UNKNOWN_KEY = {
    "s3": ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403),
    "sts": ("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
    "rekognition": ("UnrecognizedClientException", "The security token included in the request is invalid.", 400),
    "scheduler": ("UnrecognizedClientException", "The security token included in the request is invalid.", 403),
}


class Gate:
    """The WSGI application in front of `services`, by AWS's signing names. `identity` is what health answers."""

    def __init__(self, key: AccessKey, services: Mapping[str, WSGIApplication], identity: Mapping[str, Any]) -> None:
        self._key = key
        self._services = services
        self._health = json.dumps(dict(identity)).encode()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            _check_origin(environ)
            _check_path(environ)
            if environ["PATH_INFO"] == HEALTH:
                return self._answer_health(start_response)
            return self._admit(environ)(environ, start_response)
        except Refusal as refusal:
            return refusal.answer(environ, start_response)

    def _admit(self, environ: WSGIEnvironment) -> WSGIApplication:
        """The service that a request may use."""
        claimed, name = _claim(environ)
        if name not in self._services:
            raise Refusal("NotImplemented", f"The service “{name}” is not available in the built-in engine.", 501)
        if not claimed:
            raise Refusal(*_NO_KEY[name])
        if not self._key.matches(claimed):
            raise Refusal(*_UNKNOWN_KEY[name])
        if name == "s3" and (query := _signed_address(environ)):
            expiry.check(query, dt.datetime.now(dt.UTC))
        buffer(environ, LIMITS[name])
        _use_path_style(environ)
        environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)  # moto would move to another account, which is kept nowhere
        return self._services[name]

    def _answer_health(self, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(self._health)))])
        return [self._health]


def _check_origin(environ: WSGIEnvironment) -> None:
    if not _HOST.fullmatch(environ.get("HTTP_HOST", "")):
        raise Refusal("AccessDenied", "The engine answers to loopback host names only.")
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and not _ORIGIN.fullmatch(origin):
        raise Refusal("AccessDenied", "The engine answers to no other web site.")


def _check_path(environ: WSGIEnvironment) -> None:
    """Refuse paths that two readers could read in two ways; RAW_URI is the path as it was sent."""
    raw = environ.get("RAW_URI", "")
    if not raw.startswith("/") or "#" in raw or (raw.startswith("//") and not _is_virtual(environ)):
        raise Refusal("InvalidURI", "The path must begin with one slash, and special characters must be escaped.", 400)
    try:
        environ["PATH_INFO"].encode("latin-1").decode()
    except UnicodeDecodeError:
        raise Refusal("InvalidURI", "The path is not valid UTF-8.", 400) from None


def _claim(environ: WSGIEnvironment) -> tuple[str, str]:
    """(access key id, service) that a request claims: signed in its header, its address, or its form."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    if signed := _SIGNED.match(header):
        return signed[1], signed[2]
    if signed := _SIGNED_V2.match(header):
        return signed[1], "s3"
    query = parse_qs(environ.get("QUERY_STRING", ""))
    if signed := re.fullmatch(_SCOPE, query.get("X-Amz-Credential", [""])[0]):
        return signed[1], signed[2]
    if "AWSAccessKeyId" in query:
        return query["AWSAccessKeyId"][0], "s3"
    if environ["REQUEST_METHOD"] == "POST" and environ.get("CONTENT_TYPE", "").startswith("multipart/form-data"):
        field = _FORM_FIELD.search(peek(environ, _FORM_HEAD))
        return (field[1].decode("utf-8", "replace") if field else ""), "s3"
    if "HTTP_X_AMZ_TARGET" in environ:
        return "", "rekognition"
    return "", "sts" if is_query(environ) else "s3"


def _signed_address(environ: WSGIEnvironment) -> dict[str, list[str]] | None:
    """The query of a link whose signature stands in it, and not in a header or a form."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    signed = {"X-Amz-Credential", "AWSAccessKeyId"} & set(query)
    return query if signed and not environ.get("HTTP_AUTHORIZATION") else None


def _is_virtual(environ: WSGIEnvironment) -> bool:
    return environ["HTTP_HOST"].partition(":")[0].endswith(".localhost")


def _use_path_style(environ: WSGIEnvironment) -> None:
    """Write bucket.localhost/key as localhost/bucket/key, so that everything behind the gate sees one style."""
    if _is_virtual(environ):
        host, _, port = environ["HTTP_HOST"].partition(":")
        bucket = host.removesuffix(".localhost")
        environ["HTTP_HOST"] = f"localhost:{port}" if port else "localhost"
        for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
            environ[name] = f"/{bucket}{environ.get(name, '/')}"
