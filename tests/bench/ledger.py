"""What may be found after a crash: what was acknowledged last, or what had been asked for when the engine died."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOTHING = ""  # the state of what does not exist


class Ledger:
    """Values by name. Each name is changed by one thread."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self._known: dict[str, Any] = {}
        self._asked: dict[str, Any] = {}
        self._counting = threading.Lock()

    @contextlib.contextmanager
    def changing(self, name: str, value: Any) -> Iterator[None]:
        """Ask for a change inside; when it ends without an error, the change was acknowledged."""
        self._asked[name] = value
        yield
        self._known[name] = value
        del self._asked[name]
        with self._counting:
            self.acknowledged += 1

    def names(self, prefix: str = "") -> list[str]:
        return sorted(name for name in self._known | self._asked if name.startswith(prefix))

    def check(self, name: str, found: Any) -> None:
        """Fail when `found` is neither; from now on it is what is known."""
        allowed = [values[name] for values in (self._known, self._asked) if name in values]
        if name not in self._known:
            allowed.append(None)
        assert found in allowed, f"{name} is {found!r} after the crash, not one of {allowed!r}"
        self._known[name] = found
        self._asked.pop(name, None)


@dataclass
class Life:
    """A resource that goes through `states` in order. Odd ones pass by themselves; at even ones it waits for a request.

    `asks[place]` is the request that leads to the odd `place`. `known` is the furthest place that was acknowledged or
    shown, `asked` the furthest that was asked for; `acknowledged` counts requests.
    """

    states: tuple[str, ...]
    asks: Mapping[int, Callable[[], object]]
    look: Callable[[], str]
    known: int = 0
    asked: int = 0
    acknowledged: int = 0

    @property
    def over(self) -> bool:
        return self.known == len(self.states) - 1

    def go_on(self) -> None:
        """Ask for the next state, or look whether the passing one has passed."""
        if self.known % 2 == 0:
            self.asked = self.known + 1
            self.asks[self.asked]()
            self.known = self.asked
            self.acknowledged += 1
        else:
            self.see()

    def see(self) -> str:
        """The state as it is; fails when it can't be reached from what is known."""
        state = self.look()
        furthest = self.asked + self.asked % 2
        reachable = range(self.known, furthest + 1)
        place = next((place for place in reachable if self.states[place] == state), None)
        assert place is not None, f"{state!r} is not one of {[self.states[place] for place in reachable]}"
        self.known = place
        self.asked = max(self.asked, place)
        return state
