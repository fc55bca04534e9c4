"""Deadlines: when each running model is to be stopped, kept where every line of defence reads."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass

from core.types import Backend
from core.workspace import Workspace, text_of


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the model is to be stopped, and where it runs."""

    arn: str
    backend: Backend
    at: dt.datetime


def write(workspace: Workspace, arn: str, backend: Backend, at: dt.datetime | None) -> None:
    """Have the model stopped at `at`, sooner or later than before; None takes the deadline away."""
    with workspace.catalogue() as rows:
        rows.execute("DELETE FROM deadline WHERE arn = ?", (arn,))
        if at is not None:
            rows.execute("INSERT INTO deadline VALUES (?, ?, ?)", (arn, json.dumps(asdict(backend)), text_of(at)))


def known(workspace: Workspace) -> list[Deadline]:
    """All deadlines, the next one first."""
    with workspace.reading() as rows:
        found = rows.execute("SELECT * FROM deadline ORDER BY at").fetchall()
    return [Deadline(row["arn"], Backend(**json.loads(row["backend"])), dt.datetime.fromisoformat(row["at"]))
            for row in found]


def of(workspace: Workspace, arn: str) -> dt.datetime | None:
    """When the model will be stopped; None for one that was started elsewhere, or does not run."""
    return next((deadline.at for deadline in known(workspace) if deadline.arn == arn), None)
