"""A dataset that Rekognition has, against a running engine: its labels for photos that are here, and for those not."""

from __future__ import annotations

import uuid

import pytest

from core.aws import clients as aws
from core.aws import datasets, projects
from core.aws.clients import Clients
from core.aws.engine_process import Engine
from core.dataset import kinds, label_datasets, label_export, label_import, labels, photos, sources, upload
from core.dataset.annotating import Annotation
from core.dataset.label_import import Preview
from core.errors import BadAnnotations
from core.exchange.formats import GROUND_TRUTH
from core.jobs import Progress
from core.types import Box
from core.workspace import Project, Workspace


@pytest.fixture
def client(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Clients:
    """Clients of the session's engine, which the jobs get too."""
    made = aws.engine_clients(engine, lambda: engine)
    monkeypatch.setattr(aws, "connect", lambda home, backend: made)
    return made


@pytest.fixture
def rekognition(pets: Project, client: Clients) -> str:
    """The name of a Rekognition project whose datasets hold the pets, each with a box on it."""
    own = uuid.uuid4().hex[:12]
    pets.set("bucket", f"bucket-{own}")
    kinds.choose(pets, "boxes")
    labels.annotate(pets, "Drawn", {photo.id: Annotation((), (Box(photo.name[:3], 10, 20, 30, 40 + photo.id),))
                                    for photo in photos.photos(pets)})
    sent = upload.upload(Progress(), str(pets.home), pets.name)
    assert sent.testing_uri
    arn = projects.ensure_project(client, f"pets-{own}")
    datasets.ensure_datasets(client, arn, sent.training_uri, sent.testing_uri)
    return f"pets-{own}"


def read(project: Project, rekognition: str, fetching: bool = True) -> Preview:
    return label_datasets.read_dataset(Progress(), str(project.home), project.name, rekognition, fetching)


def boxes(project: Project) -> dict[str, tuple[Box, ...]]:
    return {photo.name.rpartition("/")[2]: photo.boxes for photo in photos.photos(project)}


def test_a_dataset_gives_the_labels_back_to_the_photos_that_it_was_made_from(
    pets: Project, rekognition: str, client: Clients
) -> None:
    assert rekognition in label_datasets.offered(client)
    before = boxes(pets)
    assert read(pets, rekognition).same == 12
    labels.annotate(pets, "Emptied", {photo.id: Annotation() for photo in photos.photos(pets)})
    found = read(pets, rekognition)
    assert (found.said, found.missing, found.by_file_name) == ("12 images, 12 boxes", (), 0)
    label_import.take_over(Progress(), str(pets.home), pets.name, found)
    assert boxes(pets) == before


def test_photos_that_are_not_here_are_fetched_from_s3_and_get_their_labels(
    pets: Project, rekognition: str, workspace: Workspace
) -> None:
    empty = workspace.create("empty")
    assert len(read(empty, rekognition, fetching=False).missing) == 12
    found = read(empty, rekognition)
    assert (len(found.wanted), found.missing, found.kind) == (12, (), "boxes")
    label_import.take_over(Progress(), str(empty.home), empty.name, found, becoming=found.kind)
    assert boxes(empty) == boxes(pets)
    assert {photo.folder_label for photo in photos.photos(empty)} == {None}
    uris = {record.image for record in label_export.records(empty, GROUND_TRUTH, place="s3://elsewhere/")}
    assert all(uri.startswith(f"s3://{pets.get('bucket')}/pets/images/") for uri in uris)
    assert read(empty, rekognition).same == 12


def test_photos_that_are_no_longer_in_s3_are_said_to_be_missing(
    pets: Project, rekognition: str, workspace: Workspace, client: Clients
) -> None:
    empty = workspace.create("empty")
    bucket = pets.get("bucket")
    for item in client.s3.list_objects_v2(Bucket=bucket, Prefix="pets/images/")["Contents"]:
        client.s3.delete_object(Bucket=bucket, Key=item["Key"])
    found = read(empty, rekognition)
    assert (len(found.wanted), len(found.missing)) == (0, 12)


def test_a_project_without_a_dataset_is_refused(pets: Project, client: Clients) -> None:
    name = f"bare-{uuid.uuid4().hex[:12]}"
    projects.ensure_project(client, name)
    for unfit in (name, "no-such-project"):
        with pytest.raises(BadAnnotations):
            read(pets, unfit)


def test_objects_of_one_folder_keep_what_their_keys_say_below_it(
    project: Project, pets: Project, rekognition: str, client: Clients
) -> None:
    bucket = pets.get("bucket")
    body = client.s3.list_objects_v2(Bucket=bucket, Prefix="pets/images/")["Contents"]
    for number, item in enumerate(body[:4]):
        client.s3.copy_object(Bucket=bucket, Key=f"set/{'cat' if number % 2 else 'dog'}/{number}.jpg",
                              CopySource={"Bucket": bucket, "Key": item["Key"]})
    keys = ["set/dog/0.jpg", "set/cat/1.jpg", "set/dog/2.jpg", "set/cat/3.jpg", "set/cat/9.jpg", "set/a.txt"]
    done = sources.import_objects(Progress(), project, bucket, keys)
    assert done is not None
    assert (done.new, dict(done.left_out)) == (4, {"objects that are no longer in the bucket": 2})
    assert {"cat/1.jpg", "dog/0.jpg"} <= {photo.name for photo in photos.photos(project)}
