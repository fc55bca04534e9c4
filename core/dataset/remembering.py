"""Values that follow from a project's catalogue, kept in this process until the catalogue changes, or a little longer.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
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
    making: Future[None] | None = None
    seconds: float = 0.0  # that it took to make the value in the background
    lock: threading.RLock = field(default_factory=threading.RLock)


_places: OrderedDict[tuple[Hashable, ...], _Place] = OrderedDict()
_lock = threading.Lock()
_behind = ThreadPoolExecutor(1, thread_name_prefix="behind")


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


def lately(
    project: Project, name: str, make: Callable[[], Value], patience: float, *key: Hashable
) -> Value | None:
    """`remembered` for whoever can not wait: where making it takes more than `patience` seconds, the value before.

    None while there is no value at all. It is made in the background, once at a time however often it is asked for.
    """
    place = _place((str(project.folder), name, "lately", *key))
    revision = project.revision()
    with _lock:
        if place.revision != revision and (place.making is None or place.making.done()):
            place.making = _behind.submit(_make, place, project, name, make, key)
        making = place.making
    if making and place.revision != revision and place.seconds <= patience:
        with suppress(TimeoutError):
            making.result(patience)
    return cast("Value | None", place.value)


def _make(place: _Place, project: Project, name: str, make: Callable[[], Value], key: tuple[Hashable, ...]) -> None:
    revision, began = project.revision(), time.monotonic()
    value = remembered(project, name, make, *key)
    place.value, place.revision, place.seconds = value, revision, time.monotonic() - began


def _place(key: tuple[Hashable, ...]) -> _Place:
    with _lock:
        place = _places.setdefault(key, _Place())
        _places.move_to_end(key)
        while len(_places) > MOST:
            _places.popitem(last=False)
        return place
