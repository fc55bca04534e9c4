"""Every way in which a body reaches S3 and leaves it, and the refusal of bodies that are not what they claim to be."""

from __future__ import annotations

import base64
import io
import os
import random
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from s3_room import exchange, s3_client, signed_headers

from core.aws.engine_process import Engine
from core.engine.checksums import compute_checksum, crc
from core.engine.payload import unwrap
from core.engine.refusal import Refusal

MB = 1024 * 1024
PART = os.urandom(5 * MB)


def read(s3: Any, bucket: str, key: str) -> bytes:
    body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def test_a_large_file_goes_up_in_parts(s3: Any, bucket: str, tmp_path: Path) -> None:
    body = os.urandom(20 * MB)
    (tmp_path / "big").write_bytes(body)
    s3.upload_file(str(tmp_path / "big"), bucket, "big.bin", ExtraArgs={"Metadata": {"label": "cat"}})
    s3.download_file(bucket, "big.bin", str(tmp_path / "back"))
    head = s3.head_object(Bucket=bucket, Key="big.bin")
    assert (tmp_path / "back").read_bytes() == body
    assert (head["ContentLength"], head["Metadata"]) == (len(body), {"label": "cat"})
    assert head["ETag"].strip('"').endswith("-3")


def test_an_upload_can_be_looked_at_and_aborted(s3: Any, bucket: str, refused: Callable[..., str]) -> None:
    upload = {"Bucket": bucket, "Key": "a", "UploadId": s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]}
    s3.upload_part(**upload, PartNumber=1, Body=PART)
    assert [part["Size"] for part in s3.list_parts(**upload)["Parts"]] == [len(PART)]
    assert [entry["Key"] for entry in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["a"]
    s3.abort_multipart_upload(**upload)
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")
    assert refused(s3.upload_part, **upload, PartNumber=2, Body=b"x") == "NoSuchUpload"
    assert refused(s3.head_object, Bucket=bucket, Key="a") == "404"


def test_a_part_can_be_copied_from_another_object(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="source", Body=PART + b"tail")
    upload = {"Bucket": bucket, "Key": "a", "UploadId": s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]}
    copied = s3.upload_part_copy(**upload, PartNumber=1, CopySource={"Bucket": bucket, "Key": "source"},
                                 CopySourceRange=f"bytes=0-{len(PART) - 1}")
    parts = [{"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]}]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert read(s3, bucket, "a") == PART


def test_a_stream_of_unknown_length_goes_up(s3: Any, bucket: str) -> None:
    class Stream(io.RawIOBase):
        left = io.BytesIO(b"u" * 100_000)

        def read(self, size: int = -1) -> bytes:
            return self.left.read(size)

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return False

    s3.upload_fileobj(Stream(), bucket, "stream")
    assert s3.head_object(Bucket=bucket, Key="stream")["ContentLength"] == 100_000


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_a_presigned_address_reads_an_object(engine: Engine, s3: Any, bucket: str, signature: str) -> None:
    s3.put_object(Bucket=bucket, Key="pre signed.jpg", Body=b"PS", ContentType="image/jpeg")
    what = {"Bucket": bucket, "Key": "pre signed.jpg", "ResponseContentDisposition": 'attachment; filename="x.jpg"'}
    url = s3_client(engine, signature_version=signature).generate_presigned_url("get_object", Params=what)
    with urllib.request.urlopen(url) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"PS", "image/jpeg")
        assert "x.jpg" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_a_presigned_address_expires(engine: Engine, s3: Any, bucket: str, signature: str) -> None:
    s3.put_object(Bucket=bucket, Key="a.txt", Body=b"a")
    client = s3_client(engine, signature_version=signature)
    url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a.txt"}, ExpiresIn=-1)
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(url.replace("X-Amz-Expires=-1", "X-Amz-Expires=0"))
    assert error.value.code == 403
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in error.value.read()


@pytest.mark.parametrize("query", [
    "X-Amz-Credential={}/20261123/us-east-1/s3/aws4_request&X-Amz-Date=20261123T000000Z&X-Amz-Expires=604801",
    "X-Amz-Credential={}/20261123/us-east-1/s3/aws4_request&X-Amz-Date=today&X-Amz-Expires=60",
    "X-Amz-Credential={}/20261123/us-east-1/s3/aws4_request", "AWSAccessKeyId={}&Expires=soon",
    "AWSAccessKeyId={}&Expires=99999999999999999999"])
def test_a_presigned_address_that_says_no_end_is_refused(engine: Engine, bucket: str, query: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{engine.url}/{bucket}/a.txt?{query.format(engine.access_key)}")
    assert error.value.code == 400 and b"AuthorizationQueryParametersError" in error.value.read()


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_a_presigned_address_writes_an_object(engine: Engine, s3: Any, bucket: str, signature: str) -> None:
    what = {"Bucket": bucket, "Key": "ps/put é.txt", "ContentType": "text/plain"}
    url = s3_client(engine, signature_version=signature).generate_presigned_url("put_object", Params=what)
    headers = {"Content-Type": "text/plain"}
    urllib.request.urlopen(urllib.request.Request(url, data=b"put", method="PUT", headers=headers)).close()
    assert read(s3, bucket, "ps/put é.txt") == b"put"


def post_form(engine: Engine, bucket: str, key: str, body: bytes, **changes: str) -> int:
    fields = s3_client(engine).generate_presigned_post(bucket, key)["fields"] | changes
    head = "".join(f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                   for name, value in fields.items())
    head += '--XX\r\nContent-Disposition: form-data; name="file"; filename="f"\r\nContent-Type: text/plain\r\n\r\n'
    return exchange(engine, "POST", f"/{bucket}", head.encode() + body + b"\r\n--XX--\r\n",
                    {"Content-Type": "multipart/form-data; boundary=XX"})[0]


def test_a_presigned_form_writes_an_object(engine: Engine, s3: Any, bucket: str) -> None:
    assert post_form(engine, bucket, "form.txt", b"POSTED") == 204
    assert read(s3, bucket, "form.txt") == b"POSTED"


def test_a_form_with_another_key_is_turned_away(engine: Engine, s3: Any, bucket: str) -> None:
    assert post_form(engine, bucket, "form.txt", b"POSTED", AWSAccessKeyId="AKIAFOREIGN") == 403
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def wrapped(body: bytes, checksum: str) -> bytes:
    half = len(body) // 2
    return b"%x\r\n%s\r\n%x;chunk-signature=0\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (
        half, body[:half], len(body) - half, body[half:], checksum.encode())


@pytest.mark.parametrize(("checksum", "status"), [(None, 200), ("AAAAAA==", 400)])
def test_a_checksum_behind_the_body_is_checked(
        engine: Engine, s3: Any, bucket: str, checksum: str | None, status: int) -> None:
    body = b"chunky" * 1000
    sent = wrapped(body, checksum or base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode())
    headers = signed_headers(engine, "PUT", f"{engine.url}/{bucket}/chunked") | {
        "Content-Encoding": "aws-chunked", "X-Amz-Trailer": "x-amz-checksum-crc32",
        "X-Amz-Decoded-Content-Length": str(len(body)), "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
    assert exchange(engine, "PUT", f"/{bucket}/chunked", sent, headers)[0] == status
    if status == 200:
        assert read(s3, bucket, "chunked") == body
        assert "ContentEncoding" not in s3.head_object(Bucket=bucket, Key="chunked")
    else:
        assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_checksum_is_kept_and_given_back(s3: Any, bucket: str, algorithm: str) -> None:
    name = f"Checksum{algorithm}"
    put = s3.put_object(Bucket=bucket, Key="a", Body=b"abc", ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert put[name] == got[name] == compute_checksum(b"abc", algorithm).decode()
    assert got["Body"].read() == b"abc"


@pytest.mark.parametrize(("digest", "code"), [
    ({"ContentMD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, "BadDigest"),
    ({"ContentMD5": "bm90IGFuIE1ENQ=="}, "InvalidDigest"),
    ({"ChecksumCRC32": "AAAAAA=="}, "BadDigest"),
    ({"ChecksumCRC32C": "AAAAAA=="}, "BadDigest"),
    ({"ChecksumCRC64NVME": "AAAAAAAAAAA="}, "BadDigest"),
    ({"ChecksumSHA1": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "BadDigest"),
    ({"ChecksumSHA256": "AAAA"}, "InvalidRequest"),
])
def test_a_body_that_does_not_fit_its_digest_is_refused(
        s3: Any, bucket: str, digest: dict[str, str], code: str, refused: Callable[..., str]) -> None:
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"abc", **digest) == code
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_body_that_was_changed_on_the_way_is_refused(engine: Engine, bucket: str) -> None:
    headers = signed_headers(engine, "PUT", f"{engine.url}/{bucket}/a", b"signed")
    status, _, body = exchange(engine, "PUT", f"/{bucket}/a", b"change", headers)
    assert (status, b"XAmzContentSHA256Mismatch" in body) == (400, True)


def test_the_two_checksums_that_python_lacks_are_right() -> None:
    assert crc(b"123456789", 0x82F63B78, 32) == 0xE3069283
    assert crc(b"123456789", 0x9A6C9329AC4BC9B5, 64) == 0xAE8B14860A799888


@pytest.mark.parametrize("length", [0, 1, 1023, 1024, 1025, 100_003])
def test_a_crc_in_lanes_is_the_crc_of_the_whole(length: int) -> None:
    data = random.Random(length).randbytes(length)
    assert crc(data, 0xEDB88320, 32) == zlib.crc32(data)


@pytest.mark.parametrize("body", [b"", b"5\r\nhello", b"5\r\nhello\r\n", b"9\r\nhello\r\n0\r\n\r\n", b"x\r\n\r\n"])
def test_chunks_that_do_not_fit_together_are_refused(body: bytes) -> None:
    with pytest.raises(Refusal, match="chunks"):
        unwrap(body)


def test_chunks_are_joined_and_their_trailer_is_read() -> None:
    assert unwrap(wrapped(b"hello", "abc=")) == (b"hello", {"x-amz-checksum-crc32": "abc="})
