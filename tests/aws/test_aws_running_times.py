from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.aws import running_times
from core.aws.prices import Prices
from core.aws.running_times import Month
from core.aws.uptime import Uptime
from core.aws.usage import InService

PRICE = Prices(1.0, 4.0, "2026-11-23")
NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
HOUR = dt.timedelta(hours=1)
NOW = dt.datetime(2026, 12, 10, tzinfo=dt.UTC)


def run(started: dt.datetime, hours: float | None, units: int = 1, arn: str = "one") -> Uptime:
    return Uptime(arn, units, started, None if hours is None else started + hours * HOUR, seen=False)


def at(month: int, day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=dt.UTC)


def test_runs_are_added_up_by_model_and_month_the_newest_first() -> None:
    runs = [run(at(11, 3), 2), run(at(11, 9), 1.5), run(at(12, 1, 5), 1, units=3), run(at(11, 3), 4, arn="two")]
    assert running_times.recorded(runs, PRICE, NOW) == [
        Month("one", DECEMBER, 3600, 12.0), Month("two", NOVEMBER, 4 * 3600, 16.0),
        Month("one", NOVEMBER, 3.5 * 3600, 14.0)]


def test_a_run_over_the_end_of_a_month_is_divided_there_in_utc() -> None:
    east = dt.timezone(dt.timedelta(hours=5))
    started = dt.datetime(2026, 12, 1, 2, tzinfo=east)  # nine in the evening of the last of November, in UTC
    assert running_times.recorded([run(started, 12)], PRICE, NOW) == [
        Month("one", DECEMBER, 9 * 3600, pytest.approx(36.0)), Month("one", NOVEMBER, 3 * 3600, pytest.approx(12.0))]


def test_what_still_runs_counts_until_now() -> None:
    assert running_times.recorded([run(NOW - 2 * HOUR, None)], PRICE, NOW) == [Month("one", DECEMBER, 7200, 8.0)]


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 2000), st.integers(1, 5)), max_size=8))
def test_months_add_up_to_the_bill_of_all_runs(drawn: list[tuple[int, float, int]]) -> None:
    runs = [run(at(1, 1) + dt.timedelta(days=day), hours, units) for day, hours, units in drawn]
    months = running_times.recorded(runs, PRICE, NOW)
    billed = sum(PRICE.cost(one.units, one.seconds(NOW)) for one in runs if one.seconds(NOW))
    assert sum(one.usd for one in months) == pytest.approx(billed)
    assert sum(one.seconds for one in months) == pytest.approx(sum(one.seconds(NOW) for one in runs))


def test_what_cloudwatch_counted_is_priced_by_its_units() -> None:
    points = [InService("one", at(11, 3, hour), 3600, units) for hour, units in enumerate((1.0, 2.0, 1.5))]
    assert running_times.counted(points, PRICE) == [Month("one", NOVEMBER, 3 * 3600, 18.0)]


@pytest.mark.parametrize(("recorded", "counted", "starts", "differs"), [
    (3.0, 3.0, 1, False),
    (3.0, 2.6, 1, False),  # half an hour of a start is in the record only
    (3.0, 2.6, 0, True),
    (3.0, 2.0, 1, True),  # it was stopped before anybody here noticed
    (3.0, 3.1, 1, False),
    (3.0, 4.0, 1, True),  # it ran before anybody here looked
    (0.0, 1.0, 0, True), (1.0, 0.0, 1, True)])
def test_a_difference_is_what_a_start_does_not_explain(
    recorded: float, counted: float, starts: int, differs: bool
) -> None:
    own, seen = ([Month("one", NOVEMBER, 3600 * hours, 4 * hours)] if hours else [] for hours in (recorded, counted))
    found = running_times.differences(own, seen, {("one", NOVEMBER): starts})
    assert bool(found) == differs
    if found:
        assert found[0].seconds == pytest.approx(3600 * (counted - recorded))


def test_starts_are_counted_in_the_month_in_which_they_were() -> None:
    runs = [run(at(11, 3), 1), run(at(11, 30, 23), 2), run(at(12, 1), 1), run(at(11, 3), 1, arn="two")]
    assert running_times.starts(runs) == {("one", NOVEMBER): 2, ("one", DECEMBER): 1, ("two", NOVEMBER): 1}
