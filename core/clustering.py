"""An existing Dask cluster: reached, checked, and given work. Imported only where REKOLAB_CLUSTER names one."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

from core.errors import ClusterError
from core.jobs import Progress

PATIENCE = 10.0  # seconds for the scheduler to answer, and for a first worker to be there
WORKERLESS = 60.0  # seconds that work under way waits for a worker, once the last one is gone
ANSWER = 2.0  # seconds for the scheduler to answer between two results
AHEAD = 2  # items under way for each thread of the cluster
LEAST = 16  # items under way at least, so that a cluster that grows with its queue sees a reason to

ALONE = "Without REKOLAB_CLUSTER this computer does the work alone."


@contextmanager
def pool(address: str) -> Iterator[tuple[Executor, int, Callable[[Progress, bool], None]]]:
    """Calls run on the cluster's workers, and how many may be under way; those still open at the end are given up.

    The third is called with each result, and now and then while none comes.
    ClusterError says what is wrong with a cluster that can't be reached or can't do the work, and what to do.
    """
    try:
        from distributed import Client, KilledWorker
    except ModuleNotFoundError:
        raise ClusterError(f"REKOLAB_CLUSTER names {address}, but Dask is not installed here. "
                           f"`pip install -r requirements-cluster.txt` adds it. {ALONE}") from None
    with _connected(Client, address) as client:
        window = max(AHEAD * _checked(client, address), LEAST)
        calls = _Calls(client)
        try:
            yield calls, window, _Watch(client, address)
        except (CancelledError, asyncio.CancelledError):
            raise ClusterError(f"The connection to the cluster at {address} was lost. What was finished is kept; "
                               "start again when the scheduler is back.") from None
        except KilledWorker as error:
            raise ClusterError("The same photo ended several workers of the cluster, as one does that needs more "
                               f"memory than they have. Give the workers more, then start again. {ALONE}") from error
        finally:
            calls.shutdown()


class _Calls(Executor):
    """Calls on the workers.

    Dask's own executor reads a result as an error when the worker that it came from ends in the same moment.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._open: WeakSet[Any] = WeakSet()

    def submit(self, function: Callable[..., Any], /, *items: Any, **named: Any) -> Future[Any]:
        there = self._client.submit(function, *items, **named, pure=False)
        self._open.add(there)
        return asyncio.run_coroutine_threadsafe(
            self._client.gather(there, asynchronous=True), self._client.loop.asyncio_loop)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        """Give up what is still open, without waiting for it."""
        self._client.cancel(list(self._open))


class _Watch:
    """Says while no worker is left that the work waits for one; ClusterError once that has lasted too long."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._since: float | None = None

    def __call__(self, progress: Progress, idle: bool) -> None:
        """`idle` says whether no result has come since the last call."""
        if idle:
            progress.check()
        if not idle or self._worked_on():
            if self._since:
                progress.say("A worker of the cluster is there again.")
            self._since = None
            return
        now = time.monotonic()
        self._since = self._since or now
        left = WORKERLESS - (now - self._since)
        if left <= 0:
            raise ClusterError(f"All workers of the cluster at {self._address} are gone. What was finished is kept. "
                               f"Start one with `dask worker {self._address}`, then start again: it goes on where it "
                               f"stopped. {ALONE}")
        progress.say(f"All workers of the cluster are gone. Waiting {left:.0f} s more for one.")

    def _worked_on(self) -> bool:
        """Whether there is a worker; a scheduler that does not answer is the matter of the connection."""
        try:
            return bool(self._client.nthreads(callback_timeout=ANSWER))
        except OSError:
            return True


@cache
def edition() -> str:
    """Names this copy of Rekolab by its code, so that two computers can tell whether theirs is the same."""
    home = Path(__file__).parent
    found = hashlib.sha256()
    for file in sorted(home.rglob("*.py")):
        found.update(file.relative_to(home).as_posix().encode() + file.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()[:12]


@contextmanager
def _connected(client: type[Any], address: str) -> Iterator[Any]:
    try:
        connection = client(address, timeout=PATIENCE, set_as_default=False, name="rekolab")
    except (OSError, ValueError) as error:
        raise ClusterError(f"The Dask cluster at {address} can not be reached. See that its scheduler runs and that "
                           f"REKOLAB_CLUSTER has its address, such as tcp://10.0.0.5:8786. {ALONE}") from error
    with connection:
        yield connection


def _checked(client: Any, address: str) -> int:
    """The number of the cluster's threads, once every worker is known to run the same code as this process."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise ClusterError(f"The cluster at {address} has no worker. Start one with `dask worker {address}`.") from None
    try:
        client.get_versions(check=True)
    except ValueError as error:
        raise ClusterError(f"The cluster at {address} has other versions of Python's packages than this computer. "
                           f"Install the same requirements on both. Dask says: {_told(error)}") from error
    try:
        editions: dict[str, str] = client.run(edition)
    except ModuleNotFoundError as error:
        raise ClusterError(f"The workers at {address} lack a part of Rekolab ({error.name}). Start them in a copy of "
                           "its folder, with the packages of requirements-cluster.txt.") from error
    if others := sorted(worker for worker, code in editions.items() if code != edition()):
        raise ClusterError(f"The worker {others[0]} runs another version of Rekolab than this computer. "
                           "Bring its folder to the same one, and start the worker again.")
    return max(1, sum(client.nthreads().values()))


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
