"""A project and its Rekognition project: training one with the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from core.aws import clients as aws
from core.aws import datasets, projects, tags, training, versions
from core.aws.clients import Clients
from core.aws.options import Options, checked, name_fault
from core.dataset import learned, manifests, repaired, testset, upload
from core.dataset.testset import Plan
from core.dataset.upload import Uploaded
from core.errors import TRAIN, Cure, NotAllowed, NotReady, RekolabError
from core.jobs import Progress
from core.limits import MAX_VERSIONS
from core.types import Version
from core.workspace import Project, open_project, today

LABEL = Cure("Label more photos", "data/label")
# Settings of the project by training: the digest of its manifests, and the forecast when it began.
_TRAINED_WITH, _FORESEEN = "trained_with", "foreseen"


def rekognition_name(project: Project) -> str:
    """The Rekognition project that this project trains in: the chosen one, or the one of its own name."""
    return str(project.get("rekognition_project") or project.name)


def choose_rekognition(project: Project, name: str) -> None:
    """Train in the Rekognition project `name` from now on; it is made at the first training if there is none."""
    project.set("rekognition_project", name)


def models(project: Project, clients: Clients) -> list[Version]:
    """The project's versions, newest first; none while it has no Rekognition project."""
    return versions.list_versions(clients, rekognition_name(project))


def next_version_name(known: Iterable[Version]) -> str:
    """The name by today's date that a training gets after these."""
    return training.default_version_name((version.name for version in known), today())


def train(
    progress: Progress, home: str, project: str, version_name: str, options: Mapping[str, Any] | None = None,
    foreseen: Mapping[str, Any] | None = None, mended: Mapping[str, Any] | None = None,
) -> str:
    """Job: upload what is missing, make project and datasets, and start a training; gives the version's ARN.

    It ends when the training has begun. Repeated after a crash it starts nothing twice. `options` are those of
    `core.aws.options.Options`; `foreseen` is the forecast that the result is to be compared with; `mended` are the
    manifests of `recovering.repair`, instead of the project's own.
    """
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    chosen = checked(Options(**options or {}), clients.region)
    attempt = f"{owner.backend.title}: {version_name}"
    known = models(owner, clients)
    existing = next((one for one in known if one.name == version_name), None)
    if existing and (existing.status == "TRAINING_IN_PROGRESS" or owner.get("starting") == attempt):
        return existing.arn
    if fault := name_fault(version_name, [one.name for one in known]):
        raise RekolabError(fault, TRAIN)
    given = _plan(progress, owner, clients, mended)
    sent = _sent(progress, owner, clients, given)
    name = rekognition_name(owner)
    progress.begin(0, f"Making the project {name} and its datasets")
    arn = projects.ensure_project(clients, name)
    progress.check()
    _ensure_datasets(owner, clients, arn, sent.training_uri, sent.testing_uri)
    progress.say(f"Starting the training of {version_name}")
    prefix = f"{owner.name}/models/{version_name}"
    _remember(owner, version_name, given, foreseen)
    owner.set("starting", attempt)  # after a crash, a version of this name is this training
    version = training.start_training(clients, arn, version_name, sent.bucket, prefix, options=chosen)
    owner.set("starting", None)
    owner.note("train", f"Training of {version_name} started in {name}")
    return version


def _plan(progress: Progress, project: Project, clients: Clients, mended: Mapping[str, Any] | None) -> Plan:
    """What goes into the training, past the doctor's gate."""
    bucket = upload.ready_bucket(progress, project, clients)
    given = repaired.plan(project, bucket, mended) if mended else testset.plan(project, bucket)
    if given.way != "distribute" and not given.built.testing:
        raise NotReady("There is no photo to test with: a label needs at least two photos that differ.", LABEL)
    testset.require(progress, project, clients, given)
    return given


def _sent(progress: Progress, project: Project, clients: Clients, given: Plan) -> Uploaded:
    """All of it in S3. What the project's own split needs counts as its upload."""
    if given.way == "split":
        return upload.upload(progress, str(project.home), project.name)
    return upload.bring(progress, project, clients, given.built)


