"""CloudWatch's metric of inference units: what is asked, by AWS's own model, and what becomes of the answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import boto3
import pytest
from aws_script import MODEL, model
from botocore.stub import ANY, Stubber

from core.aws import usage
from core.aws.clients import Clients
from core.aws.usage import InService, Span
from core.aws.versions import version_of
from core.errors import NotAllowed
from core.types import Backend, Version

NOW = dt.datetime(2026, 11, 26, 10, 40, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def made(days: float, name: str = "2026-11-23-1") -> Version:
    arn = MODEL.replace("2026-11-23-1", name)
    return replace(version_of(model(arn=arn)), created=NOW - dt.timedelta(days=days))


@pytest.fixture
def clients() -> Clients:
    session = boto3.Session("AKIDEXAMPLE", "no-secret-at-all", region_name="us-east-1")
    made = session.client("cloudwatch")
    return Clients(Backend("default"), "us-east-1", None, None, None, lambda name: {"cloudwatch": made}[name])


@pytest.fixture
def cloudwatch(clients: Clients) -> Iterator[Stubber]:
    with Stubber(clients.cloudwatch) as stub:
        yield stub
        stub.assert_no_pending_responses()


def query(number: int, name: str, period: int) -> dict[str, Any]:
    return {"Id": f"m{number}", "MetricStat": {"Period": period, "Stat": "Average", "Metric": {
        "Namespace": "AWS/Rekognition", "MetricName": "InServiceInferenceUnits", "Dimensions": [
            {"Name": "ProjectName", "Value": "pets"}, {"Name": "VersionName", "Value": name}]}}}


def expect(stub: Stubber, queries: list[dict[str, Any]], *results: dict[str, Any], token: str | None = None,
           given: str | None = None, begin: Any = ANY, end: Any = ANY) -> None:
    asked: dict[str, Any] = {"MetricDataQueries": queries, "StartTime": begin, "EndTime": end,
                             "ScanBy": "TimestampAscending"}
    stub.add_response("get_metric_data", {"MetricDataResults": list(results)} | ({"NextToken": token} if token else {}),
                      asked | ({"NextToken": given} if given else {}))


def points(number: int, first: dt.datetime, period: int, *values: float) -> dict[str, Any]:
    return {"Id": f"m{number}", "Values": list(values),
            "Timestamps": [first + dt.timedelta(seconds=period * step) for step in range(len(values))]}


def test_a_young_model_is_asked_for_by_the_minute_from_the_hour_in_which_it_was_made(
    clients: Clients, cloudwatch: Stubber
) -> None:
    first = NOW - dt.timedelta(minutes=30)
    expect(cloudwatch, [query(0, "2026-11-23-1", 60)], points(0, first, 60, 1.0, 2.0, 0.0),
           begin=NOW.replace(minute=0) - 24 * HOUR, end=NOW)
    assert usage.in_service(clients, [made(1)], NOW) == [
        InService(MODEL, first, 60, 1.0), InService(MODEL, first + dt.timedelta(minutes=1), 60, 2.0)]


def test_older_times_are_asked_for_as_coarsely_as_cloudwatch_keeps_them_without_gap_or_overlap() -> None:
    spans = usage.spans(NOW - dt.timedelta(days=500), NOW)
    assert [span.period for span in spans] == [60, 300, 3600]
    assert spans[0].end == NOW
    assert all(older.end == newer.begin for newer, older in pairwise(spans))
    for span, (age, _) in zip(spans, usage.KEPT, strict=True):
        assert NOW - age < span.begin <= NOW - age + HOUR
    assert usage.spans(NOW - dt.timedelta(minutes=3), NOW) == [Span(NOW.replace(minute=0), NOW, 60)]


def test_all_pages_are_read_and_models_told_apart(clients: Clients, cloudwatch: Stubber) -> None:
    first, queries = NOW - HOUR, [query(0, "one", 60), query(1, "two", 60)]
    expect(cloudwatch, queries, points(0, first, 60, 1.0), points(1, first, 60, 3.0), token="more")
    expect(cloudwatch, queries, points(1, first + dt.timedelta(minutes=1), 60, 3.0), given="more")
    found = usage.in_service(clients, [made(1, "one"), made(2, "two")], NOW)
    assert [(point.arn.split("/")[-2], point.units) for point in found] == [("one", 1.0), ("two", 3.0), ("two", 3.0)]


def test_more_models_than_a_request_takes_are_asked_for_in_several(clients: Clients, cloudwatch: Stubber) -> None:
    listed = [made(1, f"v{number}") for number in range(501)]
    expect(cloudwatch, [query(number, f"v{number}", 60) for number in range(500)])
    expect(cloudwatch, [query(0, "v500", 60)], points(0, NOW - HOUR, 60, 1.0))
    assert [point.arn.split("/")[-2] for point in usage.in_service(clients, listed, NOW)] == ["v500"]


def test_figures_of_an_earlier_model_with_the_same_name_are_left_out(clients: Clients, cloudwatch: Stubber) -> None:
    expect(cloudwatch, [query(0, "old", 60), query(1, "new", 60)], points(1, NOW - 48 * HOUR, 60, 1.0))
    assert usage.in_service(clients, [made(5, "old"), made(1, "new")], NOW) == []


def test_what_one_look_costs_is_the_metrics_that_it_asks_for(clients: Clients, cloudwatch: Stubber) -> None:
    listed = [made(1), made(30, "two"), made(100, "three")]
    asked = [[query(number, name, period) for number, name in enumerate(names)] for period, names in (
        (60, ("2026-11-23-1", "two", "three")), (300, ("two", "three")), (3600, ("three",)))]
    for queries in asked:
        expect(cloudwatch, queries)
    usage.in_service(clients, listed, NOW)
    assert usage.metrics_asked(listed, NOW) == sum(map(len, asked)) == 6


def test_a_missing_permission_is_said(clients: Clients, cloudwatch: Stubber) -> None:
    cloudwatch.add_client_error("get_metric_data", "AccessDenied", "not authorized: cloudwatch:GetMetricData")
    with pytest.raises(NotAllowed, match="cloudwatch:GetMetricData"):
        usage.in_service(clients, [made(1)], NOW)
