"""The jobs that make a report, send it to S3 and check it; and the list of those that were made."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.aws import storage
from core.aws.clients import Clients, connect
from core.errors import NotReady, RekolabError
from core.evaluation import runs, spreadsheet
from core.explanation import trained
from core.files import room_needed, write_atomically
from core.jobs import Progress
from core.manifest.lines import split_uri
from core.report import added, bundle, html, notebook, plots, record, replaying, sending, verifying
from core.report.added import Added
from core.report.bundle import ADDED, HTML, NOTEBOOK, PLOTS, RECORD, SEAL, SUMS, TABLE
from core.report.contents import Contents
from core.report.gathering import gather, measured
from core.report.options import Options
from core.report.verifying import Verdict
from core.workspace import Project, now, open_project

STAMP = "%Y-%m-%dT%H-%M-%SZ"  # a folder's name, an S3 key and a moment at once
LONGEST_LINK = dt.timedelta(days=7)  # that S3 takes
_ROOM = "No report was made, and nothing that was made before is lost. Make room, then make it again."


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was made. `uri` is its HTML in S3, None when it was never sent.

    `fingerprint` is the hash over the hashes of all its files, None for one that an older Rekolab made without any.
    """

    name: str
    at: dt.datetime
    folder: Path
    uri: str | None
    fingerprint: str | None

    @property
    def html(self) -> Path:
        return self.folder / HTML


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a report is as it was made: here, and in S3 by what differs there (None when it was never sent)."""

    name: str
    here: Verdict
    there: tuple[str, ...] | None


def make_report(
    progress: Progress, home: str, project: str, name: str | None = None, options: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Job: make a report, keep it, and send it to S3; gives {"uri", "path"}.

    With a `name` (`new_name`) it goes on where it stopped: a report of that name that is made is only sent.
    """
    owner = open_project(home, project)
    clients = connect(owner.home, owner.backend)
    bucket = storage.bucket_name(clients, owner)
    folder = owner.reports / name if name else _unused(owner.reports / now().strftime(STAMP))
    if not (folder / SEAL).is_file():
        _make(progress, owner, clients, bucket, folder, Options.load(options or {}))
    return _send(progress, owner, clients, bucket, folder)


def send_report(progress: Progress, home: str, project: str, name: str) -> dict[str, str]:
    """Job: send a report that is here to S3, so far as it is not there; gives {"uri", "path"}."""
    owner = open_project(home, project)
    clients = connect(owner.home, owner.backend)
    return _send(progress, owner, clients, storage.bucket_name(clients, owner), find(owner, name).folder)


def check_report(progress: Progress, home: str, project: str, name: str) -> Checked:
    """Job: verify a report here, and that S3 has the same."""
    owner = open_project(home, project)
    report = find(owner, name)
    progress.begin(2, "Hashing its files")
    here = verifying.verify(report.folder)
    progress.step(message="Comparing with S3")
    if report.uri is None:
        return Checked(name, here, None)
    bucket, key = split_uri(report.uri)
    clients = connect(owner.home, owner.backend)
    return Checked(name, here, tuple(sending.differences(clients, bucket, key.removesuffix(f"/{HTML}"), report.folder)))


def reports(project: Project) -> list[Report]:
    """The reports that were made, newest first."""
    found = sorted((file.parent for file in project.reports.glob(f"*Z*/{HTML}")), reverse=True)
    return [Report(folder.name, _moment(folder.name), folder, _sent_to(folder), _fingerprint(folder))
            for folder in found]


def find(project: Project, name: str) -> Report:
    """The report of that name; NotReady when there is none."""
    found = next((report for report in reports(project) if report.name == name), None)
    if found is None:
        raise NotReady("That report is not here any more. Make another one.")
    return found


def new_name(project: Project) -> str:
    """The name of the next report: the moment, in UTC."""
    return _unused(project.reports / now().strftime(STAMP)).name


def link(clients: Clients, report: Report, lasts: dt.timedelta) -> str:
    """A link to the report's HTML in S3 that anybody can open for so long, seven days at most."""
    if report.uri is None:
        raise NotReady("The report was not sent to S3 yet, and a link leads there. Send it first.")
    return storage.link(clients, *split_uri(report.uri), int(min(lasts, LONGEST_LINK).total_seconds()),
                        "text/html; charset=utf-8")


