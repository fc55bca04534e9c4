"""How long each model ran in each month and what that cost: from Rekolab's own record, and as CloudWatch counted it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.aws.prices import Prices
from core.aws.uptime import Uptime
from core.aws.usage import InService

STARTING_UP = dt.timedelta(minutes=30)  # a start takes up to that on AWS, and CloudWatch counts only what is in service


@dataclass(frozen=True, slots=True)
class Month:
    """What a model ran in a month, named by its first day in UTC, in seconds and US dollars."""

    arn: str
    month: dt.date
    seconds: float
    usd: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A month of a model in which CloudWatch and the record differ by more than a start can explain."""

    recorded: Month
    counted: Month

    @property
    def seconds(self) -> float:
        """How much more CloudWatch has counted; less than 0 where the record has more."""
        return self.counted.seconds - self.recorded.seconds


def recorded(runs: Iterable[Uptime], price: Prices, now: dt.datetime) -> list[Month]:
    """The record by model and month, newest month first. A run over midnight of a month's end is divided by time."""
    found: dict[tuple[str, dt.date], tuple[float, float]] = {}
    for run in runs:
        whole = run.seconds(now)
        for month, seconds in _divided(run.started, run.stopped or now):
            _add(found, run.arn, month, seconds, price.cost(run.units, whole) * (seconds / whole if whole else 0.0))
    return _months(found)


def counted(points: Iterable[InService], price: Prices) -> list[Month]:
    """What CloudWatch counted by model and month, newest month first, at the price of a unit."""
    found: dict[tuple[str, dt.date], tuple[float, float]] = {}
    for point in points:
        month = point.at.astimezone(dt.UTC).date().replace(day=1)
        _add(found, point.arn, month, point.seconds, point.units * point.seconds / 3600 * price.unit_hour)
    return _months(found)


def differences(own: Iterable[Month], seen: Iterable[Month], starts: Mapping[tuple[str, dt.date], int]
                ) -> list[Difference]:
    """Where the two do not agree, the most dear first. `starts` counts the recorded runs by model and month.

    Each start may take half an hour, in which nothing is in service yet; beyond that a twentieth is allowed for, or
    five minutes, as CloudWatch rounds.
    """
    mine, theirs = ({(one.arn, one.month): one for one in months} for months in (own, seen))
    found = []
    for key in mine.keys() | theirs.keys():
        pair = Difference(mine.get(key) or Month(*key, 0.0, 0.0), theirs.get(key) or Month(*key, 0.0, 0.0))
        slack = max(300.0, 0.05 * pair.recorded.seconds)
        longest_start = starts.get(key, 0) * STARTING_UP.total_seconds()
        if not -slack - longest_start <= pair.seconds <= slack:
            found.append(pair)
    return sorted(found, key=lambda one: -abs(one.counted.usd - one.recorded.usd))


def starts(runs: Iterable[Uptime]) -> dict[tuple[str, dt.date], int]:
    """How often each model was started in each month."""
    found: dict[tuple[str, dt.date], int] = {}
    for run in runs:
        key = run.arn, run.started.astimezone(dt.UTC).date().replace(day=1)
        found[key] = found.get(key, 0) + 1
    return found


def _divided(begin: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.date, float]]:
    """(first day of the month, seconds in it) of a stretch of time, in UTC."""
    at, end = begin.astimezone(dt.UTC), end.astimezone(dt.UTC)
    while at < end:
        first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        following = (first + dt.timedelta(days=32)).replace(day=1)
        yield first.date(), (min(end, following) - at).total_seconds()
        at = following


def _add(found: dict[tuple[str, dt.date], tuple[float, float]], arn: str, month: dt.date, seconds: float, usd: float
         ) -> None:
    before = found.get((arn, month), (0.0, 0.0))
    found[arn, month] = before[0] + seconds, before[1] + usd


def _months(found: Mapping[tuple[str, dt.date], tuple[float, float]]) -> list[Month]:
    listed = [Month(arn, month, *figures) for (arn, month), figures in found.items()]
    return sorted(listed, key=lambda one: (-one.month.toordinal(), -one.usd, one.arn))
