"""A training that failed, repaired: its own manifests mended line by line, with the project's photos sent anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from core.aws import clients as aws
from core.aws import storage, training, versions
from core.aws.clients import Clients
from core.aws.training import Side, TrainingFailure
from core.dataset import cleaning, headers, places, repaired, testset
from core.dataset.known import Known
from core.dataset.manifests import LABEL, Built
from core.dataset.remembering import remembered
from core.dataset.split import Split
from core.dataset.trainable import Entry
from core.errors import CLEAN, MANIFEST, Cure, NotReady
from core.jobs import Progress
from core.manifest import doctor
from core.manifest.codes import MESSAGES
from core.manifest.doctor import Examination
from core.manifest.images import image_defect
from core.manifest.lines import dump_line, split_lines
from core.manifest.placing import bare
from core.manifest.rules import check_line
from core.types import Version
from core.workspace import Project, open_project

_ORDER = {code: place for place, code in enumerate(MESSAGES)}
_OF_IMAGES = ("ERROR_INVALID_IMAGE", "ERROR_INVALID_IMAGE_DIMENSION")
SENT_AGAIN = "written anew from the project's labels, and the photo is sent again"
CLEANED = "written anew with the photo's cleaned copy, which fits Rekognition's limits"


@dataclass(frozen=True, slots=True)
class Mended:
    """A line that is another one now, or was left out without loss: what was done about it."""

    side: Side
    line: int
    name: str
    codes: tuple[str, ...]
    what: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A line that can not be mended and is left out: why, and where a person can put it right."""

    side: Side
    line: int
    name: str
    codes: tuple[str, ...]
    why: str
    cure: Cure | None
    photo_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """The mended manifests of a failed version, what was done, what was not, and the doctor's verdict on them.

    `job` is what `models.train` takes as `mended`.
    """

    version: str
    job: Mapping[str, Any]
    mended: tuple[Mended, ...]
    lost: tuple[Lost, ...]
    examination: Examination


@dataclass(slots=True)
class _Row:
    """One line on its way: its number in AWS's file, its text by now, AWS's codes, and the photo it was made from."""

    side: Side
    number: int
    text: str
    codes: tuple[str, ...]
    why: str = ""
    key: str = ""

    @property
    def source_ref(self) -> str:
        return check_line(self.text, self.number).source_ref or ""

    @property
    def name(self) -> str:
        return self.source_ref.rpartition("/")[2] or "without a photo"


def failure(project: Project, clients: Clients, version: Version) -> TrainingFailure:
    """Why the version's training failed, read once from what AWS wrote about it."""
    return remembered(project, "failure", partial(training.failures, clients, version), version.arn)


def repair(progress: Progress, home: str, project: str, arn: str) -> Recovery:
    """Job: mend the manifests that AWS has marked; NotReady where it left none. Nothing is sent yet."""
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    progress.begin(0, "Reading what Rekognition wrote about the lines")
    version = versions.describe(clients, arn)
    found = training.failures(clients, version)
    if not found.manifests:
        raise NotReady("Rekognition left no validation files, so there are no lines to mend.", MANIFEST)
    bucket = storage.bucket_name(clients, owner)
    mended, rows = _by_rewriting(found)
    headers.forget(headers.file_of(owner.home, owner.backend))  # a photo may have gone since it was looked at
    _clean(progress, owner, bucket, rows)
    desk = _Desk(owner, bucket, Known(owner, bucket))
    mended += [one for row in rows if row.codes and (one := desk.written_anew(row))]
    rows, lost = _without_lost(progress, owner, clients, desk, rows, mended)
    done = _built(desk, rows)
    examined, _ = testset.judged_in_s3(progress, owner, clients, done)
    mended += [Mended(row.side, row.number, row.name, row.codes, row.why) for row in rows if row.why]
    return Recovery(version.name, repaired.keep(owner, done), tuple(_in_order(mended)), tuple(_in_order(lost)),
                    examined)


