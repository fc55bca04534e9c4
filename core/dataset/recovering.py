"""A training that failed, repaired: its own manifests mended line by line, with the project's photos sent anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core.aws import clients as aws
from core.aws import storage, training, versions
from core.aws.clients import Clients
from core.aws.training import Side, TrainingFailure
from core.dataset import cleaning, headers, manifests, marked, places, recovery, repaired, testset
from core.dataset.known import Known
from core.dataset.manifests import LABEL, Built
from core.dataset.marked import Row
from core.dataset.recovery import Lost, Mended, Recovery
from core.dataset.remembering import remembered
from core.dataset.sending import BROWSE
from core.dataset.split import Split
from core.dataset.trainable import Entry
from core.errors import CLEAN, MANIFEST, Cure, NotReady
from core.jobs import Progress
from core.manifest.images import image_defect
from core.manifest.training import judge
from core.types import Photo, Version
from core.workspace import Project, open_project

SENT_AGAIN = "line written anew, photo to be sent again"
CLEANED = "cleaned copy takes the photo's place"


def failure(project: Project, clients: Clients, version: Version) -> TrainingFailure:
    """Why the version's training failed, read once from what AWS wrote about it."""
    return remembered(project, "failure", partial(training.failures, clients, version), version.arn)


def repair(progress: Progress, home: str, project: str, arn: str) -> Recovery:
    """Job: mend the manifests that AWS has marked; NotReady where it left none. Nothing is sent yet.

    What came of it is kept with the project.
    """
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    progress.begin(0, "Reading what Rekognition wrote about the lines")
    version = versions.describe(clients, arn)
    failed = training.failures(clients, version)
    if not failed.manifests:
        raise NotReady("Rekognition left no validation files, so there are no lines to mend.", MANIFEST)
    bucket = storage.bucket_name(clients, owner)
    every = list(marked.rows(failed))
    rows = [row for row in every if row.text]
    mended = [Mended(row.side, row.number, row.name, row.codes, f"left out, as {row.why}")
              for row in every if not row.text]
    headers.forget(headers.file_of(owner.home, owner.backend))  # a photo may have gone since it was looked at
    _clean(progress, owner, bucket, rows)
    desk = _Desk(owner, bucket, Known(owner, bucket))
    mended += [one for row in rows if row.codes and (one := desk.written_anew(row))]
    rows, lost = _without_lost(progress, owner, clients, desk, rows, mended)
    done = _built(desk, rows)
    examined, _ = testset.judged_in_s3(progress, owner, clients, done)
    mended += [Mended(row.side, row.number, row.name, row.codes, f"rewritten: {row.why}") for row in rows if row.why]
    found = Recovery(version.name, manifests.digest(done), repaired.keep(owner, done), tuple(_in_order(mended)),
                     tuple(_in_order(lost)), examined.ok, examined.sentence)
    recovery.keep(owner, arn, found)
    return found


