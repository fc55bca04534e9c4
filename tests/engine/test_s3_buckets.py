"""The engine's S3 does with buckets what S3 does."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from s3_room import exchange, s3_client, signed_headers

from core.aws.engine_process import Engine

TAGS = [{"Key": "k", "Value": "v w"}]


def test_a_new_bucket_is_listed_with_its_date(s3: Any, bucket: str) -> None:
    s3.head_bucket(Bucket=bucket)
    assert [entry["CreationDate"] for entry in s3.list_buckets()["Buckets"] if entry["Name"] == bucket]


def test_a_bucket_is_in_the_region_it_was_made_in(s3: Any, bucket: str, engine: Engine) -> None:
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] in (None, "us-east-1")
    irish, name = s3_client(engine, "eu-west-1"), f"irish-{uuid.uuid4().hex[:8]}"
    irish.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert irish.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"


def test_only_an_empty_bucket_can_be_deleted(s3: Any, bucket: str, refused: Callable[..., str]) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    assert refused(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty"
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
    assert refused(s3.head_bucket, Bucket=bucket) == "404"


def test_a_policy_can_be_set_read_and_deleted(s3: Any, bucket: str, refused: Callable[..., str]) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{
        "Sid": "AWSRekognitionS3AclBucketRead20191011", "Effect": "Allow",
        "Principal": {"Service": "rekognition.amazonaws.com"}, "Action": ["s3:GetBucketAcl", "s3:GetBucketLocation"],
        "Resource": f"arn:aws:s3:::{bucket}"}]}
    assert refused(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    s3.delete_bucket_policy(Bucket=bucket)
    assert refused(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


def test_public_access_can_be_blocked(s3: Any, bucket: str) -> None:
    blocked = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=blocked)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == blocked


def test_a_bucket_has_tags_cors_rules_and_an_access_list(s3: Any, bucket: str) -> None:
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": TAGS})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == TAGS
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == rules
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"]


def test_every_bucket_is_encrypted_as_s3_does_it(s3: Any, bucket: str) -> None:
    def algorithm() -> str:
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        return rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]

    assert algorithm() == "AES256"
    s3.delete_bucket_encryption(Bucket=bucket)
    assert algorithm() == "AES256"
    assert s3.put_object(Bucket=bucket, Key="a", Body=b"1")["ServerSideEncryption"] == "AES256"


def test_a_bucket_can_be_named_by_the_host(s3: Any, bucket: str, engine: Engine) -> None:
    s3.put_object(Bucket=bucket, Key="a/b.jpg", Body=b"hello")
    port = engine.url.rpartition(":")[2]
    headers = signed_headers(engine, "GET", f"http://{bucket}.localhost:{port}/a/b.jpg")
    status, _, body = exchange(engine, "GET", "/a/b.jpg", headers=headers | {"Host": f"{bucket}.localhost:{port}"})
    assert (status, body) == (200, b"hello")


def test_a_bucket_of_another_account_says_whose_it_is(
    s3: Any, bucket: str, refused: Callable[..., str], engine: Engine
) -> None:
    theirs = f"theirs-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=theirs)
    s3.put_object(Bucket=theirs, Key="a", Body=b"1")
    assert s3.get_object(Bucket=theirs, Key="a")["Body"].read() == b"1"
    mine, other = (s3.get_bucket_acl(Bucket=name) for name in (bucket, theirs))
    assert mine["Owner"]["ID"] != other["Owner"]["ID"] == other["Grants"][0]["Grantee"]["ID"]
    listed = {entry["Name"] for entry in s3.list_buckets()["Buckets"]}
    assert bucket in listed and theirs not in listed
    s3.head_bucket(Bucket=theirs, ExpectedBucketOwner="210987654321")
    s3.head_bucket(Bucket=bucket, ExpectedBucketOwner="123456789012")
    assert refused(s3.head_bucket, Bucket=theirs, ExpectedBucketOwner="123456789012") == "403"
    assert refused(s3.put_object, Bucket=bucket, Key="a", ExpectedBucketOwner="210987654321") == "AccessDenied"
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=theirs)["Contents"]] == ["a"]
