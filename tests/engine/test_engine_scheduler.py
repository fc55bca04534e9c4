"""EventBridge Scheduler in the engine: schedules are kept, asked about, and carried out, also after a restart."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clock_room import NOON, ClockRoom, schedule

HOUR = dt.timedelta(hours=1)
REFUSED = {
    "recurring": {"ScheduleExpression": "rate(5 minutes)"},
    "no such day": {"ScheduleExpression": "at(2026-02-30T12:00:00)"},
    "no such zone": {"ScheduleExpressionTimezone": "Europe/Atlantis"},
    "another target": {"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:s3:deleteBucket"}},
    "no input": {"Target": {"Input": "[]"}},
    "a flexible window": {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}},
    "a role that is none": {"Target": {"RoleArn": "nobody"}},
    "a name with a slash": {"Name": "a/b"},
    "too long a name": {"Name": "n" * 65},
}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ClockRoom]:
    opened = ClockRoom(tmp_path / "engine")
    yield opened
    opened.close()


def start(room: ClockRoom, name: str = "one") -> str:
    arn = room.model(name)
    room.aws.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    return arn


def test_a_schedule_is_shown_as_it_was_made_and_gone_once_deleted(room: ClockRoom, refused: Callable[..., str]) -> None:
    made = room.schedules.create_schedule(**schedule("arn", NOON + HOUR))
    assert made["ScheduleArn"] == "arn:aws:scheduler:us-east-1:123456789012:schedule/default/stop-one"
    shown = room.schedules.get_schedule(Name="stop-one")
    assert schedule("arn", NOON + HOUR).items() <= shown.items()
    assert (shown["State"], shown["GroupName"], shown["CreationDate"]) == ("ENABLED", "default", NOON)
    room.schedules.delete_schedule(Name="stop-one")
    assert refused(room.schedules.get_schedule, Name="stop-one") == "ResourceNotFoundException"
    assert refused(room.schedules.delete_schedule, Name="stop-one") == "ResourceNotFoundException"
    assert refused(room.schedules.update_schedule, **schedule("arn", NOON)) == "ResourceNotFoundException"


def test_a_name_is_used_once_but_a_request_that_is_repeated_is_no_second_one(
    room: ClockRoom, refused: Callable[..., str]
) -> None:
    for _ in range(2):
        room.schedules.create_schedule(**schedule("arn", NOON + HOUR), ClientToken="same")
    assert refused(room.schedules.create_schedule, **schedule("arn", NOON + HOUR)) == "ConflictException"


def test_lists_come_in_pages(room: ClockRoom) -> None:
    for name in ("a-1", "a-2", "b"):
        room.schedules.create_schedule(**schedule("arn", NOON, Name=name))
    pages = room.schedules.get_paginator("list_schedules").paginate(PaginationConfig={"PageSize": 1})
    assert [one["Name"] for page in pages for one in page["Schedules"]] == ["a-1", "a-2", "b"]
    found = room.schedules.list_schedules(NamePrefix="a-", State="ENABLED")["Schedules"]
    assert [one["Name"] for one in found] == ["a-1", "a-2"]


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_the_engine_would_not_carry_out_is_refused(
    room: ClockRoom, refused: Callable[..., str], change: dict[str, Any]
) -> None:
    code = refused(room.schedules.create_schedule, **schedule("arn", NOON, **change))
    assert code in ("ValidationException", "UnknownOperationException")
    assert room.schedules.list_schedules()["Schedules"] == []


def test_other_operations_are_not_available(room: ClockRoom, refused: Callable[..., str]) -> None:
    assert refused(room.schedules.create_schedule_group, Name="mine") == "ValidationException"
    assert refused(room.schedules.get_schedule, Name="x", GroupName="mine") == "ResourceNotFoundException"


def test_a_model_is_stopped_when_its_schedule_falls_due_and_not_before(room: ClockRoom) -> None:
    arn = start(room)
    room.schedules.create_schedule(**schedule(arn, NOON + HOUR))
    room.clock.pass_by(3599)
    assert room.scheduler.carry_out() == (NOON + HOUR).timestamp()
    assert room.status(arn) == "RUNNING"
    room.clock.pass_by(1)
    assert room.scheduler.carry_out() is None
    assert room.status(arn) == "STOPPED"
    assert room.schedules.list_schedules()["Schedules"] == []
    assert room.uptimes(arn) == [(1, NOON.timestamp(), (NOON + HOUR).timestamp())]


def test_a_time_zone_counts(room: ClockRoom) -> None:
    arn = start(room)
    room.schedules.create_schedule(**schedule(arn, NOON + HOUR, ScheduleExpressionTimezone="Europe/Berlin"))
    room.scheduler.carry_out()  # 13:00 in Berlin is noon in UTC
    assert room.status(arn) == "STOPPED"


def test_a_schedule_that_was_moved_or_disabled_is_not_carried_out_at_its_old_time(room: ClockRoom) -> None:
    arn = start(room)
    room.schedules.create_schedule(**schedule(arn, NOON))
    room.schedules.update_schedule(**schedule(arn, NOON + HOUR))
    room.scheduler.carry_out()
    room.schedules.update_schedule(**schedule(arn, NOON, State="DISABLED"))
    room.scheduler.carry_out()
    assert room.status(arn) == "RUNNING"


def test_what_fell_due_while_no_engine_ran_is_carried_out_at_the_next_start(room: ClockRoom, tmp_path: Path) -> None:
    arn = start(room)
    room.schedules.create_schedule(**schedule(arn, NOON + HOUR))
    again = room.restarted(tmp_path / "again")
    try:
        again.clock.pass_by(86400)
        assert again.status(arn) == "RUNNING"
        again.scheduler.start()
        until(lambda: again.status(arn) == "STOPPED")
    finally:
        again.close()


def test_a_call_that_fails_is_repeated_within_the_retry_policy(room: ClockRoom) -> None:
    arn, policy = start(room), {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600}
    room.schedules.create_schedule(**schedule(arn, NOON, Target={"RetryPolicy": policy}))
    room.broken = True
    following = room.scheduler.carry_out()
    assert following is not None and NOON.timestamp() < following <= NOON.timestamp() + 20
    room.clock.pass_by(20)
    room.broken = False
    room.scheduler.carry_out()
    assert room.status(arn) == "STOPPED"


def test_a_call_that_never_succeeds_is_given_up(room: ClockRoom) -> None:
    room.schedules.create_schedule(**schedule(start(room), NOON, Target={"RetryPolicy": {"MaximumRetryAttempts": 2}}))
    room.broken = True
    for _ in range(3):
        room.scheduler.carry_out()
        room.clock.pass_by(20)
    assert room.schedules.list_schedules()["Schedules"] == []


@pytest.mark.parametrize("arn", ["arn:aws:rekognition:us-east-1:123456789012:project/pets/version/gone/1", "nonsense"])
def test_a_model_that_is_not_there_harms_no_other(room: ClockRoom, arn: str) -> None:
    running = start(room)
    room.schedules.create_schedule(**schedule(arn, NOON - HOUR, Name="gone"))
    room.schedules.create_schedule(**schedule(running, NOON))
    room.scheduler.carry_out()
    assert room.status(running) == "STOPPED"
    assert room.schedules.list_schedules()["Schedules"] == []


def test_the_thread_hears_of_a_schedule_that_is_due_already(room: ClockRoom) -> None:
    room.scheduler.start()
    arn = start(room)
    room.schedules.create_schedule(**schedule(arn, NOON - HOUR))
    until(lambda: room.status(arn) == "STOPPED")


def until(reached: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)
