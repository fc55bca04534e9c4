from __future__ import annotations

import re

import botocore.session
import pytest
from aws_script import MODEL, Script
from hypothesis import given
from hypothesis import strategies as st

from core.aws import tags
from core.engine.constraints import violations
from core.errors import RekolabError

_TAGS = botocore.session.get_session().get_service_model("rekognition").shape_for("TagMap")


@pytest.mark.parametrize(("key", "value", "said"), [
    ("", "birds", "The value “birds” has no key."),
    ("k" * 129, "", "A key can have 128 characters"),
    ("team", "v" * 257, "A value can have 256 characters, and that of “team” has 257."),
    ("aws:team", "birds", "those that begin with “aws:” are AWS's own"),
    ("AWS:team", "birds", "those that begin with “aws:” are AWS's own"),
    ("team!", "birds", "“team!” has signs that a tag can not have: !."),
    ("team", "a*b\n", "has signs that a tag can not have: U+000A *."),
])
def test_what_aws_refuses_is_said_before_it_is_sent(key: str, value: str, said: str) -> None:
    assert any(said in fault for fault in tags.faults([(key, value)]))
    with pytest.raises(RekolabError, match=re.escape(said)):
        tags.checked([(key, value)])


@pytest.mark.parametrize(("key", "value"), [
    ("team", ""), ("k" * 128, "v" * 256), ("Größe 大小", "_.:/=+-@"), ("laws:", "aws:value"), ("²", "½")])
def test_what_aws_takes_has_no_fault(key: str, value: str) -> None:
    assert tags.checked([(key, value)]) == {key: value}


def test_a_key_can_be_there_once_and_two_hundred_of_them() -> None:
    assert tags.faults([("team", "a"), ("team", "b")]) == ["The key “team” is there 2 times. A key has one value."]
    rows = [(f"key {number}", "") for number in range(201)]
    assert tags.faults(rows[:200]) == []
    assert tags.faults(rows) == ["There can be 200 tags, and these are 201."]


@given(st.text(max_size=140), st.text(max_size=270))
def test_nothing_without_a_fault_breaks_the_pattern_of_the_service(key: str, value: str) -> None:
    if not tags.faults([(key, value)]):
        assert not list(violations(_TAGS, {key: value}))


def test_tags_are_listed_added_and_removed(script: Script) -> None:
    script.rekognition.add_response("list_tags_for_resource", {"Tags": {"team": "birds"}}, {"ResourceArn": MODEL})
    script.rekognition.add_response("tag_resource", {}, {"ResourceArn": MODEL, "Tags": {"stage": "try"}})
    script.rekognition.add_response("untag_resource", {}, {"ResourceArn": MODEL, "TagKeys": ["team"]})
    assert tags.tags_of(script.clients, MODEL) == {"team": "birds"}
    tags.add(script.clients, MODEL, {"stage": "try"})
    tags.remove(script.clients, MODEL, ["team"])


def test_replacing_removes_what_goes_before_it_adds_what_comes(script: Script) -> None:
    script.rekognition.add_response(
        "list_tags_for_resource", {"Tags": {"a": "1", "b": "2", "c": "3"}}, {"ResourceArn": MODEL})
    script.rekognition.add_response("untag_resource", {}, {"ResourceArn": MODEL, "TagKeys": ["a"]})
    script.rekognition.add_response("tag_resource", {}, {"ResourceArn": MODEL, "Tags": {"b": "two", "d": "4"}})
    assert tags.replace(script.clients, MODEL, {"b": "two", "c": "3", "d": "4"})


def test_replacing_by_the_same_changes_nothing(script: Script) -> None:
    script.rekognition.add_response("list_tags_for_resource", {"Tags": {"a": "1"}}, {"ResourceArn": MODEL})
    assert not tags.replace(script.clients, MODEL, {"a": "1"})


def test_a_tag_that_aws_would_refuse_is_not_sent(script: Script) -> None:
    with pytest.raises(RekolabError, match="AWS's own"):
        tags.add(script.clients, MODEL, {"aws:team": "birds"})


def test_awss_own_tags_are_neither_shown_nor_touched(script: Script) -> None:
    own = {"aws:cloudformation:stack-name": "pets", "team": "birds"}
    for _ in range(2):
        script.rekognition.add_response("list_tags_for_resource", {"Tags": own}, {"ResourceArn": MODEL})
    script.rekognition.add_response("untag_resource", {}, {"ResourceArn": MODEL, "TagKeys": ["team"]})
    assert tags.tags_of(script.clients, MODEL) == {"team": "birds"}
    assert tags.replace(script.clients, MODEL, {})