def _clean(progress: Progress, project: Project, bucket: str, rows: Sequence[Row]) -> None:
    """Make the copies of the project's own photos that do not fit as they are."""
    known = Known(project, bucket)
    unfit = {entry.photo_id for row in rows if row.codes and (entry := known.entry(row.source_ref))
             and image_defect(entry.facts, boxed=False)}
    if unfit:
        cleaning.clean_some(progress, project, unfit)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where lines are written anew: the project, its bucket, and what is known of its photos after the cleaning."""

    project: Project
    bucket: str
    known: Known

    def written_anew(self, row: Row) -> Mended | None:
        """Put the project's own line in the place of one about its photo; None where that can't be."""
        entry = self.known.entry(row.source_ref)
        if entry is None or not _is_there(entry) or image_defect(entry.facts, bool(entry.boxes)):
            return None
        before, row.key = row.source_ref, self.known.key(entry)
        row.text, row.why = self.known.line(entry), ""
        what = SENT_AGAIN if before.endswith(row.key) else CLEANED
        return Mended(row.side, row.number, entry.name, row.codes, what)

    def why_not(self, row: Row, codes: Sequence[str], reason: str) -> Lost:
        """What a person can do about a line that can't be mended here."""
        photo = self.known.photo(row.source_ref)
        if photo is None:
            why = f"{reason}. It is no photo of this project."
            return Lost(row.side, row.number, row.name, tuple(codes), why, None)
        why, cure = self._why_not_sent(photo, reason)
        return Lost(row.side, row.number, photo.name, tuple(codes), why, cure, photo.id)

    def _why_not_sent(self, photo: Photo, reason: str) -> tuple[str, Cure]:
        """Why the project's own line could not take the place."""
        if photo.excluded:
            return f"{reason}, and the photo is left out of the project.", BROWSE
        if not photo.labels:
            return f"{reason}, and the photo has no label any more to be sent again with.", LABEL
        if left_out := self.known.left_out.get(photo.id):
            return left_out, CLEAN
        here = places.in_s3(photo.path) or Path(photo.path).is_file()
        return (reason, CLEAN) if here else (f"{reason}, and its file here is gone too.", BROWSE)


def _is_there(entry: Entry) -> bool:
    return places.in_s3(entry.file) or Path(entry.file).is_file()


def _without_lost(
    progress: Progress, project: Project, clients: Clients, desk: _Desk, rows: list[Row], mended: list[Mended]
) -> tuple[list[Row], list[Lost]]:
    """The rows that Rekognition can use, and the others; those that only the doctor finds are mended first."""
    lost: list[Lost] = []
    for last in (False, True):
        broken = dict(_broken(progress, project, clients, desk, rows))
        for place, (codes, reason) in broken.items():
            row = rows[place]
            row.codes = row.codes or codes
            if not last and not row.key and (one := desk.written_anew(row)):
                mended.append(one)
            elif last:
                lost.append(desk.why_not(row, codes, reason))
    gone = {(one.side, one.line) for one in lost}
    return [row for row in rows if (row.side, row.number) not in gone], lost


def _broken(
    progress: Progress, project: Project, clients: Clients, desk: _Desk, rows: Sequence[Row]
) -> Iterator[tuple[int, tuple[tuple[str, ...], str]]]:
    """The places of the rows that the doctor calls invalid, with the codes and the reasons."""
    whole = _built(desk, rows, whole=True)
    looked, codes = testset.looked_in_s3(progress, project, clients, whole)
    judged = judge(whole.training.encode(), whole.testing.encode() or None, testset.look_of(whole, looked), known=codes)
    for side, verdict in (("training", judged.training), ("testing", judged.testing)):
        whose = side if any(row.side == side for row in rows) else "training"  # of which a fifth is split off
        of_side = [place for place, row in enumerate(rows) if row.side == whose]
        for line in verdict.lines:
            if line.invalid and line.number <= len(of_side):
                yield of_side[line.number - 1], (
                    tuple(found.code for found in line.findings), "; ".join(line.reasons))


def _built(desk: _Desk, rows: Sequence[Row], whole: bool = False) -> Built:
    """The manifests of these rows. Unless they are to be `whole`, a photo is in them once, and on one side."""
    tested = {row.source_ref for row in rows if row.side == "testing"}
    texts: dict[Side, list[str]] = {"training": [], "testing": []}
    met: set[str] = set()
    for row in rows:
        ref = row.source_ref
        if not whole and ref and (ref in met or (row.side == "training" and ref in tested)):
            continue
        met.add(ref)
        texts[row.side].append(f"{row.text}\n")
    pictures = {row.key: desk.known.by_key[row.key] for row in rows if row.key}
    return Built(desk.bucket, desk.project.name, "".join(texts["training"]), "".join(texts["testing"]), pictures,
                 Split((), ()), ())


def _in_order(found: Sequence[Any]) -> list[Any]:
    return sorted(found, key=lambda one: (one.side != "training", one.line))
