"""A project that has come all the way: hostile names, GPS in a photo, a trained model, a run with mistakes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from core.aws import clients as aws
from core.aws.clients import Clients
from core.aws.engine_process import Engine
from core.aws.uptime import Cost
from core.dataset import cleaning, labels, manifests, sources
from core.evaluation import photosets, runs
from core.jobs import Progress
from core.report import gathering
from core.report.contents import Contents, Model
from core.types import UNKNOWN, Evaluation, LabelResult, Prediction, Score, Version
from core.workspace import Project, Workspace

HOSTILE = "<script>alert('x')<b>.jpg"
GPS, MAKER = 0x8825, 0x010F
CUTS = {"cat": 60.0, "dog": 45.0}
SAID = {"one.jpg": ("cat", 97.0), "two <b>.jpg": ("dog", 12.0), "three.jpg": ("cat", 30.0), "four.jpg": ("cat", 58.0)}


@pytest.fixture(scope="session")
def client(engine: Engine) -> Clients:
    """Clients of the session's engine."""
    return aws.engine_clients(engine, lambda: engine)


@pytest.fixture(scope="session")
def arn(client: Clients) -> str:
    return f"arn:aws:rekognition:us-east-1:{client.account}:project/pets/version/one/1"


@pytest.fixture(scope="session")
def tried(arn: str) -> Callable[[Project, Path], None]:
    """`tried(project, folder)` keeps a run as the job does: two right, one wrong, one unknown."""

    def keep(project: Project, folder: Path) -> None:
        run = runs.create_run(project, arn, photosets.folder(str(folder)), CUTS)
        for name, (truth, cat) in SAID.items():
            scores = tuple(sorted((Score("cat", cat), Score("dog", 100 - cat)), key=lambda score: -score.confidence))
            photo = str(next(folder.glob("dog/*.jpg")))
            runs.keep(project, run.id, Prediction(name, photo, truth, scores, UNKNOWN, 0.0))
        runs.close(project, run.id, len(SAID))

    return keep


@pytest.fixture(scope="session")
def told(
    tmp_path_factory: pytest.TempPathFactory, client: Clients, arn: str, tried: Callable[[Project, Path], None]
) -> Contents:
    """What a report of the whole story is made of, with a model as AWS would describe it. Made once: it is frozen."""
    top = tmp_path_factory.mktemp("story")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REKOLAB_HOME", str(top / "home"))
        patch.setenv("REKOLAB_ROOTS", str(top))
        project = Workspace(top / "home").create("pets")
        folder = _drawn(top / "photos")
        sources.import_folder(Progress(), str(project.home), project.name, str(folder))
        labels.label_by_folder(project)
        cleaning.clean_all(Progress(), str(project.home), project.name)
        tried(project, folder)
        gathered = gathering.gather(project, client, "bucket-of-pets")
    return replace(gathered, model=_model(arn, manifests.digest(gathered.built)))


def _drawn(folder: Path) -> Path:
    """Six cats, of which one is too large and names camera and place, and six dogs, of which one is cut off."""
    for label, hue in (("cat", 40), ("dog", 120)):
        (folder / label).mkdir(parents=True)
        for number in range(5):
            image = Image.linear_gradient("L").rotate(30 * number + hue).resize((320, 240))
            Image.merge("RGB", (image, image.point(lambda light, hue=hue: light // 2 + hue), image)).save(
                folder / label / f"{label}{number}.jpg")
    exif = Image.Exif()
    exif[MAKER] = "SecretCamera"
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "W", 4: (13.0, 24.0, 18.0)})
    Image.linear_gradient("L").resize((4200, 900)).convert("RGB").save(folder / "cat" / HOSTILE, exif=exif)
    (folder / "dog" / "cut.jpg").write_bytes((folder / "dog" / "dog1.jpg").read_bytes()[:2000])
    return folder


def _model(arn: str, digest: str) -> Model:
    day = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    version = Version(arn, "pets", "one", "STOPPED", "", day, trained=day, f1=0.9, billable_seconds=1899)
    by_label = (LabelResult("cat", 0.6, 1.0, 0.5, 0.67, 1), LabelResult("dog", 0.45, 1.0, 1.0, 1.0, 1))
    return Model(version, Evaluation(0.9, 0.9, 0.9, by_label, 8, 2), Cost(3600.0, 4.0), as_now=True, digest=digest)
