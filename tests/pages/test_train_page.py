from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from page_photos import HOSTILE, LABELS, draw, take_in
from visitor import TODAY, Visitor

from core import workspace as catalogues
from core.aws import clients as aws
from core.aws import projects, training, versions
from core.dataset import kinds, labels, models, photos
from core.errors import NotReady, translate
from core.evaluation import forecasting
from core.learning import unseen
from core.types import Backend, Version
from core.workspace import Project


def ready(visitor: Visitor, name: str, tmp_path: Path) -> Project:
    """A project whose manifest is fine. Its name is its own: the engine keeps what the tests before have trained."""
    folder = draw(tmp_path / "photos", ("cat", "dog"), 3)
    return take_in(visitor.workspace.create(name), folder, labelled=True, clean=True)


def test_without_labels_nothing_can_be_trained_and_the_page_leads_on(visitor: Visitor, tmp_path: Path) -> None:
    take_in(visitor.workspace.create("unlabelled"), draw(tmp_path / "photos", ("cat", "dog"), 2))
    visitor.go("model/train")
    assert visitor.errors == ["No photo has a label yet."]
    assert visitor.links == {"Label the photos": "label"}
    assert visitor.button(f"Train version {TODAY}-1").disabled


def test_what_the_doctor_refuses_can_not_be_trained(visitor: Visitor, tmp_path: Path) -> None:
    take_in(visitor.workspace.create("one-class"), draw(tmp_path / "photos", ("cat",), 4), labelled=True)
    visitor.go("model/train")
    assert len(visitor.errors) == 1 and visitor.errors[0].startswith("Training will end with '")
    assert visitor.links == {"See what is wrong": "manifest"}
    assert visitor.button(f"Train version {TODAY}-1").disabled


def test_a_forecast_is_made_before_the_training_and_shown_beside_what_came_of_it(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unseen, "MOST_REPEATS", 1)
    folder, name = draw(tmp_path / "photos", LABELS, 8), f"{TODAY}-1"
    project = take_in(visitor.workspace.create("foreseen"), folder, labelled=True)
    visitor.go("model/train").click("Forecast the result")
    assert visitor.finish("foreseen", "forecast").state == "done"
    (metric,) = [one for one in visitor.at.metric if one.label == "F1 to expect"]
    low, high = map(float, metric.value.split(" to "))
    assert 0 < low < high <= 1
    assert "on 100 new photos like these. The 4 test photos alone may show" in visitor.text
    assert "20 more photos of each label would" in visitor.text
    tiles = visitor.tiles("train_risks")
    assert tiles and all(tile["src"] for tile in tiles)
    visitor.click(f"Train version {name}", f"Train {name}")
    arn = visitor.finish("foreseen", "train").result
    version = versions.wait_for(aws.connect(visitor.workspace.root, Backend()), arn, {"TRAINING_COMPLETED"})
    assert f"F1 {version.f1:.2f} is as forecast: between" in visitor.run().text
    table = next(frame.value for frame in visitor.at.main.dataframe if "forecast" in frame.value)
    assert set(table["label"]) == set(LABELS)
    assert all(" to " in said for said in (*table["forecast"], *table["interval"]))
    assert len(visitor.at.get("plotly_chart")) == 2
    labels.assign(project, [next(one.id for one in photos.photos(project) if one.label == "cat")], HOSTILE)
    visitor.run()
    assert "The last forecast was of other photos, or of another test." in visitor.text
    assert f"F1 {version.f1:.2f} is as forecast" in visitor.text
    assert "Forecast the result" in visitor.buttons


def test_why_there_is_no_forecast_is_said_where_it_would_be(visitor: Visitor, tmp_path: Path) -> None:
    project = ready(visitor, "unforeseen", tmp_path)
    visitor.go("model/train")
    reason = "A forecast needs 5 photos of each label to train with, duplicates counted once: cat has 2, dog has 2."
    assert reason in visitor.text
    assert "Forecast the result" not in visitor.buttons and f"Train version {TODAY}-1" in visitor.buttons
    kinds.choose(project, "boxes")
    assert "The forecast follows from the labelled photos and the test photos." in visitor.run().text


