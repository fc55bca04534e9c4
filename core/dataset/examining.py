"""A manifest from anywhere: taken in, examined with its images as they are in S3 or in a folder, and mended."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core import settings
from core.aws import clients as aws
from core.aws import looking, storage
from core.aws.clients import Clients
from core.dataset import headers, looks
from core.dataset.looks import Looked, Where
from core.errors import AwsError, BadManifest, NotReady
from core.files import room_needed, writing_atomically
from core.jobs import Progress
from core.manifest import doctor
from core.manifest.doctor import Examination
from core.manifest.lines import split_uri
from core.manifest.opening import Opened, opened_file
from core.manifest.repair import Change, repaired
from core.workspace import Project, open_project

SHOWN = 100  # changed lines that a page shows
LONGEST = 2_000  # characters of each that it shows


@dataclass(frozen=True, slots=True)
class Foreign:
    """A manifest that was taken in: its file here, the name it came with, and its S3 URI where it came from there.

    `refusal` is Rekognition's code where S3 did not give it; there is no file then.
    """

    file: str
    name: str
    uri: str | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Checkup:
    """What came of an examination. `where` its images were looked at, `looks` how many of them just now.

    `hidden` says why they could not be looked at in S3; then the lines alone were judged. `files` are those of the
    images that the findings show, by their URIs, where they are in a folder.
    """

    examination: Examination
    where: Where
    images: int
    looks: int
    hidden: str = ""
    manifests: tuple[Foreign, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """A new manifest, and how it differs from the one that it was made of: the first changes, and all in a file."""

    manifest: Foreign
    difference: str
    changed: int
    dropped: int
    shown: tuple[Change, ...]


def take_in(project: Project, name: str, data: bytes) -> Foreign:
    """Keep a manifest of a person's, under a name of our own; the original stays what it is. BadManifest for a zip."""
    if data.startswith(b"PK\x03\x04"):
        raise BadManifest(f"{name} is a zip. Unpack it, and drop the manifest that is in it.")
    return _kept(project, name, [data])


def _kept(project: Project, name: str, pieces: Iterable[bytes]) -> Foreign:
    """The manifest in a file that is called by its content, which shows when all of it is there."""
    draft, content = _folder(project) / f".{uuid.uuid4().hex}", hashlib.sha256()
    with room_needed("The manifest was not taken in."), writing_atomically(draft) as file:
        for piece in pieces:
            content.update(piece)
            file.write(piece)
    kept = draft.replace(draft.with_name(f"{content.hexdigest()[:24]}.manifest"))
    return Foreign(str(kept), name)


def fetch(project: Project, clients: Clients, uri: str) -> Foreign:
    """Copy a manifest from S3. BadManifest when the address is none; what S3 refuses is Rekognition's to refuse."""
    try:
        bucket, key = split_uri(uri.strip())
    except ValueError as error:
        raise BadManifest("That is no address in S3. One looks like s3://bucket/folder/train.manifest.") from error
    name = key.rpartition("/")[2] or key
    try:
        kept = _kept(project, name, storage.pieces(clients, bucket, key))
    except AwsError as error:
        refusal = looking.manifest_refusal(error)
        if refusal is None:
            raise
        return Foreign("", name, uri.strip(), refusal)
    return Foreign(kept.file, name, uri.strip())


def _folder(project: Project) -> Path:
    return project.manifests / "foreign"


def examine(
    progress: Progress, home: str, project: str, training: dict[str, str | None], testing: dict[str, str | None] | None,
    where: Where, folder: str = "", again: bool = False,
) -> Checkup:
    """Job: examine a manifest that was taken in, or a pair of them, with the images as they are `where`.

    `again` asks S3 for images anew that were looked at a moment ago.
    """
    owner = open_project(home, project)
    given = [Foreign(**one) for one in (training, testing) if one]  # type: ignore[arg-type]
    progress.begin(0, "Reading the manifest, line by line")
    with room_needed("The manifest was not examined; it stays as it is."):
        manifests = [_opened(progress, one) for one in given]
        looked, codes = _looked(progress, owner, where, folder, manifests, given, again)
        progress.begin(0, "Judging by Rekognition's rules")
        examined = doctor.examine_opened(manifests[0], manifests[1] if len(manifests) > 1 else None, looked.look, codes)
    files = {uri: str(looked.beside.find(uri) or "") for group in examined.groups for uri in group.photos.values()
             } if looked.beside else {}
    return Checkup(examined, looked.where, len(looked.images), looked.looks, looked.hidden, tuple(given), files, folder)


