"""Photos that stay in S3: looked at and cleaned by worker processes, one of which is killed while it works."""

from __future__ import annotations

import hashlib
import io
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from running_cluster import Cluster

from core.aws import clients as aws
from core.aws import storage
from core.aws.clients import Clients
from core.dataset import cleaning, photos, places, sources
from core.images import thumbnails
from core.jobs import Progress
from core.types import Backend
from core.workspace import Project

BUCKET = "holiday-photos"
COUNT = 10  # a class


@pytest.fixture
def client(cluster: Cluster, project: Project, photo_folder: Callable[..., Path]) -> Iterator[Clients]:
    """The project's own engine, in whose S3 photos lie that are larger than cleaning leaves them."""
    made = aws.connect(project.home, Backend())
    storage.ensure_bucket(made, BUCKET)
    folder = photo_folder((1400, 900), cat=COUNT, dog=COUNT)
    for file in folder.rglob("*.jpg"):
        storage.put_bytes(made, BUCKET, f"set/{file.relative_to(folder).as_posix()}", file.read_bytes())
    storage.put_bytes(made, BUCKET, "set/cat/broken.jpg", b"no photo")
    yield made


def take_in(project: Project, progress: Progress | None = None) -> sources.Imported:
    return sources.import_s3(progress or Progress(), str(project.home), project.name, BUCKET, "set/")


def clean(project: Project, progress: Progress | None = None) -> cleaning.Cleaning:
    return cleaning.clean_all(progress or Progress(), str(project.home), project.name)


def objects(client: Clients, bucket: str, prefix: str = "") -> dict[str, str]:
    return {item.key: item.etag for item in storage.list_objects(client, bucket, prefix)}


def killing(cluster: Cluster) -> Progress:
    """Kills a worker process at the third photo; its nanny starts another one."""
    from distributed import Client

    def update(**change: int) -> None:
        if change.get("done") == 3:
            with Client(cluster.address, timeout=120, set_as_default=False) as client:
                os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    return Progress(update)


def test_a_worker_that_is_killed_loses_no_photo_and_doubles_none(
    cluster: Cluster, client: Clients, project: Project
) -> None:
    originals = objects(client, BUCKET)
    imported = take_in(project, killing(cluster))
    assert (imported.new, imported.left_out) == (2 * COUNT + 1, {})
    known = photos.photos(project)
    assert len(known) == len({photo.name for photo in known}) == 2 * COUNT + 1
    good = [photo for photo in known if photo.facts]
    assert {photo.path for photo in known} == {f"s3://{BUCKET}/{key}" for key in originals}
    for photo in good:
        data = storage.get_bytes(client, *places.parts(photo.path))
        assert photo.facts and photo.facts.sha256 == hashlib.sha256(data).hexdigest()
        assert thumbnails.find(project.thumbnails, photo.facts.sha256)
    assert [problem.code for photo in known if not photo.facts for problem in photo.problems] == ["unreadable"]
    assert not project.originals.exists()

    done = clean(project, killing(cluster))
    assert (done.made, done.left_out) == (2 * COUNT, 1)
    copies = [copy for copy in cleaning.results(project) if copy.path]
    bucket = storage.bucket_name(client, project)
    assert {copy.path for copy in copies} == {f"s3://{bucket}/{key}" for key in objects(client, bucket)}
    for copy in copies:
        data = storage.get_bytes(client, *places.parts(str(copy.path)))
        assert hashlib.sha256(data).hexdigest() == copy.sha256
        assert Image.open(io.BytesIO(data)).size == (copy.width, copy.height) == (1280, 823)
    assert not project.cleaned.exists()
    assert objects(client, BUCKET) == originals
