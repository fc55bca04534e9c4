"""What ran and for how long, and what that cost: the record behind the meter, in the workspace's catalogue."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.aws import prices
from core.types import Version
from core.workspace import Workspace, now, text_of

SETTLING = dt.timedelta(seconds=60)  # a list of models may be older than what was just written down here

_OPEN = ("INSERT INTO uptime (arn, units, started) SELECT :arn, :units, :at "
         "WHERE NOT EXISTS (SELECT 1 FROM uptime WHERE arn = :arn AND stopped IS NULL)")
_CLOSE = "UPDATE uptime SET stopped = :at WHERE arn = :arn AND stopped IS NULL"
# Where AWS had a schedule that has fallen due, the model was stopped by it then, and not when somebody looked.
_CLOSE_SEEN = ("UPDATE uptime SET stopped = MAX(started, MIN(:at, COALESCE("
               "(SELECT at FROM backstop WHERE backstop.arn = uptime.arn), :at))) WHERE arn = :arn AND stopped IS NULL")
_CHANGED_AFTER = "SELECT 1 FROM uptime WHERE arn = :arn AND MAX(started, COALESCE(stopped, '')) > :at"


@dataclass(frozen=True, slots=True)
class Uptime:
    """One run of a model. `seen` means that it was started elsewhere, and `started` is when it was first seen."""

    arn: str
    units: int
    started: dt.datetime
    stopped: dt.datetime | None
    seen: bool

    def seconds(self, moment: dt.datetime) -> float:
        """How long it ran, or has run at `moment`."""
        return max(0.0, ((self.stopped or moment) - self.started).total_seconds())


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of running and what they cost in US dollars."""

    seconds: float
    usd: float


def note_started(workspace: Workspace, arn: str, units: int, moment: dt.datetime | None = None) -> None:
    """A run begins, unless the model is known to run."""
    with workspace.catalogue() as rows:
        rows.execute(_OPEN, {"arn": arn, "units": units, "at": text_of(moment or now())})


def note_stopped(workspace: Workspace, arn: str, moment: dt.datetime | None = None) -> None:
    """The model's run ends, and with it the need for a deadline."""
    _close(workspace, _CLOSE, arn, moment)


def note_found_stopped(workspace: Workspace, arn: str, moment: dt.datetime | None = None) -> None:
    """The model's run has ended, by somebody else: at AWS's own schedule where it had one, else by now."""
    _close(workspace, _CLOSE_SEEN, arn, moment)


def _close(workspace: Workspace, how: str, arn: str, moment: dt.datetime | None) -> None:
    with workspace.catalogue() as rows:
        rows.execute(how, {"arn": arn, "at": text_of(moment or now())})
        rows.execute("DELETE FROM deadline WHERE arn = ?", (arn,))


def observe(workspace: Workspace, listed: Iterable[Version], moment: dt.datetime | None = None) -> None:
    """Bring the record in line with what AWS said at `moment` of these models, all that an account has in a region.

    One that runs without a record was started elsewhere: its record begins then, and is marked. One that does not run
    any more was stopped elsewhere, or failed to start: its record ends then, as does that of one which is not listed,
    as only what does not run can be deleted. A record that changed later, or in the minute before, is believed before
    the list.
    """
    at, listed = moment or now(), list(listed)
    with workspace.catalogue() as rows:
        for arn in _unlisted(rows, {version.arn for version in listed}):
            if not rows.execute(_CHANGED_AFTER, {"arn": arn, "at": text_of(at - SETTLING)}).fetchone():
                rows.execute(_CLOSE_SEEN, {"arn": arn, "at": text_of(at)})
        for version in listed:
            if version.billable_seconds and version.trained:
                rows.execute("INSERT OR IGNORE INTO training VALUES (?, ?, ?)",
                             (version.arn, text_of(version.trained), version.billable_seconds))
            record = {"arn": version.arn, "units": version.min_units or 1, "at": text_of(at)}
            if rows.execute(_CHANGED_AFTER, {"arn": version.arn, "at": text_of(at - SETTLING)}).fetchone():
                continue
            if not version.running:
                rows.execute(_CLOSE_SEEN, record)
            elif version.status != "STOPPING" and (begun := rows.execute(_OPEN, record)).rowcount:
                rows.execute("INSERT INTO setting VALUES (?, 'true')", (f"seen:{begun.lastrowid}",))


def _unlisted(rows: sqlite3.Connection, listed: set[str]) -> list[str]:
    """The models that run by the record, and are in an account and a region of those listed, but not among them."""
    places = {tuple(arn.split(":")[3:5]) for arn in listed}
    return [row["arn"] for row in rows.execute("SELECT arn FROM uptime WHERE stopped IS NULL").fetchall()
            if row["arn"] not in listed and tuple(row["arn"].split(":")[3:5]) in places]


def uptimes(workspace: Workspace, arn: str | None = None) -> list[Uptime]:
    """Every run that is known, of one model or of all, newest first."""
    with workspace.reading() as rows:
        found = rows.execute(
            "SELECT uptime.*, setting.key IS NOT NULL AS seen FROM uptime LEFT JOIN setting "
            "ON setting.key = 'seen:' || uptime.id WHERE ? IS NULL OR arn = ? ORDER BY uptime.id DESC", (arn, arn))
        return [Uptime(row["arn"], row["units"], dt.datetime.fromisoformat(row["started"]),
                       dt.datetime.fromisoformat(row["stopped"]) if row["stopped"] else None, bool(row["seen"]))
                for row in found.fetchall()]


def running_cost(workspace: Workspace, arn: str, moment: dt.datetime | None = None) -> Cost:
    """The latest run: how long, and what it has cost so far. Nothing when the model is not known to have run."""
    return _cost(uptimes(workspace, arn)[:1], moment or now())


def total_cost(workspace: Workspace, arn: str | None = None, moment: dt.datetime | None = None) -> Cost:
    """All runs of a model, or of all models, together."""
    return _cost(uptimes(workspace, arn), moment or now())


def _cost(runs: Sequence[Uptime], moment: dt.datetime) -> Cost:
    price = prices.load()
    return Cost(sum(run.seconds(moment) for run in runs),
                sum(price.cost(run.units, run.seconds(moment)) for run in runs))
