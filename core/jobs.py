"""Background jobs: progress, cancel, and continuation after a crash. Knows nothing of AWS or Streamlit.

A job is a module-level function `work(progress, **arguments)` with JSON arguments that is harmless to repeat.
While it runs, a journal file names it; a file that is left over at the next start is a job to go on with.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from core.errors import Cancelled, RekolabError
from core.files import explained, write_atomically

log = logging.getLogger(__name__)

State = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it was at one moment. `total` is 0 while nobody knows it."""

    key: str
    title: str
    state: State = "waiting"
    done: int = 0
    total: int = 0
    message: str = ""
    error: RekolabError | None = None
    result: Any = None
    started: float = field(default_factory=time.time)
    ended: float | None = None

    @property
    def live(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 0.0


class Progress:
    """What a job's function reports to. Every report raises Cancelled once somebody has cancelled the job."""

    def __init__(self, update: Callable[..., None] | None = None, cancelled: threading.Event | None = None) -> None:
        self._update = update or (lambda **_: None)
        self._cancelled = cancelled or threading.Event()
        self._lock = threading.Lock()
        self._done = 0

    def begin(self, total: int, message: str = "") -> None:
        """A stage of `total` steps starts."""
        with self._lock:
            self._done = 0
        self.check()
        self._update(done=0, total=total, message=message)

    def step(self, count: int = 1, message: str | None = None) -> None:
        """`count` more steps are done; safe to call from several threads."""
        with self._lock:
            self._done += count
            changes: dict[str, Any] = {"done": self._done} | ({} if message is None else {"message": message})
            self._update(**changes)
        self.check()

    def say(self, message: str) -> None:
        self.check()
        self._update(message=message)

    def check(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled("Cancelled. What was finished is kept; starting again goes on from there.")


class Jobs:
    """The jobs of one app process. One live job a key, however often it is asked for."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="job")
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._cancels: dict[str, threading.Event] = {}
        self._futures: dict[str, Future[None]] = {}

    def start(
        self, key: str, title: str, function: Callable[..., Any], revive: bool = True, **arguments: Any
    ) -> Job:
        """Start `function(progress, **arguments)`, or return the live job of that key.

        Without `revive` it is not gone on with after a crash.
        """
        with self._lock:
            if (job := self._jobs.get(key)) and job.live:
                return job
            lock = self._taken(key, title)
            name = f"{function.__module__}:{function.__qualname__}"
            entry = {"key": key, "title": title, "function": name, "arguments": arguments}
            try:
                if revive:
                    write_atomically(self._file(key, ".json"), json.dumps(entry).encode())
                self._jobs[key] = Job(key, title)
                self._cancels[key] = threading.Event()
                self._futures[key] = self._pool.submit(self._run, key, function, arguments, lock)
            except BaseException:  # as on a full disk
                lock.release()
                raise
            return self._jobs[key]

    def _taken(self, key: str, title: str) -> FileLock:
        """The lock of the job of that key, which one process has at a time."""
        lock = FileLock(self._file(key, ".lock"), thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RekolabError(f"“{title}” runs already, in another window of Rekolab.") from None
        return lock

    def all(self) -> list[Job]:
        """Every job since the process started, newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: -job.started)

    def get(self, key: str) -> Job | None:
        with self._lock:
            return self._jobs.get(key)

    def live(self) -> list[Job]:
        return [job for job in self.all() if job.live]

    def cancel(self, key: str) -> None:
        """Ask the job to end at its next step; what it has finished stays. A crash before that does not revive it."""
        with self._lock:
            if key in self._cancels:
                self._cancels[key].set()
                self._file(key, ".json").unlink(missing_ok=True)

    def cancelling(self, key: str) -> bool:
        """Whether the job was asked to end, and has yet to come to a step at which it can."""
        with self._lock:
            return key in self._jobs and self._jobs[key].live and self._cancels[key].is_set()

    def forget(self, key: str) -> None:
        """Drop an ended job from the list."""
        with self._lock:
            if (job := self._jobs.get(key)) and not job.live:
                del self._jobs[key]

    def wait(self, key: str, timeout: float | None = None) -> Job:
        """Block until the job has ended; for scripts and tests."""
        self._futures[key].result(timeout)
        return self._jobs[key]

    def resume(self) -> list[Job]:
        """Start again what a crash cut off. Jobs that another process runs are left to it, and others to the next start
        where the disk is full."""
        resumed = []
        for file in sorted(self._folder.glob("*.json")):
            try:
                entry = json.loads(file.read_bytes())
                module, _, name = entry["function"].partition(":")
                function = getattr(importlib.import_module(module), name)
                resumed.append(self.start(entry["key"], entry["title"], function, **entry["arguments"]))
            except RekolabError:
                continue
            except OSError:
                log.exception("a job is not gone on with now: %s", file.name)
            except (ValueError, KeyError, ImportError, AttributeError):
                log.warning("a job that can not be continued is dropped: %s", file.name)
                file.unlink(missing_ok=True)
        return resumed

    def _run(self, key: str, function: Callable[..., Any], arguments: dict[str, Any], lock: FileLock) -> None:
        progress = Progress(lambda **changes: self._change(key, **changes), self._cancels[key])
        try:
            self._change(key, state="running")
            progress.check()
            self._end(key, lock, state="done", result=function(progress, **arguments))
        except Cancelled as error:
            self._end(key, lock, state="cancelled", error=error)
        except RekolabError as error:
            self._end(key, lock, state="failed", error=error)
        except Exception as error:
            log.exception("job %s failed", key)
            told = explained(error, self._folder.parent)
            unexpected = RekolabError(f"Something unexpected: {type(error).__name__}: {error}")
            self._end(key, lock, state="failed", error=told or unexpected)

    def _end(self, key: str, lock: FileLock, **changes: Any) -> None:
        """All of it at once, as whoever sees the job ended may start it again in the same moment."""
        with self._lock:
            try:
                self._file(key, ".json").unlink(missing_ok=True)
            except OSError:  # as on a disk that can only be read by now; to be gone on with once more does no harm
                log.exception("what would go on with job %s could not be removed", key)
            lock.release()
            self._change(key, ended=time.time(), **changes)

    def _change(self, key: str, **changes: Any) -> None:
        with self._lock:
            self._jobs[key] = replace(self._jobs[key], **changes)

    def _file(self, key: str, suffix: str) -> Path:
        return self._folder / (hashlib.sha256(key.encode()).hexdigest()[:24] + suffix)
