"""Work that outlives its request, and the process: it is queued in the same transaction as the state it changes.

A task's last act is a transaction that sets the new state and takes the task off the queue. What the process left
unfinished is begun again at the next start, and given up as failed once it was begun too often.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from core.engine.state import State

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
QUICK_THREADS = 2
SLOW_THREADS = 2


class Interrupted(Exception):
    """The engine shuts down; the task is begun again at the next start."""


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work on the resource `arn`."""

    id: int
    kind: str
    arn: str
    arguments: Mapping[str, Any]
    attempts: int
    state: State
    closing: threading.Event

    @contextlib.contextmanager
    def finish(self) -> Iterator[sqlite3.Connection]:
        """The transaction that ends the task."""
        with self.state.transaction() as rows:
            yield rows
            rows.execute("DELETE FROM task WHERE id = ?", (self.id,))

    def check(self) -> None:
        """Raise Interrupted when the engine shuts down; long work calls it now and then."""
        if self.closing.is_set():
            raise Interrupted


@dataclass(frozen=True, slots=True)
class Step:
    """What is done for a kind of task, and what ends it when that breaks; both must call `task.finish`."""

    run: Callable[[Task], None]
    give_up: Callable[[Task], None]
    slow: bool = False


class Tasks:
    """The queue and its threads. Quick steps never wait behind slow ones.

    With `instant` there are no threads: who wakes the queue does the work.
    """

    def __init__(self, state: State, instant: bool = False) -> None:
        self._state = state
        self._instant = instant
        self._steps: Mapping[str, Step] = {}
        self._begun: set[int] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._alarm: threading.Timer | None = None
        self._quick = ThreadPoolExecutor(QUICK_THREADS, thread_name_prefix="quick")
        self._slow = ThreadPoolExecutor(SLOW_THREADS, thread_name_prefix="training")

    def start(self, steps: Mapping[str, Step]) -> None:
        """Take up the work, beginning with what an earlier process has left."""
        self._steps = steps
        self.wake()

    def add(self, rows: sqlite3.Connection, kind: str, arn: str, delay: float = 0.0, **arguments: Any) -> None:
        """Queue work inside the caller's transaction; `wake` begins it afterwards, `delay` seconds from now."""
        rows.execute("INSERT INTO task (kind, arn, arguments, due) VALUES (?, ?, ?, ?)",
                     (kind, arn, json.dumps(arguments), time.time() + delay if delay else 0.0))

    def wake(self) -> None:
        """Begin every queued task that is due and that nobody has begun, oldest first."""
        for row in self._take():
            task = Task(row["id"], row["kind"], row["arn"], json.loads(row["arguments"]), row["attempts"] + 1,
                        self._state, self._closing)
            step = self._steps[task.kind]
            if self._instant:
                self._run(task, step)
                continue
            with contextlib.suppress(RuntimeError):  # the threads are gone: the next start takes it up
                (self._slow if step.slow else self._quick).submit(self._run, task, step)

    def close(self) -> None:
        """Let quick work end, interrupt long work, and wait for both."""
        self._closing.set()
        with self._lock:
            self._set_alarm(None)
        for pool in (self._quick, self._slow):
            pool.shutdown(wait=True, cancel_futures=True)

    def _take(self) -> list[sqlite3.Row]:
        """The tasks to begin now; the others get an alarm."""
        now = time.time()
        with self._lock, self._state.reading() as rows:
            queued = [row for row in rows.execute("SELECT * FROM task ORDER BY id") if row["id"] not in self._begun]
            ready = [row for row in queued if row["due"] <= now]
            self._begun.update(row["id"] for row in ready)
            self._set_alarm(min((row["due"] - now for row in queued if row["due"] > now), default=None))
        return ready

    def _set_alarm(self, seconds: float | None) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = None
        if seconds is not None and not self._closing.is_set():
            self._alarm = threading.Timer(seconds, self.wake)
            self._alarm.daemon = True
            self._alarm.start()

    def _run(self, task: Task, step: Step) -> None:
        try:
            self._count(task)
            if task.attempts > MAX_ATTEMPTS:
                log.error("%s of %s is given up after %d attempts", task.kind, task.arn, MAX_ATTEMPTS)
                self._give_up(task, step)
            else:
                step.run(task)
        except Interrupted:
            self._count(task, -1)
        except Exception:
            log.exception("%s of %s failed", task.kind, task.arn)
            self._give_up(task, step)
        finally:
            with self._lock:
                self._begun.discard(task.id)

    def _give_up(self, task: Task, step: Step) -> None:
        try:
            step.give_up(task)
        except Exception:
            log.exception("%s of %s stays queued for the next start", task.kind, task.arn)

    def _count(self, task: Task, more: int = 1) -> None:
        with self._state.transaction() as rows:
            rows.execute("UPDATE task SET attempts = attempts + ? WHERE id = ?", (more, task.id))
