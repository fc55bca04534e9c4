"""The notebook is run from top to bottom by a real kernel, against the engine, from nothing but the report."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from core.aws import clients as aws
from core.aws import training, versions
from core.aws.engine_process import Engine
from core.dataset import models
from core.evaluation import photosets, predicting, runs
from core.jobs import Progress
from core.report import gathering, making, notebook
from core.report.bundle import NOTEBOOK
from core.report.contents import Contents
from core.workspace import Workspace

ROOT = Path(__file__).parents[2]
BUCKET = "bucket-of-the-notebook"


@pytest.fixture(scope="module")
def journey(told: Contents, tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Path:
    """The report of a project that has come all the way on the engine, as a folder; its originals lie beside it."""
    top = told.thumbnails.parents[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REKOLAB_HOME", str(top / "home"))
        patch.setenv("REKOLAB_ROOTS", str(top))
        clients = aws.engine_clients(engine, lambda: engine)
        for room in (aws, predicting, models.aws):
            patch.setattr(room, "connect", lambda home, backend: clients)
        project = Workspace(top / "home").open("pets")
        job = {"progress": Progress(), "home": str(project.home), "project": "pets"}
        arn = models.train(**job, version_name="one")
        trained = versions.wait_for(clients, arn, {"TRAINING_COMPLETED"})
        run = runs.create_run(project, arn, photosets.test_side(), training.evaluation(clients, trained).thresholds)
        versions.start(clients, arn, 1)
        versions.wait_for(clients, arn, {"RUNNING"})
        predicting.predict_folder(**job, run_id=run.id)
        versions.stop(clients, arn)
        gathered = gathering.measured(gathering.gather(project, clients, "bucket-of-pets"), Progress())
    folder = tmp_path_factory.mktemp("notebook")
    for name, data in making.files(gathered).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "photos").mkdir()
    for number, photo in enumerate(told.photos):
        shutil.copyfile(photo.path, folder / "photos" / f"IMG_{number}")
    return folder


def run(folder: Path, patch: pytest.MonkeyPatch, **environment: str) -> nbformat.NotebookNode:
    for name, value in environment.items():
        patch.setenv(name, value)
    book = nbformat.read(folder / NOTEBOOK, as_version=4)
    NotebookClient(book, timeout=240, startup_timeout=240, resources={"metadata": {"path": str(folder)}}).execute()
    return book


def said(book: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") for cell in book.cells for output in cell.get("outputs", ()))


def test_every_step_is_repeated_from_top_to_bottom(
    journey: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = run(journey, monkeypatch, AWS_ENDPOINT_URL=engine.url, AWS_ACCESS_KEY_ID=engine.access_key,
               AWS_SECRET_ACCESS_KEY=engine.secret_key, AWS_DEFAULT_REGION="us-east-1", PHOTOS="photos",
               REKOLAB=str(ROOT), BUCKET=BUCKET)
    text = said(book)
    for part in (
            "0 not there", "Each of them is the same, byte for byte.", "Both manifests are the same, byte for byte",
            f"manifests are in s3://{BUCKET}/pets", "TRAINING_COMPLETED F1", "nothing on the built-in engine",
            "The model has stopped.", "accuracy   then"):
        assert part in text, part
    told = json.loads((journey / "run-record.json").read_bytes())["evaluation"]
    assert f"{len(told['predictions'])} photos asked about" in text
    for line in text.splitlines():  # the same photos give the same model on the engine, and so the same figures
        if " then " in line and " now " in line and "%" in line:
            then, now = line.split(" then ")[1].split(" now ")
            assert then.strip() == now.strip(), line


def test_on_aws_nothing_that_is_billed_begins_without_consent(
    journey: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine by the name of this computer stands for AWS: it is not the address that the notebook knows."""
    with pytest.raises(CellExecutionError, match="Set I_AGREE_TO_PAY above to go on"):
        run(journey, monkeypatch, AWS_ENDPOINT_URL=engine.url.replace("127.0.0.1", "localhost"),
            AWS_ACCESS_KEY_ID=engine.access_key, AWS_SECRET_ACCESS_KEY=engine.secret_key,
            AWS_DEFAULT_REGION="us-east-1", PHOTOS="photos", REKOLAB=str(ROOT), BUCKET=BUCKET)


def test_photos_that_are_not_there_end_it_before_anything_is_sent(
    journey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CellExecutionError, match="Set PHOTOS above"):
        run(journey, monkeypatch, PHOTOS=str(tmp_path), REKOLAB=str(ROOT))


def test_it_is_valid_and_has_the_steps_that_were_done(told: Contents) -> None:
    def titles(contents: Contents) -> list[str]:
        book = nbformat.reads(notebook.build(contents), as_version=4)
        nbformat.validate(book)
        return [cell.source.splitlines()[0] for cell in book.cells if cell.cell_type == "markdown"]

    everything = titles(told)
    assert everything[-3:] == ["## Start, predict, stop", "## Stopped", "## Evaluation"]
    assert titles(replace(told, trial=None)) == everything[:-3]
    assert titles(replace(told, trial=None, model=None)) == everything[:-4]
    assert titles(replace(told, trial=None, model=None, built=None)) == everything[:3]


def test_no_foreign_name_and_no_account_stands_in_it(told: Contents) -> None:
    text = notebook.build(replace(told, project="pets'); import os; os.abort() #"))
    assert "os.abort" not in text and "<script>" not in text and told.account not in text


def test_what_is_billed_says_its_price(told: Contents) -> None:
    text = notebook.build(told)
    assert "$1.00 for an hour of training" in text and "then it took 32 min, $0.53" in text
    assert "$4.00 for an hour of one inference unit" in text
