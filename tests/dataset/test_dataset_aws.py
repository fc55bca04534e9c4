"""The steps of this room that speak to S3 and Rekognition, against a running engine."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from core.aws import clients as aws
from core.aws import storage, versions
from core.aws.clients import Clients
from core.aws.engine_process import Engine
from core.dataset import cleaning, labels, manifests, models, photos, sources, split, upload
from core.errors import BadPath, Cancelled, NotReady, RekolabError
from core.jobs import Progress
from core.workspace import Project


@pytest.fixture
def client(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Clients:
    """Clients of the session's engine, which the jobs get too."""
    made = aws.engine_clients(engine, lambda: engine)
    monkeypatch.setattr(aws, "connect", lambda home, backend: made)
    return made


@pytest.fixture
def ready(pets: Project) -> Project:
    """Labelled and cleaned, with a bucket and a Rekognition project of its own."""
    labels.label_by_folder(pets)
    cleaning.clean_all(Progress(), str(pets.home), pets.name)
    own = uuid.uuid4().hex[:12]
    pets.set("bucket", f"bucket-{own}")
    models.choose_rekognition(pets, f"pets-{own}")
    return pets


@pytest.fixture
def puts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that are put from now on."""
    sent: list[str] = []
    put = storage.put_bytes

    def counting(clients: Clients, bucket: str, key: str, *rest: object) -> storage.StoredObject:
        sent.append(key)
        return put(clients, bucket, key, *rest)

    monkeypatch.setattr(storage, "put_bytes", counting)
    return sent


def send(project: Project, progress: Progress | None = None) -> upload.Uploaded:
    return upload.upload(progress or Progress(), str(project.home), project.name)


def train(project: Project, name: str) -> str:
    return models.train(Progress(), str(project.home), project.name, name)


def test_an_upload_puts_every_picture_and_both_manifests(client: Clients, ready: Project) -> None:
    done = send(ready)
    assert (done.sent, done.kept) == (12, 0)
    built = manifests.build(ready, done.bucket)
    for key, entry in built.pictures.items():
        assert storage.get_bytes(client, done.bucket, key) == entry.file.read_bytes()
    assert storage.get_bytes(client, done.bucket, built.training_key).decode() == built.training
    assert done.testing_uri == storage.uri(done.bucket, str(built.testing_key))
    assert upload.last_upload(ready) == done
    assert upload.is_current(ready, built)


def test_a_second_upload_sends_no_picture_and_a_changed_project_only_what_is_new(
    client: Clients, ready: Project, puts: list[str]
) -> None:
    send(ready)
    puts.clear()
    assert send(ready).sent == 0
    assert not [key for key in puts if "/images/" in key]
    first = photos.photos(ready)[0]
    labels.assign(ready, [first.id], "dog")
    assert not upload.is_current(ready, manifests.build(ready, str(ready.get("bucket"))))
    assert send(ready).sent == 0
    cleaning.clean_all(Progress(), str(ready.home), ready.name, longest=100)
    assert send(ready).sent == 12


def test_what_was_damaged_or_deleted_in_s3_is_sent_again(client: Clients, ready: Project) -> None:
    done = send(ready)
    keys = list(manifests.build(ready, done.bucket).pictures)
    client.s3.delete_object(Bucket=done.bucket, Key=keys[0])
    storage.put_bytes(client, done.bucket, keys[1], b"x" * storage.head(client, done.bucket, keys[1]).size)
    assert send(ready).sent == 2


def test_an_upload_that_is_cut_off_goes_on_with_the_rest(
    client: Clients, ready: Project, puts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "THREADS", 1)

    class Impatient(Progress):
        def step(self, count: int = 1, message: str | None = None) -> None:
            super().step(count, message)
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        send(ready, Impatient())
    already = len(puts)
    assert 1 <= already < 12
    assert send(ready).sent == 12 - already


def test_a_picture_that_changed_since_it_was_looked_at_is_not_sent_under_its_old_key(
    client: Clients, ready: Project
) -> None:
    copy = Path(str(cleaning.results(ready)[3].path))
    copy.write_bytes(copy.read_bytes()[::-1])
    with pytest.raises(NotReady, match="has changed since it was looked at"):
        send(ready)
    copy.unlink()
    with pytest.raises(NotReady, match="can not be read"):
        send(ready)


def test_what_does_not_arrive_is_noticed(client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    put = storage.put_bytes

    def lossy(clients: Clients, bucket: str, key: str, data: bytes, *rest: object) -> storage.StoredObject:
        kept = put(clients, bucket, key, data[:-1] if "cat1" in key else data, *rest)
        return storage.StoredObject(key, len(data), kept.etag)

    monkeypatch.setattr(storage, "put_bytes", lossy)
    with pytest.raises(RekolabError, match="1 photo did not arrive whole"):
        send(ready)


def test_a_training_begins_once_however_often_it_is_asked_for(client: Clients, ready: Project) -> None:
    name = models.next_version_name(ready, client)
    arn = train(ready, name)
    ready.set("starting", f"Built-in engine: {name}")  # as if the app had been killed before it knew
    assert train(ready, name) == arn
    ready.set("starting", None)
    assert [version.name for version in models.models(ready, client)] == [name]
    trained = versions.wait_for(client, arn, {"TRAINING_COMPLETED"})
    assert trained.f1 is not None
    assert models.next_version_name(ready, client) == f"{name[:-1]}2"
    with pytest.raises(RekolabError, match="already"):
        train(ready, name)


def test_the_next_training_gets_the_labels_of_now(client: Clients, ready: Project) -> None:
    versions.wait_for(client, train(ready, "one"), {"TRAINING_COMPLETED"})
    labels.assign(ready, [photo.id for photo in photos.photos(ready)[:2]], "tiger")
    arn = train(ready, "two")
    assert versions.wait_for(client, arn, {"TRAINING_COMPLETED"}).name == "two"


def test_a_crash_while_the_datasets_are_made_does_not_block_the_next_training(
    client: Clients, ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions.wait_for(client, train(ready, "one"), {"TRAINING_COMPLETED"})
    labels.assign(ready, [photos.photos(ready)[0].id], "dog")
    remember = Project.set

    def crash(self: Project, key: str, value: object) -> None:
        if key == "datasets":
            raise SystemExit("killed")
        remember(self, key, value)

    with monkeypatch.context() as patch:
        patch.setattr(Project, "set", crash)
        with pytest.raises(SystemExit):
            train(ready, "two")
    versions.wait_for(client, train(ready, "two"), {"TRAINING_COMPLETED"})


def test_a_dataset_of_somebody_else_is_not_replaced(client: Clients, ready: Project) -> None:
    train(ready, "one")
    ready.set("datasets", {})
    with pytest.raises(NotReady, match="was not made here") as caught:
        train(ready, "two")
    assert caught.value.cure and caught.value.cure.page == "model/train"


def test_training_without_a_test_photo_says_what_is_needed(client: Clients, ready: Project) -> None:
    split.place(ready, [photo.id for photo in photos.photos(ready)], "train")
    with pytest.raises(NotReady, match="no photo to test with"):
        train(ready, "one")


def test_a_prefix_is_mirrored_once_and_only_changes_are_fetched(
    client: Clients, project: Project, photo_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = photo_folder(cat=2, dog=1)
    bucket = storage.ensure_bucket(client, f"bucket-{uuid.uuid4().hex[:12]}").name
    kept = {"cat/a #1.jpg": "cat/cat1.jpg", "cat/../ü.jpg": "cat/cat2.jpg", "dog/a #1.jpg": "dog/dog1.jpg"}
    for key, file in kept.items():
        storage.put_bytes(client, bucket, f"set/{key}", (folder / file).read_bytes())
    for key in ("set/", "set/notes.txt", "set/.hidden.jpg", "other/cat/b.jpg"):
        storage.put_bytes(client, bucket, key, b"")
    fetched: list[str] = []
    get = storage.get_bytes

    def counting(clients: Clients, name: str, key: str) -> bytes:
        fetched.append(key)
        return get(clients, name, key)

    monkeypatch.setattr(storage, "get_bytes", counting)

    def take_in() -> sources.Imported:
        return sources.import_s3(Progress(), str(project.home), project.name, bucket, "set/")

    first = take_in()
    assert (first.new, sum(first.left_out.values())) == (3, 2)
    assert sorted(str(photo.folder_label) for photo in photos.photos(project)) == ["cat", "cat", "dog"]
    assert all(photo.facts and Path(photo.path).is_relative_to(project.originals) for photo in photos.photos(project))
    assert (take_in().known, len(fetched)) == (3, 3)
    storage.put_bytes(client, bucket, "set/dog/a #1.jpg", (folder / "cat/cat1.jpg").read_bytes())
    assert (take_in().changed, len(fetched)) == (1, 4)


def test_a_prefix_without_photos_says_so(client: Clients, project: Project) -> None:
    bucket = storage.ensure_bucket(client, f"bucket-{uuid.uuid4().hex[:12]}").name
    with pytest.raises(BadPath, match="nothing in s3://"):
        sources.import_s3(Progress(), str(project.home), project.name, bucket, "set/")
