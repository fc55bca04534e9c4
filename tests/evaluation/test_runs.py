from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.aws.prediction import Answer
from core.dataset import labels, manifests, models, photos, sources, testset
from core.errors import BadPath, Cancelled, ModelNotRunning, NotReady, translate
from core.evaluation import photosets, predicting, runs
from core.jobs import Progress
from core.types import UNKNOWN, Score
from core.workspace import Project

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"
CUTS = {"cat": 60.0, "dog": 55.0}


class Model:
    """Stands for a running model: says what `says` holds for the n-th call, and remembers how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0
        self.troubles: dict[int, Exception] = {}
        self._lock = threading.Lock()

    def detect(self, clients: object, arn: str, image: bytes, min_confidence: float | None = None) -> Answer:
        assert (arn, min_confidence) == (ARN, 0)
        assert image.startswith(b"\xff\xd8")
        with self._lock:
            self.calls += 1
            trouble = self.troubles.get(self.calls)
        if trouble:
            raise trouble
        return Answer((Score("cat", 70.0), Score("dog", 30.0)), {}, {}, 12.5)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model in place of Rekognition, asked by one thread so that the order of calls is known."""
    standing = Model()
    monkeypatch.setattr(predicting, "detect", standing.detect)
    monkeypatch.setattr(predicting, "connect", lambda home, backend: None)
    monkeypatch.setattr(predicting, "THREADS", 1)
    return standing


@pytest.fixture
def run(project: Project, photo_folder: Callable[..., Path]) -> runs.Run:
    return runs.create_run(project, ARN, photosets.folder(str(photo_folder(cat=3, dog=3))), CUTS)


def predict(project: Project, run: runs.Run, progress: Progress | None = None) -> dict[str, int]:
    return predicting.predict_folder(progress or Progress(), str(project.home), project.name, run.id)


def test_every_photo_of_a_folder_is_asked_about_and_kept(project: Project, run: runs.Run, model: Model) -> None:
    assert (run.total, run.done, run.ended, run.labels) == (6, 0, None, ("cat", "dog"))
    assert predict(project, run) == {"asked": 6, "failed": 0, "total": 6}
    made = runs.predictions(project, run.id)
    assert [(p.name, p.truth, p.answer, p.right) for p in made][::3] == [
        ("cat/cat1.jpg", "cat", "cat", True), ("dog/dog1.jpg", "dog", "cat", False)]
    assert made[0].scores == (Score("cat", 70.0), Score("dog", 30.0))
    assert made[0].milliseconds == 12.5
    done = runs.run(project, run.id)
    assert done.ended and (done.total, done.done, done.failed) == (6, 6, 0)
    assert "6 photos" in project.events()[0].text


def test_answers_can_be_read_at_other_thresholds(project: Project, run: runs.Run, model: Model) -> None:
    predict(project, run)
    assert {p.answer for p in runs.predictions(project, run.id, 71.0)} == {UNKNOWN}
    assert {p.answer for p in runs.predictions(project, run.id, {"cat": 90.0, "dog": 20.0})} == {"dog"}


def test_a_photo_directly_in_the_folder_has_no_truth(project: Project, run: runs.Run, model: Model) -> None:
    folder = Path(run.source.folder)
    (folder / "loose.jpg").write_bytes((folder / "cat" / "cat1.jpg").read_bytes())
    predict(project, run)
    loose = next(p for p in runs.predictions(project, run.id) if p.name == "loose.jpg")
    assert (loose.truth, loose.right) == (None, None)
    assert runs.run(project, run.id).total == 7


def test_a_failed_call_is_kept_with_its_code_and_asked_again(project: Project, run: runs.Run, model: Model) -> None:
    model.troubles = {2: translate("ThrottlingException", "DetectCustomLabels", "Rate exceeded")}
    assert predict(project, run)["failed"] == 1
    failed = [p for p in runs.predictions(project, run.id) if p.error]
    assert [p.error for p in failed] == ["ThrottlingException: Rate exceeded"]
    assert (failed[0].answer, failed[0].scores) == (UNKNOWN, ())
    assert runs.run(project, run.id).failed == 1
    assert predict(project, run) == {"asked": 1, "failed": 0, "total": 6}
    assert not any(p.error for p in runs.predictions(project, run.id))


