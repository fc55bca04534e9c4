"""Runs: a model asked about a set of labelled photos, each answer kept in the project's catalogue."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.aws.clients import Clients, connect
from core.aws.prediction import detect
from core.compute import each
from core.errors import AwsError, BadImage, ModelNotRunning, NotAllowed, NotFound, NotReady, Unreachable
from core.evaluation.photosets import PhotoSet, Shot, shots
from core.evaluation.thresholds import Thresholds, decide
from core.images.preparing import prepare
from core.jobs import Progress
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project, now, open_project

_SELECT = """
SELECT run.*, count(prediction.name) AS done, count(prediction.error) AS failed
FROM run LEFT JOIN prediction ON prediction.run_id = run.id GROUP BY run.id
"""
THREADS = 4  # an inference unit answers a few photos a second; more callers would only be throttled
FATAL = (ModelNotRunning, NotFound, NotAllowed, Unreachable)  # what every following call would meet as well


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `thresholds` are the model's assumed ones, by label in percent; `ended` is None until all is asked."""

    id: int
    at: dt.datetime
    title: str
    source: PhotoSet
    arn: str
    thresholds: Mapping[str, float]
    total: int
    done: int
    failed: int
    ended: dt.datetime | None

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the model knows."""
        return tuple(self.thresholds)


def create_run(project: Project, arn: str, source: PhotoSet, thresholds: Mapping[str, float]) -> Run:
    """A run of the model `arn` over `source`, not started yet. BadPath or NotReady says why there is nothing to ask."""
    photos = shots(project, source)
    with project.catalogue() as rows:
        added = rows.execute(
            "INSERT INTO run (at, title, source, arn, thresholds, total) VALUES (?, ?, ?, ?, ?, ?)",
            (now().isoformat(), source.title, source.dump(), arn, json.dumps(dict(thresholds)), len(photos)))
    return run(project, int(added.lastrowid or 0))


def runs(project: Project) -> list[Run]:
    """All runs, newest first."""
    return _read(project, "ORDER BY run.id DESC")


def run(project: Project, run_id: int) -> Run:
    """The run of that number; NotReady when it has been deleted."""
    if not (found := _read(project, "HAVING run.id = ?", run_id)):
        raise NotReady("That run does not exist any more. Start another one on the evaluation page.")
    return found[0]


def delete_run(project: Project, run_id: int) -> None:
    """Forget a run and its predictions; the photos stay."""
    with project.catalogue() as rows:
        rows.execute("DELETE FROM run WHERE id = ?", (run_id,))


def predictions(project: Project, run_id: int, thresholds: Thresholds | None = None) -> list[Prediction]:
    """What the model said, by name, decided at `thresholds` or at the model's own."""
    cuts = run(project, run_id).thresholds if thresholds is None else thresholds
    with project.catalogue() as rows:
        found = rows.execute("SELECT * FROM prediction WHERE run_id = ? ORDER BY name", (run_id,)).fetchall()
    return [_prediction(row, cuts) for row in found]


def keep(project: Project, run_id: int, prediction: Prediction) -> None:
    """Store one answer or one failed call, at once; a later answer for the same photo takes its place."""
    scores = json.dumps([(score.label, score.confidence) for score in prediction.scores])
    with project.catalogue() as rows:
        rows.execute(
            "INSERT OR REPLACE INTO prediction VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (run_id, prediction.name, prediction.path, prediction.truth, scores, prediction.milliseconds,
             json.dumps(prediction.changes), prediction.error))


def close(project: Project, run_id: int, total: int) -> None:
    """Every one of the run's `total` photos has been asked about."""
    with project.catalogue() as rows:
        rows.execute("UPDATE run SET ended = ?, total = ? WHERE id = ?", (now().isoformat(), total, run_id))


def answered(project: Project, run_id: int) -> set[str]:
    """Names of the photos that need not be asked again; those whose call failed are not among them."""
    with project.catalogue() as rows:
        found = rows.execute("SELECT name FROM prediction WHERE run_id = ? AND error IS NULL", (run_id,))
        return {row["name"] for row in found}


def predict_folder(progress: Progress, home: str, project: str, run_id: int) -> dict[str, int]:
    """Job: ask about every photo of the run that has no answer yet; gives {"asked", "failed", "total"}.

    Each answer is stored as it comes, so that it goes on where it stopped. A photo whose call fails is kept with the
    error's code and asked again next time; an error that would meet every photo ends the job.
    """
    owner = open_project(home, project)
    asked = run(owner, run_id)
    everything = shots(owner, asked.source)
    known = answered(owner, run_id)
    waiting = [shot for shot in everything if shot.name not in known]
    clients = connect(Path(home), owner.backend)
    progress.begin(len(waiting), f"Asking the model about {asked.title}")

    def ask(shot: Shot) -> bool:
        made = answer(clients, asked.arn, shot)
        keep(owner, run_id, made)  # here, and not when the job comes round to it: it may be ended before
        return made.error is not None

    failed = sum(wrong for _, wrong in each(ask, waiting, progress, threads=THREADS))
    close(owner, run_id, len(everything))
    if waiting:
        owner.note("evaluate", f"Asked the model about {asked.title}: {len(waiting):,} photos, {failed:,} failed calls")
    return {"asked": len(waiting), "failed": failed, "total": len(everything)}


def answer(clients: Clients, arn: str, shot: Shot) -> Prediction:
    """What the model says of one photo, with the score of every label; the answer is left to the thresholds."""
    try:
        ready = prepare(shot.path)
        said = detect(clients, arn, ready.data, min_confidence=0)
    except FATAL:
        raise
    except (AwsError, BadImage, OSError) as error:
        return _failed(shot, error)
    return Prediction(shot.name, str(shot.path), shot.truth, tuple(said.scores), UNKNOWN, 0.0, said.milliseconds,
                      ready.changes)


def _failed(shot: Shot, error: AwsError | BadImage | OSError) -> Prediction:
    code = error.code if isinstance(error, AwsError) else type(error).__name__
    said = error.said if isinstance(error, AwsError) else str(error)
    return Prediction(shot.name, str(shot.path), shot.truth, (), UNKNOWN, 0.0, error=f"{code}: {said}")


def _read(project: Project, clause: str, *values: int) -> list[Run]:
    with project.catalogue() as rows:
        found = rows.execute(f"{_SELECT} {clause}", values).fetchall()
    return [_run(row) for row in found]


def _run(row: sqlite3.Row) -> Run:
    return Run(
        id=row["id"], at=dt.datetime.fromisoformat(row["at"]), title=row["title"], source=PhotoSet.load(row["source"]),
        arn=row["arn"], thresholds=json.loads(row["thresholds"]), total=row["total"], done=row["done"],
        failed=row["failed"], ended=dt.datetime.fromisoformat(row["ended"]) if row["ended"] else None)


def _prediction(row: sqlite3.Row, thresholds: Thresholds) -> Prediction:
    scores = tuple(Score(label, confidence) for label, confidence in json.loads(row["scores"]))
    answer, confidence = (UNKNOWN, 0.0) if row["error"] else decide(scores, thresholds)
    return Prediction(
        name=row["name"], path=row["path"], truth=row["truth"], scores=scores, answer=answer, confidence=confidence,
        milliseconds=row["milliseconds"], changes=tuple(json.loads(row["changes"])), error=row["error"])
