"""EventBridge Scheduler, as far as a model needs it: schedules that stop a model once, kept and asked about."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
import uuid
import zoneinfo
from typing import Any

from core.engine.awsjson import ApiError, Ask, Caller
from core.engine.pages import PAGE, Pages

GROUP = "default"
TARGETS = {"arn:aws:scheduler:::aws-sdk:rekognition:stopProjectVersion": "StopProjectVersion"}
DEFAULTS = {"GroupName": GROUP, "ScheduleExpressionTimezone": "UTC", "State": "ENABLED",
            "ActionAfterCompletion": "NONE"}
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_FIND = "SELECT * FROM schedule WHERE region = ? AND name = ?"
_KEEP = ("INSERT OR REPLACE INTO schedule (region, name, created, modified, request, due) "
         "VALUES (?, ?, ?, ?, ?, ?)")


def create(rows: sqlite3.Connection, caller: Caller, ask: Ask, now: float) -> Ask:
    """CreateSchedule; the same request sent again, by its token, makes nothing twice. `now` is in epoch seconds."""
    due = _due(ask)
    _check_group(ask)
    if found := rows.execute(_FIND, (caller.region, ask["Name"])).fetchone():
        if ask.get("ClientToken") != json.loads(found["request"]).get("ClientToken"):
            raise ApiError("ConflictException", f"Schedule {ask['Name']} already exists.", 409)
    else:
        rows.execute(_KEEP, (caller.region, ask["Name"], now, now, _text(ask), due))
    return {"ScheduleArn": arn_of(caller, ask["Name"])}


def update(rows: sqlite3.Connection, caller: Caller, ask: Ask, now: float) -> Ask:
    """UpdateSchedule, which replaces all of it: what is left out gets its default."""
    due = _due(ask)
    found = _find(rows, caller, ask)
    rows.execute(_KEEP, (caller.region, ask["Name"], found["created"], now, _text(ask), due))
    return {"ScheduleArn": arn_of(caller, ask["Name"])}


def get(rows: sqlite3.Connection, caller: Caller, ask: Ask, now: float) -> Ask:
    return _shown(caller, _find(rows, caller, ask))


def delete(rows: sqlite3.Connection, caller: Caller, ask: Ask, now: float) -> None:
    _find(rows, caller, ask)
    rows.execute("DELETE FROM schedule WHERE region = ? AND name = ?", (caller.region, ask["Name"]))


def list_all(pages: Pages, rows: sqlite3.Connection, caller: Caller, ask: Ask, now: float) -> Ask:
    """ListSchedules, in the order of their names."""
    _check_group(ask)
    scope = ("ListSchedules", caller.region, ask.get("NamePrefix"), ask.get("State"))
    after, most = pages.after(ask.get("NextToken"), *scope) or "", ask.get("MaxResults", PAGE)
    kept = [_shown(caller, row) for row in rows.execute(
        "SELECT * FROM schedule WHERE region = ? AND name > ? ORDER BY name", (caller.region, after))]
    found = [one for one in kept if one["Name"].startswith(ask.get("NamePrefix", ""))
             and ask.get("State") in (None, one["State"])]
    token = pages.token(found[most - 1]["Name"], *scope) if len(found) > most else None
    return {"Schedules": found[:most], "NextToken": token}


def arn_of(caller: Caller, name: str) -> str:
    return f"arn:aws:scheduler:{caller.region}:{caller.account}:schedule/{GROUP}/{name}"


def _find(rows: sqlite3.Connection, caller: Caller, ask: Ask) -> sqlite3.Row:
    _check_group(ask)
    found: sqlite3.Row | None = rows.execute(_FIND, (caller.region, ask["Name"])).fetchone()
    if found is None:
        raise ApiError("ResourceNotFoundException", f"Schedule {ask['Name']} does not exist.", 404)
    return found


def _shown(caller: Caller, row: sqlite3.Row) -> dict[str, Any]:
    return DEFAULTS | json.loads(row["request"]) | {
        "Arn": arn_of(caller, row["name"]), "CreationDate": row["created"], "LastModificationDate": row["modified"]}


def _check_group(ask: Ask) -> None:
    group = ask.get("GroupName", GROUP)
    if group != GROUP:
        raise ApiError("ResourceNotFoundException", f"Schedule group {group} does not exist.", 404)


def _due(ask: Ask) -> float | None:
    """When a requested schedule falls due, in epoch seconds; None for one that is disabled.

    What the engine could not carry out is refused, and never kept as if it would be.
    """
    target = ask["Target"]
    if target["Arn"] not in TARGETS:
        raise _invalid(f"The target {target['Arn']} is not available in the built-in engine.")
    try:
        stopped = json.loads(target.get("Input", ""))["ProjectVersionArn"]
    except (ValueError, LookupError, TypeError):
        stopped = None
    if not isinstance(stopped, str):
        raise _invalid("The target's Input must be JSON with a ProjectVersionArn.")
    if ask["FlexibleTimeWindow"]["Mode"] != "OFF" or ask.keys() & {"StartDate", "EndDate"}:
        raise _invalid("The built-in engine has no flexible time windows, and no start or end dates.")
    moment = _moment(ask["ScheduleExpression"], ask.get("ScheduleExpressionTimezone", "UTC"))
    return None if ask.get("State") == "DISABLED" else moment


def _moment(expression: str, zone: str) -> float:
    """ "at(2026-11-23T18:00:00)" in a time zone -> epoch seconds."""
    found = _AT.fullmatch(expression)
    if found is None:
        raise _invalid(f"Invalid Schedule Expression {expression}. The built-in engine has at(yyyy-mm-ddThh:mm:ss).")
    try:
        return dt.datetime.fromisoformat(found[1]).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
    except (ValueError, OverflowError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise _invalid(f"Invalid Schedule Expression {expression} in the time zone {zone}.") from None


def _text(ask: Ask) -> str:
    """The request as it is kept; one without a token gets one that no other request has."""
    return json.dumps({"ClientToken": str(uuid.uuid4())} | ask)


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)
