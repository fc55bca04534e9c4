"""EventBridge Scheduler: one-time schedules with which AWS itself stops a model, whatever runs here by then."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from core.aws.calls import aws_call
from core.aws.clients import Clients
from core.aws.versions import names_of
from core.errors import AwsError, NotFound

PREFIX = "rekolab-stop-"  # of the names of all schedules
TARGET = "arn:aws:scheduler:::aws-sdk:rekognition:stopProjectVersion"
# AWS refuses to stop a model that still starts, which takes minutes: an hour of tries is enough for every start.
RETRIES = {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 60}


def name_of(arn: str) -> str:
    """The name of a model's schedule, of which there is never a second one."""
    return PREFIX + hashlib.sha256(arn.encode()).hexdigest()[:32]


def put(clients: Clients, role: str, arn: str, at: dt.datetime) -> None:
    """Have the model stopped at `at` through `role`, sooner or later than before. Repeating it changes nothing."""
    wanted = _request(role, arn, at)
    try:
        with aws_call("UpdateSchedule"):
            clients.scheduler.update_schedule(**wanted)
    except NotFound:
        try:
            with aws_call("CreateSchedule"):
                clients.scheduler.create_schedule(**wanted)
        except AwsError as error:
            if error.code != "ConflictException":  # another process of this workspace was quicker
                raise
            with aws_call("UpdateSchedule"):
                clients.scheduler.update_schedule(**wanted)


def remove(clients: Clients, arn: str) -> None:
    """Take the model's schedule away; one that was carried out, or never was there, is as good."""
    try:
        with aws_call("DeleteSchedule"):
            clients.scheduler.delete_schedule(Name=name_of(arn))
    except NotFound:
        pass


def _request(role: str, arn: str, at: dt.datetime) -> dict[str, Any]:
    project, version = names_of(arn)
    return {
        "Name": name_of(arn),
        "Description": f"Rekolab stops {version} of {project}."[:512],
        "ScheduleExpression": f"at({at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {"Arn": TARGET, "RoleArn": role, "Input": json.dumps({"ProjectVersionArn": arn}),
                   "RetryPolicy": RETRIES},
    }