def files(contents: Contents, files_added: Iterable[Added] = ()) -> dict[str, bytes]:
    """The report's files by name, with the list of their hashes and its seal."""
    trial, colours = contents.trial, contents.classes
    drawn = plots.draw(colours, contents.built, trial.predictions, trial.figures, trial.thresholds) if trial \
        else plots.draw(colours, contents.built)
    made = {HTML: html.build(contents), RECORD: record.dump(contents), NOTEBOOK: notebook.build(contents),
            TABLE: contents.hide(spreadsheet.table(trial.predictions if trial else ())),
            **{f"{PLOTS}/{name}.svg": contents.hide(chart) for name, chart in drawn.items()}}
    whole = {name: text.encode() for name, text in made.items()}
    whole |= {f"{ADDED}/{one.name}": one.path.read_bytes() for one in files_added
              if one.why_not(contents.options) is None}
    listed = bundle.sums({name: hashlib.sha256(data).hexdigest() for name, data in whole.items()})
    return whole | {SUMS: listed.encode(), SEAL: bundle.seal(listed).encode()}


def _make(
    progress: Progress, owner: Project, clients: Clients, bucket: str, folder: Path, options: Options
) -> None:
    if "mistakes" in options.parts and runs.runs(owner):
        trained.compare_trained(progress, str(owner.home), owner.name)
    progress.begin(0, "Gathering what is known")
    contents = measured(gather(owner, clients, bucket, options), progress)
    progress.begin(3, "Writing the report")
    made = files(contents, added.listed(owner, clients.account))
    progress.step()
    for left in owner.reports.glob(".*.part"):  # by a crash
        shutil.rmtree(left, ignore_errors=True)
    draft = owner.reports / f".{uuid.uuid4().hex}.part"
    try:
        with room_needed(_ROOM):
            for name, data in made.items():
                write_atomically(draft / name, data)
        progress.step(message="Making everything again from the record, to see that it comes out the same")
        _see_that_it_replays(draft)
        draft.rename(folder)
        progress.step()
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _see_that_it_replays(draft: Path) -> None:
    """RekolabError where the record does not give what the report says, as when labels changed meanwhile."""
    apart = [outcome for outcome in replaying.replay(draft) if outcome.state == "differs"]
    if apart:
        raise RekolabError("The project was changed while the report was made, and the record does not fit together: "
                           f"{apart[0].what} ({apart[0].detail}). Make the report again.")


def _send(progress: Progress, owner: Project, clients: Clients, bucket: str, folder: Path) -> dict[str, str]:
    if (folder / SEAL).is_file() and not (verdict := verifying.verify(folder)).ok:
        raise RekolabError(f"The report in {folder} can not be sent. {verdict.sentence} Make another one.")
    storage.ensure_bucket(clients, bucket)
    prefix = f"{owner.name}/reports/{folder.name}"
    sent = sending.send(progress, clients, bucket, prefix, folder)
    uri = storage.uri(bucket, f"{prefix}/{HTML}")
    if sent or _sent_to(folder) != uri:
        write_atomically(_sent_note(folder), json.dumps({"uri": uri}).encode())
        owner.note("report", f"Report {folder.name} made and sent to S3")
    return {"uri": uri, "path": str(folder / HTML)}


def _unused(folder: Path) -> Path:
    number, candidate = 1, folder
    while candidate.exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def _moment(name: str) -> dt.datetime:
    return dt.datetime.strptime(name[: name.index("Z") + 1], STAMP).replace(tzinfo=dt.UTC)


def _sent_note(folder: Path) -> Path:
    """Where it is written down that a report was sent: beside its folder, which has nothing but the report."""
    return folder.with_name(f"{folder.name}.sent.json")


def _sent_to(folder: Path) -> str | None:
    for note in (_sent_note(folder), folder / "sent.json"):  # the second as an older Rekolab kept it
        try:
            return str(json.loads(note.read_bytes())["uri"])
        except (OSError, ValueError, KeyError):
            continue
    return None


def _fingerprint(folder: Path) -> str | None:
    try:
        return bundle.fingerprint((folder / SUMS).read_bytes())
    except OSError:
        return None
