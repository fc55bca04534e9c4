"""Runs: a model asked about a set of labelled photos, each answer kept in the project's catalogue."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.dataset.remembering import remembered
from core.errors import NotReady
from core.evaluation.photosets import PhotoSet, shots
from core.evaluation.scores import Scores, arrays
from core.evaluation.thresholds import Thresholds, decide
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project, now

_SELECT = """
SELECT run.*, count(prediction.name) AS done, count(prediction.error) AS failed
FROM run LEFT JOIN prediction ON prediction.run_id = run.id GROUP BY run.id
"""


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
    with project.reading() as rows:
        found = rows.execute("SELECT * FROM prediction WHERE run_id = ? ORDER BY name", (run_id,)).fetchall()
    return [_prediction(row, cuts) for row in found]


def newest(project: Project, run_id: int, thresholds: Thresholds, count: int) -> list[Prediction]:
    """The last `count` answers that have come, newest first."""
    with project.reading() as rows:
        found = rows.execute("SELECT * FROM prediction WHERE run_id = ? ORDER BY rowid DESC LIMIT ?",
                             (run_id, count)).fetchall()
    return [_prediction(row, thresholds) for row in found]


def scores_of(project: Project, run: Run) -> Scores:
    """The run's answers so far as arrays, read once while the catalogue stays the same."""
    return remembered(project, "scores", partial(_scores, project, run), run.id)


def keep(project: Project, run_id: int, *made: Prediction) -> None:
    """Store answers and failed calls, at once; a later answer for the same photo takes its place."""
    with project.catalogue() as rows:
        rows.executemany(
            "INSERT OR REPLACE INTO prediction (run_id, name, path, truth, scores, milliseconds, changes, error, "
            "sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [
                (run_id, one.name, one.path, one.truth, json.dumps([(score.label, score.confidence)
                                                                    for score in one.scores]),
                 one.milliseconds, json.dumps(one.changes), one.error, one.sha256) for one in made])


def close(project: Project, run_id: int, total: int) -> None:
    """Every one of the run's `total` photos has been asked about."""
    with project.catalogue() as rows:
        rows.execute("UPDATE run SET ended = ?, total = ? WHERE id = ?", (now().isoformat(), total, run_id))


def asked(project: Project) -> list[str]:
    """The ARNs of the models that were asked about photos, in a run or one by one, in their order."""
    with project.reading() as rows:
        return [row["arn"] for row in rows.execute("SELECT arn FROM run UNION SELECT arn FROM review ORDER BY arn")]


def answered(project: Project, run_id: int) -> set[str]:
    """Names of the photos that need not be asked again; those whose call failed are not among them."""
    with project.reading() as rows:
        found = rows.execute("SELECT name FROM prediction WHERE run_id = ? AND error IS NULL", (run_id,))
        return {row["name"] for row in found}


def _read(project: Project, clause: str, *values: int) -> list[Run]:
    with project.reading() as rows:
        found = rows.execute(f"{_SELECT} {clause}", values).fetchall()
    return [_run(row) for row in found]


def _run(row: Any) -> Run:
    return Run(
        id=row["id"], at=dt.datetime.fromisoformat(row["at"]), title=row["title"], source=PhotoSet.load(row["source"]),
        arn=row["arn"], thresholds=json.loads(row["thresholds"]), total=row["total"], done=row["done"],
        failed=row["failed"], ended=dt.datetime.fromisoformat(row["ended"]) if row["ended"] else None)


def _scores(project: Project, run: Run) -> Scores:
    with project.reading() as rows:
        found = rows.execute("SELECT name, path, sha256, truth, error, scores FROM prediction WHERE run_id = ? "
                             "ORDER BY name", (run.id,)).fetchall()
    said = json.loads(f"[{','.join(row['scores'] for row in found)}]")  # several times faster than one by one
    names, paths, hashes, truths, errors = ([row[place] for row in found] for place in range(5))
    return arrays(names, paths, [sha256 or "" for sha256 in hashes], truths, [error is not None for error in errors],
                  said, run.labels)


def _prediction(row: Any, thresholds: Thresholds) -> Prediction:
    scores = tuple(Score(label, confidence) for label, confidence in json.loads(row["scores"]))
    answer, confidence = (UNKNOWN, 0.0) if row["error"] else decide(scores, thresholds)
    return Prediction(
        name=row["name"], path=row["path"], truth=row["truth"], scores=scores, answer=answer, confidence=confidence,
        milliseconds=row["milliseconds"], changes=tuple(json.loads(row["changes"])), error=row["error"],
        sha256=row["sha256"])
