"""What the choices of a deadline stand for."""

import datetime as dt

import pytest

from core.ui.deadlines import CHOICES, moment

UTC = dt.UTC


@pytest.mark.parametrize(("choice", "now", "expected"), [
    ("1 hour", (10, 5), (23, 11, 5)),
    ("4 hours", (22, 30), (24, 2, 30)),
    ("End of the day", (9, 0), (23, 18, 0)),
    ("End of the day", (17, 50), (23, 23, 59)),
    ("End of the day", (21, 0), (23, 23, 59)),
    ("A time of my own", (10, 0), (23, 12, 30)),
])
def test_each_choice_ends_when_it_says(choice: str, now: tuple[int, int], expected: tuple[int, int, int]) -> None:
    assert choice in CHOICES
    begun = dt.datetime(2026, 11, 23, *now, tzinfo=UTC)
    assert moment(choice, 2.5, begun) == dt.datetime(2026, 11, *expected, tzinfo=UTC)


def test_every_choice_lies_ahead_at_every_minute_of_the_day() -> None:
    for minute in range(24 * 60 - 2):
        now = dt.datetime(2026, 11, 23, minute // 60, minute % 60, tzinfo=UTC)
        assert all(moment(choice, 0.25, now) > now for choice in CHOICES)
