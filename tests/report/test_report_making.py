from __future__ import annotations

import csv
import datetime as dt
import io
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.aws import storage
from core.aws.clients import Clients
from core.aws.engine_process import Engine
from core.dataset import labels, sources
from core.errors import NotReady, RekolabError
from core.evaluation import runs
from core.jobs import Progress
from core.manifest.lines import split_uri
from core.report import added, bundle, hiding, making, replaying, sending, verifying
from core.types import UNKNOWN, Prediction
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


def make(project: Project, **chosen: Any) -> dict[str, str]:
    return making.make_report(Progress(), str(project.home), project.name, **chosen)


def test_a_report_is_kept_here_and_the_same_in_s3(story: Project, client: Clients) -> None:
    made = make(story)
    folder = Path(made["path"]).parent
    bucket, key = split_uri(made["uri"])
    assert (bucket, key) == (story.get("bucket"), f"pets/reports/{folder.name}/report.html")
    names = bundle.opened(folder).names
    assert {"report.html", "run-record.json", "predictions.csv", "report.ipynb", "plots/split.svg",
            "plots/figures.svg", "SHA256SUMS", "SHA256SUMS.sha256"} <= set(names)
    prefix = key.removesuffix("report.html")
    assert {item.key.removeprefix(prefix) for item in storage.list_objects(client, bucket, prefix)} == set(names)
    for name in names:
        assert storage.get_bytes(client, bucket, prefix + name) == (folder / name).read_bytes()
    assert verifying.verify(folder).ok
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


def test_a_crash_while_it_is_sent_is_gone_on_with_and_nothing_is_sent_twice(
    story: Project, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    put = storage.put_bytes

    def dies_at_the_fourth(clients: Clients, bucket: str, key: str, *rest: object) -> object:
        if len(sent) == 3:
            raise KeyboardInterrupt
        sent.append(key)
        return put(clients, bucket, key, *rest)

    monkeypatch.setattr(storage, "put_bytes", dies_at_the_fourth)
    monkeypatch.setattr(sending, "THREADS", 1)
    name = making.new_name(story)
    with pytest.raises(KeyboardInterrupt):
        make(story, name=name)
    before = (story.reports / name / "report.html").stat().st_mtime_ns
    monkeypatch.setattr(storage, "put_bytes", lambda *a: (sent.append(a[2]), put(*a))[1])
    made = make(story, name=name)
    assert len(sent) == len(set(sent)) == len(bundle.opened(story.reports / name).names)
    assert (story.reports / name / "report.html").stat().st_mtime_ns == before
    assert {key.rpartition("/")[2] for key in sent[-2:]} == {"SHA256SUMS", "SHA256SUMS.sha256"}
    make(story, name=name)
    assert len(sent) == len(set(sent)), "a report that is there is not sent again"
    assert [report.uri for report in making.reports(story)] == [made["uri"]]
    assert [event.kind for event in story.events()].count("report") == 1


def test_what_a_crash_left_of_a_draft_is_cleared_away(story: Project, client: Clients) -> None:
    draft = story.reports / ".0123.part"
    draft.mkdir(parents=True)
    make(story)
    assert not draft.exists()


def test_a_report_that_stayed_here_is_sent_later(
    story: Project, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(RekolabError):
        patch.setattr(storage, "get_bytes", lambda *_: b"something else")
        make(story)
    report = making.reports(story)[0]
    assert report.uri is None
    with pytest.raises(NotReady, match="Send it first"):
        making.link(client, report, dt.timedelta(hours=1))
    making.send_report(Progress(), str(story.home), story.name, report.name)
    assert making.find(story, report.name).uri


def test_a_check_tells_what_is_not_the_same_here_and_in_s3(story: Project, client: Clients) -> None:
    make(story)
    report = making.reports(story)[0]

    def check() -> making.Checked:
        return making.check_report(Progress(), str(story.home), story.name, report.name)

    assert check().here.ok and check().there == ()
    bucket, key = split_uri(report.uri)
    storage.put_bytes(client, bucket, key.replace("report.html", "predictions.csv"), b"other")
    storage.put_bytes(client, bucket, key.replace("report.html", "plots/strange.svg"), b"other")
    client.s3.delete_object(Bucket=bucket, Key=key.replace("report.html", "report.ipynb"))
    (report.folder / "report.html").write_text("changed")
    found = check()
    assert found.here.changed == ("report.html",)
    assert found.there == (
        "report.ipynb is missing in S3", "plots/strange.svg is in S3, and not part of the report",
        "predictions.csv has another content in S3")
    with pytest.raises(RekolabError, match="1 file changed: report"):
        making.send_report(Progress(), str(story.home), story.name, report.name)


def test_a_link_opens_the_report_until_it_expires(story: Project, client: Clients) -> None:
    make(story)
    report = making.reports(story)[0]
    url = making.link(client, report, dt.timedelta(hours=2))
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url and "X-Amz-Expires=7200" in url
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == report.html.read_bytes()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    brief, until = making.link(client, report, dt.timedelta(seconds=1)), time.monotonic() + 60
    while (code := status(brief)) == 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert code == 403 and status(url) == 200
    assert "X-Amz-Expires=604800" in making.link(client, report, dt.timedelta(days=30))


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_added_files_go_along_but_what_holds_too_much_stays_here(story: Project, client: Clients) -> None:
    added.add(story, "screen <b>.png", b"\x89PNG pixels")
    added.add(story, "notes.txt", f"account {client.account}".encode())
    added.add(story, "keys.env", b"AWS_SECRET_ACCESS_KEY=abcdefghijklmnopqrstuvwxyz0123456789/+ab")
    folder = Path(make(story)["path"]).parent
    assert [path.name for path in (folder / "added").iterdir()] == ["screen -b-.png"]
    asked = Path(make(story, options={"account": True})["path"]).parent
    assert {path.name for path in (asked / "added").iterdir()} == {"screen -b-.png", "notes.txt"}
    assert verifying.verify(asked).ok


def test_nothing_in_the_bundle_is_a_key_a_token_a_secret_or_an_account(
    story: Project, client: Clients, engine: Engine
) -> None:
    run = runs.runs(story)[0]
    said = f"AccessDenied: {engine.access_key} of arn:aws:iam::{client.account}:user/me, {Path.home()}/.aws/credentials"
    runs.keep(story, run.id, Prediction("five.jpg", str(Path.home() / "x.jpg"), "cat", (), UNKNOWN, 0.0, error=said))
    story.set("bucket", f"bucket-{client.account}-{uuid.uuid4().hex[:8]}")
    made = make(story)
    folder = Path(made["path"]).parent
    for name in bundle.opened(folder).names:
        text = (folder / name).read_text("utf-8")
        for secret in (engine.access_key, engine.secret_key, client.account, str(Path.home()), str(story.home)):
            assert secret not in text, name
        assert not hiding.SECRETS.search(text), name
    assert replaying.replay(folder)


def test_labels_that_change_while_it_is_made_make_no_false_report(
    story: Project, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather = making.gather

    def changed_meanwhile(*arguments: object) -> object:
        found = gather(*arguments)
        return replace(found, photos=tuple(replace(photo, labels=("other",)) for photo in found.photos))

    monkeypatch.setattr(making, "gather", changed_meanwhile)
    with pytest.raises(RekolabError, match="was changed while the report was made"):
        make(story)
    assert making.reports(story) == []


def test_a_project_without_photos_has_a_report(
    project: Project, client: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "connect", lambda home, backend: client)
    project.set("bucket", "bucket-of-nothing")
    assert Path(make(project)["path"]).is_file()
