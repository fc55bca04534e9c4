"""Values that follow from a project's catalogue, kept in this process until the catalogue changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from core.workspace import Project

Value = TypeVar("Value")

MOST = 32  # values; those of the few projects that are open at a time


@dataclass(slots=True)
class _Place:
    """Where one value is kept. Whoever holds the lock makes it, and the others wait for it."""

    revision: int = -1
    value: Any = None
    lock: threading.RLock = field(default_factory=threading.RLock)


_places: OrderedDict[tuple[Hashable, ...], _Place] = OrderedDict()
_lock = threading.Lock()


def remembered(project: Project, name: str, make: Callable[[], Value], *key: Hashable) -> Value:
    """What `make()` gave last, unless the catalogue has changed since; `key` tells apart values of one name.

    Everybody gets the same value, so nobody may change it.
    """
    place = _place((str(project.folder), name, *key))
    revision = project.revision()
    with place.lock:
        if place.revision != revision:
            place.value = None  # so that the old value and the new one are not in memory together
            place.value = make()  # may see a later state than `revision`; then it is made once more than needed
            place.revision = revision
        return cast(Value, place.value)


def _place(key: tuple[Hashable, ...]) -> _Place:
    with _lock:
        place = _places.setdefault(key, _Place())
        _places.move_to_end(key)
        while len(_places) > MOST:
            _places.popitem(last=False)
        return place
