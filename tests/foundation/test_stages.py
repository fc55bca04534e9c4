from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core import stages
from core.dataset import cleaning, labels, selecting, sources
from core.evaluation.intervals import proportion
from core.jobs import Progress
from core.manifest import doctor
from core.stages import Standing
from core.types import Facts, Photo, Problem, Version
from core.workspace import Project

TITLES = ["Photos", "Clean", "Labels", "Manifest", "Train", "Run", "Evaluate"]
DAY = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
NOTHING = Standing(selecting.summary([]), 0, 0, None, False, (), None)


def photos(count: int, label: str | None = None, refused: int = 0) -> selecting.Summary:
    """The summary of so many photos, of which some are refused."""
    facts = Facts(300, 200, 3, "RGB", "JPEG", 1000, "")
    wrong = (Problem("too_small", "Too small."),)
    return selecting.summary([
        Photo(number, f"{number}.jpg", "", facts=replace(facts, sha256=str(number)), labels=(label,) if label else (),
              problems=wrong if number < refused else ()) for number in range(count)])


def model(status: str, f1: float | None = None, name: str = "one") -> Version:
    return Version(f"arn:aws:rekognition:::project/pets/version/{name}/1", "pets", name, status, "", DAY, f1=f1)


def examined(ok: bool) -> doctor.Examination:
    return replace(doctor.examine(b"", None, lambda _: None), ok=ok)


DONE = Standing(photos(40, "cat"), 40, 0, examined(True), True, (model("STOPPED", 0.95),), proportion(11, 12))


def states(known: Standing) -> list[str]:
    return [stage.state for stage in stages.pipeline(known)]


def stage(known: Standing, title: str) -> stages.Stage:
    return next(one for one in stages.pipeline(known) if one.title == title)


def test_an_empty_project_begins_with_photos() -> None:
    assert [one.title for one in stages.pipeline(NOTHING)] == TITLES
    assert states(NOTHING) == ["next", *["waiting"] * 6]
    assert stage(NOTHING, "Photos").action == "Add photos"


def test_a_finished_project_has_no_next_stage() -> None:
    assert states(DONE) == ["done"] * 7
    figures = [one.figure for one in stages.pipeline(DONE)]
    assert figures == ["40 photos, 0 refused by Rekognition", "40 clean", "40 of 40", "Checked, in S3", "F1 0.950",
                       "Stopped", "11 of 12 right"]


@pytest.mark.parametrize(("undone", "following"), [
    ({"summary": photos(0)}, "Photos"), ({"to_clean": 3}, "Clean"), ({"clean": 0}, "Clean"),
    ({"summary": photos(40)}, "Labels"), ({"uploaded": False}, "Manifest"), ({"examined": None}, "Manifest"),
    ({"examined": examined(False)}, "Manifest"), ({"models": ()}, "Train"),
    ({"models": (model("TRAINING_FAILED"),)}, "Train"), ({"models": (model("TRAINING_COMPLETED", 0.9),)}, "Run"),
    ({"accuracy": None}, "Evaluate")])
def test_the_first_undone_stage_is_the_next_one(undone: dict, following: str) -> None:
    pipeline = stages.pipeline(replace(DONE, **undone))
    assert [one.title for one in pipeline if one.state == "next"] == [following]


@pytest.mark.parametrize(("known", "title", "figure"), [
    (replace(NOTHING, summary=photos(40, refused=23)), "Photos", "40 photos, 23 refused by Rekognition"),
    (replace(NOTHING, to_clean=40), "Clean", "40 to do"),
    (replace(NOTHING, clean=30, to_clean=10), "Clean", "30 clean, 10 to do"),
    (replace(NOTHING, summary=photos(1200)), "Labels", "0 of 1,200"),
    (replace(DONE, examined=examined(False)), "Manifest", "Rekognition would refuse it"),
    (replace(DONE, uploaded=False), "Manifest", "Checked"),
    (replace(DONE, models=(model("TRAINING_FAILED"),)), "Train", "The last training failed"),
    (replace(DONE, models=()), "Run", "Not started"),
    (replace(DONE, accuracy=None), "Evaluate", "Not measured")])
def test_each_stage_has_one_figure_that_matters(known: Standing, title: str, figure: str) -> None:
    assert stage(known, title).figure == figure


def test_what_runs_is_neither_done_nor_next() -> None:
    training = replace(DONE, models=(model("TRAINING_IN_PROGRESS", name="two"), model("STOPPED", 0.9)))
    assert (stage(training, "Train").state, stage(training, "Train").figure) == ("running", "two is training")
    for status in ("STARTING", "RUNNING", "STOPPING"):
        running = stage(replace(DONE, models=(model(status, 0.9),)), "Run")
        assert (running.state, running.figure) == ("running", f"one is {status.lower()}")


def test_a_failed_training_does_not_hide_an_earlier_model() -> None:
    trained = stage(replace(DONE, models=(model("TRAINING_FAILED", name="two"), model("STOPPED", 0.9))), "Train")
    assert (trained.state, trained.figure) == ("done", "F1 0.900")


def test_every_stage_leads_to_a_page_that_exists() -> None:
    root = Path(stages.__file__).parents[1] / "pages"
    assert all((root / f"{one.page}.py").is_file() for known in (NOTHING, DONE) for one in stages.pipeline(known))


def test_a_project_stands_where_its_catalogue_says(project: Project, photo_folder: Callable[..., Path]) -> None:
    assert states(stages.standing(project, None, ())) == states(NOTHING)
    home = str(project.home)
    sources.import_folder(Progress(), home, project.name, str(photo_folder(cat=2, dog=2)))
    known = stages.standing(project, None, ())
    assert (known.summary.total, known.clean, known.to_clean, known.accuracy) == (4, 0, 4, None)
    labels.label_by_folder(project)
    cleaning.clean_all(Progress(), home, project.name)
    known = stages.standing(project, None, ())
    assert (known.summary.labelled, known.clean, known.to_clean, known.examined) == (4, 4, 0, None)
    assert states(known)[:4] == ["done", "done", "done", "next"]


def test_photos_that_are_left_out_do_not_wait_for_a_label(project: Project, photo_folder: Callable[..., Path]) -> None:
    sources.import_folder(Progress(), str(project.home), project.name, str(photo_folder(cat=1, dog=2)))
    labels.assign(project, [1], "cat")
    labels.leave_out(project, [2, 3])
    assert stage(stages.standing(project, None, ()), "Labels").state == "done"