def test_a_file_that_is_no_image_is_kept_as_an_error(project: Project, run: runs.Run, model: Model) -> None:
    (Path(run.source.folder) / "cat" / "broken.jpg").write_bytes(b"no picture at all")
    assert predict(project, run) == {"asked": 7, "failed": 1, "total": 7}
    broken = next(p for p in runs.predictions(project, run.id) if p.name == "cat/broken.jpg")
    assert broken.error and broken.error.startswith("BadImage: ")


def test_a_model_that_does_not_run_ends_the_job_and_keeps_what_is_there(
    project: Project, run: runs.Run, model: Model
) -> None:
    model.troubles = {3: translate("ResourceNotReadyException", "DetectCustomLabels", "not ready")}
    with pytest.raises(ModelNotRunning):
        predict(project, run)
    assert 2 <= len(runs.predictions(project, run.id)) == model.calls - 1
    assert runs.run(project, run.id).ended is None


def test_a_job_that_was_cut_off_goes_on_where_it_stopped(project: Project, run: runs.Run, model: Model) -> None:
    cancelled = threading.Event()
    progress = Progress(lambda **changes: cancelled.set() if changes.get("done") == 2 else None, cancelled)
    with pytest.raises(Cancelled):
        predict(project, run, progress)
    before = len(runs.predictions(project, run.id))
    assert 2 <= before == model.calls < 6
    assert predict(project, run)["asked"] == 6 - before
    assert model.calls == 6
    assert runs.run(project, run.id).ended


def test_the_test_side_is_asked_as_the_model_was_tested(
    project: Project, photo_folder: Callable[..., Path], model: Model
) -> None:
    sources.import_folder(Progress(), str(project.home), project.name, str(photo_folder(cat=5, dog=5)))
    labels.label_by_folder(project)
    run = runs.create_run(project, ARN, photosets.test_side(), CUTS)
    assert (run.total, run.title) == (2, "Test photos of the project")
    predict(project, run)
    known = {photo.name for photo in photos.photos(project)}
    assert {p.truth for p in runs.predictions(project, run.id)} == {"cat", "dog"}
    assert {p.name for p in runs.predictions(project, run.id)} <= known


def test_training_photos_are_those_that_are_not_tested_with(
    project: Project, photo_folder: Callable[..., Path]
) -> None:
    sources.import_folder(Progress(), str(project.home), project.name, str(photo_folder(cat=5, dog=5)))
    assert photosets.training_photos(project) == []
    labels.label_by_folder(project)
    training = {photo.name for photo in photosets.training_photos(project)}
    testing = {shot.name for shot in photosets.shots(project, photosets.test_side())}
    assert len(training) == 8 and not training & testing


def test_without_labels_there_is_no_test_side(project: Project) -> None:
    with pytest.raises(NotReady, match="test side"):
        runs.create_run(project, ARN, photosets.test_side(), CUTS)


def test_a_folder_outside_the_allowed_ones_is_refused(workspace: object) -> None:
    with pytest.raises(BadPath, match="outside"):
        photosets.folder("/etc")


def test_a_folder_without_images_is_refused(project: Project, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadPath):
        runs.create_run(project, ARN, photosets.folder(str(tmp_path / "empty")), CUTS)
    assert runs.runs(project) == []


def test_runs_are_listed_newest_first_and_can_be_forgotten(project: Project, run: runs.Run, model: Model) -> None:
    again = runs.create_run(project, ARN, run.source, CUTS)
    assert [known.id for known in runs.runs(project)] == [again.id, run.id]
    predict(project, run)
    runs.delete_run(project, run.id)
    assert [known.id for known in runs.runs(project)] == [again.id]
    with pytest.raises(NotReady, match="does not exist any more"):
        runs.predictions(project, run.id)


def test_what_a_model_has_learned_from_stays_when_the_photos_change(
    project: Project, photo_folder: Callable[..., Path]
) -> None:
    sources.import_folder(Progress(), str(project.home), project.name, str(photo_folder(cat=5, dog=5)))
    labels.label_by_folder(project)
    models.choose_rekognition(project, "pets")
    then = {photo.name for photo in photosets.training_photos(project)}
    assert photosets.training_photos(project, ARN) == photosets.training_photos(project)  # nothing is known of it
    models._remember(project, "one", testset.Plan("split", manifests.build(project, "any-bucket"), 2), None)
    labels.leave_out(project, [photo.id for photo in photos.photos(project)[:4]])
    assert {photo.name for photo in photosets.training_photos(project)} != then
    assert {photo.name for photo in photosets.training_photos(project, ARN)} == then
