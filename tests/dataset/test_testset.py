"""Each way to choose the test photos, as far as a trained model on a running engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.aws import datasets, projects, storage, tags, training, versions
from core.aws.clients import Clients
from core.dataset import examining, labels, manifests, models, photos, testset
from core.dataset.examining import Foreign
from core.errors import AwsError, BadManifest, NotReady, RekolabError
from core.jobs import Progress
from core.types import Evaluation
from core.workspace import Project

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def train(project: Project, name: str, **more: Any) -> str:
    return models.train(Progress(), str(project.home), project.name, name, **more)


def trained(client: Clients, project: Project, name: str, **more: Any) -> Evaluation:
    """The evaluation of a model that was trained to its end."""
    arn = train(project, name, **more)
    return training.evaluation(client, versions.wait_for(client, arn, {"TRAINING_COMPLETED"}))


def datasets_of(client: Clients, project: Project) -> dict[str, str]:
    found = projects.find_project(client, models.rekognition_name(project))
    return dict(found.datasets) if found else {}


def refs(text: str) -> list[str]:
    return [json.loads(line)["source-ref"] for line in text.splitlines()]


def own_manifest(project: Project, client: Clients, count: int = 4) -> Foreign:
    """A test manifest as it was downloaded from Rekolab, of the first photos of each label, whose photos are in S3."""
    built = manifests.build(project, storage.bucket_name(client, project))
    lines = (built.training + built.testing).splitlines()
    cats, dogs = ([line for line in lines if f'"class-name": "{label}"' in line][:count // 2]
                  for label in ("cat", "dog"))
    return examining.take_in(project, "mine.manifest", "".join(f"{line}\n" for line in cats + dogs).encode())


def test_the_split_is_what_is_tested_with_at_first(client: Clients, ready: Project) -> None:
    plan = testset.plan(ready, "bucket")
    assert (plan.way, plan.built, plan.tests) == ("split", manifests.build(ready, "bucket"), 2)


def test_amazon_moves_a_fifth_of_all_photos_into_the_test_dataset(client: Clients, ready: Project) -> None:
    testset.choose(ready, "distribute")
    plan = testset.plan(ready, "bucket")
    assert (len(refs(plan.built.training)), plan.built.testing, plan.tests) == (12, "", 2)
    assert testset.examine(ready, plan).ok
    found = trained(client, ready, "one")
    assert (found.training_images, found.testing_images) == (10, 2)


def test_repeating_a_distributed_training_makes_nothing_anew_and_keeps_the_test_photos(
    client: Clients, ready: Project
) -> None:
    testset.choose(ready, "distribute")
    trained(client, ready, "one")
    first = datasets_of(client, ready)
    tested = sorted(datasets.entries(client, first["TEST"]))
    trained(client, ready, "two")
    assert datasets_of(client, ready) == first
    assert sorted(datasets.entries(client, first["TEST"])) == tested
    testset.choose(ready, "split")
    trained(client, ready, "three")
    assert not set(datasets_of(client, ready).values()) & set(first.values())


def test_a_crash_before_the_distribution_is_caught_up_with(
    client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise SystemExit("killed")

    testset.choose(ready, "distribute")
    with monkeypatch.context() as patch:
        patch.setattr(datasets, "_distributed", crash)
        with pytest.raises(SystemExit):
            train(ready, "one")
    first = datasets_of(client, ready)
    assert trained(client, ready, "one").testing_images == 2
    assert datasets_of(client, ready) == first


def test_a_half_that_somebody_deleted_is_made_anew_together_with_the_other(client: Clients, ready: Project) -> None:
    testset.choose(ready, "distribute")
    trained(client, ready, "one")
    first = datasets_of(client, ready)
    client.rekognition.delete_dataset(DatasetArn=first["TEST"])
    projects.wait_until(lambda: None if "TEST" in datasets_of(client, ready) else True, "the deletion")
    found = trained(client, ready, "two")
    assert (found.training_images, found.testing_images) == (10, 2)


def test_photos_that_can_not_be_distributed_are_refused_at_the_gate(client: Clients, ready: Project) -> None:
    cats = [photo.id for photo in photos.photos(ready) if photo.label == "cat"]
    dogs = [photo.id for photo in photos.photos(ready) if photo.label == "dog"]
    labels.assign(ready, cats[1:] + dogs[1:], None)
    testset.choose(ready, "distribute")
    with pytest.raises(NotReady, match="insufficient labeled images per label"):
        train(ready, "one")
    assert projects.find_project(client, models.rekognition_name(ready)) is None


def test_what_rekognition_says_of_a_failed_distribution_is_passed_on(client: Clients, ready: Project) -> None:
    bucket = storage.ensure_bucket(client, storage.bucket_name(client, ready)).name
    arn = projects.ensure_project(client, models.rekognition_name(ready))
    text = manifests.build(ready, bucket).training.splitlines(keepends=True)[0]
    storage.put_bytes(client, bucket, "one.manifest", text.encode())
    with pytest.raises(AwsError, match=r"could not set test photos aside\. It says: The manifest file doesn't have"):
        datasets.ensure_datasets(client, arn, f"s3://{bucket}/one.manifest", None)


def test_an_own_test_manifest_is_tested_with_and_none_of_its_photos_learned_from(
    client: Clients, ready: Project
) -> None:
    trained(client, ready, "one")
    testset.choose(ready, "own", own_manifest(ready, client))
    bucket = storage.bucket_name(client, ready)
    plan = testset.plan(ready, bucket)
    assert (plan.way, plan.tests, plan.repeated, len(refs(plan.built.training))) == ("own", 4, 4, 8)
    assert not {*refs(plan.built.training)} & {*refs(plan.built.testing)}
    checked = testset.examine_own(Progress(), str(ready.home), ready.name, bucket)
    assert checked.examination.ok and not checked.hidden
    assert checked.digest == manifests.digest(plan.built)
    found = trained(client, ready, "two")
    assert (found.training_images, found.testing_images) == (8, 4)


def test_photos_of_an_own_test_manifest_are_known_again_in_another_bucket(client: Clients, ready: Project) -> None:
    own = own_manifest(ready, client)
    bucket = storage.bucket_name(client, ready)
    moved = Path(own.file).read_text().replace(f"s3://{bucket}/{ready.name}/", "s3://elsewhere/copy/of/")
    testset.choose(ready, "own", examining.take_in(ready, "moved.manifest", moved.encode()))
    assert testset.plan(ready, bucket).repeated == 4


def test_an_own_manifest_whose_photos_are_missing_is_refused_before_anything_is_made(
    client: Clients, ready: Project
) -> None:
    own = own_manifest(ready, client)
    gone = Path(own.file).read_text().replace("/images/", "/gone/")
    testset.choose(ready, "own", examining.take_in(ready, "gone.manifest", gone.encode()))
    bucket = storage.ensure_bucket(client, storage.bucket_name(client, ready)).name
    checked = testset.examine_own(Progress(), str(ready.home), ready.name, bucket)
    assert not checked.examination.ok and "4 of 4 lines are invalid" in checked.examination.sentence
    with pytest.raises(NotReady, match="4 of 4 lines are invalid"):
        train(ready, "one")
    assert projects.find_project(client, models.rekognition_name(ready)) is None


@pytest.mark.parametrize(("own", "said", "kind"), [
    (None, "No test manifest is chosen yet", NotReady),
    (Foreign("", "far.manifest", "s3://b/k", "ERROR_X"), "far.manifest can not be read from S3", NotReady),
    (Foreign("/nowhere/at.all", "lost.manifest"), "lost.manifest is no longer here", NotReady),
])
def test_why_there_is_no_own_manifest_is_said(
    ready: Project, own: Foreign | None, said: str, kind: type[RekolabError]
) -> None:
    testset.choose(ready, "own", own)
    with pytest.raises(kind, match=said):
        testset.plan(ready, "bucket")


def test_an_own_manifest_that_is_no_text_is_said_to_be_none(ready: Project) -> None:
    testset.choose(ready, "own", examining.take_in(ready, "photo.manifest", b"\xff\xd8\xff"))
    with pytest.raises(BadManifest, match=r"photo\.manifest is not UTF-8 text"):
        testset.plan(ready, "bucket")


def test_the_own_manifest_is_kept_while_another_way_is_tried(ready: Project) -> None:
    own = examining.take_in(ready, "mine.manifest", b"{}\n")
    testset.choose(ready, "own", own)
    testset.choose(ready, "split")
    testset.choose(ready, "own")
    assert testset.current(ready) == testset.Choice("own", own)


def test_tags_description_and_key_reach_the_model(client: Clients, ready: Project) -> None:
    options = {"description": "six cats, six dogs", "tags": {"team": "birds"}, "kms_key": KEY}
    arn = train(ready, "one", options=options)
    version = versions.describe(client, arn)
    assert (version.description, version.kms_key) == ("six cats, six dogs", KEY)
    assert tags.tags_of(client, arn) == {"team": "birds"}


@pytest.mark.parametrize(("name", "options", "said"), [
    ("no spaces here", {}, "and no space"), ("one", {"tags": {"aws:a": "b"}}, "AWS's own"),
    ("one", {"kms_key": "nothing"}, "no KMS key"), ("one", {"description": "<b>"}, "in a description")])
def test_what_aws_would_refuse_is_refused_before_a_photo_is_sent(
    client: Clients, ready: Project, name: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(RekolabError, match=said):
        train(ready, name, options=options)
    assert not storage.is_usable(client, storage.bucket_name(client, ready))


def test_the_forecast_of_the_beginning_is_kept_with_the_version(client: Clients, ready: Project) -> None:
    train(ready, "one", foreseen={"photos": 12})
    train(ready, "two")
    assert models.foreseen(ready, "one") == {"photos": 12}
    assert models.foreseen(ready, "two") is None
    assert models.trained_with(ready, "one") == models.trained_with(ready, "two")
