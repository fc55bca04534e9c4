from __future__ import annotations

import itertools
import urllib.request
from pathlib import Path

import pytest
from page_photos import HOSTILE, draw, take_in
from shelter import Shelter
from visitor import Visitor, read

from core.aws import clients as aws
from core.aws import storage
from core.errors import translate
from core.manifest.lines import split_uri
from core.report import added, making
from core.workspace import Project

NUMBERS = itertools.count()


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    project = visitor.workspace.create(f"pets-{next(NUMBERS)}")  # in S3, reports of one name and second are one
    return take_in(project, draw(tmp_path / "photos", ("cat", "dog"), 2), labelled=True)


def test_without_photos_there_is_nothing_to_report(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("results/report")
    assert "There is nothing to report yet." in visitor.text
    assert visitor.links == {"Add photos": "browse"}


def test_a_report_can_be_made_before_there_is_a_model(visitor: Visitor, pets: Project) -> None:
    visitor.go("results/report")
    assert "No report yet. It will hold what is known so far; you can make another one at any time." in visitor.text
    assert "no model has been tried yet" in preview(visitor)
    visitor.click("Make and send to S3")
    assert visitor.finish(pets.name, "report").state == "done"
    report = making.reports(pets)[0]
    assert f":gray[{report.uri}]" in visitor.text and report.fingerprint in visitor.text
    assert [one.label for one in visitor.at.download_button] == ["Report", "All files"]
    assert f"The report is made and in S3, every file read back and compared: {report.uri}" in said(visitor)


def test_earlier_reports_are_listed_newest_first(visitor: Visitor, pets: Project) -> None:
    for _ in range(2):
        visitor.go("results/report").click("Make and send to S3")
        visitor.finish(pets.name, "report")
    names = [one.value.split("**")[1].replace("\\", "") for one in visitor.at.main.markdown if "** · " in one.value]
    assert names == [report.name for report in making.reports(pets)]
    assert len(names) == 2


def test_a_report_that_does_not_reach_s3_is_kept_and_says_so(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise translate("AccessDenied", "PutObject", "Access Denied")

    monkeypatch.setattr(storage, "put_bytes", refuse)
    visitor.go("results/report").click("Make and send to S3")
    assert visitor.finish(pets.name, "report").state == "failed"
    assert "These credentials do not have the permission for this call." in visitor.errors[0]
    assert ":gray[not sent]" in visitor.text
    assert "Make and send to S3" in visitor.buttons
    monkeypatch.undo()
    visitor.click("Send to S3")
    assert visitor.finish(pets.name, "report").state == "done"
    assert ":gray[not sent]" not in visitor.text and len(making.reports(pets)) == 1


def test_what_is_not_ticked_is_not_in_the_preview(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/report", "shelter")
    assert ">Costs<" in preview(keeper) and "<img" in preview(keeper)
    assert shelter.clients.account not in preview(keeper)
    tick(keeper, "Costs", False)
    tick(keeper, "Pictures of photos", False)
    tick(keeper, "Account number", True)
    keeper.run()
    assert ">Costs<" not in preview(keeper) and "<img" not in preview(keeper)
    assert shelter.clients.account in preview(keeper)


def test_what_is_ticked_is_what_is_made(visitor: Visitor, pets: Project) -> None:
    visitor.go("results/report")
    tick(visitor, "Costs", False)
    visitor.run().click("Make and send to S3")
    visitor.finish(pets.name, "report")
    assert "Costs" not in making.reports(pets)[0].html.read_text("utf-8")


def test_files_of_ones_own_are_taken_in_listed_and_removed(visitor: Visitor, pets: Project) -> None:
    visitor.go("results/report")
    box = visitor.at.file_uploader[0]
    box.upload("screen <b>.png", b"pixels", "image/png")
    box.upload("keys.env", b"AWS_SECRET_ACCESS_KEY=abcdefghijklmnopqrstuvwxyz0123456789/+ab", "text/plain")
    visitor.run()
    assert "screen -b-.png :gray[6 bytes]" in visitor.text
    assert "It holds what looks like a secret key. It is never sent" in visitor.text
    visitor.click("Make and send to S3")
    visitor.finish(pets.name, "report")
    assert [path.name for path in (making.reports(pets)[0].folder / "added").iterdir()] == ["screen -b-.png"]
    visitor.click("remove screen -b-.png")
    assert "screen -b-.png" not in visitor.text


def test_a_file_that_is_too_much_is_refused_with_the_limit(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(added, "MOST_TOGETHER", 10)
    visitor.go("results/report")
    visitor.at.file_uploader[0].upload("large.txt", b"x" * 11, "text/plain")
    visitor.run()
    assert "With large.txt the files would have more than" in visitor.errors[0]
    assert added.listed(pets, "") == []


def test_verify_says_that_all_is_the_same_or_names_what_is_not(visitor: Visitor, pets: Project) -> None:
    visitor.go("results/report").click("Make and send to S3")
    visitor.finish(pets.name, "report")
    report = making.reports(pets)[0]
    visitor.click(f"verify {report.name}")
    assert visitor.finish(pets.name, "verify").state == "done"
    assert "files are as they were made." in said(visitor) and "In S3: every file is the same." in said(visitor)
    (report.folder / "predictions.csv").write_text("changed")
    clients = aws.connect(pets.home, pets.backend)
    bucket, key = split_uri(report.uri)
    clients.s3.delete_object(Bucket=bucket, Key=key)
    visitor.click(f"verify {report.name}")
    visitor.finish(pets.name, "verify")
    assert "1 file changed: predictions.csv" in visitor.errors[0]
    assert "report.html is missing in S3" in visitor.errors[1]


def test_a_link_is_made_that_says_until_when_it_works(visitor: Visitor, pets: Project) -> None:
    visitor.go("results/report").click("Make and send to S3")
    visitor.finish(pets.name, "report")
    report = making.reports(pets)[0]
    visitor.click(f"make link {report.name}")
    url = next(text for text in visitor.literal if text.startswith("http"))
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == report.html.read_bytes()
    assert "It works until" in visitor.text and "on this computer only" in visitor.text


def preview(visitor: Visitor) -> str:
    return visitor.at.get("iframe")[0].proto.srcdoc


def said(visitor: Visitor) -> str:
    return "\n".join(read(one.value) for one in visitor.at.main.success)


def tick(visitor: Visitor, label: str, on: bool) -> None:
    box = next(one for one in visitor.at.main.checkbox if one.label == label)
    box.check() if on else box.uncheck()


def test_the_report_of_a_whole_journey_is_shown(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/report", "shelter")
    shown = preview(keeper)
    assert "4 of 5" in shown
    assert HOSTILE not in shown and "&lt;img src=x&gt;" in shown
