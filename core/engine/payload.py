"""Bodies sent to S3: unwrapped from aws-chunked, and refused when a digest that came with them does not fit.

moto stores whatever arrives; S3 does not.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from core.engine.body import replace
from core.engine.checksums import ALGORITHMS, compute_checksum
from core.engine.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[^\r\n]*)?\r\n")


def settle(environ: WSGIEnvironment) -> None:
    """Make the body of a request, which is in memory, what the client meant it to be, or refuse it."""
    data: bytes = environ["wsgi.input"].getvalue()
    sent_digest = environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")
    compute = functools.cache(functools.partial(compute_checksum, data))  # two headers may name the same one
    if sent_digest.startswith("STREAMING-"):
        data, trailer = unwrap(data)
        _replace_wrapped(environ, data, trailer)
        compute = functools.cache(functools.partial(compute_checksum, data))
    elif _SHA256.fullmatch(sent_digest) and base64.b64decode(compute("SHA256")).hex() != sent_digest:
        raise Refusal("XAmzContentSHA256Mismatch",
                      "The provided 'x-amz-content-sha256' header does not match what was computed.", 400)
    if "HTTP_CONTENT_MD5" in environ:
        _check_md5(environ["HTTP_CONTENT_MD5"], data)
    if not _completes_upload(environ):  # there the checksum is that of the object, not of the body
        _check_checksums(environ, compute)


def unwrap(body: bytes) -> tuple[bytes, dict[str, str]]:
    """The data of an aws-chunked body, and the headers at its end, by their names in small letters."""
    data, place = bytearray(), 0
    while chunk := _CHUNK.match(body, place):
        size, place = int(chunk[1], 16), chunk.end()
        if size == 0:
            return bytes(data), _trailer(body[place:])
        if body[place + size:place + size + 2] != b"\r\n":
            break
        data += body[place:place + size]
        place += size + 2
    raise Refusal("IncompleteBody", "The chunks of the body do not fit together.", 400)


def _trailer(text: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in text.decode("latin-1").splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _replace_wrapped(environ: WSGIEnvironment, data: bytes, trailer: dict[str, str]) -> None:
    """Turn a wrapped request into the plain one that it stands for."""
    announced = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", str(len(data)))
    if announced != str(len(data)):
        raise Refusal("IncompleteBody", "The body's length is not the one in x-amz-decoded-content-length.", 400)
    replace(environ, data)
    encodings = [name.strip() for name in environ.pop("HTTP_CONTENT_ENCODING", "").split(",")]
    if kept := [name for name in encodings if name not in ("", "aws-chunked")]:
        environ["HTTP_CONTENT_ENCODING"] = ",".join(kept)
    environ["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"
    for name, value in trailer.items():
        if name.startswith("x-amz-checksum-"):
            environ["HTTP_" + name.upper().replace("-", "_")] = value


def _check_md5(sent: str, data: bytes) -> None:
    if len(_digest(sent)) != 16:
        raise Refusal("InvalidDigest", "The Content-MD5 you specified was invalid.", 400)
    if not hmac.compare_digest(_digest(sent), hashlib.md5(data, usedforsecurity=False).digest()):
        raise Refusal("BadDigest", "The Content-MD5 you specified did not match what we received.", 400)


def _check_checksums(environ: WSGIEnvironment, compute: Callable[[str], bytes]) -> None:
    """Compare each checksum that came along, and tell moto which one it is, which it does not see by itself."""
    for algorithm in ALGORITHMS:
        sent = environ.get(f"HTTP_X_AMZ_CHECKSUM_{algorithm}")
        if sent is None:
            continue
        computed = compute(algorithm)
        if len(_digest(sent)) != len(base64.b64decode(computed)):
            raise Refusal("InvalidRequest", f"Value for x-amz-checksum-{algorithm.lower()} header is invalid.", 400)
        if sent != computed.decode():
            raise Refusal("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.", 400)
        environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = algorithm


def _digest(text: str) -> bytes:
    """The bytes that base64 text stands for; none when it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _completes_upload(environ: WSGIEnvironment) -> bool:
    return environ["REQUEST_METHOD"] == "POST" and "uploadId" in parse_qs(environ.get("QUERY_STRING", ""))
