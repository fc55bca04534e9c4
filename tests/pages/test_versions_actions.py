"""What is done with a model on the Versions page beside starting and stopping it: copies, policies, tags, history."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from answering import answering
from page_photos import HOSTILE
from shelter import QUICK, Shelter
from visitor import Visitor

from core.aws import clients as aws
from core.aws import project_policies, projects, tags, uptime, versions
from core.errors import translate
from core.types import Version
from core.ui.versioning import tagging
from core.workspace import text_of

WHO = "arn:aws:iam::111122223333:root"


@pytest.fixture
def versions_page(keeper: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """The page in the shelter, whose policies, tags and copies are gone again afterwards."""
    yield keeper.go("model/versions", "shelter")
    monkeypatch.undo()  # what the test has put in Rekognition's place
    source = projects.find_project(shelter.clients, "shelter")
    for one in project_policies.policies(shelter.clients, source.arn if source else ""):
        project_policies.delete_policy(shelter.clients, source.arn if source else "", one)
    tags.replace(shelter.clients, shelter.arn, {})
    for version in versions.list_versions(shelter.clients, "shelter-in-use"):
        versions.delete(shelter.clients, version.arn)


def fill(visitor: Visitor, **texts: str) -> None:
    for key, text in texts.items():
        next(one for one in visitor.at.text_input if one.key == key).set_value(text)


def not_listed(*_: object) -> None:
    raise translate("AccessDeniedException", "ListTagsForResource", "not authorized")


def test_a_model_is_copied_to_a_new_project_and_found_there(versions_page: Visitor, shelter: Shelter) -> None:
    visitor, button = versions_page, f"copy {shelter.arn}"
    visitor.click(button)
    assert "Nothing is trained, so no training is billed" in visitor.text
    visitor.at.selectbox(key="copy_project").select("A new project")
    visitor.click(button)
    fill(visitor, copy_new_project="shelter-in-use")
    visitor.click(button)
    fill(visitor, copy_name="best")
    visitor.click(button, "copy_now")
    assert visitor.finish("shelter", "copy").error is None
    [made] = versions.list_versions(shelter.clients, "shelter-in-use")
    assert versions.wait_for(shelter.clients, made.arn, {"COPYING_COMPLETED"}, QUICK).name == "best"
    visitor.run().at.selectbox(key="versions_of").select("shelter-in-use")
    assert "-badge[copying completed]" in visitor.run().text
    assert "one is being copied to shelter-in-use as best" in shelter.project.events()[0].text


def test_a_copy_begins_with_the_tags_of_the_original_and_gets_the_key_that_is_typed(
    versions_page: Visitor, shelter: Shelter
) -> None:
    visitor, button = versions_page, f"copy {shelter.arn}"
    tags.add(shelter.clients, shelter.arn, {"team": "pets", "stage": "live"})
    visitor.click(button)
    assert "The options begin with the original's 2 tags." in visitor.text
    visitor.at.selectbox(key="copy_project").select("A new project")
    visitor.click(button)
    fill(visitor, copy_new_project="shelter-in-use")
    visitor.click(button)
    fill(visitor, **{f"copy_key {shelter.arn}": "alias/pets"})
    visitor.click(button, "copy_now")
    assert visitor.finish("shelter", "copy").error is None
    [made] = versions.list_versions(shelter.clients, "shelter-in-use")
    assert versions.wait_for(shelter.clients, made.arn, {"COPYING_COMPLETED"}, QUICK).kms_key == "alias/pets"
    assert tags.tags_of(shelter.clients, made.arn) == {"team": "pets", "stage": "live"}


def test_a_key_of_another_region_can_not_be_copied_with(versions_page: Visitor, shelter: Shelter) -> None:
    button = f"copy {shelter.arn}"
    versions_page.click(button)
    fill(versions_page, **{f"copy_key {shelter.arn}": "arn:aws:kms:eu-west-1:111122223333:alias/x"})
    versions_page.click(button)
    assert "This KMS key is in eu-west-1" in versions_page.text
    assert versions_page.button("copy_now").disabled


def test_a_copy_is_possible_where_tags_may_not_be_listed(
    versions_page: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tags, "tags_of", not_listed)
        versions_page.click(f"copy {shelter.arn}")
        assert "may not list the original's tags" in versions_page.text
        assert not versions_page.button("copy_now").disabled


def test_a_name_that_rekognition_refuses_is_refused_in_the_dialog(versions_page: Visitor, shelter: Shelter) -> None:
    visitor, button = versions_page, f"copy {shelter.arn}"
    visitor.click(button)
    visitor.at.selectbox(key="copy_project").select("A new project")
    visitor.click(button)
    fill(visitor, copy_new_project=HOSTILE)
    visitor.click(button)
    visitor.click(button, "copy_now")
    assert "letters, digits, '.', '-' and '_' only" in visitor.text
    assert not any(HOSTILE in source for source in visitor.markdown)


def for_others(visitor: Visitor, shelter: Shelter) -> str:
    """Open the side of the dialog that is about other accounts; gives the button that opens the dialog."""
    button = f"copy {shelter.arn}"
    visitor.at.session_state["copy_where"] = "To another account"
    visitor.click(button)
    return button


def test_the_least_policy_is_shown_before_it_is_put_and_can_be_taken_back(
    versions_page: Visitor, shelter: Shelter
) -> None:
    visitor = versions_page
    button = for_others(visitor, shelter)
    source = projects.find_project(shelter.clients, "shelter")
    assert source and "Nobody else may copy a model of shelter." in visitor.text
    fill(visitor, copy_who="1111-2222-3333")
    visitor.click(button)
    assert json.loads(visitor.at.code[0].value) == project_policies.policy(shelter.arn, WHO)
    assert project_policies.policies(shelter.clients, source.arn) == []
    visitor.click(button, "copy_allow")
    [put] = project_policies.policies(shelter.clients, source.arn)
    assert json.loads(put.document) == project_policies.policy(shelter.arn, WHO)
    visitor.click(button)
    assert f"{WHO} may copy shelter/version/one." in visitor.text
    visitor.click(button, f"policy {put.name}")
    assert project_policies.policies(shelter.clients, source.arn) == []


@pytest.mark.parametrize("given", ["12345", "*", HOSTILE])
def test_nobody_is_allowed_by_mistake(versions_page: Visitor, shelter: Shelter, given: str) -> None:
    button = for_others(versions_page, shelter)
    fill(versions_page, copy_who=given)
    versions_page.click(button)
    assert any("twelve digits" in one.value for one in versions_page.at.error)
    assert "copy_allow" not in [one.key for one in versions_page.at.button]


def test_what_the_other_account_runs_names_the_model(versions_page: Visitor, shelter: Shelter) -> None:
    for_others(versions_page, shelter)
    assert f"--source-project-version-arn {shelter.arn} " in versions_page.at.code[-1].value


def test_a_model_of_another_account_is_taken_over_by_its_two_arns(versions_page: Visitor, shelter: Shelter) -> None:
    visitor = versions_page
    visitor.at.session_state["versions_project"] = True
    fill(visitor.run(), take_project="theirs", take_version=shelter.arn)
    visitor.click("Take it over")
    assert any("The owner gives two ARNs" in one.value for one in visitor.at.error)
    source = projects.find_project(shelter.clients, "shelter")
    fill(visitor, take_project=source.arn if source else "", take_version=shelter.arn, take_name="taken")
    visitor.click("Take it over")
    assert visitor.finish("shelter", "copy").error is None
    [made] = [one for one in versions.list_versions(shelter.clients, "shelter") if one.name == "taken"]
    versions.wait_for(shelter.clients, made.arn, {"COPYING_COMPLETED"}, QUICK)
    versions.delete(shelter.clients, made.arn)


def test_tags_are_seen_and_changed(versions_page: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch) -> None:
    tags.add(shelter.clients, shelter.arn, {"team": "pets", "old": ""})
    monkeypatch.setattr(tagging.typing, "rows", lambda *_: {"team": "vets", "cost-centre": "7"})
    versions_page.click(f"tags {shelter.arn}", "tags_save")
    assert tags.tags_of(shelter.clients, shelter.arn) == {"team": "vets", "cost-centre": "7"}


def test_the_rows_are_those_that_aws_has_now(versions_page: Visitor, shelter: Shelter) -> None:
    for there in ({"team": "pets"}, {"team": "vets", "old": ""}):
        tags.replace(shelter.clients, shelter.arn, there)
        versions_page.click(f"tags {shelter.arn}")
        typed = [one.value for one in versions_page.at.text_input if one.key and one.key.startswith("version_tags")]
        assert typed == [text for pair in there.items() for text in pair]
        assert versions_page.button("tags_save").disabled  # nothing has changed


def test_tags_that_aws_refuses_can_not_be_saved(
    versions_page: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging.typing, "rows", lambda *_: None)
    versions_page.click(f"tags {shelter.arn}")
    assert versions_page.button("tags_save").disabled


def test_tags_that_can_not_be_read_are_said(
    versions_page: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "tags_of", not_listed)
    versions_page.click(f"tags {shelter.arn}")
    assert "not authorized" in versions_page.text


def note_run(visitor: Visitor, arn: str, started: dt.datetime, hours: float) -> None:
    with visitor.workspace.catalogue() as rows:
        rows.execute("INSERT INTO uptime (arn, units, started, stopped) VALUES (?, 1, ?, ?)",
                     (arn, text_of(started), text_of(started + dt.timedelta(hours=hours))))


def test_the_months_are_those_of_the_record_and_marked_as_what_aws_would_have_charged(visitor: Visitor) -> None:
    arn = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/gone/1"
    visitor.workspace.create("pets")
    note_run(visitor, arn, dt.datetime(2026, 9, 3, tzinfo=dt.UTC), 2.5)
    visitor.go("model/versions", "pets")
    assert [list(row) for row in visitor.at.dataframe[0].value.to_numpy()] == [
        ["September 2026", "gone", "2 h 30 min", "$10.00"]]
    assert "$10.00 altogether: what AWS would have charged. The built-in engine is free." in visitor.text
    assert "Ask CloudWatch" not in visitor.buttons


def on_aws(visitor: Visitor, monkeypatch: pytest.MonkeyPatch, counted_hours: int, **answers: Any
           ) -> tuple[Visitor, list[tuple[str, dict[str, Any]]]]:
    """The page of a project on AWS with one model, of which CloudWatch has counted so many hours of a day lately."""
    arn = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"
    day = (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    version = replace(Version(arn, "pets", "one", "STOPPED", "", day), f1=0.9)
    minutes = 60 * counted_hours
    answer = {"MetricDataResults": [{"Id": "m0", "Values": [1.0] * minutes, "Timestamps": [
        day + dt.timedelta(minutes=minute) for minute in range(minutes)]}]}
    clients, calls = answering({"GetMetricData": answer, **answers})
    monkeypatch.setattr(aws, "connect", lambda home, backend: clients)
    monkeypatch.setattr(versions, "list_versions", lambda *_: [version])
    monkeypatch.setattr("core.aws.usage.KEPT", ((dt.timedelta(days=40), 60),))
    visitor.workspace.create("pets").set("backend", {"profile": "work", "region": "us-east-1"})
    foreign = "arn:aws:rekognition:us-east-1:999999999999:project/pets/version/one/1"
    monkeypatch.setattr("core.aws.budget.ENGINE_ACCOUNT", foreign.split(":")[4])
    note_run(visitor, arn, day, 3)
    return visitor.go("model/versions", "pets"), calls


def test_cloudwatch_is_asked_by_a_button_that_says_what_that_costs(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, calls = on_aws(visitor, monkeypatch, 3)
    assert "A look asks for 1 metric, which AWS bills with under $0.01." in visitor.text
    assert "GetMetricData" not in [name for name, _ in calls]
    visitor.click("versions_cloudwatch")
    assert "GetMetricData" in [name for name, _ in calls]
    assert "It agrees with Rekolab's own record." in visitor.text


@pytest.mark.parametrize(("hours", "words"), [
    (5, "CloudWatch has 5 h 0 min ($20.00), Rekolab's record 3 h 0 min ($12.00). It ran when Rekolab did not look"),
    (1, "CloudWatch has 1 h 0 min ($4.00), Rekolab's record 3 h 0 min ($12.00). The record is too long"),
    (0, "CloudWatch has 0 s ($0.00), Rekolab's record 3 h 0 min ($12.00).")])
def test_what_cloudwatch_counts_otherwise_is_said_with_its_usual_reason(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, hours: int, words: str
) -> None:
    visitor, _ = on_aws(visitor, monkeypatch, hours)
    visitor.click("versions_cloudwatch")
    assert words in visitor.text


def test_a_permission_that_is_missing_for_cloudwatch_is_said_with_the_way_on(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, _ = on_aws(visitor, monkeypatch, 3, GetMetricData="AccessDenied:not authorized")
    visitor.click("versions_cloudwatch")
    assert any("not authorized" in one for one in visitor.errors)
    assert "aws" in visitor.links.values()
    assert uptime.uptimes(visitor.workspace)
