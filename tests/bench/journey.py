"""Times every stage from 40 full-size photos to a measured model, and counts what the model gets right.

Prints one JSON object a line: name, value, unit. Runs alone: `python tests/bench/journey.py`. It needs ../shared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

from core.aws import clients as aws  # noqa: E402
from core.aws import prediction, training, versions  # noqa: E402
from core.dataset import cleaning, labels, models, sources, upload  # noqa: E402
from core.evaluation import photosets, predicting, runs  # noqa: E402
from core.images import preparing  # noqa: E402
from core.jobs import Progress  # noqa: E402
from core.types import Backend  # noqa: E402
from core.workspace import Project, Workspace  # noqa: E402

VERSION = "bench-1"


def say(name: str, value: float, unit: str) -> None:
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit}), flush=True)


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - begun
    say(f"journey.{stage}_seconds", seconds[stage], "s")


def job(project: Project, function: Callable[..., object], **arguments: object) -> object:
    """Run a job here and now, as the app's thread would."""
    return function(Progress(), str(project.home), project.name, **arguments)


def count_right(clients: aws.Clients, arn: str, folder: Path, min_confidence: float | None) -> tuple[int, int]:
    """(right, of how many) photos of a folder with a subfolder a class, by the best label that comes back over HTTP."""
    photos = sorted(folder.glob("*/*.jpg"))

    def right(path: Path) -> bool:
        answer = prediction.detect(clients, arn, preparing.prepare(path).data, min_confidence, max_results=1)
        return [score.label for score in answer.scores] == [path.parent.name]

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(right, photos)), len(photos)


def train_and_start(project: Project, clients: aws.Clients, seconds: dict[str, float]) -> str:
    with timed(seconds, "train"):
        arn = str(job(project, models.train, version_name=VERSION))
        versions.wait_for(clients, arn, ["TRAINING_COMPLETED"])
    with timed(seconds, "start"):
        versions.start(clients, arn, 1)
        versions.wait_for(clients, arn, ["RUNNING"])
    return arn


def full_size(home: Path, photos: Path) -> None:
    """The journey with the 40 full-size photos, every stage timed."""
    seconds: dict[str, float] = {}
    project = Workspace(home).create("full-size")
    with timed(seconds, "engine"):
        clients = aws.connect(home, Backend())
    with timed(seconds, "browse"):
        job(project, sources.import_folder, folder=str(photos))
    with timed(seconds, "clean"):
        job(project, cleaning.clean_all)
    with timed(seconds, "label"):
        labels.label_by_folder(project)
    with timed(seconds, "upload"):
        job(project, upload.upload)
    arn = train_and_start(project, clients, seconds)
    with timed(seconds, "evaluate"):
        source = photosets.folder(str(SHARED / "data/pets/unseen"))
        run = runs.create_run(project, arn, source, training.evaluation(
            clients, versions.describe(clients, arn)).thresholds)
        job(project, predicting.predict_folder, run_id=run.id)
    with timed(seconds, "stop"):
        versions.stop(clients, arn)
        versions.wait_for(clients, arn, ["STOPPED"])
    say("journey.seconds", sum(seconds.values()), "s")


def accuracy(home: Path) -> None:
    """What a model trained on pets/train gets right of pets/unseen and pets/more.

    Once by its best label (MinConfidence 0), which is what it has learned, and once by the labels' assumed thresholds,
    which rest on eight test photos alone: one odd test photo moves them far.
    """
    project = Workspace(home).create("pets")
    clients = aws.connect(home, Backend())
    job(project, sources.import_folder, folder=str(SHARED / "data/pets/train"))
    job(project, cleaning.clean_all)
    labels.label_by_folder(project)
    arn = str(job(project, models.train, version_name=VERSION))
    versions.wait_for(clients, arn, ["TRAINING_COMPLETED"])
    versions.start(clients, arn, 1)
    versions.wait_for(clients, arn, ["RUNNING"])
    for suffix, least in (("", 0.0), ("_assumed_threshold", None)):
        right, total = count_right(clients, arn, SHARED / "data/pets/unseen", least)
        say(f"journey.unseen_right{suffix}", right, f"of {total} photos")
        right, total = count_right(clients, arn, SHARED / "data/pets/more", least)
        say(f"journey.more_accuracy{suffix}", right / total, f"share of {total} photos")
    versions.stop(clients, arn)


def main() -> None:
    if not SHARED.is_dir():
        sys.exit("../shared is not there, and with it the photos that this measures.")
    with tempfile.TemporaryDirectory() as folder:
        home, photos = Path(folder, "home"), Path(folder, "photos")
        os.environ |= {"REKOLAB_HOME": str(home), "REKOLAB_ENGINE_PORT": "0",
                       "REKOLAB_ROOTS": os.pathsep.join((folder, str(SHARED)))}
        subprocess.run([sys.executable, SHARED / "tools/full_size_photos.py", photos], check=True)
        full_size(home, photos)
        accuracy(home)


if __name__ == "__main__":
    main()
