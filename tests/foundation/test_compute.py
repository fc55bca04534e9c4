"""The map over many images."""

import threading

import pytest

from core.compute import each
from core.errors import Cancelled
from core.jobs import Progress


def test_every_item_comes_back_with_its_result() -> None:
    assert dict(each(lambda number: number * number, range(50), Progress())) == {n: n * n for n in range(50)}


def test_progress_steps_once_an_item() -> None:
    seen: list[int] = []
    list(each(str, range(7), Progress(lambda **change: seen.append(change["done"]))))
    assert sorted(seen) == list(range(1, 8))


def test_only_a_few_items_are_taken_ahead_of_what_is_finished() -> None:
    taken = 0

    def items():
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    next(each(str, items(), Progress(), threads=2))
    assert taken < 12


def test_a_cancelled_map_stops_handing_out_items() -> None:
    cancelled, done = threading.Event(), []

    def work(number: int) -> None:
        done.append(number)
        if number == 5:
            cancelled.set()

    with pytest.raises(Cancelled):
        list(each(work, range(10_000), Progress(cancelled=cancelled), threads=2))
    assert len(done) < 100


def test_an_error_of_an_item_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        list(each(lambda number: 1 // number, [1, 0, 1], Progress()))