def _by_rewriting(found: TrainingFailure) -> tuple[list[Mended], list[_Row]]:
    """The lines after the doctor's own mending of their texts, and those that it left out without a loss."""
    codes: dict[tuple[Side, int], tuple[str, ...]] = {}
    for one in found.findings:
        if not one.finding.warning:
            at = (one.side, one.finding.line or 0)
            codes[at] = tuple(sorted({*codes.get(at, ()), one.finding.code}, key=_causes_first))
    mended: list[Mended] = []
    rows: list[_Row] = []
    for side, manifest in found.manifests.items():
        done = doctor.repair(manifest)
        changed = {change.number: change for change in done.changes}
        dropped = {number for number, change in changed.items() if not change.after}
        numbers = [number for number in range(1, len(split_lines(manifest)) + 1) if number not in dropped]
        mended += [Mended(side, number, "", codes.get((side, number), ()), f"left out, as {changed[number].why}")
                   for number in dropped]
        for number, text in zip(numbers, split_lines(done.text.encode()), strict=True):
            why = changed[number].why if number in changed else ""
            rows.append(_Row(side, number, _unmarked(text), codes.get((side, number), ()),
                             f"rewritten: {why}" if why else ""))
    return mended, rows


def _causes_first(code: str) -> int:
    """The order of the codes, in which those that follow from others come last."""
    return _ORDER.get(code, len(_ORDER))


def _unmarked(text: str) -> str:
    """The line without what Rekognition wrote into it."""
    data = check_line(text, 1).data
    return dump_line(bare(data)) if data else text


def _clean(progress: Progress, project: Project, bucket: str, rows: Sequence[_Row]) -> None:
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

    def written_anew(self, row: _Row) -> Mended | None:
        """Put the project's own line in the place of one about its photo; None where that can't be."""
        entry = self.known.entry(row.source_ref)
        if entry is None or not _is_there(entry) or image_defect(entry.facts, bool(entry.boxes)):
            return None
        before, row.key = row.source_ref, self.known.key(entry)
        row.text, row.why = self.known.line(entry), ""
        what = SENT_AGAIN if before.endswith(row.key) else CLEANED
        return Mended(row.side, row.number, entry.name, row.codes, what)

    def why_not(self, row: _Row, codes: Sequence[str], reason: str) -> Lost:
        """What a person can do about a line that can't be mended here."""
        photo = self.known.photo(row.source_ref)
        of_image = any(code in _OF_IMAGES for code in codes)
        lost = Lost(row.side, row.number, photo.name if photo else row.name, tuple(codes), reason,
                    (CLEAN if of_image else LABEL) if photo else None, photo.id if photo else None)
        if photo is None:
            return replace(lost, why=f"{reason}. It is no photo of this project.")
        left_out = self.known.left_out.get(photo.id)
        return replace(lost, why=left_out) if left_out else lost


def _is_there(entry: Entry) -> bool:
    return places.in_s3(entry.file) or Path(entry.file).is_file()


def _without_lost(
    progress: Progress, project: Project, clients: Clients, desk: _Desk, rows: list[_Row], mended: list[Mended]
) -> tuple[list[_Row], list[Lost]]:
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
    progress: Progress, project: Project, clients: Clients, desk: _Desk, rows: Sequence[_Row]
) -> Iterator[tuple[int, tuple[tuple[str, ...], str]]]:
    """The places of the rows that the doctor calls invalid, with the codes and the reasons."""
    examined, _ = testset.judged_in_s3(progress, project, clients, _built(desk, rows, whole=True))
    judged = examined.judgement
    for side, verdict in (("training", judged.training), ("testing", judged.testing)):
        whose = side if any(row.side == side for row in rows) else "training"  # of which a fifth is split off
        of_side = [place for place, row in enumerate(rows) if row.side == whose]
        for line in verdict.lines:
            if line.invalid and line.number <= len(of_side):
                yield of_side[line.number - 1], (
                    tuple(found.code for found in line.findings), "; ".join(line.reasons))


def _built(desk: _Desk, rows: Sequence[_Row], whole: bool = False) -> Built:
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
