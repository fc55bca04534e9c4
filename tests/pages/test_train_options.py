"""What a training is given besides its photos, and what it is tested with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from page_photos import HOSTILE, draw, take_in
from visitor import TODAY, Visitor

from core.aws import clients as aws
from core.aws import options, storage, tags, training, versions
from core.aws.clients import Clients
from core.dataset import examining, labels, manifests, models, photos, testset, upload
from core.jobs import Progress
from core.types import Backend, Evaluation, Version
from core.workspace import Project

NAME = f"{TODAY}-1"


@pytest.fixture
def clients(visitor: Visitor) -> Clients:
    return aws.connect(visitor.workspace.root, Backend())


def ready(visitor: Visitor, name: str, tmp_path: Path, count: int = 5) -> Project:
    """A project whose manifest is fine, and Train open. Its name is its own, as all tests share an engine."""
    folder = draw(tmp_path / "photos", ("cat", "dog"), count)
    project = take_in(visitor.workspace.create(name), folder, labelled=True, clean=True)
    visitor.go("model/train", name)
    return project


def field(visitor: Visitor, label: str) -> Any:
    return next(one for one in visitor.at.main.text_input if one.label == label)


def trained(visitor: Visitor, project: Project, clients: Clients, name: str = NAME) -> tuple[Version, Evaluation]:
    """What came of the training that the page starts."""
    visitor.click(f"Train version {name}", f"Train {name}")
    job = visitor.finish(project.name, "train")
    assert job.state == "done", job.error
    version = versions.wait_for(clients, job.result, {"TRAINING_COMPLETED"})
    return version, training.evaluation(clients, version)


def test_tags_a_description_and_a_key_are_given_to_the_model(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "optional", tmp_path)
    field(visitor, "Description").set_value("five cats, five dogs")
    visitor.click("Add a tag").click("Add a tag").click("Add a tag")
    for label, number, value in (("Key", 0, "team"), ("Value", 0, "birds"), ("Key", 1, "gone"), ("Key", 2, "empty")):
        [one for one in visitor.at.main.text_input if one.label == label][number].set_value(value)
    field(visitor, "KMS key").set_value("alias/photos")
    visitor.click(f"train_tags {project.name} remove 1")
    version, _ = trained(visitor, project, clients)
    assert (version.description, version.kms_key) == ("five cats, five dogs", "alias/photos")
    assert tags.tags_of(clients, version.arn) == {"team": "birds", "empty": ""}
    visitor.run()
    assert "five cats, five dogs" in visitor.text and "Encrypted with alias/photos." in visitor.text


@pytest.mark.parametrize(("label", "value", "said"), [
    ("Description", "cats < dogs", "but not: <"), ("KMS key", "my own key", "A KMS key is named by its id"),
    ("KMS key", "arn:aws:kms:eu-west-1:111122223333:alias/x", "This KMS key is in eu-west-1"),
    ("Key", "aws:mine", "those that begin with “aws:” are AWS's own"),
    ("Key", HOSTILE, "signs that a tag can not have"),
    ("Value", "birds", "The value “birds” has no key."), ("Version", "no spaces", "and no space"),
    ("Version", "", "A version needs a name.")])
def test_what_aws_would_refuse_is_said_beside_it_and_nothing_can_be_trained(
    visitor: Visitor, tmp_path: Path, label: str, value: str, said: str
) -> None:
    ready(visitor, "refused", tmp_path)
    visitor.click("Add a tag")
    field(visitor, label).set_value(value)
    visitor.run()
    assert any(said in error for error in visitor.errors)
    button = next(one for one in visitor.at.button if one.label.startswith("Train version"))
    assert button.disabled


def test_a_name_that_is_taken_is_said_before_it_is_used(keeper: Visitor) -> None:
    keeper.go("model/train", "shelter")
    field(keeper, "Version").set_value("one")
    keeper.run()
    assert "There is a version one already. Give the new one another name." in keeper.errors
    assert keeper.button("Train version one").disabled


def test_the_keys_of_the_account_are_offered_where_they_can_be_listed(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "key_aliases", lambda _: ["alias/cats", "alias/photos"])
    ready(visitor, "listed-keys", tmp_path)
    offered = next(one for one in visitor.at.main.selectbox if one.label == "KMS key")
    assert offered.options == ["alias/cats", "alias/photos"] and offered.value is None
    assert not visitor.button(f"Train version {NAME}").disabled


def test_amazon_may_choose_the_test_photos(visitor: Visitor, tmp_path: Path, clients: Clients) -> None:
    project = ready(visitor, "distributed", tmp_path, count=8)
    visitor.at.main.radio[0].set_value("distribute")
    visitor.run()
    assert "Amazon moves 20 % of the photos into the test dataset" in visitor.at.main.radio[0].proto.captions[1]
    assert "Of 16 photos, about 3 will be tested with; which, Amazon decides" in visitor.text
    assert "It will be measured on about 3 photos" in visitor.text
    visitor.click("Forecast the result")
    assert visitor.finish(project.name, "forecast").state == "done"
    assert "The fifth that Amazon chooses, about 3 photos, alone may show" in visitor.text
    version, found = trained(visitor, project, clients)
    assert (found.training_images, found.testing_images) == (13, 3)
    assert models.foreseen(project, version.name)
    assert "is as forecast" in visitor.run().text or "than forecast" in visitor.text


def test_a_test_manifest_of_ones_own_is_checked_and_then_tested_with(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "own-test", tmp_path)
    sent = upload.upload(Progress(), str(project.home), project.name)
    built = manifests.build(project, sent.bucket)
    visitor.at.main.radio[0].set_value("own")
    visitor.run()
    assert not visitor.errors and visitor.button(f"Train version {NAME}").disabled
    visitor.at.main.file_uploader[0].upload("mine.manifest", built.testing.encode(), "text/plain")
    visitor.run().click("train_own_use")
    assert "**mine.manifest**" in visitor.text
    assert "2 photos of the project are in the test manifest, and not learned from." in visitor.text
    assert visitor.button(f"Train version {NAME}").disabled
    visitor.click("Check the test manifest")
    assert visitor.finish(project.name, "testset").state == "done"
    assert "Training can start: 8 photos to train with, 2 to test with, 2 labels." in visitor.text
    _, found = trained(visitor, project, clients)
    assert (found.training_images, found.testing_images) == (8, 2)


def test_a_test_manifest_in_s3_whose_photos_are_missing_is_refused_with_the_reason(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "own-missing", tmp_path)
    bucket = storage.ensure_bucket(clients, storage.bucket_name(clients, project)).name
    gone = manifests.build(project, bucket).testing.replace("/images/", "/gone/")
    storage.put_bytes(clients, bucket, "hand/gone.manifest", gone.encode())
    visitor.at.main.radio[0].set_value("own")
    visitor.run()
    field(visitor, "or name its place in S3").set_value(f"s3://{bucket}/hand/gone.manifest")
    visitor.run().click("train_own_use").click("Check the test manifest")
    visitor.finish(project.name, "testset")
    assert any("2 of 2 lines are invalid" in error for error in visitor.errors)
    assert visitor.button(f"Train version {NAME}").disabled


@pytest.mark.parametrize(("address", "said"), [
    ("not an address", "That is no address in S3."),
    ("s3://rekolab-no-such-bucket/a.manifest", "can not be read from S3")])
def test_an_address_that_leads_nowhere_is_said_to(visitor: Visitor, tmp_path: Path, address: str, said: str) -> None:
    ready(visitor, "nowhere", tmp_path)
    visitor.at.main.radio[0].set_value("own")
    visitor.run()
    field(visitor, "or name its place in S3").set_value(address)
    visitor.run().click("train_own_use")
    assert any(said in error for error in visitor.errors)


def test_a_manifest_is_checked_again_when_the_photos_have_changed(
    visitor: Visitor, tmp_path: Path, clients: Clients
) -> None:
    project = ready(visitor, "changed", tmp_path)
    sent = upload.upload(Progress(), str(project.home), project.name)
    own = manifests.build(project, sent.bucket).testing
    testset.choose(project, "own", examining.take_in(project, f"{HOSTILE}.manifest", own.encode()))
    visitor.run().click("Check the test manifest")
    visitor.finish(project.name, "testset")
    assert "Training can start" in visitor.text
    labels.assign(project, [photos.photos(project)[0].id], "dog")
    visitor.run()
    assert "The photos have changed since it was checked." in visitor.text
    assert visitor.button(f"Train version {NAME}").disabled
