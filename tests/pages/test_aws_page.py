from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from answering import ACCOUNT, answering
from visitor import PATIENCE, Visitor

from core.aws import clients as aws
from core.aws import throttling
from core.errors import translate
from core.jobs import Progress
from core.ui import state

_throttled, _never = threading.Event(), threading.Event()
REFUSED = "AccessDeniedException:User is not authorized to perform this."


def on_aws(visitor: Visitor, monkeypatch: pytest.MonkeyPatch, region: str = "us-east-1", **answers: Any) -> Visitor:
    """The page of a project on AWS, whose calls are answered so."""
    clients, _ = answering(answers, region)
    monkeypatch.setattr(aws, "connect", lambda home, backend: clients)
    visitor.workspace.create("pets").set("backend", {"profile": "work", "region": region})
    return visitor.go("start/aws", "pets")


def checked(visitor: Visitor) -> list[list[str]]:
    visitor.click("aws_check")
    assert state.jobs().wait("pets/access", PATIENCE).state == "done"
    table = visitor.run().at.dataframe[0].value
    return [[str(cell) for cell in row] for row in table.to_numpy()]


def test_the_engine_needs_nothing(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("start/aws", "pets")
    assert "Nothing is needed." in visitor.text
    assert "aws_check" not in [one.key for one in visitor.at.button]


def test_without_credentials_it_says_how_to_get_some(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[profile work]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    visitor.workspace.create("pets").set("backend", {"profile": "work", "region": "eu-west-1"})
    visitor.go("start/aws", "pets")
    assert "No complete AWS credentials were found on this computer." in visitor.errors[0]
    assert visitor.links["Look again"] == "aws"
    assert "aws sso login --profile work" in visitor.at.code[0].value


def test_who_one_is_is_said_and_the_account_is_masked_until_it_is_asked_for(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_aws(visitor, monkeypatch)
    assert "**You are** user/ada" in visitor.text
    assert "arn:aws:iam::…9012:user/ada" in visitor.text
    assert ACCOUNT not in visitor.text
    visitor.at.toggle(key="aws_account").set_value(True)
    assert f"arn:aws:iam::{ACCOUNT}:user/ada" in visitor.run().text
    policy = json.loads(visitor.at.code[0].value)
    assert f"arn:aws:s3:::rekolab-custom-labels-{ACCOUNT}-us-east-1" in [one["Resource"] for one in policy["Statement"]]


def test_refused_permissions_come_first_with_what_they_are_for(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_aws(visitor, monkeypatch, StartProjectVersion=REFUSED, TagResource=REFUSED,
           SimulatePrincipalPolicy={"EvaluationResults": [{"EvalDecision": "allowed"}]})
    rows = checked(visitor)
    assert rows[0] == ["rekognition:StartProjectVersion", "✗ refused", "Start a model", "tried",
                       "User is not authorized to perform this."]
    assert rows[1][:2] == ["rekognition:TagResource", "✗ refused"]
    assert {row[1] for row in rows[2:]} == {"✓ works"}
    assert ["iam:PassRole", "IAM's policy simulator"] in [[row[0], row[3]] for row in rows]
    assert visitor.errors[0].startswith("1 permission that Rekolab needs is refused: rekognition:StartProjectVersion.")
    visitor.click("aws_tidy")
    assert "aws_tidy" not in [one.key for one in visitor.at.button]


def test_what_can_not_be_seen_is_unknown_and_not_refused(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    on_aws(visitor, monkeypatch, SimulatePrincipalPolicy="AccessDenied")
    unknown = {row[0] for row in checked(visitor) if row[1] == "? unknown"}
    assert {"rekognition:CreateProject", "scheduler:CreateSchedule", "iam:PassRole"} <= unknown
    assert "Nothing that is needed was refused, but" in visitor.text


@pytest.mark.parametrize(("region", "answers", "said"), [
    ("us-east-1", {"HeadBucket": {"BucketRegion": "eu-west-1"}}, "is in eu-west-1, but the project works in us-east-1"),
    ("us-east-1", {"HeadBucket": "403"}, "it belongs to another account, or these credentials have no permission"),
    ("us-east-1", {"HeadBucket": "404"}, "Not there yet; the first upload makes it"),
    ("ca-central-1", {}, "Custom Labels is not offered here."),
])
def test_a_wrong_region_and_a_wrong_bucket_are_said_plainly(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, region: str, answers: dict[str, Any], said: str
) -> None:
    assert said in on_aws(visitor, monkeypatch, region, **answers).text


def throttled_work(progress: Progress) -> None:
    """A job whose call was throttled just now."""
    throttling.hook(5)(({}, {"Error": {"Code": "ThrottlingException"}}))
    _throttled.set()
    while not _never.wait(0.01):
        progress.check()


def test_a_job_that_is_throttled_says_so(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "_last", -2 * PATIENCE)
    monkeypatch.setattr(throttling, "_SHOWN", PATIENCE)
    visitor.workspace.create("pets")
    visitor.go("data/browse", "pets")
    assert not throttling.is_slowed()
    state.jobs().start("pets/long", "Long work", throttled_work)
    assert _throttled.wait(PATIENCE)
    assert "AWS asks for fewer requests at once. Rekolab waits and tries again." in visitor.run().text


def test_an_error_of_access_leads_here(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise translate("ExpiredTokenException", "DescribeProjects", "")

    visitor.workspace.create("pets")
    monkeypatch.setattr(aws, "connect", fail)
    visitor.go("model/versions", "pets")
    assert visitor.links["Check the access to AWS"] == "aws"
