"""What S3 has acknowledged is there after `kill -9`, whole and as it was."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from s3_room import s3_client

from core.aws.engine_process import ensure_engine

BUCKET = {"Bucket": "keep"}
POLICY = {"Version": "2012-10-17", "Statement": []}
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
TAGS = [{"Key": "k", "Value": "v"}]
PART = b"P" * 5 * 1024 * 1024


@dataclass
class Crash:
    """What was written before the engine was killed, and a client of the one that came after it."""

    folder: Path
    s3: Any
    told: dict[str, Any] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)


def body_of(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest() * 3000


def write_one_of_each(s3: Any) -> dict[str, Any]:
    """Put what S3 can hold into two buckets, and return what it said of it."""
    s3.create_bucket(**BUCKET, ObjectOwnership="ObjectWriter")
    s3.put_object(**BUCKET, Key="a/ü b.jpg", Body=body_of("a"), ContentType="image/jpeg", Metadata={"label": "cat"})
    s3.put_object_tagging(**BUCKET, Key="a/ü b.jpg", Tagging={"TagSet": TAGS})
    s3.put_object_acl(**BUCKET, Key="a/ü b.jpg", ACL="public-read")
    s3.put_object(**BUCKET, Key="summed", Body=b"1", ChecksumAlgorithm="SHA256")
    s3.put_object(**BUCKET, Key="gone", Body=b"1")
    s3.delete_object(**BUCKET, Key="gone")
    s3.put_bucket_policy(**BUCKET, Policy=json.dumps(POLICY))
    s3.put_bucket_tagging(**BUCKET, Tagging={"TagSet": TAGS})
    s3.put_public_access_block(**BUCKET, PublicAccessBlockConfiguration=BLOCKED)
    s3.put_bucket_cors(**BUCKET, CORSConfiguration={"CORSRules": [
        {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
    s3.delete_bucket_cors(**BUCKET)
    s3.create_bucket(Bucket="emptied")
    s3.delete_bucket(Bucket="emptied")
    return {"head": s3.head_object(**BUCKET, Key="a/ü b.jpg"), **write_uploads(s3), **write_versions(s3)}


def write_uploads(s3: Any) -> dict[str, Any]:
    finished = s3.create_multipart_upload(**BUCKET, Key="big", Metadata={"label": "dog"})["UploadId"]
    parts = [{"PartNumber": number, "ETag": s3.upload_part(
        **BUCKET, Key="big", UploadId=finished, PartNumber=number, Body=body)["ETag"]}
        for number, body in ((1, PART), (2, b"tail"))]
    s3.complete_multipart_upload(**BUCKET, Key="big", UploadId=finished, MultipartUpload={"Parts": parts})
    unfinished = s3.create_multipart_upload(**BUCKET, Key="half", ContentType="image/png")["UploadId"]
    etag = s3.upload_part(**BUCKET, Key="half", UploadId=unfinished, PartNumber=1, Body=PART)["ETag"]
    return {"big": s3.head_object(**BUCKET, Key="big"), "upload": unfinished, "part": etag}


def write_versions(s3: Any) -> dict[str, Any]:
    s3.create_bucket(Bucket="versions", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="versions", Key="k", Body=b"1")["VersionId"]
    s3.put_object(Bucket="versions", Key="k", Body=b"2")
    s3.put_object(Bucket="versions", Key="d", Body=b"3")
    s3.delete_object(Bucket="versions", Key="d")
    hidden = s3.put_object(Bucket="versions", Key="marker only", Body=b"4")["VersionId"]
    s3.delete_object(Bucket="versions", Key="marker only")
    s3.delete_object(Bucket="versions", Key="marker only", VersionId=hidden)
    return {"first": first, "created": s3.list_buckets()["Buckets"]}


def put_until_it_dies(s3: Any, kill: Callable[[], None]) -> list[str]:
    """Put from six threads at once, kill in the middle of it, and return the keys whose put was acknowledged."""
    acknowledged: list[str] = []
    counting = threading.Lock()

    def put(writer: int) -> None:
        for number in range(10_000):
            key = f"torn/{writer}/{number:04d}"
            try:
                s3.put_object(**BUCKET, Key=key, Body=body_of(key))
            except (ClientError, BotoCoreError):
                return
            with counting:  # or two would count to 101 together, and nobody kill
                acknowledged.append(key)
                if len(acknowledged) == 100:
                    kill()

    writers = [threading.Thread(target=put, args=(writer,)) for writer in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return acknowledged


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crash]:
    folder = tmp_path_factory.mktemp("crash")
    engine = ensure_engine(folder, port=0, wait=60)
    s3 = s3_client(engine)
    told = write_one_of_each(s3)
    acknowledged = put_until_it_dies(s3, lambda: os.kill(engine.pid, signal.SIGKILL))
    again = ensure_engine(folder, port=0, wait=60)
    assert again.pid != engine.pid
    yield Crash(folder, s3_client(again), told, acknowledged)


def test_no_acknowledged_object_is_lost_and_none_is_torn(crash: Crash) -> None:
    pages = crash.s3.get_paginator("list_objects_v2").paginate(**BUCKET, Prefix="torn/")
    present = {entry["Key"] for page in pages for entry in page["Contents"]}
    assert len(crash.acknowledged) >= 100
    assert present >= set(crash.acknowledged)
    assert all(crash.s3.get_object(**BUCKET, Key=key)["Body"].read() == body_of(key) for key in present)


def test_an_object_is_as_it_was(crash: Crash) -> None:
    head = crash.s3.head_object(**BUCKET, Key="a/ü b.jpg")
    for name in ("ContentType", "Metadata", "ETag", "LastModified", "ContentLength", "ServerSideEncryption"):
        assert head[name] == crash.told["head"][name]
    assert crash.s3.get_object(**BUCKET, Key="a/ü b.jpg")["Body"].read() == body_of("a")
    assert crash.s3.get_object_tagging(**BUCKET, Key="a/ü b.jpg")["TagSet"] == TAGS
    grants = crash.s3.get_object_acl(**BUCKET, Key="a/ü b.jpg")["Grants"]
    assert {"READ", "FULL_CONTROL"} == {grant["Permission"] for grant in grants}


def test_a_checksum_is_as_it_was(crash: Crash) -> None:
    got = crash.s3.get_object(**BUCKET, Key="summed", ChecksumMode="ENABLED")
    assert got["ChecksumSHA256"] == "a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s="


def test_an_object_made_of_parts_is_as_it_was(crash: Crash) -> None:
    head = crash.s3.head_object(**BUCKET, Key="big")
    assert (head["ETag"], head["Metadata"]) == (crash.told["big"]["ETag"], {"label": "dog"})
    assert crash.s3.get_object(**BUCKET, Key="big")["Body"].read() == PART + b"tail"


def test_what_was_deleted_stays_deleted(crash: Crash, refused: Callable[..., str]) -> None:
    assert refused(crash.s3.head_object, **BUCKET, Key="gone") == "404"
    assert refused(crash.s3.head_bucket, Bucket="emptied") == "404"
    assert refused(crash.s3.get_bucket_cors, **BUCKET) == "NoSuchCORSConfiguration"


def test_a_bucket_keeps_its_settings_place_and_date(crash: Crash) -> None:
    assert json.loads(crash.s3.get_bucket_policy(**BUCKET)["Policy"]) == POLICY
    assert crash.s3.get_bucket_tagging(**BUCKET)["TagSet"] == TAGS
    assert crash.s3.get_public_access_block(**BUCKET)["PublicAccessBlockConfiguration"] == BLOCKED
    assert crash.s3.get_bucket_encryption(**BUCKET)["ServerSideEncryptionConfiguration"]
    ownership = crash.s3.get_bucket_ownership_controls(**BUCKET)["OwnershipControls"]
    assert ownership["Rules"] == [{"ObjectOwnership": "ObjectWriter"}]
    assert crash.s3.get_bucket_location(Bucket="versions")["LocationConstraint"] == "eu-west-1"
    assert crash.s3.list_buckets()["Buckets"] == crash.told["created"]


def test_versions_and_delete_markers_are_as_they_were(crash: Crash) -> None:
    first = crash.s3.get_object(Bucket="versions", Key="k", VersionId=crash.told["first"])
    assert first["Body"].read() == b"1"
    assert crash.s3.get_object(Bucket="versions", Key="k")["Body"].read() == b"2"
    listed = crash.s3.list_object_versions(Bucket="versions")
    assert len(listed["Versions"]) == 3
    assert [entry["Key"] for entry in listed["DeleteMarkers"]] == ["d", "marker only"]
    assert crash.s3.get_bucket_versioning(Bucket="versions")["Status"] == "Enabled"


def test_an_unfinished_upload_can_be_finished(crash: Crash) -> None:
    upload = {**BUCKET, "Key": "half", "UploadId": crash.told["upload"]}
    assert [part["ETag"] for part in crash.s3.list_parts(**upload)["Parts"]] == [crash.told["part"]]
    second = crash.s3.upload_part(**upload, PartNumber=2, Body=b"tail")["ETag"]
    parts = [{"PartNumber": 1, "ETag": crash.told["part"]}, {"PartNumber": 2, "ETag": second}]
    crash.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    finished = crash.s3.get_object(**BUCKET, Key="half")
    assert (finished["Body"].read(), finished["ContentType"]) == (PART + b"tail", "image/png")


def test_a_start_removes_bodies_that_nothing_names(tmp_path: Path) -> None:
    engine = ensure_engine(tmp_path, port=0, wait=60)
    s3 = s3_client(engine)
    s3.create_bucket(**BUCKET)
    for body in (b"first", b"second"):
        s3.put_object(**BUCKET, Key="a", Body=body)
    os.kill(engine.pid, signal.SIGKILL)
    stray = next((tmp_path / "s3" / "blobs").glob("*/*")).with_name(".cut-off.part")
    stray.write_bytes(b"half")
    s3 = s3_client(ensure_engine(tmp_path, port=0, wait=60))
    assert [file.read_bytes() for file in (tmp_path / "s3" / "blobs").glob("*/*")] == [b"second"]
    assert s3.get_object(**BUCKET, Key="a")["Body"].read() == b"second"
