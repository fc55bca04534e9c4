"""A training that fails on the engine, what Train says of it, and the way to one that succeeds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from page_photos import HOSTILE, draw, photo, take_in
from visitor import TODAY, Visitor

from core.aws import clients as aws
from core.aws import projects, storage, tags, training, versions
from core.aws.clients import Clients
from core.aws.options import Options
from core.dataset import labels, manifests, photos, recovering, upload
from core.jobs import Progress
from core.types import Backend, Version
from core.ui import state
from core.workspace import Project

NAME = f"{TODAY}-1"


@pytest.fixture
def clients(visitor: Visitor) -> Clients:
    return aws.connect(visitor.workspace.root, Backend())


def ready(visitor: Visitor, name: str, tmp_path: Path) -> Project:
    """A project whose manifest is fine, under a name of its own, as all tests share an engine."""
    folder = draw(tmp_path / "photos", ("cat", "dog"), 5)
    return take_in(visitor.workspace.create(name), folder, labelled=True, clean=True)


def fail(clients: Clients, project: Project, train: Sequence[str], test: Sequence[str]) -> Version:
    """A training with manifests by hand, which ends badly."""
    bucket = storage.ensure_bucket(clients, storage.bucket_name(clients, project)).name
    uris = []
    for side, lines in (("train", train), ("test", test)):
        key = f"{project.name}/by-hand/{side}.manifest"
        storage.put_bytes(clients, bucket, key, "".join(f"{line}\n" for line in lines).encode())
        uris.append(storage.uri(bucket, key))
    owner = projects.ensure_project(clients, project.name)
    arn = training.start_training(clients, owner, "bad", bucket, f"{project.name}/by-hand", *uris,
                                  Options("by hand", {"team": "birds"}, "alias/photos"))
    with pytest.raises(versions.AwsError):
        versions.wait_for(clients, arn, {"TRAINING_COMPLETED"})
    return versions.describe(clients, arn)


def sent(project: Project) -> tuple[list[str], list[str]]:
    """The lines of both manifests, whose photos are in S3."""
    built = manifests.build(project, upload.upload(Progress(), str(project.home), project.name).bucket)
    return built.training.splitlines(), built.testing.splitlines()


def by_hand(line: str) -> str:
    """A line as people write it: the label as text, and no confidence."""
    data = json.loads(line)
    data["class"] = data["class-metadata"]["class-name"]
    del data["class-metadata"]["confidence"]
    return json.dumps(data)


def vanish(clients: Clients, line: str) -> None:
    bucket, key = json.loads(line)["source-ref"].removeprefix("s3://").split("/", 1)
    clients.s3.delete_object(Bucket=bucket, Key=key)


def test_why_it_failed_is_said_in_plain_words_with_the_lines_by_code(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "explained", tmp_path)
    train, test = sent(project)
    vanish(clients, train[3])
    stranger = train[4].replace("/images/", "/images-of-nobody/")
    version = fail(clients, project, [*map(by_hand, train[:3]), *train[3:], stranger], test)
    visitor.go("model/train")
    assert visitor.errors == [version.message] == ["The manifest file contains too many invalid rows."]
    assert "More than a fifth of the photos in a manifest can not be used" in visitor.text
    assert "AWS does not bill a training that failed." in visitor.text
    assert "Of the 9 lines of the training manifest Rekognition could use 4: **5 are invalid**." in visitor.text
    assert "Nothing is wrong with the 2 lines of the testing manifest." in visitor.text
    heads = [one.label for one in visitor.at.main.expander]
    assert heads[:3] == [read for read in heads if read.startswith("ERROR")][:3]
    assert "ERROR_INVALID_IMAGE: 2 lines" in heads and "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT: 3 lines" in heads
    assert "The label itself belongs in class-name. AWS says: “The format of the label" in visitor.text
    tiles = visitor.tiles("failed ERROR_INVALID_IMAGE")
    assert [tile["caption"].split(":")[0] for tile in tiles] == ["training 4", "training 9"]
    assert tiles[0]["src"] and not tiles[1]["src"]
    assert {"Repair and train again", f"Train version {NAME}"} <= set(visitor.buttons)


def test_a_failed_training_is_repaired_and_the_next_one_succeeds(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "repaired", tmp_path)
    train, test = sent(project)
    for line in train[:2]:
        vanish(clients, line)
    bucket = storage.bucket_name(clients, project)
    storage.put_bytes(clients, bucket, "strangers/other.jpg", photo(0, 40))
    stranger = json.loads(train[0]) | {"source-ref": f"s3://{bucket}/strangers/other.jpg"}
    gone = json.loads(train[0]) | {"source-ref": f"s3://{bucket}/strangers/{HOSTILE}.jpg"}
    fail(clients, project, [*train, by_hand(json.dumps(stranger)), json.dumps(gone)], test)
    visitor.go("model/train").click("Repair and train again")
    assert visitor.finish("repaired", "repair").state == "done"
    assert "**Mended: 3 lines**" in visitor.text and "**Could not be mended, and left out: 1 line**" in visitor.text
    table = next(frame.value for frame in visitor.at.main.dataframe if "what was done" in frame.value)
    assert list(table["what was done"])[:2] == [recovering.SENT_AGAIN] * 2
    assert table["what was done"].iloc[2].startswith("rewritten: ")
    why = "The image is missing in S3. It is no photo of this project."
    assert f"{HOSTILE}.jpg, training line 10: {why}" in visitor.text
    assert "Training can start: 9 photos to train with, 2 to test with, 2 labels." in visitor.text
    train_it = f"Train {NAME} with the mended manifests"
    visitor.click(train_it)
    assert "costs nothing" in visitor.text
    visitor.click(train_it, f"Train {NAME}")
    job = visitor.finish("repaired", "train")
    assert job.state == "done", job.error
    version = versions.wait_for(clients, job.result, {"TRAINING_COMPLETED"})
    found = training.evaluation(clients, version)
    assert (found.training_images, found.testing_images) == (9, 2)
    assert (version.description, version.kms_key) == ("by hand", "alias/photos")
    assert tags.tags_of(clients, version.arn) == {"team": "birds"}
    visitor.run()
    assert "Repair and train again" not in visitor.buttons
    assert "There was no forecast when this training began" in visitor.text


def test_what_can_not_be_mended_leads_photo_by_photo_to_where_it_can_be(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "led-on", tmp_path)
    train, test = sent(project)
    for line in train[:3]:
        vanish(clients, line)
    fail(clients, project, train, test)
    unlabelled = photos.photos(project)[0].id
    labels.assign(project, [unlabelled], None)
    visitor.go("model/train").click("Repair and train again")
    visitor.finish("led-on", "repair")
    state.jobs().forget("led-on/repair")  # as by a restart of the app
    assert "has no label any more to be sent again with" in visitor.run().text
    assert "Repair and train again" not in visitor.buttons
    visitor.click("Label it")
    assert visitor.title == "Label" and visitor.at.session_state["label_photo"] == unlabelled


def test_a_repair_that_is_not_enough_says_so_and_offers_no_training(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "not-enough", tmp_path)
    train, test = sent(project)
    fail(clients, project, [line for line in train if '"class-name": "cat"' in line], test)
    visitor.go("model/train")
    assert any("too few labels" in error for error in visitor.errors)
    visitor.click("Repair and train again")
    visitor.finish("not-enough", "repair")
    assert any("Training will end with 'The manifest file has too few labels.'" in error for error in visitor.errors)
    assert "**Nothing is wrong with the lines any more.**" in visitor.text
    assert not any("with the mended manifests" in label for label in visitor.buttons)
    assert visitor.links["Label more photos"] == "label"
    assert "Repair and train again" in visitor.click("Repair once more").buttons


def test_on_aws_a_repaired_training_starts_only_when_its_cost_is_agreed_to(
    visitor: Visitor, tmp_path: Path, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = ready(visitor, "repaired-aws", tmp_path)
    train, test = sent(project)
    fail(clients, project, [*map(by_hand, train[:3]), *train[3:]], test)
    project.set("backend", {"profile": "default", "region": "us-east-1"})
    monkeypatch.setattr(aws, "connect", lambda home, backend: replace(clients, backend=backend))
    visitor.go("model/train").click("Repair and train again")
    visitor.finish("repaired-aws", "repair")
    visitor.click(f"Train {NAME} with the mended manifests")
    assert "AWS bills **$1.00 for each hour** of training" in visitor.text
    assert visitor.button(f"Train {NAME}").disabled


def test_a_training_that_ended_before_the_lines_has_its_words_and_a_way_on(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "unread", tmp_path)
    fail(clients, project, ["no JSON"], ["none either"])
    visitor.go("model/train")
    assert visitor.errors == ["The manifest file extension or contents are invalid."]
    assert "It ended before Rekognition came to the lines, so there is none to show." in visitor.text
    assert visitor.links["Open the manifest"] == "manifest"
    assert "Repair and train again" not in visitor.buttons and f"Train version {NAME}" in visitor.buttons


def test_a_reason_that_no_guide_lists_is_shown_as_it_is(
    visitor: Visitor, tmp_path: Path, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(visitor, "unlisted", tmp_path)
    version = Version("arn:aws:rekognition:us-east-1:1:project/unlisted/version/x/1", "unlisted", "x",
                      "TRAINING_FAILED", f"Something {HOSTILE} happened.", dt.datetime.now(dt.UTC))
    monkeypatch.setattr("core.dataset.models.models", lambda *_: [version])
    monkeypatch.setattr(training, "failures", lambda *_: training.TrainingFailure(version.message, (), None))
    visitor.go("model/train")
    assert visitor.errors == [version.message]
    assert "AWS gives no reason that lies with the photos." in visitor.text
