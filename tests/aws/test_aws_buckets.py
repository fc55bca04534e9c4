"""What is said of a bucket before anything is sent to it, from AWS's own answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_script import Script
from hypothesis import given
from hypothesis import strategies as st

from core.aws import bucket_policy, buckets
from core.aws.buckets import Concern
from core.errors import AwsError, NotAllowed

ACCOUNT = "123456789012"
PRIVATE = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
EVERYBODY = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
READ = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}


def encrypted(algorithm: str) -> dict[str, Any]:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


GOOD: dict[str, dict[str, Any] | str] = {
    "get_public_access_block": {"PublicAccessBlockConfiguration": PRIVATE},
    "get_bucket_encryption": encrypted("AES256"),
    "get_bucket_versioning": {},
    "get_bucket_policy": "NoSuchBucketPolicy",
}


def look(script: Script, acl: dict[str, Any] | str | None = None, **answers: dict[str, Any] | str) -> list[Concern]:
    """What is said of a bucket that answers so, a text being the code of an error; the rest is in order."""
    script.sts.add_response("get_caller_identity", {"Account": ACCOUNT})
    script.s3.add_response("head_bucket", {"BucketRegion": "us-east-1"},
                           {"Bucket": "photos", "ExpectedBucketOwner": ACCOUNT})
    for call, answer in (GOOD | answers | ({"get_bucket_acl": acl} if acl is not None else {})).items():
        if isinstance(answer, str):
            script.s3.add_client_error(call, answer, http_status_code=403 if answer == "AccessDenied" else 404)
        else:
            script.s3.add_response(call, answer, {"Bucket": "photos"})
    seen = buckets.inspect(script.clients, "photos", "pets")
    assert seen.exists
    return list(seen.concerns)


def policy(*statements: Any) -> dict[str, Any]:
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


def test_nothing_is_said_of_a_bucket_that_is_in_order(script: Script) -> None:
    assert look(script) == []


def test_a_bucket_that_does_not_exist_will_be_made_as_it_should_be(script: Script) -> None:
    script.sts.add_response("get_caller_identity", {"Account": ACCOUNT})
    script.s3.add_client_error("head_bucket", "404", http_status_code=404)
    assert buckets.inspect(script.clients, "photos", "pets") == buckets.Inspection("photos", exists=False)


@pytest.mark.parametrize(("code", "region", "said"), [
    ("", "eu-west-1", "photos is in eu-west-1, but the project works in us-east-1"),
    ("403", "", "belongs to another account")])
def test_a_bucket_elsewhere_or_of_others_is_refused_at_once(script: Script, code: str, region: str, said: str) -> None:
    script.sts.add_response("get_caller_identity", {"Account": ACCOUNT})
    if code:
        script.s3.add_client_error("head_bucket", code, http_status_code=403)
    else:
        script.s3.add_response("head_bucket", {"BucketRegion": region})
    with pytest.raises(NotAllowed if code else AwsError, match=said):
        buckets.inspect(script.clients, "photos", "pets")


@pytest.mark.parametrize(("block", "acl", "policies", "said", "mend"), [
    ("NoSuchPublicAccessBlockConfiguration", {"Grants": []}, "NoSuchBucketPolicy", "not blocked altogether", "close"),
    ({"PublicAccessBlockConfiguration": PRIVATE | {"BlockPublicPolicy": False}}, {"Grants": []}, "NoSuchBucketPolicy",
     "not blocked altogether", "close"),
    ("NoSuchPublicAccessBlockConfiguration", {"Grants": [{"Grantee": EVERYBODY, "Permission": "READ"}]},
     "NoSuchBucketPolicy", "open to the public", "close"),
    ("NoSuchPublicAccessBlockConfiguration", "AccessDenied", policy(READ | {"Effect": "Allow"}),
     "open to the public", "close"),
    ("AccessDenied", "AccessDenied", "AccessDenied", "can not be seen with these credentials", None)])
def test_how_open_a_bucket_is_is_said(
    script: Script, block: Any, acl: Any, policies: Any, said: str, mend: str | None
) -> None:
    (concern,) = look(script, acl, get_public_access_block=block, get_bucket_policy=policies)
    assert said in concern.text
    assert concern.mend == mend


@pytest.mark.parametrize(("encryption", "said", "mend"), [
    ("ServerSideEncryptionConfigurationNotFoundError", "not encrypted by default", "encrypt"),
    (encrypted("aws:kms"), "kms:GenerateDataKey and kms:Decrypt", None),
    (encrypted("aws:kms:dsse"), "kms:GenerateDataKey and kms:Decrypt", None),
    ("AccessDenied", "can not be seen with these credentials", None)])
def test_how_a_bucket_is_encrypted_is_said(script: Script, encryption: Any, said: str, mend: str | None) -> None:
    (concern,) = look(script, get_bucket_encryption=encryption)
    assert said in concern.text
    assert concern.mend == mend


def test_kept_versions_and_a_policy_that_denies_are_said(script: Script) -> None:
    versions, denial = look(script, get_bucket_versioning={"Status": "Enabled"}, get_bucket_policy=policy(READ))
    assert "keeps versions" in versions.text
    assert "denies s3:GetObject, which the upload or Rekognition needs" in denial.text


def test_what_can_not_be_asked_for_is_not_called_wrong(script: Script) -> None:
    script.sts.add_response("get_caller_identity", {"Account": ACCOUNT})
    script.s3.add_response("head_bucket", {"BucketRegion": "us-east-1"})
    script.s3.add_client_error("get_public_access_block", "SlowDown", http_status_code=400)
    with pytest.raises(AwsError) as caught:
        buckets.inspect(script.clients, "photos", "pets")
    assert caught.value.code == "SlowDown"


def denied(**changes: Any) -> list[tuple[str, str]]:
    """What a statement like READ, changed so, denies to the upload into photos/pets."""
    statement = {name: value for name, value in (READ | changes).items() if value is not None}
    return list(bucket_policy.denials({"Statement": statement}, ACCOUNT, "photos", "pets"))


def test_only_what_the_upload_and_rekognition_need_counts_as_denied() -> None:
    assert denied() == [("s3:GetObject", "")]
    assert denied(Action="s3:Put*") == [("s3:PutObject", "")]
    assert denied(Action=["s3:DeleteObject", "s3:PutBucketPolicy"]) == []
    assert denied(Action=None, NotAction=["s3:Get*", "s3:List*"]) == [("s3:PutObject", "")]
    assert denied(Effect="Allow") == []


def test_a_denial_counts_where_it_is_about_us_and_our_part_of_the_bucket() -> None:
    assert denied(Resource="arn:aws:s3:::photos/private/*") == []
    assert denied(Resource=["arn:aws-cn:s3:::photos/pets/*"]) == [("s3:GetObject", "")]
    assert denied(Action="s3:ListBucket", Resource="arn:aws:s3:::photos") == [("s3:ListBucket", "")]
    assert denied(Principal={"AWS": "arn:aws:iam::210987654321:root"}) == []
    assert denied(Principal={"AWS": [f"arn:aws:iam::{ACCOUNT}:user/ann"]}) == [("s3:GetObject", "")]
    assert denied(Principal={"Service": "rekognition.amazonaws.com"}) == [("s3:GetObject", "")]


def test_conditions_are_named_and_one_for_encrypted_connections_denies_nothing() -> None:
    assert denied(Condition={"Bool": {"aws:SecureTransport": "false"}}) == []
    assert denied(Action="s3:PutObject", Condition={"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
                  ) == [("s3:PutObject", "s3:x-amz-server-side-encryption")]
    assert denied(Principal=None, NotPrincipal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}) == [
        ("s3:GetObject", "NotPrincipal")]


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                    max_leaves=8)
PARTS = st.sampled_from(["Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "Condition"])


@given(st.fixed_dictionaries({"Statement": st.lists(st.dictionaries(PARTS, JSON | st.just("Deny"))) | JSON}))
def test_no_policy_whatever_is_too_strange_to_be_read(strange: dict[str, Any]) -> None:
    assert all(actions for actions, _ in bucket_policy.denials(strange, ACCOUNT, "photos", "pets"))
    assert bucket_policy.opens(strange) in (True, False)
    assert bucket_policy.denies(strange, ACCOUNT, "s3:PutObject", "photos/pets/out.json") in (True, False)
