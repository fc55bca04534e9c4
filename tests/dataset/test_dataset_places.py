"""Photos that stay in S3, in every step that follows; a cluster shares the work only (tests/cluster)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.aws import clients as aws
from core.aws import storage
from core.aws.clients import Clients
from core.aws.engine_process import Engine
from core.dataset import cleaning, labels, manifests, photos, places, scanning, sources, upload
from core.errors import BadImage, Cancelled, EngineError, NotReady
from core.evaluation import photosets
from core.jobs import Progress
from core.types import Backend
from core.workspace import Project


@pytest.fixture
def client(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Clients:
    """Clients of the session's engine, which the jobs get too; imports leave photos in S3, as with a cluster."""
    made = aws.engine_clients(engine, lambda: engine)
    for way in ("connect", "connect_from_worker"):
        monkeypatch.setattr(aws, way, lambda home, backend: made)
    monkeypatch.setattr(sources, "cluster", lambda: "tcp://127.0.0.1:8786")
    return made


@pytest.fixture
def bucket(client: Clients, project: Project, photo_folder: Callable[..., Path]) -> str:
    """A bucket with six photos under set/, and another that is the project's."""
    project.set("bucket", f"project-{uuid.uuid4().hex[:12]}")
    name = storage.ensure_bucket(client, f"bucket-{uuid.uuid4().hex[:12]}").name
    folder = photo_folder((1300, 700), cat=3, dog=3)
    for file in folder.rglob("*.jpg"):
        storage.put_bytes(client, name, f"set/{file.relative_to(folder).as_posix()}", file.read_bytes())
    return name


def take_in(project: Project, bucket: str, progress: Progress | None = None) -> sources.Imported:
    return sources.import_s3(progress or Progress(), str(project.home), project.name, bucket, "set/")


def clean(project: Project) -> cleaning.Cleaning:
    return cleaning.clean_all(Progress(), str(project.home), project.name)


def send(project: Project) -> upload.Uploaded:
    return upload.upload(Progress(), str(project.home), project.name)


def test_photos_in_s3_are_catalogued_where_they_are_and_looked_at_once(
    client: Clients, project: Project, bucket: str
) -> None:
    assert take_in(project, bucket).new == 6
    known = photos.photos(project)
    assert {photo.path for photo in known} == {f"s3://{bucket}/set/{photo.name}" for photo in known}
    assert {photo.folder_label for photo in known} == {"cat", "dog"}
    assert all(photo.facts and photo.facts.width == 1300 for photo in known)
    assert not project.originals.exists()
    assert scanning.scan(Progress(), str(project.home), project.name) == 0


def test_importing_again_looks_only_at_what_is_new_or_overwritten(
    client: Clients, project: Project, bucket: str
) -> None:
    take_in(project, bucket)
    before = {photo.name: photo.facts.sha256 for photo in photos.photos(project) if photo.facts}
    other = storage.get_bytes(client, bucket, "set/dog/dog1.jpg")
    storage.put_bytes(client, bucket, "set/cat/cat1.jpg", other)
    storage.put_bytes(client, bucket, "set/cat/new.jpg", other)
    imported = take_in(project, bucket)
    assert (imported.new, imported.changed, imported.known) == (1, 1, 5)
    after = {photo.name: photo.facts.sha256 for photo in photos.photos(project) if photo.facts}
    assert after == before | dict.fromkeys(("cat/cat1.jpg", "cat/new.jpg"), hashlib.sha256(other).hexdigest())


def test_a_prefix_of_any_length_is_listed_page_by_page(client: Clients, project: Project, bucket: str) -> None:
    asked: list[dict[str, Any]] = []

    def short(params: dict[str, Any], **_: Any) -> None:
        asked.append(params)
        params["MaxKeys"] = 2

    client.s3.meta.events.register("provide-client-params.s3.ListObjectsV2", short, unique_id="short")
    try:
        assert take_in(project, bucket).new == 6
    finally:
        client.s3.meta.events.unregister("provide-client-params.s3.ListObjectsV2", unique_id="short")
    assert len(asked) == 3


