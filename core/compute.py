"""One map over many images: threads of this process, which is enough because Pillow frees the GIL while it decodes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from core.jobs import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")


def workers() -> int:
    """As many as there are processors to use."""
    return os.cpu_count() or 1


def each(
    function: Callable[[Item], Result], items: Iterable[Item], progress: Progress, threads: int | None = None
) -> Iterator[tuple[Item, Result]]:
    """(item, function(item)) as they are finished, in no fixed order; only a few are under way at once.

    Steps `progress` once an item. A cancelled job stops handing out items and ends with Cancelled.
    """
    width = threads or workers()
    rest = iter(items)
    with ThreadPoolExecutor(width) as pool:
        under_way = {pool.submit(function, item): item for item in islice(rest, width * 2)}
        try:
            while under_way:
                finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in finished:
                    item = under_way.pop(future)
                    under_way |= {pool.submit(function, following): following for following in islice(rest, 1)}
                    yield item, future.result()
                    progress.step()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
