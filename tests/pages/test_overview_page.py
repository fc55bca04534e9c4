from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import pytest
from page_photos import HOSTILE, draw, photo, take_in
from shelter import Shelter
from visitor import Visitor

from core import demo
from core.aws import clients as aws
from core.dataset import photos, vocabulary
from core.errors import EngineError, translate
from core.evaluation import reviewing
from core.types import UNKNOWN, Prediction, Score
from core.ui import meter

STAGES = ["Photos", "Clean", "Labels", "Manifest", "Train", "Run", "Evaluate"]


def primary(visitor: Visitor) -> list[str]:
    """The labels of the primary buttons of the page."""
    return [one.label for one in visitor.at.main.button if one.proto.type == "primary"]


def test_an_empty_workspace_offers_the_sample_and_ones_own_photos(visitor: Visitor) -> None:
    visitor.go("start/overview")
    assert {"Load the sample", "Choose photos"} <= set(visitor.buttons)
    assert primary(visitor) == ["Load the sample"]
    assert "Your originals are never changed." in visitor.text
    assert "without an account" in visitor.text


def test_one_click_loads_the_sample(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "draw", lambda folder, _: draw(folder / "dataset", ("cat", "dog"), 2))
    visitor.go("start/overview").click("Load the sample")
    assert visitor.finish("cats-and-dogs", "import").state == "done"
    assert "4 photos, 0 refused by Rekognition" in visitor.text
    assert primary(visitor) == ["Clean"]
    assert "Imported from the sample. 4 photos: 4 new." in visitor.text


def test_a_sample_that_could_not_be_drawn_is_loaded_once_more(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(demo, "draw", fail)
    visitor.go("start/overview").click("Load the sample")
    assert visitor.finish("cats-and-dogs", "import").state == "failed"
    assert "Drawing the sample photos failed. The disk is full" in visitor.text.replace("**", "")
    monkeypatch.setattr(demo, "draw", lambda folder, _: draw(folder / "dataset", ("cat", "dog"), 2))
    visitor.go("data/browse").click("Load the sample")
    visitor.finish("cats-and-dogs", "import")
    assert "4 photos: 4 new." in visitor.text and "Load the sample" not in visitor.buttons


def test_a_new_project_asks_for_a_name_and_shows_its_first_step(visitor: Visitor) -> None:
    visitor.go("start/overview").click("Choose photos")
    visitor.at.text_input[0].set_value("my-cats")
    visitor.click("Choose photos", "Create")
    assert visitor.workspace.projects() == ["my-cats"]
    assert primary(visitor) == ["Add photos"]
    visitor.click("Add photos")
    assert visitor.title == "Browse"


@pytest.mark.parametrize("name", ["my cats", "", "..", "<img src=x>", "a" * 101])
def test_a_name_that_rekognition_would_refuse_is_refused_with_the_rule(visitor: Visitor, name: str) -> None:
    visitor.go("start/overview").click("Choose photos")
    visitor.at.text_input[0].set_value(name)
    visitor.click("Choose photos", "Create")
    assert "letters, digits, '.', '-' and '_' only" in visitor.text
    assert visitor.workspace.projects() == []


def test_a_finished_project_shows_every_stage_as_done(keeper: Visitor) -> None:
    keeper.go("start/overview", "shelter")
    heads = [one.value for one in keeper.at.main.markdown if "material/" in one.value][:7]
    assert heads == [f":green[:material/check_circle:] **{title}**" for title in STAGES]
    assert {"16 photos, 0 refused by Rekognition", "16 clean", "16 of 16", "Checked, in S3", "Stopped",
            "4 of 5 right"} <= set(keeper.text.splitlines())
    assert primary(keeper) == []


def test_answers_that_wait_are_counted_and_a_click_leads_to_their_review(visitor: Visitor) -> None:
    project = visitor.workspace.create("pets")
    vocabulary.add(project, "cat")
    visitor.go("start/overview", "pets")
    assert "overview_review" not in {one.key for one in visitor.at.main.button}
    for name in ("one.jpg", "two.jpg"):
        data = photo(0, len(name) + ord(name[0]))
        path = reviewing.keep_file(project, name, data)
        reviewing.queue(project, "arn:aws:rekognition:us-east-1:1:project/pets/version/one/1", {"cat": 50.0}, [
            Prediction(name, str(path), None, (Score("cat", 90.0),), UNKNOWN, 0.0,
                       sha256=hashlib.sha256(data).hexdigest())])
    visitor.run()
    assert visitor.button("overview_review").label == "2 answers wait for your confirmation"
    visitor.click("overview_review")
    assert visitor.title == "Predict" and "2 photos wait for your review" in visitor.text.replace("**", "")


def test_what_happened_and_what_it_cost_is_told(keeper: Visitor, shelter: Shelter) -> None:
    shelter.project.note("train", f"Training of {HOSTILE} started")
    keeper.go("start/overview", "shelter")
    assert f"Training of {HOSTILE} started" in keeper.text
    costs = keeper.at.main.dataframe[0].value
    assert costs["model"].tolist() == ["one"]
    assert costs["running"][0].startswith("$")
    assert "the built-in engine is free" in keeper.text


def test_every_stage_leads_to_its_page(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    pages = dict(zip(STAGES, ["Browse", "Clean", "Label", "Manifest", "Train", "Versions", "Evaluate"], strict=True))
    for stage, title in pages.items():
        visitor.go("start/overview").click(f"stage {stage}")
        assert visitor.title == title


def test_only_the_next_stage_is_primary(visitor: Visitor, tmp_path: Path) -> None:
    take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2), clean=True)
    visitor.go("start/overview")
    assert primary(visitor) == ["Label"]
    assert "0 of 4" in visitor.text


def test_without_the_engine_the_stages_are_shown_all_the_same(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))

    def fail(*_: object) -> None:
        raise EngineError("The built-in engine ended while it started. The disk is full.")

    monkeypatch.setattr(aws, "connect", fail)
    visitor.go("start/overview")
    assert "The disk is full." in visitor.text
    assert "4 photos, 0 refused by Rekognition" in visitor.text
    assert primary(visitor) == ["Clean"]
    assert len(photos.photos(project)) == 4


def test_an_error_of_aws_is_told_with_its_way_on(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise translate("ExpiredTokenException", "DescribeProjects", "The token has <b>expired</b>")

    visitor.workspace.create("pets")
    monkeypatch.setattr(meter, "_listed", fail)
    visitor.go("start/overview")
    assert "Sign in again, then repeat the step. AWS says: The token has <b>expired</b>" in visitor.text
    assert primary(visitor) == ["Add photos"]