def test_what_was_copied_before_stays_copied_with_a_cluster(
    client: Clients, project: Project, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sources, "cluster", lambda: None)
        take_in(project, bucket)
    assert take_in(project, bucket).known == 6
    assert all(Path(photo.path).is_file() for photo in photos.photos(project))


def test_an_object_that_goes_away_before_the_look_is_missing(
    client: Clients, project: Project, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = scanning.scan

    def late(*arguments: Any) -> int:
        client.s3.delete_object(Bucket=bucket, Key="set/cat/cat1.jpg")
        return look(*arguments)

    monkeypatch.setattr(scanning, "scan", late)
    take_in(project, bucket)
    gone = next(photo for photo in photos.photos(project) if photo.name == "cat/cat1.jpg")
    assert [problem.code for problem in gone.problems] == ["missing"]
    with pytest.raises(BadImage, match=r"cat1\.jpg can not be read.*does not exist"):
        places.source(project, gone.path)


def test_cleaned_copies_are_written_where_the_upload_wants_them_and_originals_stay(
    client: Clients, project: Project, bucket: str
) -> None:
    originals = {item.key: item.etag for item in storage.list_objects(client, bucket)}
    take_in(project, bucket)
    assert (clean(project).made, clean(project).kept) == (6, 6)
    labels.label_by_folder(project)
    done = send(project)
    assert (done.sent, done.kept) == (0, 6)
    assert {item.key: item.etag for item in storage.list_objects(client, bucket)} == originals
    built = manifests.build(project, done.bucket)
    for key, entry in built.pictures.items():
        assert entry.file == f"s3://{done.bucket}/{key}"
        data = places.read_bytes(project, entry.file)
        assert (hashlib.sha256(data).hexdigest(), entry.facts.width) == (entry.facts.sha256, 1280)
    assert manifests.examine_project(project, built).ok
    shots = photosets.shots(project, photosets.test_side())
    assert all(isinstance(places.source(project, shot.path), bytes) for shot in shots)


def test_a_copy_that_is_gone_from_s3_is_made_again(client: Clients, project: Project, bucket: str) -> None:
    take_in(project, bucket)
    clean(project)
    labels.label_by_folder(project)
    lost = next(copy.path for copy in cleaning.results(project) if copy.path)
    name, key = places.parts(lost)
    client.s3.delete_object(Bucket=name, Key=key)
    with pytest.raises(NotReady, match="no longer in S3") as caught:
        send(project)
    assert caught.value.cure and caught.value.cure.page == "data/clean"
    assert clean(project).made == 1
    assert send(project).kept == 6


def test_photos_that_were_not_cleaned_are_sent_from_one_bucket_to_the_other(
    client: Clients, project: Project, bucket: str
) -> None:
    take_in(project, bucket)
    labels.label_by_folder(project)
    assert (send(project).sent, send(project).kept) == (6, 6)


def test_a_copying_that_ends_half_way_goes_on_where_it_stopped(
    client: Clients, project: Project, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "cluster", lambda: None)
    fetched: list[str] = []
    get = storage.get_bytes

    def counting(clients: Clients, name: str, key: str) -> bytes:
        fetched.append(key)
        return get(clients, name, key)

    def update(**change: int) -> None:
        if change.get("done") == 4:
            raise Cancelled("enough")

    monkeypatch.setattr(storage, "get_bytes", counting)
    with pytest.raises(Cancelled):
        take_in(project, bucket, Progress(update))
    before = len(fetched)
    assert take_in(project, bucket).new == 6
    assert len(fetched) - before <= 6 - 3


def test_a_worker_that_does_not_reach_the_engine_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="Workers on other computers need a project on AWS"):
        aws.connect_from_worker(tmp_path, Backend())