def test_a_forecast_that_fails_says_why_and_can_be_made_again(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise NotReady("9 photos can not be read any more.", forecasting.BROWSE)

    take_in(visitor.workspace.create("unlucky"), draw(tmp_path / "photos", ("cat", "dog"), 7), labelled=True)
    monkeypatch.setattr(forecasting, "_material", fail)
    visitor.go("model/train").click("Forecast the result")
    visitor.finish("unlucky", "forecast")
    assert "9 photos can not be read any more." in visitor.errors
    assert visitor.links["See which photos there are"] == "browse"
    assert {"Forecast the result", "Dismiss"} <= set(visitor.buttons)


def test_prices_that_were_checked_long_ago_are_said_to_be(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKOLAB_PRICES_CHECKED", "2024-01-31")
    ready(visitor, "dear", tmp_path)
    visitor.go("model/train")
    assert "(checked on 2024-01-31)" in visitor.text
    assert "These prices have not been checked for half a year." in [one.value for one in visitor.at.main.warning]


def test_the_price_is_shown_before_a_training_starts(visitor: Visitor, tmp_path: Path) -> None:
    ready(visitor, "priced", tmp_path)
    visitor.go("model/train")
    assert "Training can start: 4 photos to train with, 2 to test with, 2 labels." in visitor.text
    assert "It will be measured on 2 photos: a perfect result would mean 16 % to 100 %." in visitor.text
    visitor.click(f"Train version {TODAY}-1")
    assert "The built-in engine trains on this computer and **costs nothing**." in visitor.text
    assert "On AWS a training usually costs $0.50 to $24.00." in visitor.text
    assert versions.list_versions(aws.connect(visitor.workspace.root, Backend()), "priced") == []


def test_on_aws_nothing_starts_before_the_cost_is_agreed_to(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(visitor, "agreed", tmp_path).set("backend", {"profile": "default", "region": "us-east-1"})
    engine = aws.connect(visitor.workspace.root, Backend())
    monkeypatch.setattr(aws, "connect", lambda home, backend: replace(engine, backend=backend))
    visitor.go("model/train").click(f"Train version {TODAY}-1")
    assert "AWS bills **$1.00 for each hour** of training, usually $0.50 to $24.00" in visitor.text
    assert visitor.button(f"Train {TODAY}-1").disabled
    visitor.at.checkbox[0].check()
    visitor.click(f"Train version {TODAY}-1")
    assert not visitor.button(f"Train {TODAY}-1").disabled


def test_a_training_is_watched_and_shows_its_figures(visitor: Visitor, tmp_path: Path) -> None:
    ready(visitor, "trained", tmp_path)
    name = f"{TODAY}-1"
    clients = aws.connect(visitor.workspace.root, Backend())
    visitor.go("model/train").click(f"Train version {name}", f"Train {name}")
    arn = visitor.finish("trained", "train").result
    versions.wait_for(clients, arn, {"TRAINING_COMPLETED"})
    visitor.run()
    assert [one.label for one in visitor.at.metric] == ["F1", "Precision", "Recall", "Training photos", "Test photos"]
    assert [one.value for one in visitor.at.metric][3:] == ["4", "2"]
    assert visitor.links == {"Start the model": "versions"}
    assert f"Train version {TODAY}-2" in visitor.buttons


def test_a_training_that_goes_on_says_for_how_long_and_lets_one_leave(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(visitor, "patient", tmp_path)
    begun = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    monkeypatch.setattr(catalogues, "now", lambda: begun + dt.timedelta(minutes=12, seconds=5))
    version = Version("arn:aws:rekognition:us-east-1:1:project/patient/version/x/1", "patient", "x",
                      "TRAINING_IN_PROGRESS", "The model is being trained.", begun)
    monkeypatch.setattr(models, "models", lambda *_: [version])
    monkeypatch.setattr(versions, "describe", lambda *_: version)
    visitor.go("model/train")
    assert "x has been training for 12 min" in [one.label for one in visitor.at.main.status]
    assert "The model is being trained. You can close this page; training goes on." in visitor.text
    assert "x has been training for 12 min" in [one.label for one in Visitor(visitor.workspace).go(
        "model/train", "patient").at.main.status]
    ended = replace(version, status="TRAINING_FAILED", message="The manifest file contains too many invalid rows.")
    monkeypatch.setattr(models, "models", lambda *_: [ended])
    monkeypatch.setattr(versions, "describe", lambda *_: ended)
    monkeypatch.setattr(training, "failures", lambda *_: training.TrainingFailure(ended.message, (), None))
    assert ended.message in visitor.tick().errors


def test_a_press_counts_although_midnight_came_meanwhile(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(visitor, "late", tmp_path)
    visitor.go("model/train").button(f"Train version {TODAY}-1").click()
    monkeypatch.setattr(models, "today", lambda: TODAY + dt.timedelta(days=1))
    assert "Train 2026-11-24-1" in visitor.run().buttons


def test_a_model_elsewhere_can_be_the_one_to_train(visitor: Visitor, tmp_path: Path) -> None:
    project = ready(visitor, "elsewhere", tmp_path)
    projects.ensure_project(aws.connect(visitor.workspace.root, Backend()), "another")
    visitor.go("model/train")
    box = next(one for one in visitor.at.main.selectbox if one.label == "Rekognition project")
    assert box.value == "elsewhere"
    box.select("another")
    visitor.run()
    assert models.rekognition_name(project) == "another"


def test_a_lost_connection_while_a_training_is_watched_is_said(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(visitor, "lost", tmp_path)
    now = dt.datetime.now(dt.UTC)
    version = Version("arn:aws:rekognition:us-east-1:1:project/lost/version/x/1", "lost", "x", "TRAINING_IN_PROGRESS",
                      "The model is being trained.", now)

    def fail(*_: object) -> None:
        raise translate("ThrottlingException", "DescribeProjectVersions", "Rate exceeded")

    monkeypatch.setattr(models, "models", lambda *_: [version])
    monkeypatch.setattr(versions, "describe", fail)
    visitor.go("model/train")
    assert visitor.errors == ["DescribeProjectVersions: Too many requests at once. Wait a moment and try again. "
                              "AWS says: Rate exceeded"]


def test_without_a_connection_the_page_says_so(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise translate("UnrecognizedClientException", "DescribeProjects", "")

    ready(visitor, "unconnected", tmp_path)
    monkeypatch.setattr(models, "models", fail)
    visitor.go("model/train")
    assert visitor.errors == ["DescribeProjects: AWS does not know these credentials."]
