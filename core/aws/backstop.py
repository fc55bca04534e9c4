"""The backstop: for each deadline a schedule at AWS, which stops the model even when this computer is off.

What AWS holds is written down beside the deadlines. Whoever watches compares the two again and again, so that a
schedule that could not be put, moved or removed is put, moved or removed later.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from core.aws import deadlines, roles, schedules
from core.aws.clients import Clients
from core.errors import RekolabError
from core.types import Backend
from core.workspace import Workspace, now, text_of

log = logging.getLogger(__name__)

PATIENCE = dt.timedelta(seconds=60)  # between two tries of what failed
Connect = Callable[[Path, Backend], Clients]


@dataclass(frozen=True, slots=True)
class Backstop:
    """When AWS will stop the model by itself, None if not yet; `trouble` is why the last try to change that failed."""

    arn: str
    backend: Backend
    at: dt.datetime | None
    tried: dt.datetime
    trouble: str | None


def known(workspace: Workspace) -> dict[str, Backstop]:
    """ARN -> what AWS holds, or was asked to."""
    with workspace.reading() as rows:
        found = rows.execute("SELECT * FROM backstop").fetchall()
    return {row["arn"]: Backstop(row["arn"], Backend(**json.loads(row["backend"])),
                                 dt.datetime.fromisoformat(row["at"]) if row["at"] else None,
                                 dt.datetime.fromisoformat(row["tried"]), row["trouble"]) for row in found}


def follow(workspace: Workspace, clients: Clients, arn: str, moment: dt.datetime | None = None) -> None:
    """Bring AWS's schedule in line with the model's deadline, or its absence. Failures are written down, not raised."""
    at, held = deadlines.of(workspace, arn), known(workspace).get(arn)
    if at == (held.at if held else None) and not (held and held.trouble):
        if held and at is None:  # AWS never had one
            _write(workspace, clients.backend, arn, None, None, moment)
        return
    try:
        role = roles.role_of(workspace, clients)
        if at is None:
            schedules.remove(clients, arn)
        elif role is not None:
            schedules.put(clients, role, arn, at)
        _write(workspace, clients.backend, arn, at if role else None, None, moment)
    except RekolabError as error:
        log.warning("AWS's own schedule for %s could not be changed: %s", arn, error.message)
        _write(workspace, clients.backend, arn, held.at if held else None, error.message, moment)


def follow_all(workspace: Workspace, connect: Connect, moment: dt.datetime | None = None) -> None:
    """The same for every model whose schedule is not what its deadline asks for, those that failed not too often."""
    at, held = moment or now(), known(workspace)
    wanted = {deadline.arn: deadline for deadline in deadlines.known(workspace)}
    for arn in wanted.keys() | held.keys():
        one, deadline = held.get(arn), wanted.get(arn)
        if one and (_failed_lately(one, at) or (one.at == (deadline.at if deadline else None) and not one.trouble)):
            continue
        backend = (deadline or held[arn]).backend
        if not roles.may_have(workspace, backend):
            continue
        try:
            follow(workspace, connect(workspace.root, backend), arn, at)
        except RekolabError as error:  # the backend can not be reached at all
            _write(workspace, backend, arn, one.at if one else None, error.message, at)
        except Exception:  # whatever it is, the deadlines are watched all the same
            log.exception("AWS's own schedule for %s could not be changed", arn)


def _failed_lately(one: Backstop, moment: dt.datetime) -> bool:
    return one.trouble is not None and one.tried > moment - PATIENCE


def _write(
    workspace: Workspace, backend: Backend, arn: str, at: dt.datetime | None, trouble: str | None,
    moment: dt.datetime | None
) -> None:
    with workspace.catalogue() as rows:
        rows.execute("DELETE FROM backstop WHERE arn = ?", (arn,))
        if at or trouble or rows.execute("SELECT 1 FROM deadline WHERE arn = ?", (arn,)).fetchone():
            rows.execute("INSERT INTO backstop VALUES (?, ?, ?, ?, ?)", (
                arn, json.dumps(asdict(backend)), at and text_of(at), text_of(moment or now()), trouble))
