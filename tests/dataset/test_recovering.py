"""Trainings that fail on a running engine, what is made of their manifests, and the training that follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.aws import projects, storage, training, versions
from core.aws.clients import Clients
from core.dataset import cleaning, labels, manifests, models, photos, recovering, sources, upload
from core.dataset import learned as keeping
from core.dataset import recovery as recoveries
from core.dataset.known import Known
from core.dataset.recovery import Lost, Mended, Recovery, keep, kept
from core.errors import CLEAN, AwsError, NotReady
from core.jobs import Progress
from core.types import Version
from core.workspace import Project


def failed(client: Clients, arn: str) -> Version:
    with pytest.raises(AwsError):
        versions.wait_for(client, arn, {"TRAINING_COMPLETED"})
    return versions.describe(client, arn)


def repair(project: Project, version: Version) -> Recovery:
    return recovering.repair(Progress(), str(project.home), project.name, version.arn)


def trained(client: Clients, project: Project, name: str, recovery: Recovery) -> Any:
    arn = models.train(Progress(), str(project.home), project.name, name, mended=json.loads(json.dumps(recovery.job)))
    return training.evaluation(client, versions.wait_for(client, arn, {"TRAINING_COMPLETED"}))


def by_hand(client: Clients, project: Project, training_lines: Sequence[str], testing_lines: Sequence[str]) -> Version:
    """A training that somebody started with manifests, past every gate."""
    bucket = storage.ensure_bucket(client, storage.bucket_name(client, project)).name
    uris = []
    for name, lines in (("train", training_lines), ("test", testing_lines)):
        storage.put_bytes(client, bucket, f"hand/{name}.manifest", "".join(f"{line}\n" for line in lines).encode())
        uris.append(f"s3://{bucket}/hand/{name}.manifest")
    arn = projects.ensure_project(client, models.rekognition_name(project))
    return failed(client, training.start_training(client, arn, "by-hand", bucket, "hand", *uris))


def sent(project: Project) -> tuple[list[str], list[str]]:
    """The lines of both manifests, whose photos are in S3."""
    done = upload.upload(Progress(), str(project.home), project.name)
    built = manifests.build(project, done.bucket)
    return built.training.splitlines(), built.testing.splitlines()


def forget(client: Clients, lines: Sequence[str]) -> None:
    """Delete the photos of these lines from S3."""
    for line in lines:
        bucket, key = json.loads(line)["source-ref"].removeprefix("s3://").split("/", 1)
        client.s3.delete_object(Bucket=bucket, Key=key)


def test_photos_that_vanished_from_s3_are_sent_again_and_trained_with(
    client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = training.start_training

    def vanish(clients: Clients, *given: Any, **more: Any) -> str:
        bucket = storage.bucket_name(clients, ready)
        for item in list(storage.list_objects(clients, bucket, f"{ready.name}/images/"))[:6]:
            clients.s3.delete_object(Bucket=bucket, Key=item.key)
        return start(clients, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(training, "start_training", vanish)
        version = failed(client, models.train(Progress(), str(ready.home), ready.name, "one"))
    assert version.message == "The manifest file contains too many invalid rows."
    recovery = repair(ready, version)
    assert not recovery.lost and recovery.ok and recovery.version == "one"
    assert {one.what for one in recovery.mended} == {recovering.SENT_AGAIN} and len(recovery.mended) == 6
    assert all(one.codes == ("ERROR_INVALID_IMAGE",) and one.name.endswith(".jpg") for one in recovery.mended)
    assert kept(ready, version.arn) == recovery  # whatever becomes of the process that has mended
    found = trained(client, ready, "two", recovery)
    assert (found.training_images, found.testing_images) == (10, 2)
    arn = models.models(ready, client)[0].arn
    learned, first = models.learned_from(ready, arn), models.learned_from(ready, version.arn)
    assert learned and len(learned) == 10 and learned == first  # and none of those that it was tested with
    digest = models.digest_of(ready, arn)
    assert digest and keeping.dataset(ready, digest), "the manifests can be made again, though sent by a repair"


def test_photos_that_are_too_large_are_cleaned_and_take_their_places(
    client: Clients, project: Project, photo_folder: Callable[..., Path]
) -> None:
    folder = photo_folder(cat=5, dog=5)
    for number, name in enumerate(("cat/cat1.jpg", "cat/cat2.jpg", "dog/dog1.jpg")):
        Image.open(folder / name).resize((4200 + number, 3000)).save(folder / name, quality=60)
    sources.import_folder(Progress(), str(project.home), project.name, str(folder))
    labels.label_by_folder(project)
    project.set("bucket", f"bucket-large-{project.home.stat().st_ino}")
    models.choose_rekognition(project, f"large-{project.home.stat().st_ino}")
    version = by_hand(client, project, *sent(project))
    recovery = repair(project, version)
    assert sorted(one.name for one in recovery.mended) == ["cat/cat1.jpg", "cat/cat2.jpg", "dog/dog1.jpg"]
    assert {one.what for one in recovery.mended} == {recovering.CLEANED}
    assert sorted(copy.photo_id for copy in cleaning.results(project)) == sorted(
        photo.id for photo in photos.photos(project) if photo.facts and photo.facts.width > 4096)
    assert recovery.ok and not recovery.lost
    assert trained(client, project, "two", recovery).training_images == 8


def test_a_manifest_by_hand_is_rewritten_and_what_nobody_can_mend_is_left_out(
    client: Clients, ready: Project
) -> None:
    train, test = sent(ready)
    bucket = storage.bucket_name(client, ready)
    for number in range(3):  # photos that are in no project
        client.s3.copy_object(Bucket=bucket, Key=f"other/{number}.jpg", CopySource={
            "Bucket": bucket, "Key": json.loads(train[number])["source-ref"].split("/", 3)[3]})

    def line(name: str, label: object = "cat", **more: object) -> str:
        return json.dumps({"source-ref": f"s3://{bucket}/other/{name}.jpg", "class": label, "class-metadata": {
            "type": "groundtruth/image-classification", "human-annotated": "yes",
            "creation-date": "2026-01-01T00:00:00", **more}})

    strange = [line("0"), line("1", "dog"), line("2", 0), line("gone", confidence=1, **{"class-name": "cat"})]
    version = by_hand(client, ready, [*train[3:], *strange], test)
    recovery = repair(ready, version)
    rewritten = [one for one in recovery.mended if one.what.startswith("rewritten")]
    assert [(one.name, one.codes[0]) for one in rewritten] == [
        (f"{number}.jpg", "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT") for number in (0, 1)]
    assert [(one.name, one.photo_id, one.cure) for one in recovery.lost] == [
        ("2.jpg", None, None), ("gone.jpg", None, None)]
    assert recovery.lost[1].why == "the image is missing in S3. It is no photo of this project."
    assert recovery.lost[0].line == len(train) and recovery.lost[0].side == "training"
    assert recovery.ok
    assert trained(client, ready, "two", recovery).training_images == len(train) - 1


def test_a_photo_of_the_project_that_can_not_be_sent_leads_to_where_it_is_put_right(
    client: Clients, pets: Project
) -> None:
    labels.label_by_folder(pets)
    pets.set("bucket", f"bucket-lost-{pets.home.stat().st_ino}")
    models.choose_rekognition(pets, f"lost-{pets.home.stat().st_ino}")
    train, test = sent(pets)
    forget(client, train[:4] + train[5:8])
    version = by_hand(client, pets, train, test)
    known = Known(pets, storage.bucket_name(client, pets))
    unlabelled, excluded, broken, gone = (
        known.photo(json.loads(line)["source-ref"]) for line in train[:4])
    assert unlabelled and excluded and broken and gone
    labels.assign(pets, [unlabelled.id], None)
    labels.leave_out(pets, [excluded.id])
    Path(gone.path).unlink()
    with pets.catalogue() as rows:
        rows.execute("INSERT INTO cleaned (photo_id, recipe, actions, reason) VALUES (?, '', '[]', 'It is broken.')",
                     (broken.id,))
    recovery = repair(pets, version)
    assert [(one.name, one.photo_id, one.cure and one.cure.page) for one in recovery.lost] == [
        (unlabelled.name, unlabelled.id, "data/label"), (excluded.name, excluded.id, "data/browse"),
        (broken.name, broken.id, "data/clean"), (gone.name, gone.id, "data/browse")]
    assert [one.why for one in recovery.lost] == [
        "the image is missing in S3, and the photo has no label any more to be sent again with.",
        "the image is missing in S3, and the photo is left out of the project.", "It is broken.",
        "the image is missing in S3, and its file here is gone too."]
    assert len(recovery.mended) == 3
    assert trained(client, pets, "two", recovery).training_images == len(train) - 4


def test_a_photo_in_both_manifests_is_tested_with_only(client: Clients, ready: Project) -> None:
    train, test = sent(ready)
    broken = [json.dumps(json.loads(line) | {"class": "cat"}) for line in train[:4]]
    version = by_hand(client, ready, [*broken, *train[4:], test[0]], test)
    recovery = repair(ready, version)
    found = trained(client, ready, "two", recovery)
    assert (found.training_images, found.testing_images) == (len(train), len(test))


def test_what_the_repair_can_not_make_good_is_refused_at_the_gate(client: Clients, ready: Project) -> None:
    train, test = sent(ready)
    cats = [line for line in train if '"class-name": "cat"' in line]
    version = by_hand(client, ready, cats, test)
    recovery = repair(ready, version)
    assert not recovery.ok and "too few labels" in recovery.sentence
    with pytest.raises(NotReady, match="too few labels"):
        models.train(Progress(), str(ready.home), ready.name, "two", mended=recovery.job)


def test_a_repair_of_photos_that_have_changed_since_is_made_anew(client: Clients, ready: Project) -> None:
    train, test = sent(ready)
    forget(client, train[:4])
    recovery = repair(ready, by_hand(client, ready, train, test))
    labels.assign(ready, [photo.id for photo in photos.photos(ready)], None)
    with pytest.raises(NotReady, match="changed since the repair"):
        models.train(Progress(), str(ready.home), ready.name, "two", mended=recovery.job)
    for file in ready.manifests.glob("repaired/*"):
        file.unlink()
    with pytest.raises(NotReady, match="no longer here"):
        models.train(Progress(), str(ready.home), ready.name, "two", mended=recovery.job)


def test_a_training_without_validation_files_has_no_lines_to_mend(client: Clients, ready: Project) -> None:
    version = by_hand(client, ready, ["no JSON at all"], [])
    assert training.failures(client, version).manifests == {}
    with pytest.raises(NotReady, match="no validation files"):
        repair(ready, version)


REPAIRED = Recovery("one", "digest", {"keys": ["a.jpg"], "training": "/here", "testing": "/there"},
                    (Mended("training", 3, "ä*.jpg", ("ERROR_INVALID_IMAGE",), "sent again"),),
                    (Lost("testing", 1, "b.jpg", (), "It is gone.", CLEAN, 7),
                     Lost("training", 2, "", ("X",), "", None)),
                    False, "Too few labels.")


def test_what_came_of_a_repair_stays_with_the_project_until_it_is_forgotten(project: Project) -> None:
    assert kept(project, "arn") is None
    keep(project, "arn", REPAIRED)
    assert kept(project, "arn") == REPAIRED
    assert kept(project, "another") is None
    recoveries.forget(project, "arn")
    recoveries.forget(project, "arn")
    assert kept(project, "arn") is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"mended": [{}], "lost": []}', b"null"])
def test_a_report_that_can_not_be_read_is_none(project: Project, content: bytes) -> None:
    keep(project, "arn", REPAIRED)
    [file] = (project.manifests / "repaired").glob("*.json")
    file.write_bytes(content)
    assert kept(project, "arn") is None
