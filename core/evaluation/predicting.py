"""The job that asks a model about every photo of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from core.aws import idle
from core.aws.clients import Clients, connect
from core.aws.pacing import MOST, Turns
from core.aws.prediction import detect
from core.compute import each
from core.dataset import places
from core.dataset.batches import Together
from core.dataset.names import counted
from core.errors import AwsError, BadImage, ModelNotRunning, NotAllowed, NotFound, Unreachable
from core.evaluation import reviewing, runs
from core.evaluation.photosets import Shot, shots
from core.images import reading, thumbnails
from core.images.preparing import prepare
from core.jobs import Progress
from core.types import UNKNOWN, Prediction
from core.workspace import Project, Workspace, open_project

THREADS = MOST  # that make photos ready; how many of them call at once is told by core.aws.pacing
FATAL = (ModelNotRunning, NotFound, NotAllowed, Unreachable)  # what every following call would meet as well


def predict_folder(progress: Progress, home: str, project: str, run_id: int) -> dict[str, int]:
    """Job: ask about every photo of the run that has no answer yet; gives {"asked", "failed", "total"}.

    Answers are stored as they come, those of half a second together, so that it goes on where it stopped. A photo
    whose call fails is kept with the error's code and asked again next time; an error that would meet every photo ends
    the job.
    """
    owner = open_project(home, project)
    run = runs.run(owner, run_id)
    everything = shots(owner, run.source)
    known = runs.answered(owner, run_id)
    waiting = [shot for shot in everything if shot.name not in known]
    clients = connect(Path(home), owner.backend)
    progress.begin(len(waiting), f"Asking the model about {run.title}")
    turns = Turns()
    together: Together[Prediction] = Together(partial(runs.keep, owner, run_id))

    def ask(shot: Shot) -> bool:
        made = answer(clients, run.arn, shot, partial(places.source, owner), partial(_keep_thumbnail, owner, shot),
                      turns)
        idle.note_used(Workspace(owner.home), run.arn)
        together(made)  # here, and not when the job comes round to it: it may be ended before
        return made.error is not None

    try:
        failed = sum(wrong for _, wrong in each(ask, waiting, progress, threads=THREADS))
    finally:
        together.flush()  # no thread asks any more
    runs.close(owner, run_id, len(everything))
    reviewing.queue(owner, run.arn, run.thresholds, runs.predictions(owner, run_id))
    if waiting:
        calls = f", {counted(failed, 'failed call')}" if failed else ""
        owner.note("evaluate", f"Asked the model about {run.title}: {counted(len(waiting), 'photo')}{calls}")
    return {"asked": len(waiting), "failed": failed, "total": len(everything)}


def answer(
    clients: Clients,
    arn: str,
    shot: Shot,
    source: Callable[[str | Path], Path | bytes] = Path,
    sent: Callable[[str, bytes], None] = lambda sha256, data: None,
    turns: Turns | None = None,
) -> Prediction:
    """What the model says of one photo, with the score of every label; the answer is left to the thresholds.

    `sent` is told the photo's SHA-256 and the bytes that went to the model. The call waits for its turn.
    """
    try:
        data = reading.read_bytes(source(shot.path))
        sha256 = hashlib.sha256(data).hexdigest()
        ready = prepare(data)
        with turns.turn() if turns else nullcontext():
            said = detect(clients, arn, ready.data, min_confidence=0)
    except FATAL:
        raise
    except (AwsError, BadImage, OSError) as error:
        return _failed(shot, error)
    sent(sha256, ready.data)
    return Prediction(shot.name, str(shot.path), shot.truth, tuple(said.scores), UNKNOWN, 0.0, said.milliseconds,
                      ready.changes, sha256=sha256)


def _keep_thumbnail(project: Project, shot: Shot, sha256: str, data: bytes) -> None:
    """For the pages, which would have to get an object from S3 again; files of this computer are quick to look at."""
    if places.in_s3(shot.path) and thumbnails.find(project.thumbnails, sha256) is None:
        thumbnails.keep(project.thumbnails, sha256, thumbnails.preview(data, thumbnails.LONGEST))


def _failed(shot: Shot, error: AwsError | BadImage | OSError) -> Prediction:
    code = error.code if isinstance(error, AwsError) else type(error).__name__
    said = error.said if isinstance(error, AwsError) else str(error)
    return Prediction(shot.name, str(shot.path), shot.truth, (), UNKNOWN, 0.0, error=f"{code}: {said}")
