from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from core.aws import storage
from core.aws.clients import Clients
from core.dataset import labels, sources
from core.errors import RekolabError
from core.jobs import Progress
from core.manifest.lines import split_uri
from core.report import making
from core.workspace import Project


@pytest.fixture
def story(
    project: Project, photo_folder: Callable[..., Path], tried: Callable[[Project, Path], None], client: Clients,
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """A few labelled photos and a run, with a bucket of its own."""
    monkeypatch.setattr(making, "connect", lambda home, backend: client)
    folder = photo_folder(cat=2, dog=2)
    sources.import_folder(Progress(), str(project.home), project.name, str(folder))
    labels.label_by_folder(project)
    tried(project, folder)
    project.set("bucket", f"bucket-{uuid.uuid4().hex[:12]}")
    return project


def make(project: Project) -> dict[str, str]:
    return making.make_report(Progress(), str(project.home), project.name)


def test_a_report_is_kept_here_and_the_same_in_s3(story: Project, client: Clients) -> None:
    made = make(story)
    folder = Path(made["path"]).parent
    bucket, key = split_uri(made["uri"])
    assert (bucket, key) == (story.get("bucket"), f"pets/reports/{folder.name}/report.html")
    for name in ("report.html", "run-record.json", "predictions.csv"):
        sent = storage.get_bytes(client, bucket, key.replace("report.html", name))
        assert sent == (folder / name).read_bytes()
    assert json.loads((folder / "run-record.json").read_bytes())["project"] == "pets"
    rows = list(csv.DictReader(io.StringIO((folder / "predictions.csv").read_text("utf-8"))))
    assert {row["photo"]: row["right"] for row in rows} == {
        "one.jpg": "yes", "two <b>.jpg": "yes", "three.jpg": "no", "four.jpg": "no"}
    assert story.events()[0].kind == "report"


def test_earlier_reports_are_listed_newest_first(story: Project, client: Clients) -> None:
    first, second = make(story), make(story)
    assert first["path"] != second["path"]
    listed = making.reports(story)
    assert [str(report.html) for report in listed] == [second["path"], first["path"]]
    assert [report.uri for report in listed] == [second["uri"], first["uri"]]
    assert listed[0].at.tzinfo


def test_what_did_not_arrive_whole_is_said_and_the_report_stays_unsent(
    story: Project, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "get_bytes", lambda *_: b"something else")
    with pytest.raises(RekolabError, match="did not arrive whole"):
        make(story)
    assert [report.uri for report in making.reports(story)] == [None]


def test_a_report_that_can_not_be_written_leaves_nothing_behind(
    story: Project, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, data: bytes) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(making, "write_atomically", broken)
    with pytest.raises(OSError, match="full"):
        make(story)
    assert making.reports(story) == [] and not list(story.reports.glob("*"))


def test_a_project_without_photos_has_a_report(
    project: Project, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "connect", lambda home, backend: client)
    project.set("bucket", "bucket-of-nothing")
    assert Path(make(project)["path"]).is_file()
