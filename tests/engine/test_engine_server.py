"""Clients that dribble, go silent, or send too much: they are cut off, and keep nobody else waiting."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from clock_room import Standing
from s3_room import s3_client

from core.aws.engine_process import Engine
from core.engine import gate, server
from core.engine.access import AccessKey
from core.engine.gate import Gate
from core.engine.server import PacedInput, Server

KEY = AccessKey("RKLBTEST", "secret")
SIGNED = f"AWS4-HMAC-SHA256 Credential={KEY.id}/20261123/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
HEAD = f"PUT /bucket/key HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {SIGNED}\r\n"
HEALTHY = b"GET /_engine/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
BEGINNINGS = [HEAD.encode(), f"{HEAD}Content-Length: 9999\r\n\r\n".encode(),
              f"{HEAD}Transfer-Encoding: chunked\r\n\r\n270f\r\n".encode()]

Serve = Callable[..., tuple[str, int]]


def echo_size(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    size = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Length", str(len(size)))])
    return [size]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Standing:
    """The server's clock."""
    standing = Standing()
    monkeypatch.setattr(server, "time", standing)
    return standing


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(connections=4)` is the address of a gate behind which S3 answers with the size of a body."""
    with ExitStack() as stack:
        def start(application: Any = echo_size, **options: Any) -> tuple[str, int]:
            listener = socket.create_server(("127.0.0.1", 0))
            address = listener.getsockname()
            running = Server(Gate(KEY, dict.fromkeys(gate.LIMITS, application), {}), listener, **options)
            stack.callback(running.server_close)
            stack.callback(running.shutdown)
            threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
            return address

        yield start


@pytest.fixture
def connect() -> Iterator[Callable[..., socket.socket]]:
    """`connect(address, data)` is a connection on which that was sent."""
    with ExitStack() as stack:
        def one(address: tuple[str, int], data: bytes = b"") -> socket.socket:
            connection = stack.enter_context(socket.create_connection(address, timeout=30))
            connection.sendall(data)
            return connection

        yield one


@pytest.fixture
def dribble() -> Iterator[Callable[[list[socket.socket]], None]]:
    """`dribble(connections)` goes on sending a byte on each, ten times a second."""
    ended, threads = threading.Event(), []

    def go_on(connections: list[socket.socket]) -> None:
        while not ended.wait(0.1):
            for connection in connections:
                try:
                    connection.send(b"x")
                except OSError:  # this one was cut off
                    continue

    def start(connections: list[socket.socket]) -> None:
        threads.append(threading.Thread(target=go_on, args=(connections,)))
        threads[-1].start()

    yield start
    ended.set()
    for thread in threads:
        thread.join()


def answer(connection: socket.socket) -> bytes:
    """All that the server says until it closes."""
    said = b""
    try:
        while piece := connection.recv(65536):
            said += piece
    except ConnectionError:  # it had not read all that was sent
        pass
    return said


@pytest.mark.parametrize("beginning", BEGINNINGS, ids=["head", "body", "chunk"])
def test_clients_that_dribble_give_way_to_others(
        serve: Serve, connect: Any, dribble: Any, beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_BRIEF", 0.2)
    address = serve(connections=4)
    dribble([connect(address, beginning) for _ in range(12)])
    for _ in range(3):
        assert answer(connect(address, HEALTHY)).startswith(b"HTTP/1.1 200")


def test_a_client_that_dribbles_its_head_is_cut_off_in_the_end(serve: Serve, connect: Any, dribble: Any) -> None:
    slow = connect(serve(patience=0.4), HEAD.encode())
    dribble([slow])
    assert answer(slow) == b""  # a read here waits for half as long as the usual patience


@pytest.mark.parametrize("beginning", BEGINNINGS[1:], ids=["body", "chunk"])
def test_a_client_that_dribbles_its_body_is_told_so(
        serve: Serve, connect: Any, clock: Standing, beginning: bytes) -> None:
    slow = connect(serve(), beginning.replace(b"Connection: close", b"Expect: 100-continue"))
    assert slow.recv(64) == b"HTTP/1.1 100 Continue\r\n\r\n"  # it has the head, and nothing is late
    while not select.select([slow], [], [], 0.01)[0]:
        slow.send(b"x")
        clock.seconds += 1
    said = answer(slow)
    assert said.startswith(b"HTTP/1.1 400")
    assert b"RequestTimeout" in said


def test_silent_clients_take_no_more_threads_than_there_are(
        serve: Serve, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_BRIEF", 0.1)
    address, before = serve(connections=5), threading.active_count()
    silent = [connect(address, HEAD.encode()) for _ in range(60)]
    assert answer(connect(address, HEALTHY)).startswith(b"HTTP/1.1 200")
    until = time.monotonic() + 30  # for those that were cut off to be gone; the others are silent for as long
    while threading.active_count() > before + 5:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert len(silent) == 60


def test_work_that_takes_its_time_is_cut_off_for_nobody(serve: Serve, connect: Any, clock: Standing) -> None:
    begun, done = threading.Semaphore(0), threading.Event()

    def work(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        begun.release()
        assert done.wait(60)
        return echo_size(environ, start_response)

    address = serve(work, connections=3)
    working = [connect(address, f"{HEAD}Content-Length: 1\r\n\r\nx".encode()) for _ in range(3)]
    assert all(begun.acquire(timeout=60) for _ in working)
    clock.seconds += 1000
    next_one = connect(address, HEALTHY)
    next_one.settimeout(0.5)
    with pytest.raises(TimeoutError):  # no thread is free
        next_one.recv(1)
    next_one.settimeout(60)
    done.set()
    assert all(answer(connection).endswith(b"\r\n\r\n1") for connection in working)
    assert answer(next_one).startswith(b"HTTP/1.1 200")


def test_a_large_body_that_comes_at_a_good_pace_is_taken(serve: Serve, connect: Any) -> None:
    size = 20_000_000
    connection = connect(serve(), f"{HEAD}Content-Length: {size}\r\n\r\n".encode())
    for _ in range(20):
        connection.sendall(bytes(1_000_000))
    assert answer(connection).endswith(str(size).encode())


class Sender:
    """A client's connection, on which each read takes so many seconds and brings so many bytes."""

    def __init__(self, clock: Standing) -> None:
        self.clock, self.seconds, self.bytes, self.timeout = clock, 0.0, 0, 0.0

    def gettimeout(self) -> None:
        return None

    def settimeout(self, seconds: float | None) -> None:
        self.timeout = seconds or 0.0

    def recv_into(self, target: bytearray) -> int:
        self.clock.seconds += min(self.seconds, self.timeout)
        if self.seconds > self.timeout:
            raise TimeoutError
        return self.bytes


def read_for(sender: Sender, stream: PacedInput, times: int, seconds: float, count: int) -> None:
    sender.seconds, sender.bytes = seconds, count
    for _ in range(times):
        assert stream.readinto(bytearray(count)) == count


def test_whoever_keeps_the_pace_is_never_late_and_whoever_does_not_is_in_the_end(clock: Standing) -> None:
    sender = Sender(clock)
    stream = PacedInput(sender, patience=10)
    read_for(sender, stream, 100, seconds=0.9, count=64 * 1024)
    read_for(sender, stream, 6, seconds=1.5, count=1024)
    with pytest.raises(TimeoutError):
        read_for(sender, stream, 2, seconds=1.5, count=1024)
    assert clock.seconds < 101


def test_a_fast_start_does_not_pay_for_silence_later(clock: Standing) -> None:
    sender = Sender(clock)
    stream = PacedInput(sender, patience=10)
    read_for(sender, stream, 100, seconds=0.0, count=64 * 1024)
    with pytest.raises(TimeoutError):
        read_for(sender, stream, 1, seconds=10.5, count=1)
    assert clock.seconds == 10


def test_a_client_that_is_answered_while_it_still_sends_has_the_answer(
        serve: Serve, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MORE", 60)
    refused = HEAD.replace(KEY.id, "STRANGER").replace("Connection: close\r\n", "")
    stranger = connect(serve(), f"{refused}Content-Length: 900000\r\n\r\n".encode())
    assert select.select([stranger], [], [], 60)[0]
    for _ in range(9):
        stranger.sendall(bytes(100_000))
    assert b"InvalidAccessKeyId" in answer(stranger)


def test_a_client_that_goes_on_sending_after_its_answer_is_heard_for_a_while_only(
        serve: Serve, connect: Any, clock: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MORE", 60)
    refused = HEAD.replace(KEY.id, "STRANGER").replace("Connection: close\r\n", "")
    stranger = connect(serve(), f"{refused}Content-Length: 900000\r\n\r\n".encode())
    assert b"InvalidAccessKeyId" in answer(stranger)
    clock.seconds += server.PATIENCE
    ends = time.monotonic() + 120
    with pytest.raises(OSError):
        while time.monotonic() < ends:
            stranger.sendall(b"x")


@pytest.mark.parametrize("wrapping", [
    "Transfer-Encoding: chunked\r\n\r\n3e9\r\n{}\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n" + "1\r\nx\r\n" * 1001 + "0\r\n\r\n",
    "Content-Length: 1001\r\n\r\n{}",
    "Content-Length: 1085\r\nContent-Encoding: aws-chunked\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    "\r\nx-amz-decoded-content-length: 1001\r\n\r\n3e9\r\n{}\r\n0\r\nx-amz-trailer: 0\r\n\r\n"])
def test_a_body_over_the_limit_is_refused_in_every_wrapping(
        serve: Serve, connect: Any, wrapping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gate.LIMITS, "s3", 1000)
    address = serve()
    assert b"EntityTooLarge" in answer(connect(address, (HEAD + wrapping.format("x" * 1001)).encode()))
    assert answer(connect(address, HEALTHY)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("chunks", ["3e9\r\nx", "zz\r\nx\r\n", "-5\r\nx\r\n", "5\r\nlonger\r\n0\r\n\r\n"])
def test_chunks_that_do_not_fit_together_are_refused(serve: Serve, connect: Any, chunks: str) -> None:
    connection = connect(serve(), f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunks}".encode())
    connection.shutdown(socket.SHUT_WR)
    assert b"<Code>IncompleteBody</Code>" in answer(connection)


def test_a_form_of_a_stranger_is_refused_before_it_has_come(serve: Serve, connect: Any) -> None:
    form = "POST /bucket HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    stranger = connect(serve(), f"{form}Content-Length: 900000000\r\n\r\n--b\r\n".encode() + bytes(64 * 1024))
    assert b"<Code>AccessDenied</Code>" in answer(stranger)


def test_the_engine_answers_beside_more_slow_clients_than_it_has_threads(
        engine: Engine, connect: Any, dribble: Any) -> None:
    address = urlsplit(engine.url)
    slow = [connect((address.hostname, address.port), BEGINNINGS[number % 3]) for number in range(230)]
    dribble(slow)
    client = s3_client(engine)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.list_buckets()["ResponseMetadata"]["HTTPStatusCode"], range(40)))
    assert answers == [200] * 40


def test_a_connection_serves_one_request_after_the_other(serve: Serve, connect: Any) -> None:
    put = HEAD.replace("Connection: close\r\n", "") + "Content-Length: 3\r\n\r\nabc"
    connection = connect(serve(), f"{put}{put}{HEAD}Content-Length: 4\r\n\r\nabcd".encode())
    said = answer(connection)
    assert said.count(b"HTTP/1.1 200") == 3
    assert [part[-1:] for part in said.split(b"HTTP/1.1 ")[1:]] == [b"3", b"3", b"4"]
    assert said.count(b"Connection: close") == 1


@pytest.mark.parametrize("request_", [
    HEAD.replace(KEY.id, "STRANGER") + "Content-Length: 64\r\n\r\n",
    HEAD + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    HEAD + "Content-Length: 1\r\nContent-Length: 64\r\n\r\n"], ids=["refused", "chunks", "two lengths"])
def test_a_body_that_was_not_read_to_its_end_is_never_taken_for_a_request(
        serve: Serve, connect: Any, request_: str) -> None:
    connection = connect(serve(), request_.replace("Connection: close\r\n", "").encode() + HEALTHY)
    assert answer(connection).count(b"HTTP/1.1 ") == 1


def test_a_connection_that_waits_for_its_next_request_gives_way_to_others(
        serve: Serve, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_BRIEF", 0.1)
    address, idle = serve(connections=3), HEALTHY.replace(b"Connection: close\r\n", b"")
    kept = [connect(address, idle) for _ in range(3)]
    assert all(connection.recv(4096).startswith(b"HTTP/1.1 200") for connection in kept)
    assert answer(connect(address, HEALTHY)).startswith(b"HTTP/1.1 200")


def test_an_error_of_the_engine_is_an_answer_and_ends_no_connection(serve: Serve, connect: Any) -> None:
    def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        raise RuntimeError("oh")

    put = HEAD.replace("Connection: close\r\n", "") + "Content-Length: 1\r\n\r\nx"
    said = answer(connect(serve(broken), put.encode() + HEALTHY))
    assert b"HTTP/1.1 500" in said and b"<Code>InternalError</Code>" in said
    assert said.count(b"HTTP/1.1 200") == 1
