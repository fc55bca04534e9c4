from __future__ import annotations

import base64
import hashlib

import pytest
from aws_script import Script

from core.aws import storage
from core.errors import AwsError, NotAllowed, NotFound
from core.workspace import Project

PRIVATE = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
ENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
OWNED = {"Bucket": "photos", "ExpectedBucketOwner": "123456789012"}


def expect_account(script: Script) -> None:
    script.sts.add_response("get_caller_identity", {"Account": "123456789012"})


def expect_absence(script: Script) -> None:
    script.s3.add_client_error("head_bucket", "404", http_status_code=404, expected_params=OWNED)


def test_all_buckets_of_the_account_are_listed_by_name(script: Script) -> None:
    script.s3.add_response("list_buckets", {"Buckets": [{"Name": "zoo"}, {"Name": "photos"}]}, {})
    assert storage.list_buckets(script.clients) == ["photos", "zoo"]


def test_the_bucket_is_named_by_account_and_region_so_that_awss_managed_policy_covers_it(
    script: Script, project: Project
) -> None:
    expect_account(script)
    assert storage.bucket_name(script.clients, project) == "rekolab-custom-labels-123456789012-us-east-1"


def test_a_bucket_of_the_projects_own_choice_is_used(script: Script, project: Project) -> None:
    project.set("bucket", "my-photos")
    assert storage.bucket_name(script.clients, project) == "my-photos"


def test_a_new_bucket_is_closed_to_the_public_and_encrypted(script: Script) -> None:
    expect_account(script)
    expect_absence(script)
    script.s3.add_response("create_bucket", {}, {"Bucket": "photos"})
    script.s3.add_response("put_public_access_block", {},
                           {"Bucket": "photos", "PublicAccessBlockConfiguration": PRIVATE})
    script.s3.add_response("put_bucket_encryption", {},
                           {"Bucket": "photos", "ServerSideEncryptionConfiguration": ENCRYPTED})
    assert storage.ensure_bucket(script.clients, "photos") == storage.Bucket("photos", created=True)


def test_a_bucket_outside_virginia_names_its_region(script: Script) -> None:
    expect_account(script)
    expect_absence(script)
    script.s3.add_response("create_bucket", {}, {
        "Bucket": "photos", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}})
    script.s3.add_response("put_public_access_block", {})
    script.s3.add_response("put_bucket_encryption", {})
    object.__setattr__(script.clients, "region", "eu-west-1")
    assert storage.ensure_bucket(script.clients, "photos").created


def test_two_windows_that_make_the_same_bucket_at_once_both_get_it(script: Script) -> None:
    expect_account(script)
    expect_absence(script)
    script.s3.add_client_error("create_bucket", "BucketAlreadyOwnedByYou")
    script.s3.add_response("put_public_access_block", {})
    script.s3.add_response("put_bucket_encryption", {})
    assert storage.ensure_bucket(script.clients, "photos").created


def expect_existing(script: Script, region: str | None = "us-east-1") -> None:
    expect_account(script)
    script.s3.add_response("head_bucket", {"BucketRegion": region} if region else {}, OWNED)
    if region is None:
        script.s3.add_response("get_bucket_location", {}, {"Bucket": "photos"})


@pytest.mark.parametrize("region", ["us-east-1", None])
def test_an_existing_bucket_is_used_as_it_is(script: Script, region: str | None) -> None:
    expect_existing(script, region)
    assert storage.ensure_bucket(script.clients, "photos") == storage.Bucket("photos", created=False)


def test_a_bucket_in_another_region_is_refused_with_both_names(script: Script) -> None:
    expect_existing(script, "eu-west-1")
    with pytest.raises(AwsError, match=r"photos is in eu-west-1, but the project works in us-east-1"):
        storage.ensure_bucket(script.clients, "photos")


def test_a_bucket_of_another_account_is_refused(script: Script) -> None:
    expect_account(script)
    script.s3.add_client_error("head_bucket", "403", http_status_code=403, expected_params=OWNED)
    with pytest.raises(NotAllowed, match="belongs to another account"):
        storage.ensure_bucket(script.clients, "photos")


def test_every_object_is_listed_with_its_size_and_etag(script: Script) -> None:
    first = {"IsTruncated": True, "NextContinuationToken": "t", "Contents": [{"Key": "a", "Size": 3, "ETag": '"e1"'}]}
    second = {"IsTruncated": False, "Contents": [{"Key": "b", "Size": 4, "ETag": '"e2"'}]}
    script.s3.add_response("list_objects_v2", first, {"Bucket": "photos", "Prefix": "pets/"})
    script.s3.add_response("list_objects_v2", second,
                           {"Bucket": "photos", "Prefix": "pets/", "ContinuationToken": "t"})
    assert list(storage.list_objects(script.clients, "photos", "pets/")) == [
        storage.StoredObject("a", 3, "e1"), storage.StoredObject("b", 4, "e2")]


def test_a_missing_object_has_no_head_and_no_content(script: Script) -> None:
    script.s3.add_client_error("head_object", "404", http_status_code=404)
    assert storage.head(script.clients, "photos", "gone.jpg") is None
    script.s3.add_client_error("get_object", "NoSuchKey")
    with pytest.raises(NotFound):
        storage.get_bytes(script.clients, "photos", "gone.jpg")


def test_a_content_type_follows_from_the_name(script: Script) -> None:
    for key, kind in (("a.jpg", "image/jpeg"), ("r.html", "text/html"), ("m.manifest", "application/jsonlines"),
                      ("x.bin7", "application/octet-stream")):
        script.s3.add_response("put_object", {"ETag": '"e"'},
                               {"Bucket": "photos", "Key": key, "Body": b"abc", "ContentType": kind})
        assert storage.put_bytes(script.clients, "photos", key, b"abc") == storage.StoredObject(key, 3, "e")


def test_content_is_checked_by_s3_against_the_sha256_that_is_known(script: Script) -> None:
    digest = hashlib.sha256(b"abc")
    sent = base64.b64encode(digest.digest()).decode()
    script.s3.add_response("put_object", {"ETag": '"e"'}, {
        "Bucket": "photos", "Key": "a.jpg", "Body": b"abc", "ContentType": "image/jpeg", "ChecksumSHA256": sent})
    storage.put_bytes(script.clients, "photos", "a.jpg", b"abc", sha256=digest.hexdigest())
    item = storage.StoredObject("a.jpg", 3, "e")
    asked = {"Bucket": "photos", "Key": "a.jpg", "ChecksumMode": "ENABLED"}
    for answer, told in (({"ETag": '"e"', "ChecksumSHA256": sent}, digest.hexdigest()), ({"ETag": '"e"'}, None),
                         ({"ETag": '"f"', "ChecksumSHA256": sent}, None),
                         ({"ETag": '"e"', "ChecksumSHA256": sent, "ChecksumType": "COMPOSITE"}, None)):
        script.s3.add_response("head_object", answer, asked)
        assert storage.sha256_of(script.clients, "photos", item) == told
    script.s3.add_client_error("head_object", "403", http_status_code=403)
    assert storage.sha256_of(script.clients, "photos", item) is None


def test_the_etag_of_local_bytes_is_the_one_that_s3_gives() -> None:
    assert storage.etag_of(b"abc") == hashlib.md5(b"abc").hexdigest() == "900150983cd24fb0d6963f7d28e17f72"


def test_an_address_in_s3_is_written_as_manifests_have_it() -> None:
    assert storage.uri("photos", "a b/ü.jpg") == "s3://photos/a b/ü.jpg"
