"""What S3 tells of images and buckets, asked by reading alone."""

from __future__ import annotations

import io
import json

import pytest
from aws_script import Script
from botocore.response import StreamingBody
from PIL import Image

from core.aws import looking
from core.errors import AwsError, NotAllowed
from core.images.headers import FIRST
from core.manifest.images import Absent

PHOTO = io.BytesIO()
Image.effect_noise((640, 480), 80).convert("RGB").save(PHOTO, "JPEG", quality=95)
DATA = PHOTO.getvalue()


def part(first: int, end: int) -> dict[str, object]:
    body = DATA[first:end]
    return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ETag": '"e1"',
            "ContentRange": f"bytes {first}-{first + len(body) - 1}/{len(DATA)}"}


def asked(first: int, end: int) -> dict[str, str]:
    return {"Bucket": "pets", "Key": "a.jpg", "Range": f"bytes={first}-{end - 1}"}


def test_an_image_is_known_by_one_ranged_read(script: Script) -> None:
    script.s3.add_response("get_object", part(0, FIRST), asked(0, FIRST))
    sight = looking.look(script.clients, "s3://pets/a.jpg")
    assert (sight.etag, sight.found.width, sight.found.height, sight.found.bytes) == ("e1", 640, 480, len(DATA))


@pytest.mark.parametrize(("code", "absent"), [
    ("NoSuchKey", Absent.MISSING), ("NoSuchBucket", Absent.MISSING), ("AccessDenied", Absent.DENIED),
    ("403", Absent.DENIED), ("InvalidRange", Absent.UNREADABLE), ("PermanentRedirect", Absent.ELSEWHERE)])
def test_what_s3_does_not_give_has_its_reason(script: Script, code: str, absent: Absent) -> None:
    script.s3.add_client_error("get_object", code)
    assert looking.look(script.clients, "s3://pets/a.jpg") == looking.Sight("s3://pets/a.jpg", "", absent)


def test_credentials_that_expired_are_no_fault_of_the_image(script: Script) -> None:
    script.s3.add_client_error("get_object", "ExpiredToken")
    with pytest.raises(NotAllowed):
        looking.look(script.clients, "s3://pets/a.jpg")


@pytest.mark.parametrize(("region", "elsewhere"), [("us-east-1", False), ("eu-west-1", True)])
def test_a_bucket_tells_its_region(script: Script, region: str, elsewhere: bool) -> None:
    script.s3.add_response("head_bucket", {"BucketRegion": region}, {"Bucket": "pets"})
    assert looking.is_elsewhere(script.clients, "pets") is elsewhere


@pytest.mark.parametrize(("owners", "codes"), [
    (("me", "me"), []), (("me", "you"), ["ERROR_INVALID_IMAGES_S3_BUCKET_OWNER"]), (("me", None), [])])
def test_buckets_of_two_owners_are_told_and_what_can_not_be_seen_is_not(
    script: Script, owners: tuple[str | None, ...], codes: list[str]
) -> None:
    for bucket, owner in zip(("pets", "lists"), owners, strict=True):
        if owner:
            script.s3.add_response("get_bucket_acl", {"Owner": {"ID": owner}, "Grants": []}, {"Bucket": bucket})
        else:
            script.s3.add_client_error("get_bucket_acl", "AccessDenied")
    assert looking.refusals(script.clients, {"pets"}, "lists") == codes


def test_results_need_a_bucket_that_is_there(script: Script) -> None:
    script.s3.add_client_error("head_bucket", "404")
    assert looking.refusals(script.clients, {"pets"}, output="gone") == ["ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"]


@pytest.mark.parametrize(("statement", "codes"), [
    ({}, ["ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"]), ({"Action": "s3:GetObject"}, []), ({"Effect": "Allow"}, []),
    ({"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}, [])])
def test_results_need_a_bucket_whose_policy_takes_them(
    script: Script, statement: dict[str, object], codes: list[str]
) -> None:
    policy = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": "arn:aws:s3:::out/*"}
              | statement}
    script.sts.add_response("get_caller_identity", {"Account": "123456789012"})
    script.s3.add_response("head_bucket", {"BucketRegion": "us-east-1"}, {"Bucket": "out"})
    script.s3.add_response("get_bucket_policy", {"Policy": json.dumps(policy)}, {"Bucket": "out"})
    assert looking.refusals(script.clients, {"pets"}, output="out") == codes


def test_a_bucket_that_may_not_be_listed_lists_nothing(script: Script) -> None:
    script.s3.add_client_error("list_objects_v2", "AccessDenied")
    assert list(looking.folder(script.clients, "pets", "a/", 10)) == []


@pytest.mark.parametrize(("code", "refusal"), [
    ("NoSuchKey", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"),
    ("AccessDenied", "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET"), ("ExpiredToken", None)])
def test_a_manifest_that_s3_does_not_give_has_rekognitions_code(script: Script, code: str, refusal: str | None) -> None:
    script.s3.add_client_error("get_object", code)
    with pytest.raises(AwsError) as error:
        looking.storage.get_bytes(script.clients, "pets", "x")
    assert looking.manifest_refusal(error.value) == refusal
