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
    """The same for results that come from several threads: each is handed over by a call, and the rest by `flush`."""

    def __init__(self, write: Callable[..., None], seconds: float = SECONDS) -> None:
        self._write, self._seconds = write, seconds
        self._waiting: list[Item] = []
        self._lock = threading.Lock()
        self._since = time.monotonic()

    def __call__(self, item: Item) -> None:
        with self._lock:
            self._waiting.append(item)
            if time.monotonic() - self._since < self._seconds:
                return
        self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:  # held while writing, so that whoever flushes last knows that everything is written
            if self._waiting:
                self._write(*self._waiting)
                self._waiting = []
            self._since = time.monotonic()
