"""Inference units in service, as CloudWatch has counted them: how long each model ran on AWS, whoever started it.

CloudWatch keeps minutes for 15 days, five minutes for 63, and hours for 455. It has a figure for a model only while
that runs, and only for models that were trained and started after August 2022.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.aws.calls import pages
from core.aws.clients import Clients
from core.types import Version

NAMESPACE, METRIC = "AWS/Rekognition", "InServiceInferenceUnits"
QUERIES = 500  # a request takes so many metrics
USD_A_METRIC = 0.01 / 1000  # that are asked for, as AWS's price list had it when the other prices were checked
# (how long ago at most, seconds that a figure stands for), the finest first
KEPT = ((dt.timedelta(days=15), 60), (dt.timedelta(days=63), 300), (dt.timedelta(days=455), 3600))


@dataclass(frozen=True, slots=True)
class InService:
    """So many inference units on average, for so many seconds from `at`."""

    arn: str
    at: dt.datetime
    seconds: int
    units: float


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time of which CloudWatch still has figures, each for so many seconds."""

    begin: dt.datetime
    end: dt.datetime
    period: int


def spans(since: dt.datetime, until: dt.datetime) -> list[Span]:
    """What CloudWatch has between two moments, the newest and finest first. They meet at full hours."""
    found, end = [], until
    for age, period in KEPT:
        begin = max(_hour(until - age) + dt.timedelta(hours=1), _hour(since))
        if begin < end:
            found.append(Span(begin, end, period))
            end = begin
    return found


def _hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def metrics_asked(listed: Iterable[Version], until: dt.datetime) -> int:
    """How many metrics one look at these models asks for, which is what AWS bills."""
    return sum(len(spans(version.created, until)) for version in listed)


def in_service(clients: Clients, listed: Iterable[Version], until: dt.datetime) -> list[InService]:
    """What CloudWatch has of these models since each was made, oldest first. AWS bills each metric that is asked for.

    CloudWatch knows models by name: what is older than a model is of an earlier one that had its name, and left out.
    """
    asked: dict[int, list[tuple[Span, Version]]] = {}
    for version in listed:
        for span in spans(version.created, until):
            asked.setdefault(span.period, []).append((span, version))
    found: list[InService] = []
    for period, group in asked.items():
        whole = Span(min(span.begin for span, _ in group), group[0][0].end, period)
        for first in range(0, len(group), QUERIES):
            found += _asked(clients, [version for _, version in group[first : first + QUERIES]], whole)
    return sorted(found, key=lambda point: (point.at, point.arn))


def _asked(clients: Clients, some: Sequence[Version], span: Span) -> Iterator[InService]:
    named = {f"m{number}": version for number, version in enumerate(some)}
    queries = [_query(name, version, span.period) for name, version in named.items()]
    for result in pages(clients.cloudwatch, "get_metric_data", "MetricDataResults", MetricDataQueries=queries,
                        StartTime=span.begin, EndTime=span.end, ScanBy="TimestampAscending"):
        version = named[result["Id"]]
        for at, units in zip(result.get("Timestamps", ()), result.get("Values", ()), strict=True):
            if units > 0 and at >= _hour(version.created):
                yield InService(version.arn, at, span.period, float(units))


def _query(name: str, version: Version, period: int) -> dict[str, Any]:
    dimensions = [{"Name": "ProjectName", "Value": version.project}, {"Name": "VersionName", "Value": version.name}]
    metric = {"Namespace": NAMESPACE, "MetricName": METRIC, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Average"}}
