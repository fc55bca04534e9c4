"""One map over many images: threads of this process, or the Dask cluster that REKOLAB_CLUSTER names.

Threads are enough on one computer, because Pillow frees the GIL while it decodes. What runs on a cluster must be able
to travel: a module-level function (or a partial of one) and items that can be pickled, neither of which needs a file
or a catalogue of this computer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TypeVar

from core import settings
from core.jobs import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")
# What runs calls, how many may be under way, and what is told whether none has finished since a tick ago.
_Pool = tuple[Executor, int, Callable[[Progress, bool], None]]

TICK = 0.5  # seconds after which a cancelled job is seen, however long the items take


def workers() -> int:
    """As many as there are processors to use."""
    return os.cpu_count() or 1


def cluster() -> str | None:
    """The address of the Dask cluster to use, such as tcp://10.0.0.5:8786; None for this computer alone."""
    return settings.load().cluster


def each(
    function: Callable[[Item], Result], items: Iterable[Item], progress: Progress, threads: int | None = None
) -> Iterator[tuple[Item, Result]]:
    """(item, function(item)) as they are finished, in no fixed order; only a few are under way at once.

    With `threads` the work stays here whatever the settings say: it needs this computer's files or connections.
    Steps `progress` once an item. A cancelled job stops handing out items and ends with Cancelled; the first exception
    of an item ends the map too. A worker of a cluster that is lost is no such exception: its items are done again.
    """
    rest = iter(items)
    ended: SimpleQueue[tuple[Item, Future[Result]]] = SimpleQueue()  # wait() would look at all of them after each
    with _pool(threads) as (pool, window, look_after):
        under_way = sum(_begun(pool, function, item, ended) for item in islice(rest, window))
        while under_way:
            try:
                item, future = ended.get(timeout=TICK)
            except Empty:
                look_after(progress, True)
                continue
            look_after(progress, False)
            under_way += sum(_begun(pool, function, following, ended) for following in islice(rest, 1)) - 1
            yield item, future.result()
            progress.step()


def _begun(
    pool: Executor, function: Callable[[Item], Result], item: Item, ended: SimpleQueue[tuple[Item, Future[Result]]]
) -> int:
    """Hand out one item, which comes to `ended` when it is done; gives 1."""
    pool.submit(function, item).add_done_callback(lambda future: ended.put((item, future)))
    return 1


def _pool(threads: int | None) -> AbstractContextManager[_Pool]:
    address = None if threads else cluster()
    if address is None:
        return _threads(threads or workers())
    from core import clustering

    return clustering.pool(address)


@contextmanager
def _threads(count: int) -> Iterator[_Pool]:
    """Threads of this process; items not begun are dropped at the end."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool, count * 2, _check
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _check(progress: Progress, idle: bool) -> None:
    if idle:
        progress.check()
