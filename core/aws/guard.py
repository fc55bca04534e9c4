"""The guard: no model runs past its deadline, or unused for long.

It has three lines, each of which is enough: a thread of the app, a process of its own (`core.aws.watch`), and a
schedule at AWS (`core.aws.backstop`). All of them go by the deadlines in the workspace's catalogue.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading

from core.aws import backstop, budget, deadlines, idle, uptime, versions, watch_process
from core.aws.clients import Clients, connect
from core.aws.deadlines import Deadline
from core.errors import AwsError, NotFound, RekolabError
from core.workspace import Workspace, now

log = logging.getLogger(__name__)

Connect = backstop.Connect
Outcome = dict[str, RekolabError | None]  # ARN -> None, or the error with which the model could not be stopped


def start(
    workspace: Workspace, clients: Clients, arn: str, units: int, until: dt.datetime, max_units: int | None = None
) -> None:
    """Start the model with a deadline, which all three lines know before AWS is asked. There is no other way to start.

    RekolabError when the month's budget is spent.
    """
    if until <= now():
        raise RekolabError("The deadline has passed already. Choose one that lies ahead.")
    budget.check(workspace, clients.backend)
    before = deadlines.of(workspace, arn)
    _prepare(workspace, clients, arn, until)
    try:
        versions.start(clients, arn, units, max_units)
    except RekolabError:
        runs = _runs(clients, arn)  # the start may have come through, and only its answer was lost
        if before or runs is False:
            _prepare(workspace, clients, arn, before)
        elif runs:
            uptime.note_started(workspace, arn, units)
        raise
    uptime.note_started(workspace, arn, units)


def _prepare(workspace: Workspace, clients: Clients, arn: str, until: dt.datetime | None) -> None:
    """Tell all three lines when the model is to be stopped."""
    deadlines.write(workspace, arn, clients.backend, until)
    backstop.follow(workspace, clients, arn)
    if until:
        watch_process.ensure_watch(workspace.root)


def extend(workspace: Workspace, clients: Clients, arn: str, until: dt.datetime) -> None:
    """Give the model another deadline, later or sooner, or its first one. It also counts as used now."""
    if until <= now():
        raise RekolabError("The deadline has passed already. Choose one that lies ahead, or stop the model.")
    idle.note_used(workspace, arn)
    _prepare(workspace, clients, arn, until)


def _runs(clients: Clients, arn: str) -> bool | None:
    """Whether the model runs, or is on its way to that; None where AWS does not tell."""
    try:
        return versions.describe(clients, arn).running
    except NotFound:
        return False
    except RekolabError:
        return None


def stop(workspace: Workspace, clients: Clients, arn: str) -> bool:
    """Stop the model now and end its record. False while it still starts: the guard stops it as soon as it runs."""
    try:
        versions.stop(clients, arn)
    except AwsError as error:
        if error.code != "ResourceInUseException" or versions.describe(clients, arn).status != "STARTING":
            raise
        _prepare(workspace, clients, arn, now())
        return False
    uptime.note_stopped(workspace, arn)
    backstop.follow(workspace, clients, arn)
    return True


def due(workspace: Workspace, moment: dt.datetime) -> list[Deadline]:
    """What is to be stopped now: past its deadline, or idle for too long."""
    return [deadline for deadline in deadlines.known(workspace) if stops_at(workspace, deadline) <= moment]


def stops_at(workspace: Workspace, deadline: Deadline) -> dt.datetime:
    """When the model is stopped unless something happens: its deadline, or sooner when nobody uses it."""
    unused = idle.stops_at(workspace, deadline.arn)
    return min(deadline.at, unused) if unused else deadline.at


def next_stop(workspace: Workspace) -> dt.datetime | None:
    """When the next model has to be stopped; None when nothing runs under a deadline."""
    return min((stops_at(workspace, deadline) for deadline in deadlines.known(workspace)), default=None)


def enforce(workspace: Workspace, moment: dt.datetime, connect: Connect = connect) -> Outcome:
    """Stop what is due, and bring AWS's schedules in line with the deadlines that are left."""
    outcome = {deadline.arn: _stop_due(workspace, deadline, moment, connect) for deadline in due(workspace, moment)}
    backstop.follow_all(workspace, connect, moment)
    return outcome


def _stop_due(workspace: Workspace, deadline: Deadline, moment: dt.datetime, connect: Connect) -> RekolabError | None:
    try:
        stopped = _stopped(connect(workspace.root, deadline.backend), deadline.arn)
        (uptime.note_stopped if stopped else uptime.note_found_stopped)(workspace, deadline.arn, moment)
    except RekolabError as error:
        return error
    except Exception as error:  # whatever it is, the next model must be stopped all the same
        log.exception("stopping %s failed", deadline.arn)
        return RekolabError(f"Something unexpected: {type(error).__name__}: {error}")
    log.info("%s %s", deadline.arn, "was stopped" if stopped else "did not run any more")
    return None


def _stopped(clients: Clients, arn: str) -> bool | None:
    """What `versions.stop` says; False of a model that was deleted elsewhere."""
    try:
        return versions.stop(clients, arn)
    except NotFound:
        if arn.split(":")[3:5] != [clients.region, clients.account]:  # a profile that leads elsewhere by now
            raise
        log.info("%s is due to be stopped, but no longer exists", arn)
        return False


class Guard:
    """The app's thread: it enforces the deadlines every few seconds, and sees to it that the process does as well."""

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

    def look(self, moment: dt.datetime) -> None:
        """One look at what is due at `moment`."""
        outcome = enforce(self._workspace, moment, self._connect)
        before, self._troubles = self._troubles, {arn: error.message for arn, error in outcome.items() if error}
        for arn, message in self._troubles.items() - before.items():
            log.warning("%s is due to be stopped, and could not be: %s", arn, message)

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                self.look(now())
                if deadlines.known(self._workspace):
                    watch_process.ensure_watch(self._workspace.root)
            except Exception:
                log.exception("the guard could not look at the deadlines, and looks again")
            self._ended.wait(self._every)
