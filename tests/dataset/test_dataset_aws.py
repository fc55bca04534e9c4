"""The steps of this room that speak to S3 and Rekognition, against a running engine."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from core.aws import storage, versions
from core.aws.clients import Clients
from core.dataset import labels, models, photos, sources, split
from core.errors import BadPath, NotReady, RekolabError
from core.jobs import Progress
from core.types import Version
from core.workspace import Project


def train(project: Project, name: str) -> str:
    return models.train(Progress(), str(project.home), project.name, name)


def test_a_training_begins_once_however_often_it_is_asked_for(client: Clients, ready: Project) -> None:
    arn = train(ready, "one")
    ready.set("starting", "Built-in engine: one")  # as if the app had been killed before it knew
    assert train(ready, "one") == arn
    ready.set("starting", None)
    assert [version.name for version in models.models(ready, client)] == ["one"]
    trained = versions.wait_for(client, arn, {"TRAINING_COMPLETED"})
    assert trained.f1 is not None
    with pytest.raises(RekolabError, match="already"):
        train(ready, "one")


def test_the_next_version_is_named_by_the_day_here_and_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "today", lambda: dt.date(2026, 11, 23))
    assert models.next_version_name([]) == "2026-11-23-1"
    made = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    known = [Version("", "pets", f"2026-11-{day}", "STOPPED", "", made) for day in ("22-7", "23-1", "23-x")]
    assert models.next_version_name(known) == "2026-11-23-2"


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
