"""The guard: no model runs past its deadline, and what ran is written down with its cost.

Deadlines and running times lie in the workspace's catalogue, so that they outlive the browser and the app.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from core.aws import prices, versions
from core.aws.clients import Clients, connect
from core.errors import AwsError, NotFound, RekolabError
from core.types import Backend, Version
from core.workspace import Workspace, now

log = logging.getLogger(__name__)
SETTLING = dt.timedelta(seconds=60)  # a list of models may be older than what was just written down here
Connect = Callable[[Path, Backend], Clients]

_OPEN = ("INSERT INTO uptime (arn, units, started) SELECT :arn, :units, :at "
         "WHERE NOT EXISTS (SELECT 1 FROM uptime WHERE arn = :arn AND stopped IS NULL)")
_CLOSE = "UPDATE uptime SET stopped = :at WHERE arn = :arn AND stopped IS NULL"
_CHANGED_AFTER = "SELECT 1 FROM uptime WHERE arn = :arn AND MAX(started, COALESCE(stopped, '')) > :at"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the model is to be stopped, and where it runs."""

    arn: str
    backend: Backend
    at: dt.datetime


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


def start(
    workspace: Workspace, clients: Clients, arn: str, units: int, until: dt.datetime, max_units: int | None = None
) -> None:
    """Start the model with a deadline, which is written down before AWS is asked. There is no other way to start."""
    if until <= now():
        raise RekolabError("The deadline has passed already. Choose one that lies ahead.")
    before = deadline_of(workspace, arn)
    set_deadline(workspace, arn, clients.backend, until)
    try:
        versions.start(clients, arn, units, max_units)
    except RekolabError:
        if before or not _may_run(clients, arn):
            set_deadline(workspace, arn, clients.backend, before)
        raise
    note_started(workspace, arn, units)


def _may_run(clients: Clients, arn: str) -> bool:
    """Whether a start that raised an error can have come through, as when only the answer was lost."""
    try:
        return versions.describe(clients, arn).running
    except NotFound:
        return False
    except RekolabError:
        return True


def stop(workspace: Workspace, clients: Clients, arn: str) -> bool:
    """Stop the model now and end its record. False while it still starts: the guard stops it as soon as it runs."""
    try:
        versions.stop(clients, arn)
    except AwsError as error:
        if error.code != "ResourceInUseException" or versions.describe(clients, arn).status != "STARTING":
            raise
        set_deadline(workspace, arn, clients.backend, now())
        return False
    note_stopped(workspace, arn)
    return True


def set_deadline(workspace: Workspace, arn: str, backend: Backend, at: dt.datetime | None) -> None:
    """Have the model stopped at `at`, sooner or later than before; None takes the deadline away."""
    with workspace.catalogue() as rows:
        rows.execute("DELETE FROM deadline WHERE arn = ?", (arn,))
        if at is not None:
            rows.execute("INSERT INTO deadline VALUES (?, ?, ?)", (arn, json.dumps(asdict(backend)), _text(at)))


def deadlines(workspace: Workspace) -> list[Deadline]:
    """All deadlines, the next one first."""
    with workspace.reading() as rows:
        found = rows.execute("SELECT * FROM deadline ORDER BY at").fetchall()
    return [Deadline(row["arn"], Backend(**json.loads(row["backend"])), dt.datetime.fromisoformat(row["at"]))
            for row in found]


def deadline_of(workspace: Workspace, arn: str) -> dt.datetime | None:
    """When the model will be stopped; None for one that was started elsewhere, or does not run."""
    return next((deadline.at for deadline in deadlines(workspace) if deadline.arn == arn), None)


def due(known: Iterable[Deadline], moment: dt.datetime) -> list[Deadline]:
    """Those that have been reached."""
    return [deadline for deadline in known if deadline.at <= moment]


