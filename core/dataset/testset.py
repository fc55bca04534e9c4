"""How a model's test photos are chosen: by the project's split, by Amazon, or by a manifest of one's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from core.aws import clients as aws
from core.aws.clients import Clients
from core.dataset import examining, headers, likeness_file, looks, manifests
from core.dataset.examining import Foreign
from core.dataset.looks import Looked
from core.dataset.manifests import Built
from core.dataset.names import content_in
from core.dataset.remembering import remembered
from core.dataset.split import Split
from core.dataset.trainable import Entry
from core.errors import MANIFEST, AwsError, BadManifest, NotReady
from core.jobs import Progress
from core.manifest import doctor
from core.manifest.doctor import Examination
from core.manifest.images import Look
from core.manifest.opening import opened
from core.manifest.splitting import TESTING_SHARE
from core.types import Facts
from core.workspace import Project, open_project

Way = Literal["split", "distribute", "own"]

_KEPT = "test_set"  # a setting of the project


@dataclass(frozen=True, slots=True)
class Choice:
    """The way that was chosen; `own` is the test manifest where that is the way."""

    way: Way = "split"
    own: Foreign | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training gets: the manifests, and how many photos it is tested with.

    `built.testing` is "" where Amazon chooses. `repeated` photos of the project are in the test manifest of one's own
    and so are not learned from.
    """

    way: Way
    built: Built
    tests: int
    repeated: int = 0


def current(project: Project) -> Choice:
    """What was chosen last; at first the split."""
    kept = project.get(_KEPT)
    return Choice(kept["way"], Foreign(**kept["own"]) if kept["own"] else None) if kept else Choice()


def choose(project: Project, way: Way, own: Foreign | None = None) -> None:
    """Choose the test photos like this from now on. The manifest of one's own is kept for another time."""
    project.set(_KEPT, asdict(Choice(way, own or current(project).own)))


def plan(project: Project, bucket: str) -> Plan:
    """What a training into this bucket gets now; NotReady where the photos, or the manifest, are missing."""
    return remembered(project, "plan", partial(_plan, project, bucket), bucket, likeness_file.stamp(project))


def _plan(project: Project, bucket: str) -> Plan:
    built, choice = manifests.build(project, bucket), current(project)
    if choice.way == "split":
        return Plan("split", built, len(built.split.test))
    if choice.way == "distribute":
        return Plan("distribute", _reduced(built, ()), round(len(built.pictures) * TESTING_SHARE))
    return _with_own(built, own_text(choice))


def own_text(choice: Choice) -> str:
    """The test manifest of one's own; NotReady while there is none, or when it is no text."""
    if choice.own is None:
        raise NotReady("No test manifest is chosen yet. Drop one, or name its place in S3.")
    if choice.own.refusal:
        raise NotReady(f"{choice.own.name} can not be read from S3. Choose another test manifest.")
    try:
        return Path(choice.own.file).read_bytes().decode()
    except OSError as error:
        raise NotReady(f"{choice.own.name} is no longer here. Choose it once more.") from error
    except UnicodeDecodeError as error:
        raise BadManifest(f"{choice.own.name} is not UTF-8 text. Save it as UTF-8, and choose it once more.") from error


def _with_own(built: Built, text: str) -> Plan:
    """All photos to learn from, but those that the test manifest names, under whatever bucket's address."""
    lines = opened(text.encode()).lines
    named = {line.source_ref for line in lines if line.source_ref}
    contents = {content_in(ref) for ref in named} - {None}
    repeated = [key for key in built.pictures
                if f"s3://{built.bucket}/{key}" in named or content_in(key) in contents]
    reduced = replace(_reduced(built, repeated), testing=text)
    return Plan("own", reduced, sum(line.valid and line.labeled for line in lines), len(repeated))


def _reduced(built: Built, without: Collection[str]) -> Built:
    """Every photo on the training side but these, by key; nothing on the other."""
    kept = {key: entry for key, entry in built.pictures.items() if key not in without}
    written = lines_by_photo(built)
    ids = tuple(sorted(entry.photo_id for entry in kept.values()))
    return replace(built, pictures=kept, split=Split(ids, ()), testing="",
                   training="".join(f"{written[entry.photo_id]}\n" for entry in kept.values()))


def lines_by_photo(built: Built) -> dict[int, str]:
    """The manifest line of each photo, by its id."""
    return {entry.photo_id: line for entry, line in _written(built)}


def _written(built: Built) -> Iterator[tuple[Entry, str]]:
    for testing, text in ((False, built.training), (True, built.testing)):
        yield from zip(manifests.photo_lines(built, testing).values(), text.split("\n"), strict=False)


def examine(project: Project, given: Plan) -> Examination:
    """The doctor's verdict, from what is known here. With a manifest of one's own this is the job `examine_own`."""
    if given.way == "split":
        return manifests.examine_project(project, given.built)
    known = partial(_judged, given.built, looks.nowhere(()), ())
    return remembered(project, "distributed", known, given.built.training_key)


@dataclass(frozen=True, slots=True)
class Checked:
    """The doctor's verdict on the manifests with this digest. `hidden` says why S3 could not be asked about photos."""

    digest: str
    examination: Examination
    hidden: str = ""


def examine_own(progress: Progress, home: str, project: str, bucket: str) -> Checked:
    """Job: examine the manifests with the test manifest of one's own, whose photos are looked at in S3."""
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    built = plan(owner, bucket).built
    examined, hidden = judged_in_s3(progress, owner, clients, built)
    return Checked(manifests.digest(built), examined, hidden)


def judged_in_s3(progress: Progress, project: Project, clients: Clients, built: Built) -> tuple[Examination, str]:
    """The doctor's verdict after a look in S3 at every photo that is not the project's own; why there was none."""
    looked, codes = looked_in_s3(progress, project, clients, built)
    progress.begin(0, "Judging by Rekognition's rules")
    return _judged(built, looked, codes), looked.hidden


def looked_in_s3(
    progress: Progress, project: Project, clients: Clients, built: Built
) -> tuple[Looked, Collection[str]]:
    """What the photos are like that are not the project's own, and the codes that S3 itself tells of."""
    known = _facts(built)
    sides = [opened(text.encode()) for text in (built.training, built.testing) if text]
    refs = [line.source_ref for side in sides for line in side.lines
            if line.valid and line.source_ref and line.source_ref not in known]
    try:
        looked = looks.in_s3(progress, clients, headers.file_of(project.home, project.backend), refs)
        return looked, examining.refusals(clients, looked.images.buckets(), [])
    except AwsError as error:
        return looks.nowhere((), error.message), []


def look_of(built: Built, looked: Looked) -> Look:
    """What the rules are to judge by: what is known here, or else what was found."""
    known = _facts(built)
    return lambda uri: known.get(uri) or looked.look(uri)


def _judged(built: Built, looked: Looked, codes: Collection[str]) -> Examination:
    testing = built.testing.encode() if built.testing else None
    return doctor.examine(built.training.encode(), testing, look_of(built, looked), list(codes))


def _facts(built: Built) -> Mapping[str, Facts]:
    """What is known here of the project's own pictures, by their addresses."""
    return {f"s3://{built.bucket}/{key}": entry.facts for key, entry in built.pictures.items()}


def require(progress: Progress, project: Project, clients: Clients, given: Plan) -> None:
    """The gate before a training: NotReady with the doctor's sentence where it would fail."""
    examined = (judged_in_s3(progress, project, clients, given.built)[0] if given.way == "own" else
                examine(project, given))
    if not examined.ok:
        raise NotReady(examined.sentence, MANIFEST)