def _opened(progress: Progress, one: Foreign) -> Opened:
    if one.refusal:
        return Opened(code=one.refusal)
    try:
        return opened_file(Path(one.file), progress.check)
    except FileNotFoundError as error:
        raise NotReady(f"{one.name} is no longer here. Drop it once more.") from error


def _looked(
    progress: Progress, owner: Project, where: Where, folder: str, manifests: list[Opened], given: list[Foreign],
    again: bool,
) -> tuple[Looked, list[str]]:
    """What the images are like, and the codes that S3 itself tells of. Without a way to S3 the lines must do."""
    if where == "folder":
        named = settings.allowed_folder(folder, settings.load().roots)
        return looks.in_folder(progress, named, _refs(manifests)), []
    if where == "nowhere":
        return looks.nowhere(_refs(manifests)), []
    try:
        clients = aws.connect(owner.home, owner.backend)
        file = headers.file_of(owner.home, owner.backend)
        if again:
            headers.forget(file)
        looked = looks.in_s3(progress, clients, file, _refs(manifests))
        return looked, refusals(clients, looked.images.buckets(), given)
    except AwsError as error:
        return looks.nowhere(_refs(manifests), error.message), []


def _refs(manifests: list[Opened]) -> Iterator[str]:
    """The images that the rules will ask for."""
    return (line.source_ref for one in manifests for line in one.lines if line.valid and line.source_ref)


def refusals(clients: Clients, buckets: set[str], given: Sequence[Foreign]) -> list[str]:
    """The codes that S3 itself tells of: of buckets that images are in, and of those that manifests came from."""
    manifests = {split_uri(one.uri)[0] for one in given if one.uri}
    return looking.refusals(clients, buckets, next(iter(manifests), None))


def mend(progress: Progress, home: str, project: str, manifests: Sequence[dict[str, str | None]],
         leave_out: Sequence[Mapping[int, str]] = ()) -> list[Mended]:
    """Job: mend manifests into new files beside them; `leave_out` are the lines of each to drop, and why."""
    progress.begin(len(manifests), "Mending what can be mended")
    done = []
    for number, one in enumerate(manifests):
        done.append(_mended(progress, Foreign(**one), leave_out[number] if leave_out else {}))  # type: ignore[arg-type]
        progress.step()
    return done


def _mended(progress: Progress, foreign: Foreign, leave_out: Mapping[int, str]) -> Mended:
    file = Path(foreign.file)
    new, difference = (file.with_name(f"{file.stem}-mended.{kind}") for kind in ("manifest", "diff"))
    changed = dropped = 0
    shown: list[Change] = []
    with (room_needed("The manifest was not mended."), file.open("rb") as manifest,
          writing_atomically(new) as lines, writing_atomically(difference) as told):
        for after, change in repaired(manifest, leave_out=leave_out):
            progress.check()
            if after is None:
                dropped += 1
            else:
                lines.write(f"{after}\n".encode())
            if change:
                changed += 1
                told.write(_told(change).encode("utf-8", "replace"))
                if changed <= SHOWN:
                    shown.append(change._replace(before=change.before[:LONGEST], after=change.after[:LONGEST]))
    stem = foreign.name.rpartition(".")[0] or foreign.name
    return Mended(Foreign(str(new), f"{stem}-mended.manifest"), str(difference), changed, dropped, tuple(shown))


def _told(change: Change) -> str:
    after = f"+ {change.after}\n" if change.after else ""
    return f"@@ line {change.number}: {change.why}\n- {change.before}\n{after}"
