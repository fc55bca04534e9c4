"""How fast a running model is asked: as many calls at once as bring more answers, and no more than it takes.

AWS states no figure for an inference unit, so it is measured. More calls at once are tried while they bring more
answers a second. When the service throttles, the pace falls to what it has just borne, and rises again slowly.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from core.aws import throttling

MOST = 16  # calls at once, whatever they bring
FIRST = 6
STEP = 2
WORTH = 1.03  # times as many answers a second, for which more calls at once are kept
WINDOW = 20  # answers at least by which a number of calls at once is judged
PATIENT = 4  # windows without a gain, until more are tried again
BORNE = 0.9  # of the answers a second before a throttling, with which it goes on
RISE = 1.02  # by which that pace rises in each second without one
RECENT = 5.0  # seconds that the answers a second are measured over


class Pace:
    """When the next call may begin. Times are seconds of any clock that goes forwards."""

    def __init__(self, now: float = 0.0, first: int = FIRST, most: int = MOST) -> None:
        self.at_once = min(first, most)
        self.a_second = float("inf")  # calls that may begin in a second
        self._most = most
        self._under_way = 0
        self._next = self._raised = now
        self._slowed = now - RECENT
        self._answers: deque[float] = deque(maxlen=1000)
        self._window: tuple[float, int] = (now, 0)
        self._best = 0.0
        self._wait = 0  # windows until more calls at once are tried

    def wait(self, now: float) -> float:
        """Seconds until a call may begin, 0 for at once; infinity while as many as may are under way."""
        return max(0.0, self._next - now) if self._under_way < self.at_once else float("inf")

    def begin(self, now: float) -> None:
        """A call begins."""
        self._under_way += 1
        self._next = max(now, self._next) + 1 / self.a_second

    def end(self, now: float, throttled: bool) -> None:
        """A call has ended, and was `throttled` meanwhile or not."""
        self._under_way -= 1
        if throttled:
            self._slow_down(now)
        else:
            self._speed_up(now)
        self._answers.append(now)

    def _slow_down(self, now: float) -> None:
        """Once for all calls that were under way together."""
        if now - self._slowed < 1:
            return
        recent = [at for at in self._answers if at > now - RECENT]
        borne = len(recent) / max(1.0, now - recent[0]) if recent else 1.0
        self.a_second = max(0.2, BORNE * min(borne, self.a_second))
        self.at_once = max(1, self.at_once // 2)
        self._slowed = self._raised = now
        self._judged(now, PATIENT)

    def _speed_up(self, now: float) -> None:
        self.a_second *= RISE ** (now - self._raised)
        self._raised = now
        began, answers = self._window
        self._window = began, answers + 1
        if answers + 1 < max(WINDOW, 3 * self.at_once) or now <= began:
            return
        rate = (answers + 1) / (now - began)
        if self._wait:  # the best is what is usual now: other work of this computer comes and goes
            self._best = rate
            self._judged(now, self._wait - 1)
            if not self._wait:
                self._try_more()
        elif rate >= WORTH * self._best:
            self._best = rate
            self._try_more()
            self._judged(now, 0)
        else:
            self.at_once = max(1, self.at_once - STEP)
            self._judged(now, PATIENT)

    def _try_more(self) -> None:
        self.at_once = min(self._most, self.at_once + STEP)

    def _judged(self, now: float, wait: int) -> None:
        self._window, self._wait = (now, 0), wait


class Turns:
    """The turns of one job's calls, in as many threads as it likes."""

    def __init__(self, most: int = MOST) -> None:
        self._pace = Pace(time.monotonic(), most=most)
        self._free = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until one more call may be made, and learn from how it goes."""
        with self._free:
            while wait := self._pace.wait(time.monotonic()):
                self._free.wait(None if wait == float("inf") else wait)
            self._pace.begin(time.monotonic())
        before = throttling.count()
        try:
            yield
        finally:
            with self._free:
                self._pace.end(time.monotonic(), throttling.count() > before)
                self._free.notify_all()
