"""What one look at an image has shown, kept by the hash of its bytes: under any name it is looked at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, cast

from core.images.verdicts import BROKEN, LOOK, Inspection, refusals
from core.types import Facts, Problem, Quality

MOST = 200_000  # contents that are held in memory, a kilobyte each

_held: dict[str, Content] = {}


@dataclass(frozen=True, slots=True)
class Content:
    """An image's facts, scores and fingerprint, None where it is broken, and what Rekognition refuses about it."""

    facts: Facts | None
    quality: Quality | None
    fingerprint: str | None
    problems: tuple[Problem, ...]


def known(rows: sqlite3.Connection) -> set[str]:
    """The hashes of everything that was looked at as it would be today."""
    return {row["sha256"] for row in rows.execute("SELECT sha256 FROM content WHERE version = ?", (LOOK,))}


def keep(rows: sqlite3.Connection, seen: Iterable[tuple[str, Inspection]]) -> None:
    """Write down what was seen of contents, by their hashes."""
    rows.executemany("INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?, ?, ?)", [
        (sha256, LOOK, _dumped(look.facts), _dumped(look.quality), look.fingerprint,
         dump_problems(problem for problem in look.problems if problem.code in BROKEN)) for sha256, look in seen])


def read(rows: sqlite3.Connection, hashes: Collection[str]) -> dict[str, Content]:
    """What is known of contents, by hash. It never changes, so every list of photos shares it.

    Of what was looked at by an older Rekolab only the facts are known, until a scan looks again.
    """
    found = {sha256: seen for sha256 in hashes if (seen := _held.get(sha256))}
    for some in _chunks([sha256 for sha256 in hashes if sha256 not in found], 500):
        marks = ", ".join("?" * len(some))
        fresh = rows.execute(f"SELECT * FROM content WHERE sha256 IN ({marks})", some).fetchall()  # noqa: S608
        contents = dict(zip((row["sha256"] for row in fresh), _contents(fresh), strict=True))
        found |= contents
        _held.update((row["sha256"], contents[row["sha256"]]) for row in fresh if row["version"] == LOOK)
    if len(_held) > MOST:
        _held.clear()
    return found


def dump_problems(problems: Iterable[Problem]) -> str:
    return json.dumps([(problem.code, problem.message, problem.severity) for problem in problems])


def load_problems(text: str | None) -> tuple[Problem, ...]:
    return () if not text or text == "[]" else tuple(Problem(*problem) for problem in json.loads(text))


def _contents(rows: Sequence[sqlite3.Row]) -> list[Content]:
    facts, qualities = _loaded(rows, "facts"), _loaded(rows, "quality")
    made = []
    for row, known, scores in zip(rows, facts, qualities, strict=True):
        seen = Facts(**known) if known else None
        problems = (*load_problems(row["problems"]), *(refusals(seen) if seen else ()))
        fingerprint = row["fingerprint"] if row["version"] == LOOK else None
        made.append(Content(seen, Quality(**scores) if scores else None, fingerprint, problems))
    return made


def _loaded(rows: Sequence[sqlite3.Row], column: str) -> list[Any]:
    """The values of a column of JSON, read as one text, which is several times faster than each by itself."""
    return cast(list[Any], json.loads(f"[{','.join(row[column] or 'null' for row in rows)}]"))


def _dumped(value: Facts | Quality | None) -> str | None:
    """As JSON; `asdict` would copy each value, which takes longer than to write it."""
    return json.dumps({field.name: getattr(value, field.name) for field in fields(value)}) if value else None


def _chunks(items: Sequence[str], size: int) -> Iterable[list[str]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
