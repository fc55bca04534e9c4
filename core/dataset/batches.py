"""Results of a long job, written down a few at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

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
