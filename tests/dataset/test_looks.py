"""One look at each image of a manifest, and what is remembered of it."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from core.aws import looking
from core.aws.looking import Sight
from core.aws.storage import StoredObject
from core.dataset import headers, images, looks
from core.dataset.beside import Beside
from core.errors import Cancelled, translate
from core.jobs import Progress
from core.manifest.images import Absent
from core.types import Facts

GOOD = Facts(640, 480, 3, "RGB", "JPEG", 5000, "")
LARGE = Facts(6306, 4204, 3, "RGB", "JPEG", 5000, "")


class Bucket:
    """An S3 of images by URI, each with its ETag, that counts what it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **kept: tuple[str, Facts | Absent]) -> None:
        self.kept = {f"s3://pets/a/{name}": found for name, found in kept.items()}
        self.looked: list[str] = []
        self.listed: list[str] = []
        monkeypatch.setattr(looking, "look", self.look)
        monkeypatch.setattr(looking, "folder", self.folder)
        monkeypatch.setattr(looking, "is_elsewhere", lambda clients, bucket: bucket == "far")

    def look(self, clients: object, uri: str) -> Sight:
        self.looked.append(uri)
        if uri not in self.kept:
            return Sight(uri, "", Absent.MISSING)
        return Sight(uri, *self.kept[uri])

    def folder(self, clients: object, bucket: str, prefix: str, most: int):
        self.listed.append(f"{bucket}/{prefix}")
        return [StoredObject(uri.removeprefix("s3://pets/"), 1, etag) for uri, (etag, _) in self.kept.items()]


def look_at(file: Path, *uris: str) -> looks.Looked:
    return looks.in_s3(Progress(), None, file, list(uris))  # type: ignore[arg-type]


def troubled(looked: looks.Looked, bucket: Bucket) -> dict[str, Facts | Absent]:
    """What the rules are told of those images of the bucket that break a limit."""
    found = {uri: looked.look(uri) for uri in bucket.kept}
    return {uri: one for uri, one in found.items() if not isinstance(one, Facts) or one.width != 1280}


def age(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an hour pass."""
    later = time.time() + 3600
    monkeypatch.setattr(headers.time, "time", lambda: later)


def test_an_image_is_looked_at_once_and_then_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(monkeypatch, good=("1", GOOD), large=("2", LARGE), odd=("3", Absent.OTHER))
    uris = [*bucket.kept, "s3://pets/a/gone"]
    for asked in (4, 5):
        looked = look_at(tmp_path / "h", *uris)
        assert [looked.look(uri) for uri in uris[1:]] == [LARGE, Absent.OTHER, Absent.MISSING]
        assert len(bucket.looked) == asked  # what is missing may have come
        assert looked.look(uris[0]).width == 1280  # like every other that breaks no limit


def test_after_a_while_s3_is_asked_what_has_changed_and_only_that_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket(monkeypatch, **{f"{number}.jpg": ("1", GOOD) for number in range(30)})
    look_at(tmp_path / "h", *bucket.kept)
    bucket.kept["s3://pets/a/7.jpg"] = ("2", LARGE)
    assert not troubled(look_at(tmp_path / "h", *bucket.kept), bucket)  # within minutes nobody is asked
    age(tmp_path / "h", monkeypatch)
    bucket.looked.clear()
    looked = look_at(tmp_path / "h", *bucket.kept)
    assert (bucket.listed, bucket.looked) == (["pets/a/"], ["s3://pets/a/7.jpg"])
    assert troubled(looked, bucket) == {"s3://pets/a/7.jpg": LARGE}


def test_what_was_seen_before_the_connection_was_lost_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket(monkeypatch, **{f"{number:03d}.jpg": ("1", GOOD) for number in range(200)})
    seen = bucket.look

    def fail(clients: object, uri: str) -> Sight:
        if "150" in uri:
            raise translate("ExpiredToken", "GetObject", "")
        return seen(clients, uri)

    with monkeypatch.context() as patch, pytest.raises(looking.AwsError):
        patch.setattr(looking, "look", fail)
        look_at(tmp_path / "h", *bucket.kept)
    before = len(bucket.looked)
    assert look_at(tmp_path / "h", *bucket.kept).looks < 200
    assert len(bucket.looked) - before <= 100


def test_a_cancelled_look_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Bucket(monkeypatch)
    progress = Progress()
    progress._cancelled.set()
    with pytest.raises(Cancelled):
        looks.in_s3(progress, None, tmp_path / "h", ["s3://pets/a"])  # type: ignore[arg-type]


def test_images_of_another_region_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(monkeypatch, good=("1", GOOD))
    looked = look_at(tmp_path / "h", "s3://far/x.jpg", "s3://far/a/y.jpg", "s3://far-too/a/good", "s3://pets/a/good")
    assert sorted(bucket.looked) == ["s3://far-too/a/good", "s3://pets/a/good"]
    assert [looked.look(f"s3://{place}") for place in ("far/x.jpg", "far/a/y.jpg")] == [Absent.ELSEWHERE] * 2
    assert not troubled(looked, bucket)


@pytest.mark.parametrize(("uri", "file"), [
    ("s3://b/anything/cat/1.jpg", "cat/1.jpg"), ("s3://b/dog/1.jpg", "dog/1.jpg"),
    ("s3://b/x/only.jpg", "cat/only.jpg"), ("s3://b/1.jpg", None), ("s3://b/pets/top.jpg", "top.jpg"),
    ("s3://b/cat/none.jpg", None), ("s3://b/../../etc/passwd", None)])
def test_a_file_stands_for_the_photo_whose_address_ends_most_like_it(
    tmp_path: Path, uri: str, file: str | None
) -> None:
    for name in ("cat/1.jpg", "dog/1.jpg", "cat/only.jpg", ".hidden/none.jpg", "top.jpg", "cat/top.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert Beside(tmp_path).find(uri) == (tmp_path / file if file else None)


def test_names_that_are_no_text_and_folders_by_link_are_no_hindrance(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("such names are of POSIX")
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat/1.jpg").write_bytes(b"")
    (tmp_path / "cat" / os.fsdecode(b"\xff.jpg")).write_bytes(b"")
    (tmp_path / "again").symlink_to(tmp_path)
    assert Beside(tmp_path).find("s3://b/1.jpg") == tmp_path / "cat/1.jpg"


def test_more_images_than_are_gone_through_together_are_each_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket(monkeypatch, **{f"{number}.jpg": ("1", GOOD) for number in range(250)})
    monkeypatch.setattr(images, "CHUNK", 100)
    looked = look_at(tmp_path / "h", *bucket.kept, *bucket.kept)
    assert (len(looked.images), looked.looks, looked.images.waiting()) == (250, 250, 0)
    assert sorted(bucket.looked) == sorted(bucket.kept)


def test_files_are_looked_at_by_their_headers(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGB", (5000, 100)).save(file, "JPEG")
    (tmp_path / "large.jpg").write_bytes(file.getvalue())
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    looked = looks.in_folder(Progress(), tmp_path, [f"s3://b/{name}.jpg" for name in ("large", "broken", "none")])
    large, broken, none = (looked.look(f"s3://b/{name}.jpg") for name in ("large", "broken", "none"))
    assert (large.width, broken, none) == (5000, Absent.UNREADABLE, Absent.MISSING)
