"""Names that would lead a careless program out of its folder: kept as plain names, or refused as S3 refuses them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from s3_room import exchange, s3_client, signed_headers

from core.aws.engine_process import Engine, ensure_engine

KEYS = ["../../x", "a/../../b", "/etc/passwd", "//a", "a//b", "./a", ".", "..", "/", " ", "%2e%2e%2f%2e%2e%2fx",
        "..\\..\\x", "C:\\x", "nul\0byte", "\x01\x1f", "é/\u202e", "key?x=1#y", "a b+c", "~/.ssh/id", "moto-api/reset",
        "k" * 1024, "é" * 512, "a/" * 512]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An engine's folder, three folders deep in one that is otherwise empty."""
    return tmp_path_factory.mktemp("names") / "a" / "b" / "engine"


def test_keys_of_any_spelling_are_plain_names_and_survive_a_crash(folder: Path) -> None:
    engine = ensure_engine(folder, port=0, wait=60)
    s3 = s3_client(engine)
    s3.create_bucket(Bucket="names")
    for key in KEYS:
        s3.put_object(Bucket="names", Key=key, Body=key.encode())
    os.kill(engine.pid, signal.SIGKILL)
    s3 = s3_client(ensure_engine(folder, port=0, wait=60))
    assert {entry["Key"] for entry in s3.list_objects_v2(Bucket="names")["Contents"]} == set(KEYS)
    for key in KEYS:
        assert s3.get_object(Bucket="names", Key=key)["Body"].read() == key.encode()
    assert [file for file in folder.parents[2].rglob("*") if file.is_file() and folder not in file.parents] == []
    assert all(len(file.name) == 32 for file in (folder / "s3" / "blobs").glob("*/*"))
    s3.delete_object(Bucket="names", Key="../../x")
    assert (folder / "engine.json").exists()
    assert {entry["Key"] for entry in s3.list_objects_v2(Bucket="names")["Contents"]} == set(KEYS) - {"../../x"}


@pytest.mark.parametrize("spelling", ["..%2f..%2fx", "%2e%2e/%2e%2e/x", "../../x", "%2E%2E%2F%2E%2E%2Fx"])
def test_every_spelling_of_a_path_is_the_same_key(engine: Engine, s3: Any, bucket: str, spelling: str) -> None:
    headers = signed_headers(engine, "PUT", f"{engine.url}/{bucket}/x", b"x")
    assert exchange(engine, "PUT", f"/{bucket}/{spelling}", b"x", headers)[0] == 200
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["../../x"]


@pytest.mark.parametrize("key", ["k" * 1025, "é" * 512 + "k", "../" * 400])
@pytest.mark.parametrize("call", ["put_object", "get_object", "create_multipart_upload"])
def test_a_key_of_more_than_1024_bytes_is_refused(
        s3: Any, bucket: str, call: str, key: str, refused: Callable[..., str]) -> None:
    assert refused(getattr(s3, call), Bucket=bucket, Key=key) == "KeyTooLongError"


@pytest.mark.parametrize("name", [
    "..", ".", "a..b", "%2e%2e", "..%2f..%2fx", "%70hotos", "UPPER", "under_score", "-ab", "ab-", "ab", "b" * 64,
    "a\\b", "%5c", "nul%00", "%C3%A9t%C3%A9", "sp%20ace", "192.168.1.1", "xn--a", "sthree-a", "amzn-s3-demo-a",
    "a-s3alias", "a--ol-s3", "_engine", "moto-api%2freset"])
def test_a_bucket_that_s3_would_not_make_is_not_made(engine: Engine, s3: Any, bucket: str, name: str) -> None:
    before = s3.list_buckets()["Buckets"]
    for target in (f"/{name}", f"/{name}/", f"/{name}?versioning"):
        status, _, body = exchange(engine, "PUT", target, headers=signed_headers(engine, "PUT", f"{engine.url}/{name}"))
        assert (status, b"InvalidBucketName" in body) == (400, True), target
    headers = signed_headers(engine, "PUT", f"{engine.url}/{bucket}/x", b"x")
    assert exchange(engine, "PUT", f"/{name}/{quote('../x')}", b"x", headers)[0] in (400, 404)
    assert s3.list_buckets()["Buckets"] == before


@pytest.mark.parametrize("name", ["abc", "b" * 63, "0-9", "my.photos", "1.2.3.4.5", "latest", "moto-api"])
def test_a_bucket_of_any_name_that_s3_allows_is_made(s3: Any, name: str) -> None:
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="reset", Body=b"x")
    assert s3.get_object(Bucket=name, Key="reset")["Body"].read() == b"x"
    s3.delete_object(Bucket=name, Key="reset")
    s3.delete_bucket(Bucket=name)
