"""The engine's S3 does with objects what S3 does."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from clock_room import Standing
from moto.s3.utils import _VersionedKeyStore

from core.engine import blobs, s3_keys

KEYS = [
    "sp ace/my file (1).jpg", "uni/日本語-é.png", "plus+and&amp=.txt", "pct%20lit.txt", "hash#q?.txt",
    "quote'\"<x>.txt", "tilde~!$,;:@.txt", "dots/..hidden/a.b", "UPPER/Case.TXT", "upper/case.txt", "emoji/😀.png",
    "a/../b", "n" * 200]


def listed(s3: Any, bucket: str, **options: Any) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, **options).get("Contents", [])]


def text(s3: Any, bucket: str, key: str, **options: Any) -> bytes:
    body: bytes = s3.get_object(Bucket=bucket, Key=key, **options)["Body"].read()
    return body


def test_an_object_keeps_its_type_metadata_and_etag(s3: Any, bucket: str) -> None:
    metadata = {"label": "cat", "my_key": "v"}
    put = s3.put_object(Bucket=bucket, Key="a/b.jpg", Body=b"hello world", ContentType="image/jpeg", Metadata=metadata,
                        CacheControl="max-age=1")
    head = s3.head_object(Bucket=bucket, Key="a/b.jpg")
    assert put["ETag"].strip('"') == hashlib.md5(b"hello world").hexdigest()
    assert (head["ContentType"], head["Metadata"], head["ContentLength"]) == ("image/jpeg", metadata, 11)
    assert head["CacheControl"] == "max-age=1"
    assert head["LastModified"]


def test_a_body_comes_back_byte_by_byte(s3: Any, bucket: str) -> None:
    body = os.urandom(300_000)
    s3.put_object(Bucket=bucket, Key="g.bin", Body=body)
    assert text(s3, bucket, "g.bin") == body


def test_a_range_is_a_part_of_the_body(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"hello world")
    part = s3.get_object(Bucket=bucket, Key="a", Range="bytes=6-10")
    assert (part["Body"].read(), part["ContentRange"]) == (b"world", "bytes 6-10/11")
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert text(s3, bucket, "a", Range="bytes=-5") == b"world"


def test_a_read_may_depend_on_the_etag(s3: Any, bucket: str, refused: Callable[..., str]) -> None:
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["ETag"]
    assert refused(s3.get_object, Bucket=bucket, Key="a", IfNoneMatch=etag) == "304"
    assert refused(s3.get_object, Bucket=bucket, Key="a", IfMatch='"deadbeef"') == "PreconditionFailed"


def test_a_write_may_depend_on_there_being_nothing(s3: Any, bucket: str, refused: Callable[..., str]) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", IfNoneMatch="*")
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"2", IfNoneMatch="*") == "PreconditionFailed"
    assert text(s3, bucket, "a") == b"1"


def test_of_many_writers_who_want_to_be_first_one_is(s3: Any, bucket: str) -> None:
    def put(number: int) -> bool:
        try:
            s3.put_object(Bucket=bucket, Key="a", Body=str(number).encode(), IfNoneMatch="*")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = [number for number, first in enumerate(pool.map(put, range(24))) if first]
    assert text(s3, bucket, "a") == str(won[0]).encode()
    assert len(won) == 1


def test_a_write_may_depend_on_the_etag(s3: Any, bucket: str, refused: Callable[..., str]) -> None:
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["ETag"]
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"3", IfMatch='"' + "0" * 32 + '"') == (
        "PreconditionFailed")
    s3.put_object(Bucket=bucket, Key="a", Body=b"3", IfMatch=etag)
    assert text(s3, bucket, "a") == b"3"


def test_what_is_missing_is_named_by_aws_codes(s3: Any, bucket: str, refused: Callable[..., str]) -> None:
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="missing")
    assert refused(s3.head_object, Bucket=bucket, Key="missing") == "404"
    assert refused(s3.list_objects_v2, Bucket="no-such-bucket") == "NoSuchBucket"
    assert refused(s3.head_bucket, Bucket="no-such-bucket") == "404"


@pytest.mark.parametrize("key", KEYS)
def test_any_key_can_be_put_read_listed_copied_and_deleted(
        s3: Any, bucket: str, key: str, refused: Callable[..., str]) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert text(s3, bucket, key) == key.encode()
    assert listed(s3, bucket, Prefix=key[:3]) == [key]
    s3.copy_object(Bucket=bucket, Key="copy-" + key, CopySource={"Bucket": bucket, "Key": key})
    assert text(s3, bucket, "copy-" + key) == key.encode()
    s3.delete_object(Bucket=bucket, Key=key)
    assert refused(s3.get_object, Bucket=bucket, Key=key) == "NoSuchKey"


@pytest.mark.parametrize("key", ["dbl//slash.txt", "/leading.txt", "folder/"])
def test_slashes_of_a_key_stay_as_they_are(s3: Any, bucket: str, key: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=b"q")
    assert text(s3, bucket, key) == b"q"
    assert listed(s3, bucket) == [key]


def test_keys_that_differ_in_case_are_two(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="Cat.jpg", Body=b"1")
    s3.put_object(Bucket=bucket, Key="cat.jpg", Body=b"2")
    assert (text(s3, bucket, "Cat.jpg"), text(s3, bucket, "cat.jpg")) == (b"1", b"2")


def test_a_key_may_be_the_beginning_of_another(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="node", Body=b"1")
    s3.put_object(Bucket=bucket, Key="node/child", Body=b"2")
    assert (text(s3, bucket, "node"), text(s3, bucket, "node/child")) == (b"1", b"2")


def test_a_list_can_be_narrowed(s3: Any, bucket: str) -> None:
    for key in ("lst/x1", "lst/x2", "lst/sub1/a", "lst/sub2/b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    level = s3.list_objects_v2(Bucket=bucket, Prefix="lst/", Delimiter="/")
    assert [entry["Prefix"] for entry in level["CommonPrefixes"]] == ["lst/sub1/", "lst/sub2/"]
    assert [entry["Key"] for entry in level["Contents"]] == ["lst/x1", "lst/x2"]
    first = s3.list_objects_v2(Bucket=bucket, Prefix="lst/", MaxKeys=2)
    assert (first["IsTruncated"], first["KeyCount"]) == (True, 2)
    assert listed(s3, bucket, Prefix="lst/", StartAfter="lst/x1") == ["lst/x2"]


def test_a_long_list_comes_in_pages(s3: Any, bucket: str) -> None:
    names = [f"pg/{number:05d}.jpg" for number in range(230)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=key, Body=b"p"), names))
    for operation in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(operation).paginate(
            Bucket=bucket, Prefix="pg/", PaginationConfig={"PageSize": 100})
        assert [entry["Key"] for page in pages for entry in page["Contents"]] == names


def test_a_list_is_of_one_moment_whatever_is_deleted_meanwhile() -> None:
    keys, (first, second, third) = _VersionedKeyStore(), (SimpleNamespace(dispose=lambda: None) for _ in range(3))
    keys["a"], keys["a"], keys["b"] = first, second, third  # two versions of a
    latest, versions = s3_keys.items(keys), s3_keys.lists(keys)
    assert (next(latest), next(versions)) == (("a", second), ("a", [first, second]))
    keys.pop("b")
    keys["c"] = first
    assert (list(latest), list(versions)) == ([("b", third)], [("b", [third])])


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that give way to each other as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty")
def test_bodies_that_many_discard_go_after_their_minute_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Standing()
    monkeypatch.setattr(blobs, "time", clock)
    kept = blobs.Blobs(tmp_path)
    for second in (0, 30, 61):
        clock.seconds = second
        names = [[kept.write(b"x") for _ in range(8)] for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda some: [kept.discard([name]) for name in some], names))
    assert len(list(tmp_path.glob("*/*"))) == 128  # those of the first moment are gone


def test_many_objects_are_deleted_at_once(s3: Any, bucket: str) -> None:
    for key in ("a", "b", "c"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}, {"Key": "never"}]})
    assert {entry["Key"] for entry in answer["Deleted"]} >= {"a", "b"}
    assert listed(s3, bucket) == ["c"]


def test_a_copy_may_have_other_metadata(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", Metadata={"label": "cat"})
    source = {"Bucket": bucket, "Key": "a"}
    s3.copy_object(Bucket=bucket, Key="same", CopySource=source)
    s3.copy_object(Bucket=bucket, Key="other", CopySource=source, MetadataDirective="REPLACE",
                   Metadata={"label": "dog"}, ContentType="text/plain")
    assert s3.head_object(Bucket=bucket, Key="same")["Metadata"] == {"label": "cat"}
    other = s3.head_object(Bucket=bucket, Key="other")
    assert (other["Metadata"], other["ContentType"]) == ({"label": "dog"}, "text/plain")


def test_an_empty_object_is_one_and_can_be_overwritten(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    assert text(s3, bucket, "a") == b""
    s3.put_object(Bucket=bucket, Key="a", Body=b"2")
    assert text(s3, bucket, "a") == b"2"


def test_attributes_of_an_object_can_be_asked_for(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"hello")
    assert s3.get_object_attributes(Bucket=bucket, Key="a", ObjectAttributes=["ObjectSize", "ETag"])["ObjectSize"] == 5


def test_an_object_has_tags(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", Tagging="a=b&c=d")
    assert len(s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"]) == 2
    tags = [{"Key": "k", "Value": "v w"}]
    s3.put_object_tagging(Bucket=bucket, Key="a", Tagging={"TagSet": tags})
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == tags


def test_versions_stay_and_a_delete_is_a_marker(s3: Any, bucket: str, refused: Callable[..., str]) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first, second = (s3.put_object(Bucket=bucket, Key="k", Body=body)["VersionId"] for body in (b"1", b"2"))
    assert first != second
    assert text(s3, bucket, "k", VersionId=first) == b"1"
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"]
    assert refused(s3.get_object, Bucket=bucket, Key="k") == "NoSuchKey"
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert text(s3, bucket, "k") == b"2"
