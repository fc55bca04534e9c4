"""Patience with a service that asks for fewer requests: longer than botocore's own, and told to who is waiting."""

from __future__ import annotations

import threading
import time
from typing import Any

from core.aws.calls import Patience
from core.errors import Throttled, translate

TRIES = 12  # of one call, botocore's own included
PATIENCE = Patience(first=4, longest=20)  # between the tries after botocore's own, so two minutes together

_SHOWN = 20.0  # seconds for which a throttled call is told of
_last = -_SHOWN
_count = 0
_counting = threading.Lock()


def hook(tries: int) -> Any:
    """A handler of botocore's "needs-retry", whose word counts where botocore's own gives up.

    That is after `tries`, or sooner: botocore allows a client only so many tries again, and throttled calls of many
    threads use them up.
    """

    def patient(response: Any = None, attempts: int = 1, **_: Any) -> float | None:
        """Seconds until the next try of a throttled call; None when this is no such call, or it was tried enough."""
        if not _is_throttled(response):
            return None
        _note()
        if attempts >= TRIES:
            return None
        return float(min(PATIENCE.longest, PATIENCE.first * 1.5 ** max(0, attempts - tries)))

    return patient


def is_slowed() -> bool:
    """Whether a call was throttled just now, anywhere in this process."""
    return time.monotonic() - _last < _SHOWN


def count() -> int:
    """How many answers of this process's calls so far were throttled."""
    return _count


def _is_throttled(response: Any) -> bool:
    error = response[1].get("Error", {}) if response else {}
    return isinstance(translate(str(error.get("Code", "")), "", ""), Throttled)


def _note() -> None:
    global _last, _count
    with _counting:
        _last = time.monotonic()
        _count += 1
