"""How fast bytes go, and how long the rest will take, in words for the line under a job's bar."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WINDOW = 10.0  # seconds that the rate is taken from, so that it follows the network of now
_FIRST = 1.0  # seconds before which a rate would be a guess


class Pace:
    """Counts bytes as they are done; safe in every thread."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._clock = clock
        self._lock = threading.Lock()
        self._done = 0
        self._waiting: list[str] = []
        self._marks = deque([(clock(), 0)])

    def add(self, count: int) -> None:
        """`count` more bytes are done."""
        with self._lock:
            self._done += count
            self._marks.append((self._clock(), self._done))
            while len(self._marks) > 2 and self._marks[1][0] < self._marks[-1][0] - WINDOW:
                self._marks.popleft()

    @contextmanager
    def waiting(self, why: str) -> Iterator[None]:
        """While the block runs, the message says what is waited for."""
        with self._lock:
            self._waiting.append(why)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.remove(why)

    @property
    def message(self) -> str:
        """ "212 of 600 MB, 41.3 MB a second, 9 seconds left", and what is being waited for."""
        with self._lock:
            (since, before), now = self._marks[0], self._clock()
            said = [f"{self._done / 1e6:,.0f} of {self._total / 1e6:,.0f} MB"]
            if self._done > before and now - since >= _FIRST:
                rate = (self._done - before) / (now - since)
                said += [f"{rate / 1e6:,.1f} MB a second", f"{left((self._total - self._done) / rate)} left"]
            return ", ".join(said) + (f". {self._waiting[-1]}" if self._waiting else "")


def left(seconds: float) -> str:
    """ "9 seconds", "4 minutes", "3 h 12 min"; rounded up, because nobody minds when it is over sooner."""
    whole = int(-(-seconds // 1))
    if whole < 90:
        return f"{whole} second{'' if whole == 1 else 's'}"
    minutes = -(-whole // 60)
    return f"{minutes} minutes" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
