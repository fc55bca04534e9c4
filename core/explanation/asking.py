"""Asks a model about altered copies of one photo. Each answer is kept, so that none is asked for twice.

Answers are kept by the photo's content, the model and the alteration. How many are missing is therefore known before,
and that many calls are made, whether at once or after a cancel or a crash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.aws import idle, prediction, prices
from core.aws.clients import Clients
from core.compute import each
from core.images import altering
from core.images.altering import Alteration
from core.jobs import Progress
from core.types import Score, Version
from core.workspace import Project, Workspace

AT_ONCE = 4  # calls under way for each inference unit; what is too fast all the same is slowed by core.aws.throttling
A_SECOND = 5.0  # photos that AWS's own samples count on for an inference unit; AWS states no figure
USUAL_MS = 120.0  # that a call takes where none has been timed

Answers = dict[str, tuple[Score, ...]]


@dataclass(frozen=True, slots=True)
class Quote:
    """What asking will take: calls, seconds, and US dollars for the running model meanwhile, None on the engine."""

    calls: int
    seconds: float
    usd: float | None


def content_of(data: bytes) -> str:
    """What a photo's answers are kept under: the SHA-256 of its file."""
    return hashlib.sha256(data).hexdigest()


def kept(project: Project, sha256: str, arn: str) -> Answers:
    """Every answer of the model about the photo's alterations, by `Alteration.key`."""
    with project.reading() as rows:
        found = rows.execute("SELECT patch, scores FROM altered WHERE sha256 = ? AND arn = ?", (sha256, arn)).fetchall()
    return {row["patch"]: tuple(Score(*score) for score in json.loads(row["scores"])) for row in found}


def missing(wanted: Iterable[Alteration], answers: Answers) -> list[Alteration]:
    """Those that are still to be asked about, each once."""
    return list({one.key: one for one in wanted if one.key not in answers}.values())


def quote(calls: int, version: Version, milliseconds: float = USUAL_MS, billed: bool = True) -> Quote:
    """What so many calls take. `milliseconds` is what one took; `billed`, whether AWS bills the running model."""
    units = version.min_units or 1
    seconds = calls * milliseconds / 1000 / at_once(units)
    if billed:
        seconds = max(seconds, calls / (A_SECOND * units))
    return Quote(calls, seconds, prices.load().cost(units, seconds) if billed and calls else None)


def at_once(units: int) -> int:
    """How many calls are under way together."""
    return AT_ONCE * max(1, units)


def ask(
    progress: Progress, project: Project, clients: Clients, arn: str, data: bytes, wanted: Sequence[Alteration],
    units: int = 1,
) -> int:
    """Part of a job: ask about what is missing of `wanted`; gives how many calls that took.

    `data` is the photo's file. An error ends it, as every further call would meet it too, or has been patient enough.
    """
    sha256 = content_of(data)
    waiting = missing(wanted, kept(project, sha256, arn))
    progress.begin(len(waiting))
    if not waiting:
        return 0
    picture = altering.opened(data)

    def one(change: Alteration) -> None:
        answer = prediction.detect(clients, arn, altering.sent(altering.altered(picture, change)), min_confidence=0)
        _keep(project, sha256, arn, change, answer.scores)
        idle.note_used(Workspace(project.home), arn)

    for _ in each(one, waiting, progress, threads=at_once(units)):
        pass
    return len(waiting)


def _keep(project: Project, sha256: str, arn: str, change: Alteration, scores: Sequence[Score]) -> None:
    with project.catalogue() as rows:
        rows.execute("INSERT OR REPLACE INTO altered VALUES (?, ?, ?, ?)", (
            sha256, arn, change.key, json.dumps([(score.label, score.confidence) for score in scores])))
