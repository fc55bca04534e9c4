"""Results of a long job, written down a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")

SIZE = 8  # results that a crash may lose; writing each by itself would cost more than some of them


def written(items: Iterable[Item], write: Callable[[list[Item]], None], size: int = SIZE) -> None:
    """Hand the items to `write` in lists of `size`; what has come is written even when their source fails."""
    batch: list[Item] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                full, batch = batch, []
                write(full)
    finally:
        if batch:
            write(batch)
