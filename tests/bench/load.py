"""16 clients for a minute, mixing uploads, reads, detections and descriptions, each answer compared with the right one.

`python tests/bench/load.py` prints a JSON object a line: name, value, unit. It exits with 1 when there was an error, a
wrong answer, or a level that did not come back: memory, open files, threads.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from shapes import BUCKET, LABELS, Clients, connect, picture, put_pictures, run_model, say, state_of, until

from core.aws.engine_process import Engine, ensure_engine

CLIENTS = 16
KEYS = 10  # objects a client
PICTURES = [(label, number) for label in LABELS for number in range(3)]
GROWTH = 0.1  # of the memory in the middle, by which it may be larger at the end


@dataclass(frozen=True, slots=True)
class Served:
    """A running model and what it rightly answers, by picture."""

    engine: Engine
    project: str
    version: str
    answers: list[Any]


@dataclass
class Tally:
    """What the clients met."""

    requests: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


def serve(folder: Path) -> Served:
    """An engine with a running model, and pictures in its S3."""
    clients = connect(ensure_engine(folder, port=0, wait=60))
    put_pictures(clients)
    project = clients.rekognition.create_project(ProjectName="shapes")["ProjectArn"]
    version = run_model(clients, project, "v1")
    answers = [detect(clients, version, image_bytes(place)) for place in range(len(PICTURES))]
    return Served(clients.engine, project, version, answers)


@cache
def image_bytes(place: int) -> dict[str, Any]:
    return {"Bytes": picture(*PICTURES[place], size=(640, 480))}


def detect(clients: Clients, version: str, image: dict[str, Any]) -> Any:
    return clients.rekognition.detect_custom_labels(
        ProjectVersionArn=version, Image=image, MinConfidence=0)["CustomLabels"]


class Client:
    """One client, with connections, objects and chances of its own."""

    def __init__(self, number: int, served: Served, tally: Tally) -> None:
        self.served, self.tally = served, tally
        self.prefix = f"load/{number}/"
        self.chance = random.Random(number)
        self.aws = connect(served.engine)
        self.requests: Counter[str] = Counter()
        self.bodies: dict[str, bytes] = {}

    def work(self, end: float) -> Counter[str]:
        """Ask until `end` (of time.monotonic), and return how often what was asked."""
        kinds: list[Callable[[], bool]] = [self.put, self.put, self.get, self.get, self.list, self.delete,
                                           self.detect_bytes, self.detect_bytes, self.detect_object, self.describe]
        while time.monotonic() < end:
            kind = self.chance.choice(kinds)
            try:
                if not kind():
                    self.tally.wrong.append(kind.__name__)
            except Exception as error:
                self.tally.errors.append(f"{kind.__name__}: {error!r}")
            self.requests[kind.__name__] += 1
        return self.requests

    def put(self) -> bool:
        key = f"{self.prefix}{self.chance.randrange(KEYS)}"
        self.bodies[key] = body = self.chance.randbytes(self.chance.randrange(1, 300_000))
        return bool(self.aws.s3.put_object(Bucket=BUCKET, Key=key, Body=body)["ETag"])

    def get(self) -> bool:
        if not self.bodies:
            return self.list()
        key = self.chance.choice(list(self.bodies))
        return bool(self.aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == self.bodies[key])

    def list(self) -> bool:
        found = self.aws.s3.list_objects_v2(Bucket=BUCKET, Prefix=self.prefix).get("Contents", [])
        return {entry["Key"]: entry["Size"] for entry in found} == {
            key: len(body) for key, body in self.bodies.items()}

    def delete(self) -> bool:
        key = f"{self.prefix}{self.chance.randrange(KEYS)}"
        self.bodies.pop(key, None)
        return bool(self.aws.s3.delete_object(Bucket=BUCKET, Key=key))

    def detect_bytes(self) -> bool:
        return self._is_right(self.chance.randrange(len(PICTURES)), image_bytes)

    def detect_object(self) -> bool:
        return self._is_right(self.chance.randrange(len(PICTURES)), lambda place: {
            "S3Object": {"Bucket": BUCKET, "Name": f"large/{place}.jpg"}})

    def describe(self) -> bool:
        return state_of(self.aws, self.served.project, "v1") == "RUNNING"

    def _is_right(self, place: int, image: Callable[[int], dict[str, Any]]) -> bool:
        return bool(detect(self.aws, self.served.version, image(place)) == self.served.answers[place])


def load(served: Served, seconds: float, count: int = CLIENTS) -> Tally:
    """Let so many clients work for so long."""
    tally = Tally()
    setup = connect(served.engine)
    for place in range(len(PICTURES)):
        setup.s3.put_object(Bucket=BUCKET, Key=f"large/{place}.jpg", Body=image_bytes(place)["Bytes"])
    end = time.monotonic() + seconds
    clients = [Client(number, served, tally) for number in range(count)]
    with watching(served.engine.pid, tally.megabytes), ThreadPoolExecutor(count) as pool:
        for requests in pool.map(lambda client: client.work(end), clients):
            tally.requests += requests
    for client in clients:
        client.aws.s3.close()
        client.aws.rekognition.close()
    return tally


@contextmanager
def watching(pid: int, megabytes: list[float]) -> Iterator[None]:
    """Note the memory of a process five times a second."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            megabytes.append(memory(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def memory(pid: int) -> float:
    """Megabytes of a process that are in memory. Linux tells it, and descriptors and threads, in /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def growth(megabytes: list[float]) -> float:
    """How much more there is at the end than in the middle, as a share of the middle: caches are warm by then."""
    size = len(megabytes)
    middle = statistics.median(megabytes[size * 2 // 5:size * 3 // 5])
    return statistics.median(megabytes[size * 4 // 5:]) / middle - 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        served = serve(Path(folder))
        pid = served.engine.pid
        before = {"open_files": open_files(pid), "threads": threads(pid)}
        tally = load(served, options.seconds, options.clients)
        until(lambda: threads(pid), lambda count: count <= before["threads"])
        after = {"open_files": open_files(pid), "threads": threads(pid)}
        log = Path(folder, "engine.log").read_text()
        os.kill(pid, signal.SIGTERM)
    for problem, count in Counter(tally.errors + tally.wrong).most_common(10):
        sys.stderr.write(f"{count} x {problem}\n")
    sys.stderr.write(log)
    say("load.requests_per_s", tally.requests.total() / options.seconds, "1/s")
    for kind, count in sorted(tally.requests.items()):
        say(f"load.{kind}", count, "requests")
    say("load.errors", len(tally.errors), "requests")
    say("load.wrong", len(tally.wrong), "answers")
    say("load.memory_mb", tally.megabytes[-1], "MB")
    say("load.memory_most_mb", max(tally.megabytes), "MB")
    say("load.memory_growth", growth(tally.megabytes), "share")
    for level in before:
        say(f"load.{level}_more", after[level] - before[level], "at the end")
    leaks = growth(tally.megabytes) > GROWTH or any(after[level] > before[level] for level in before)
    sys.exit(bool(tally.errors or tally.wrong or leaks or log))


if __name__ == "__main__":
    main()