def options_of(clients: Clients, version: Version) -> dict[str, Any]:
    """The options that a version was trained with, as `train` takes them; without tags that may not be listed."""
    options: dict[str, Any] = {"description": version.description, "kms_key": version.kms_key or "", "tags": {}}
    with suppress(NotAllowed):
        options["tags"] = tags.tags_of(clients, version.arn)
    return options


def trained_with(project: Project, version_name: str) -> str | None:
    """The digest of the manifests that a version was trained with, None where it was not trained from here."""
    found: dict[str, str] = project.get(_TRAINED_WITH, {})
    return found.get(_named(project, version_name))


def digest_of(project: Project, arn: str) -> str | None:
    """The digest of the manifests that a model was trained with, None where it was not trained from here."""
    owner, version_name = versions.names_of(arn)
    found: dict[str, str] = project.get(_TRAINED_WITH, {})
    return found.get(f"{project.backend.title}: {owner}/{version_name}")


def learned_from(project: Project, arn: str) -> frozenset[str] | None:
    """The SHA-256 of the photos that a model has learned from; None where it was not trained from here."""
    digest = digest_of(project, arn)
    return learned.of(project, digest) if digest else None


def foreseen(project: Project, version_name: str) -> dict[str, Any] | None:
    """The forecast, as it was dumped, that was shown when the training of a version began; None without one."""
    found: dict[str, dict[str, Any] | None] = project.get(_FORESEEN, {})
    return found.get(_named(project, version_name))


def _named(project: Project, version_name: str) -> str:
    return f"{project.backend.title}: {rekognition_name(project)}/{version_name}"


def _remember(project: Project, version_name: str, given: Plan, foreseen: Mapping[str, Any] | None) -> None:
    """Which manifests a version is trained with, and what was forecast of them, until its hundredth successor."""
    named, digest = _named(project, version_name), manifests.digest(given.built)
    learned.keep(project, digest, given)
    project.add_to(_TRAINED_WITH, named, digest, MAX_VERSIONS)
    project.add_to(_FORESEEN, named, foreseen, MAX_VERSIONS)


def _ensure_datasets(
    project: Project, clients: Clients, arn: str, training_uri: str, testing_uri: str | None
) -> None:
    """Both datasets from these manifests; NotReady where a dataset would be lost that was not made here.

    What is made is not known before it is complete, so the catalogue says first from what it is being made: a dataset
    that is found after a crash in between is ours, and is not made again.
    """
    made_here: dict[str, dict[str, str]] = project.get("datasets", {})  # by project ARN, for every backend
    known = made_here.get(arn, {}) | _left_by_crash(project, clients, arn, made_here.get(arn, {}))
    making = datasets.sources(clients, training_uri, testing_uri)
    project.set("datasets", made_here | {arn: known})
    project.set("making_datasets", {"project": arn, "from": making})
    made = datasets.ensure_datasets(clients, arn, training_uri, testing_uri, known)
    project.set("datasets", made_here | {arn: made.known})
    project.set("making_datasets", None)


def _left_by_crash(project: Project, clients: Clients, arn: str, known: Mapping[str, str]) -> dict[str, str]:
    """The datasets that are not known, with what they were being made from; NotReady where they are not ours."""
    name = projects.name_of(arn)
    found = projects.find_project(clients, name)
    strange = {kind: dataset for kind, dataset in (found.datasets if found else {}).items() if dataset not in known}
    making = project.get("making_datasets")
    if isinstance(making, str):  # as an older version wrote it, without saying from what
        making = {"project": making, "from": {}}
    if strange and (making is None or making["project"] != arn):
        raise NotReady(f"{name} has a dataset that was not made here, and training would replace it. "
                       "Choose another Rekognition project, or delete the dataset if nobody needs it.", TRAIN)
    return {dataset: making["from"].get(kind, "") for kind, dataset in strange.items()}
