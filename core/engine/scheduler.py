"""The scheduler of the engine: keeps schedules in the database, and carries out those that are due.

What fell due while no engine ran is carried out at the next start. A schedule is taken off the list only after its call
was answered, so a crash in between repeats the call, which is harmless.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from core.engine import schedules
from core.engine.awsjson import ApiError, Ask, Caller
from core.engine.pages import Pages
from core.engine.restjson import RestApplication
from core.engine.state import State

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

LONGEST = 20.0  # seconds between two looks at the clock, which jumps when a computer sleeps or is set
AGE, ATTEMPTS = 86400, 185  # AWS's own retry policy, where a schedule has none
_PASSING = ("ResourceInUseException", "ThrottlingException", "ProvisionedThroughputExceededException")

Perform = Callable[[Caller, Ask], Any]


class Scheduler:
    """The WSGI application, with a thread that sleeps until the next schedule is due. `perform` makes their calls."""

    def __init__(self, state: State, perform: Perform, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._perform = perform
        self._clock = clock
        operations: dict[str, Callable[..., Ask | None]] = {
            "CreateSchedule": schedules.create, "UpdateSchedule": schedules.update, "GetSchedule": schedules.get,
            "DeleteSchedule": schedules.delete, "ListSchedules": partial(schedules.list_all, Pages(state.secret))}
        self._answer = RestApplication("scheduler", {name: partial(self._run, operation)
                                                     for name, operation in operations.items()})
        self._changed = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="scheduler", daemon=True)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(environ, start_response)

    def start(self) -> None:
        """Begin to carry out what is due; what fell due in the meantime comes first."""
        self._thread.start()

    def close(self) -> None:
        """Carry out nothing more, and wait for the call that is under way."""
        self._closed = True
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()

    def carry_out(self) -> float | None:
        """Make the calls that are due; returns when the next one will be, in epoch seconds, None for never."""
        with self._state.reading() as rows:
            due = rows.execute("SELECT * FROM schedule WHERE due <= ? ORDER BY due", (self._clock(),)).fetchall()
        for row in due:
            self._carry_out(row)
        with self._state.reading() as rows:
            following: float | None = rows.execute("SELECT MIN(due) FROM schedule").fetchone()[0]
        return following

    def _run(self, operation: Callable[..., Ask | None], caller: Caller, ask: Ask) -> Ask | None:
        with self._state.transaction() as rows:
            answer = operation(rows, caller, ask, self._clock())
        self._changed.set()
        return answer

    def _watch(self) -> None:
        while not self._closed:
            self._changed.clear()
            try:
                following = self.carry_out()
            except Exception:
                log.exception("the scheduler could not look at its schedules, and looks again")
                following = self._clock() + 1
            if not self._closed:
                self._changed.wait(None if following is None else min(max(0.0, following - self._clock()), LONGEST))

    def _carry_out(self, row: sqlite3.Row) -> None:
        kept = schedules.DEFAULTS | json.loads(row["request"])
        caller = Caller(schedules.TARGETS[kept["Target"]["Arn"]], row["region"])
        again = None
        try:
            self._perform(caller, json.loads(kept["Target"]["Input"]))
            log.info("schedule %s: %s was called", row["name"], caller.operation)
        except ApiError as error:
            again = self._next_try(row, kept) if error.code in _PASSING or error.status >= 500 else None
            log.warning("schedule %s: %s (%s); %s", row["name"], error.code, error.message,
                        "it is given up" if again is None else "it is tried again")
        except Exception:  # whatever it is, the next schedule is carried out all the same
            log.exception("schedule %s failed", row["name"])
            again = self._next_try(row, kept)
        self._note(row, again, kept["ActionAfterCompletion"] == "DELETE")

    def _next_try(self, row: sqlite3.Row, kept: Ask) -> float | None:
        """When a call that may succeed later is made again, None when the schedule's retry policy has had enough."""
        policy, now = kept["Target"].get("RetryPolicy", {}), self._clock()
        age = now - (row["first"] or now)
        if (row["attempts"] >= policy.get("MaximumRetryAttempts", ATTEMPTS)
                or age >= policy.get("MaximumEventAgeInSeconds", AGE)):
            return None
        return now + float(min(2 ** row["attempts"], LONGEST))

    def _note(self, row: sqlite3.Row, again: float | None, delete: bool) -> None:
        """Write down how the call ended, unless the schedule was changed meanwhile."""
        same = (row["region"], row["name"], row["modified"])
        with self._state.transaction() as rows:
            if again is None and delete:
                rows.execute("DELETE FROM schedule WHERE region = ? AND name = ? AND modified = ?", same)
            else:
                rows.execute("UPDATE schedule SET due = ?, attempts = attempts + 1, first = COALESCE(first, ?) "
                             "WHERE region = ? AND name = ? AND modified = ?", (again, self._clock(), *same))
