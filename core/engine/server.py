"""The engine's HTTP server: a thread a connection, but not for any number of them, and not for as long as they like.

A connection stays open for the client's next request. Work may take its time. A client may not: whoever sends a request
more slowly than any program on this computer would (slowloris) is cut off after a while, and earlier when its thread is
needed for somebody else.
"""

from __future__ import annotations

import contextlib
import io
import logging
import select
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from core.engine.refusal import Refusal
from core.engine.wsgi import Answer, collect

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

CONNECTIONS = 200  # at a time; each has a thread
PATIENCE = 60.0  # seconds that a client may lag behind before it is cut off

_PACE = 64 * 1024  # bytes a second that a client has to send, to lag behind no further
_BRIEF = 1.0  # seconds that a client may lag behind when others wait for its thread
_LOOK = 0.05  # seconds between two looks for a thread that can be had
_MORE = 1.0  # seconds in which a client that still sends is heard
_BODILESS = (204, 304)
_BROKEN = Refusal("InternalError", "We encountered an internal error. Please try again.", 500)


class Server(ThreadedWSGIServer):
    """Serves `application` on a socket that listens already."""

    def __init__(self, application: WSGIApplication, listener: socket.socket, connections: int = CONNECTIONS,
                 patience: float = PATIENCE) -> None:
        host, port = listener.getsockname()
        super().__init__(host, port, application, _Handler, fd=listener.detach())
        self._most = connections
        self._patience = patience
        self._open: dict[Any, PacedInput] = {}
        self._changed = threading.Condition()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection its thread, once there is one. Those behind it wait in the operating system's queue."""
        with self._changed:
            while len(self._open) >= self._most:
                self._cut_slowest()
                self._changed.wait(_LOOK)
            self._open[request] = PacedInput(request, self._patience)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.pop(request, None)
            self._changed.notify()

    def input_of(self, request: Any) -> PacedInput:
        with self._changed:
            return self._open[request]

    def _cut_slowest(self) -> None:
        slowest = max(self._open.values(), key=PacedInput.lag_in_reading)
        if slowest.lag_in_reading() > _BRIEF:
            slowest.cut()


class PacedInput(io.RawIOBase):
    """What a client sends, as a stream that raises TimeoutError once the client lags behind too far."""

    def __init__(self, connection: socket.socket, patience: float) -> None:
        self._connection = connection
        self._patience = patience
        self._lag = 0.0  # seconds; nobody gets ahead, so a fast start does not pay for silence later
        self._waiting_since: float | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, target: WriteableBuffer) -> int:
        if self._lag >= self._patience:
            raise TimeoutError("The client is too slow.")
        usual, began = self._connection.gettimeout(), time.monotonic()
        self._connection.settimeout(self._patience - self._lag)
        self._waiting_since = began
        try:
            count = self._connection.recv_into(target)
        finally:
            self._waiting_since = None
            self._connection.settimeout(usual)
        self._lag = max(0.0, self._lag + time.monotonic() - began - count / _PACE)
        return count

    def begin(self) -> None:
        """What comes now is another request, and nobody is late with it yet."""
        self._lag = 0.0

    def lag_in_reading(self) -> float:
        """Seconds that the client lags behind, if something is expected from it now."""
        since = self._waiting_since
        return 0.0 if since is None else self._lag + time.monotonic() - since

    def cut(self) -> None:
        """End the stream, as if the client had."""
        with contextlib.suppress(OSError):  # it has, meanwhile
            self._connection.shutdown(socket.SHUT_RDWR)


class _Handler(MotoRequestHandler):  # moto's own keeps the names of S3 metadata as they were sent
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or the end of an answer waits for the client's system to say that it has the rest
    timeout = PATIENCE  # for an answer to be taken
    server: Server

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._input = self.server.input_of(self.connection)
        self.rfile = io.BufferedReader(self._input, 64 * 1024)

    def run_wsgi(self) -> None:
        """Answer one request. werkzeug would end the connection after it, which costs as much as a small request."""
        self.environ = environ = self.make_environ()
        chunked = "wsgi.input_terminated" in environ  # behind the last chunk there may be more headers
        answer = self._carry_out(environ)
        whole = not chunked and _is_read(environ)
        self.close_connection = self.close_connection or not whole
        self._send(answer)
        if not whole:
            self._hear_out()
        self._input.begin()

    def _carry_out(self, environ: WSGIEnvironment) -> Answer:
        try:
            return collect(self.server.app, environ)
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return collect(_BROKEN.answer, environ)

    def _send(self, answer: Answer) -> None:
        body = b"" if self.command == "HEAD" or answer.status in _BODILESS else b"".join(answer.body)
        self.send_response(answer.status, answer.line.partition(" ")[2])
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.command != "HEAD" and answer.status not in _BODILESS and not _names_length(answer):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if body:
            self.wfile.write(body)

    def _hear_out(self) -> None:
        """Take what is still being sent: a client whose connection breaks meanwhile would not see the answer.

        Who has the answer knows that it is whole, and hangs up.
        """
        ends = time.monotonic() + PATIENCE
        with contextlib.suppress(OSError):  # it has, already
            self.connection.shutdown(socket.SHUT_WR)
        while (time.monotonic() < ends and select.select([self.connection], [], [], _MORE)[0]
               and self.rfile.read1()):
            pass

    def log_request(self, *_: object, **__: object) -> None:
        """Requests are not logged: they hold names of photos, and there are thousands of them."""

    def log_error(self, *_: object, **__: object) -> None:
        """Nor are connections that end: clients leave them open, and go."""


def _is_read(environ: WSGIEnvironment) -> bool:
    """Whether the body was read to its end, so that what comes next is another request."""
    return environ.get("CONTENT_LENGTH") in (None, "", "0") or isinstance(environ["wsgi.input"], io.BytesIO)


def _names_length(answer: Answer) -> bool:
    return any(name.lower() == "content-length" for name, _ in answer.headers)
