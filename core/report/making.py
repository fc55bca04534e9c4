"""The job that makes a report, keeps it in the project and sends it to S3; and the list of earlier ones."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.aws import storage
from core.aws.clients import Clients, connect
from core.errors import RekolabError
from core.evaluation import spreadsheet
from core.files import write_atomically
from core.jobs import Progress
from core.report import html, record
from core.report.contents import Contents, gather
from core.workspace import Project, open_project

HTML, RECORD, TABLE, SENT = "report.html", "run-record.json", "predictions.csv", "sent.json"
STAMP = "%Y-%m-%dT%H-%M-%SZ"  # a folder's name, an S3 key and a moment at once
TYPES = {HTML: "text/html; charset=utf-8", RECORD: "application/json", TABLE: "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was made. `uri` is its folder in S3, None when it was never sent."""

    name: str
    at: dt.datetime
    folder: Path
    uri: str | None

    @property
    def html(self) -> Path:
        return self.folder / HTML


def make_report(progress: Progress, home: str, project: str) -> dict[str, str]:
    """Job: make report, run record and predictions, keep them and send them to S3; gives {"uri", "path"}.

    What S3 holds is read back and compared before the report counts as sent.
    """
    owner = open_project(home, project)
    clients = connect(owner.home, owner.backend)
    progress.begin(3, "Gathering what is known")
    bucket = storage.bucket_name(clients, owner)
    contents = gather(owner, clients, bucket)
    progress.step(message="Writing the report")
    folder = _write(owner, contents)
    progress.step(message="Sending it to S3")
    storage.ensure_bucket(clients, bucket)
    prefix = f"{owner.name}/reports/{folder.name}"
    for name in TYPES:
        send(clients, bucket, f"{prefix}/{name}", (folder / name).read_bytes(), TYPES[name])
    uri = storage.uri(bucket, f"{prefix}/{HTML}")
    write_atomically(folder / SENT, json.dumps({"uri": uri}).encode())
    owner.note("report", f"Report {folder.name} made and sent to S3")
    progress.step()
    return {"uri": uri, "path": str(folder / HTML)}


def reports(project: Project) -> list[Report]:
    """The reports that were made, newest first."""
    found = sorted((file.parent for file in project.reports.glob(f"*Z*/{HTML}")), reverse=True)
    return [Report(folder.name, _moment(folder.name), folder, _sent_to(folder)) for folder in found]


def files(contents: Contents) -> Mapping[str, bytes]:
    """The report's files by name."""
    made = contents.trial.predictions if contents.trial else ()
    return {HTML: html.build(contents).encode(), RECORD: record.dump(contents).encode(),
            TABLE: contents.hide(spreadsheet.table(made)).encode()}


def send(clients: Clients, bucket: str, key: str, data: bytes, content_type: str) -> None:
    """Put a file into S3, read it back, and compare; RekolabError when it is not the same."""
    storage.put_bytes(clients, bucket, key, data, content_type)
    if hashlib.sha256(storage.get_bytes(clients, bucket, key)).digest() != hashlib.sha256(data).digest():
        raise RekolabError(f"{key} did not arrive whole in {bucket}. Make the report once more.")


def _write(project: Project, contents: Contents) -> Path:
    """All files of the report in a new folder, which appears whole or not at all."""
    draft = project.reports / f".{uuid.uuid4().hex}.part"
    try:
        for name, data in files(contents).items():
            write_atomically(draft / name, data)
        return draft.rename(_unused(project.reports / contents.made.strftime(STAMP)))
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _unused(folder: Path) -> Path:
    number, candidate = 1, folder
    while candidate.exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def _moment(name: str) -> dt.datetime:
    return dt.datetime.strptime(name[: name.index("Z") + 1], STAMP).replace(tzinfo=dt.UTC)


def _sent_to(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / SENT).read_bytes())["uri"])
    except (OSError, ValueError, KeyError):
        return None
