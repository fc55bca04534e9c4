from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from core.aws.prices import Prices, load, next_monday, words
from core.settings import Settings

LISTED = Prices(training_hour=1.0, unit_hour=4.0, checked="2026-11-23")
FRIDAY = dt.datetime(2026, 11, 20, 18, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def test_prices_are_those_of_the_settings_and_name_their_source_and_day() -> None:
    known = load(Settings(Path("/h"), (), training_hour_usd=1.37, unit_hour_usd=5.48, prices_checked="2027-01-02"))
    assert (known.training_hour, known.unit_hour) == (1.37, 5.48)
    for part in ("$1.37", "$5.48", "2027-01-02", "aws.amazon.com/rekognition/pricing"):
        assert part in known.source


def test_a_weekend_that_was_forgotten_costs_252_dollars() -> None:
    forecast = LISTED.forecast(1, FRIDAY)
    assert (forecast.hour, forecast.day, forecast.until_monday, forecast.month) == (4, 96, 252, 2920)
    assert LISTED.forecast(3, FRIDAY).until_monday == 756


@pytest.mark.parametrize(("now", "monday"), [
    ("2026-11-23T08:59:59+01:00", "2026-11-23T09:00:00+01:00"),
    ("2026-11-23T09:00:00+01:00", "2026-11-30T09:00:00+01:00"),
    ("2026-11-29T23:59:00+00:00", "2026-11-30T09:00:00+00:00"),
])
def test_monday_is_the_next_one_at_nine(now: str, monday: str) -> None:
    assert next_monday(dt.datetime.fromisoformat(now)) == dt.datetime.fromisoformat(monday)


@pytest.mark.parametrize(("seconds", "usd"), [(-5, 0), (0, 0), (1, 4 / 60), (60, 4 / 60), (61, 8 / 60), (3600, 4)])
def test_running_is_charged_by_the_minute_that_has_begun(seconds: float, usd: float) -> None:
    assert LISTED.cost(1, seconds) == pytest.approx(usd)
    assert LISTED.cost(5, seconds) == pytest.approx(5 * usd)


def test_training_costs_its_billable_time() -> None:
    assert LISTED.training_cost(1899) == pytest.approx(0.5275)


def test_the_next_training_is_estimated_from_what_aws_has_billed_or_from_its_guide() -> None:
    guide, once, often = (LISTED.training_ahead(billed) for billed in ((), [1800], [660, 3600, 900]))
    assert (guide.hours, guide.usd) == ((0.5, 24), (0.5, 24)) and "developer guide" in guide.source
    assert once.hours == (0.25, 1) and "half to twice the training" in once.source
    assert often.usd == pytest.approx((660 / 7200, 2)) and "of 3 trainings" in often.source


@pytest.mark.parametrize(("checked", "old"), [("2026-11-23", False), ("2026-05-01", True), ("last week", True)])
def test_prices_that_nobody_has_checked_for_long_are_old(checked: str, old: bool) -> None:
    assert Prices(1, 4, checked).old(dt.date(2026, 11, 24)) is old


@pytest.mark.parametrize(("usd", "said"), [
    (0, "$0.00"), (0.004, "under $0.01"), (0.0667, "$0.07"), (4, "$4.00"), (99.5, "$99.50"), (252, "$252"),
    (2920, "$2,920"),
])
def test_dollars_are_said_as_a_person_reads_them(usd: float, said: str) -> None:
    assert words(usd) == said


def test_the_price_of_running_is_said_by_the_hour() -> None:
    assert [LISTED.an_hour(), LISTED.an_hour(2)] == ["$4.00 an hour", "$8.00 an hour"]
