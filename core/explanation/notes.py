"""What is written about photos of a run: drafted from what was measured, edited by a person, kept for the report."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.workspace import Project, now

LONGEST = 5_000  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """The paragraph about one photo. `included` says whether the report is to have it; `edited`, by whose words."""

    name: str
    text: str
    included: bool
    edited: bool
    at: dt.datetime


def notes(project: Project, run_id: int) -> dict[str, Note]:
    """What is kept about a run's photos, by the photo's name; those not for the report are among them."""
    with project.reading() as rows:
        found = rows.execute("SELECT * FROM note WHERE run_id = ? ORDER BY name", (run_id,)).fetchall()
    return {row["name"]: Note(row["name"], row["text"], bool(row["included"]), bool(row["edited"]),
                              dt.datetime.fromisoformat(row["at"])) for row in found}


def keep(project: Project, run_id: int, name: str, text: str, *, included: bool, edited: bool) -> None:
    """Write the paragraph about a photo down; one that says nothing, and is for no report, is forgotten."""
    said = text.strip()[:LONGEST]
    with project.catalogue() as rows:
        if said or included:
            rows.execute("INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?, ?)",
                         (run_id, name, said, included, edited, now().isoformat()))
        else:
            rows.execute("DELETE FROM note WHERE run_id = ? AND name = ?", (run_id, name))


def forget(project: Project, run_id: int, name: str) -> None:
    """Throw the paragraph away: what is drafted stands in its place again, and the report is without it."""
    with project.catalogue() as rows:
        rows.execute("DELETE FROM note WHERE run_id = ? AND name = ?", (run_id, name))