def note_started(workspace: Workspace, arn: str, units: int, moment: dt.datetime | None = None) -> None:
    """A run begins, unless the model is known to run."""
    with workspace.catalogue() as rows:
        rows.execute(_OPEN, {"arn": arn, "units": units, "at": _text(moment or now())})


def note_stopped(workspace: Workspace, arn: str, moment: dt.datetime | None = None) -> None:
    """The model's run ends, and with it the need for a deadline."""
    with workspace.catalogue() as rows:
        rows.execute(_CLOSE, {"arn": arn, "at": _text(moment or now())})
        rows.execute("DELETE FROM deadline WHERE arn = ?", (arn,))


def observe(workspace: Workspace, listed: Iterable[Version], moment: dt.datetime | None = None) -> None:
    """Bring the record in line with what AWS says of these models.

    One that runs without a record was started elsewhere: its record begins now, and is marked. One that does not run
    any more was stopped elsewhere, or failed to start: its record ends now. A record that changed within the last
    minute is believed before the list.
    """
    at = moment or now()
    with workspace.catalogue() as rows:
        for version in listed:
            record = {"arn": version.arn, "units": version.min_units or 1, "at": _text(at)}
            if rows.execute(_CHANGED_AFTER, {"arn": version.arn, "at": _text(at - SETTLING)}).fetchone():
                continue
            if not version.running:
                rows.execute(_CLOSE, record)
            elif version.status != "STOPPING" and (begun := rows.execute(_OPEN, record)).rowcount:
                rows.execute("INSERT INTO setting VALUES (?, 'true')", (f"seen:{begun.lastrowid}",))


def _text(moment: dt.datetime) -> str:
    """A moment as the catalogue keeps it: in UTC to the second, so that the order of texts is the order of time."""
    return moment.astimezone(dt.UTC).replace(microsecond=0).isoformat()


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


def enforce(workspace: Workspace, moment: dt.datetime, connect: Connect = connect) -> dict[str, RekolabError | None]:
    """Stop what is past its deadline: ARN -> None, or the error with which it could not be stopped this time."""
    return {deadline.arn: _stop_due(workspace, deadline, moment, connect)
            for deadline in due(deadlines(workspace), moment)}


def _stop_due(workspace: Workspace, deadline: Deadline, moment: dt.datetime, connect: Connect) -> RekolabError | None:
    try:
        versions.stop(connect(workspace.root, deadline.backend), deadline.arn)
    except NotFound:  # deleted elsewhere: nothing runs
        log.info("%s is past its deadline, but no longer exists", deadline.arn)
    except RekolabError as error:
        return error
    except Exception as error:  # whatever it is, the next model must be stopped all the same
        log.exception("stopping %s failed", deadline.arn)
        return RekolabError(f"Something unexpected: {type(error).__name__}: {error}")
    note_stopped(workspace, deadline.arn, moment)
    return None


class Guard:
    """A daemon thread that enforces the deadlines every few seconds, for as long as the app runs."""

    def __init__(self, workspace: Workspace, every: float = 5.0, connect: Connect = connect) -> None:
        self._workspace = workspace
        self._every = every
        self._connect = connect
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)
        self._troubles: dict[str, str] = {}

    def start(self) -> None:
        """Begin to watch; what fell due while the app was down is stopped at once."""
        self._thread.start()

    def end(self) -> None:
        """Stop watching, and wait until the last look is over."""
        self._ended.set()
        self._thread.join()

    @property
    def troubles(self) -> dict[str, str]:
        """ARN -> why a model past its deadline could not be stopped so far. It is tried again at every look."""
        return dict(self._troubles)

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                self._look()
            except Exception:
                log.exception("the guard could not look at the deadlines, and looks again")
            self._ended.wait(self._every)

    def _look(self) -> None:
        outcome = enforce(self._workspace, now(), self._connect)
        before, self._troubles = self._troubles, {arn: error.message for arn, error in outcome.items() if error}
        for arn, message in self._troubles.items() - before.items():
            log.warning("%s is past its deadline and could not be stopped: %s", arn, message)
