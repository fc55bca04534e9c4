from __future__ import annotations

import re

import botocore.session
import pytest
from answering import answering
from aws_script import MODEL, model
from hypothesis import given
from hypothesis import strategies as st

from core.aws import options
from core.aws.options import Options
from core.aws.versions import version_of
from core.engine.constraints import violations
from core.errors import RekolabError

_SERVICE = botocore.session.get_session().get_service_model("rekognition")
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(("name", "said"), [
    ("2026-11-23-1", "There is a version 2026-11-23-1 already."), ("", "needs a name"), ("n" * 256, "this one has 256"),
    ("two words", "no space"), ("höher", "letters from a to z"), ("new", ""), ("n" * 255, ""), ("_.-9", "")])
def test_a_name_is_said_to_be_taken_or_one_that_aws_refuses(name: str, said: str) -> None:
    found = options.name_fault(name, ["2026-11-23-1"])
    assert said in found if said else not found


@pytest.mark.parametrize(("text", "said"), [
    ("", ""),
    ("40 photos (cats, dogs): 'try'; more?", ""), ("d" * 256, "this one has 256"), ("a < b\n", "not: U+000A <")])
def test_a_description_is_held_against_the_signs_that_aws_takes(text: str, said: str) -> None:
    found = options.description_fault(text)
    assert said in found if said else not found


@pytest.mark.parametrize("key", ["", "1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab",
                                 "alias/photos", KEY, "arn:aws:kms:us-east-1:111122223333:alias/photos"])
def test_a_key_is_named_by_id_arn_or_alias(key: str) -> None:
    assert options.key_fault(key, "us-east-1") == ""


@pytest.mark.parametrize(("key", "said"), [
    ("my key", "named by its id, its ARN or its alias"), ("photos", "That is no KMS key"),
    ("k" * 2049, "named by its id"), ("arn:aws:s3:::photos", "That is no KMS key"),
    (KEY.replace("us-east-1", "eu-west-1"), "This KMS key is in eu-west-1, and the model will be in us-east-1.")])
def test_what_can_be_no_key_of_the_region_is_refused_before_aws_is_asked(key: str, said: str) -> None:
    assert said in options.key_fault(key, "us-east-1")
    with pytest.raises(RekolabError, match=re.escape(said)):
        options.checked(Options(kms_key=key), "us-east-1")


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_nothing_without_a_fault_breaks_a_pattern_of_the_service(name: str, text: str, key: str) -> None:
    if not options.name_fault(name):
        assert not list(violations(_SERVICE.shape_for("VersionName"), name))
    if text and not options.description_fault(text):
        assert not list(violations(_SERVICE.shape_for("VersionDescription"), text))
    if key and not options.key_fault(key, "us-east-1"):
        assert not list(violations(_SERVICE.shape_for("KmsKeyId"), key))


def test_what_is_left_out_is_not_sent() -> None:
    assert Options().request == {}
    assert Options("first", {"team": "birds"}, "alias/photos").request == {
        "VersionDescription": "first", "Tags": {"team": "birds"}, "KmsKeyId": "alias/photos"}


def test_the_accounts_own_keys_are_listed_by_their_aliases() -> None:
    clients, _ = answering({"ListAliases": {"Aliases": [
        {"AliasName": "alias/photos", "TargetKeyId": "1"}, {"AliasName": "alias/aws/s3", "TargetKeyId": "2"},
        {"AliasName": "alias/without-a-key"}, {"AliasName": "alias/cats", "TargetKeyId": "3"}]}})
    assert options.key_aliases(clients) == ["alias/cats", "alias/photos"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "NotImplemented"])
def test_where_keys_can_not_be_listed_one_is_typed(code: str) -> None:
    assert options.key_aliases(answering({"ListAliases": code})[0]) is None


def test_a_models_description_and_key_are_read() -> None:
    version = version_of(model(arn=MODEL, VersionDescription="first", KmsKeyId=KEY))
    assert (version.description, version.kms_key) == ("first", KEY)
