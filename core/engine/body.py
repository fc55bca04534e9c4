"""Bodies of requests: read whole, never more than a limit, never less than was announced."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING

from core.engine.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PIECE = 1024 * 1024


def buffer(environ: WSGIEnvironment, limit: int) -> bytes:
    """Read the body into memory, from where the application reads it again; harmless to repeat.

    Refuses more than `limit` bytes, before reading them where the length is announced, and less than was announced.
    """
    if isinstance(environ["wsgi.input"], io.BytesIO):
        return environ["wsgi.input"].getvalue()
    announced = None if environ.get("wsgi.input_terminated") else _length(environ)
    if announced is not None and announced > limit:
        raise _too_large(limit)
    data = _read(environ["wsgi.input"], limit + 1 if announced is None else announced)
    if len(data) > limit:
        raise _too_large(limit)
    if announced is not None and len(data) < announced:
        raise Refusal("IncompleteBody", "The body is shorter than its Content-Length says.", 400)
    replace(environ, data)
    return data


def peek(environ: WSGIEnvironment, size: int) -> bytes:
    """The first `size` bytes of the body, or all of a shorter one, which `buffer` then gives again."""
    announced = size if environ.get("wsgi.input_terminated") else _length(environ)
    head = _read(environ["wsgi.input"], min(size, announced))
    environ["wsgi.input"] = _Rewound(head, environ["wsgi.input"])
    return head


class _Rewound:
    """A stream whose first bytes, already read, are given once more."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def read(self, size: int) -> bytes:
        return self._head.read(size) or self._rest.read(size)


def replace(environ: WSGIEnvironment, data: bytes) -> None:
    """Let the application read `data` as the body."""
    environ["wsgi.input"] = io.BytesIO(data)
    environ["CONTENT_LENGTH"] = str(len(data))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("wsgi.input_terminated", None)


def _length(environ: WSGIEnvironment) -> int:
    text = environ.get("CONTENT_LENGTH") or "0"
    if not (text.isascii() and text.isdigit()):
        raise Refusal("InvalidRequest", "Content-Length is not a number.", 400)
    return int(text)


def _read(stream: IO[bytes], size: int) -> bytes:
    """What comes of `size` bytes until the body ends; an error of the stream is the client's."""
    data = bytearray()
    try:
        while len(data) < size and (piece := stream.read(min(_PIECE, size - len(data)))):
            data += piece
    except TimeoutError:
        raise Refusal("RequestTimeout", "Your socket connection to the server was not read from or written to within "
                                        "the timeout period. Idle connections will be closed.", 400) from None
    except ConnectionError:
        raise
    except OSError:
        raise Refusal("IncompleteBody", "The chunks of the body do not fit together.", 400) from None
    return bytes(data)


def _too_large(limit: int) -> Refusal:
    return Refusal("EntityTooLarge", f"The body is larger than the {limit:,} bytes that the engine takes.", 400)
