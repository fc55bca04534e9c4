"""The rule for models that nobody uses: so long without a prediction of this workspace, and the model is stopped."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

from core.workspace import Workspace, now, text_of

CHOICES = (15, 30, 60, 120, None)  # minutes; None is never
USUAL = 60
EXACT = dt.timedelta(seconds=20)  # how exactly the last use is known
_SETTING = "idle_minutes"
QUIET = 5.0  # seconds after a use that has just been noted here, in which no further one is
_noted: dict[tuple[Path, str], float] = {}


def minutes(workspace: Workspace) -> int | None:
    """After how many minutes without a prediction a model is stopped before its deadline; None for never."""
    chosen: int | None = workspace.get(_SETTING, USUAL)
    return chosen


def set_minutes(workspace: Workspace, chosen: int | None) -> None:
    workspace.set(_SETTING, chosen)


def note_used(workspace: Workspace, arn: str, moment: dt.datetime | None = None) -> None:
    """The model was asked about a photo, or was given more time by a person. Cheap to say for every photo."""
    at = moment or now()
    if moment is None and time.monotonic() - _noted.get((workspace.root, arn), -QUIET) < QUIET:
        return
    _noted[workspace.root, arn] = time.monotonic()
    with workspace.reading() as rows:
        if rows.execute("SELECT 1 FROM use WHERE arn = ? AND at > ?", (arn, text_of(at - EXACT))).fetchone():
            return
    with workspace.catalogue() as rows:
        rows.execute("INSERT OR REPLACE INTO use VALUES (?, ?)", (arn, text_of(at)))


def stops_at(workspace: Workspace, arn: str) -> dt.datetime | None:
    """When the model will have been idle for too long, if nothing is asked until then; None when it can not be."""
    allowed = minutes(workspace)
    with workspace.reading() as rows:
        last = rows.execute(
            "SELECT MAX(at) FROM (SELECT at FROM use WHERE arn = ? UNION ALL "
            "SELECT started FROM uptime WHERE arn = ? AND stopped IS NULL)", (arn, arn)).fetchone()[0]
    if allowed is None or last is None:
        return None
    return dt.datetime.fromisoformat(last) + dt.timedelta(minutes=allowed)
