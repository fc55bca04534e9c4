"""Results of a long job, written down a few at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item")

# What a crash may lose: so many results, or those of half a second where they come faster than that. Writing each by
# itself would cost more than some of them.
SIZE, SECONDS = 8, 0.5


def written(
    items: Iterable[Item], write: Callable[[list[Item]], None], size: int = SIZE, seconds: float = SECONDS
) -> None:
    """Hand the items to `write` in lists of `size` or more; what has come is written even when their source fails."""
    batch: list[Item] = []
    since = time.monotonic()
    try:
        for item in items:
            batch.append(item)
            if len(batch) >= size and time.monotonic() - since >= seconds:
                full, batch = batch, []
                write(full)
                since = time.monotonic()
    finally:
        if batch:
            write(batch)


class Together(Generic[Item]):
    """Writes for several threads: what comes while one of them writes is written by the next in one go.

    A call returns when its item is written, so that a crash loses none of them.
    """

    def __init__(self, write: Callable[..., None]) -> None:
        self._write = write
        self._waiting: list[Item] = []
        self._writing = threading.Lock()

    def __call__(self, item: Item) -> None:
        self._waiting.append(item)
        with self._writing:
            some, self._waiting = self._waiting, []
            if some:
                self._write(*some)
