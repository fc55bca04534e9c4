from __future__ import annotations

from pathlib import Path

import pytest
from page_photos import HOSTILE, draw, take_in
from shelter import Shelter
from visitor import Visitor

from core.aws import storage
from core.errors import translate
from core.report import making
from core.workspace import Project


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    return take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2), labelled=True)


def test_without_photos_there_is_nothing_to_report(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("results/report")
    assert "There is nothing to report yet." in visitor.text
    assert visitor.links == {"Add photos": "browse"}


def test_a_report_can_be_made_before_there_is_a_model(visitor: Visitor, pets: Project) -> None:
    visitor.go("results/report")
    assert "No report yet. It will hold what is known so far; you can make another one at any time." in visitor.text
    visitor.click("Make and send to S3")
    assert visitor.finish("pets", "report").state == "done"
    report = making.reports(pets)[0]
    assert f":gray[{report.uri}]" in visitor.text
    assert [one.label for one in visitor.at.download_button] == ["Report"]
    assert len(visitor.at.get("iframe")) == 1


def test_earlier_reports_are_listed_newest_first(visitor: Visitor, pets: Project) -> None:
    for _ in range(2):
        visitor.go("results/report").click("Make and send to S3")
        visitor.finish("pets", "report")
    names = [one.value.split("**")[1].replace("\\", "") for one in visitor.at.main.markdown if "**" in one.value]
    assert names == [report.name for report in making.reports(pets)]
    assert len(names) == 2


def test_a_report_that_does_not_reach_s3_is_kept_and_says_so(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise translate("AccessDenied", "PutObject", "Access Denied")

    monkeypatch.setattr(storage, "put_bytes", refuse)
    visitor.go("results/report").click("Make and send to S3")
    assert visitor.finish("pets", "report").state == "failed"
    assert "These credentials do not have the permission for this call." in visitor.errors[0]
    assert ":gray[not sent]" in visitor.text
    assert "Make and send to S3" in visitor.buttons


def test_the_report_of_a_whole_journey_is_shown(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/report", "shelter")
    shown = keeper.at.get("iframe")[0].proto.srcdoc
    assert "4 of 5" in shown
    assert HOSTILE not in shown and "&lt;img src=x&gt;" in shown
