"""A project and its Rekognition project: training one with the other."""

from __future__ import annotations

from collections.abc import Mapping

from core.aws import clients as aws
from core.aws import projects, training, versions
from core.aws.clients import Clients
from core.dataset import manifests, upload
from core.errors import TRAIN, Cure, NotReady, RekolabError
from core.jobs import Progress
from core.types import Version
from core.workspace import Project, now, open_project

LABEL = Cure("Label more photos", "data/label")
_TRAINED_WITH = "trained_with"  # a setting of the project: digests of manifests by training


def rekognition_name(project: Project) -> str:
    """The Rekognition project that this project trains in: the chosen one, or the one of its own name."""
    return str(project.get("rekognition_project") or project.name)


def choose_rekognition(project: Project, name: str) -> None:
    """Train in the Rekognition project `name` from now on; it is made at the first training if there is none."""
    project.set("rekognition_project", name)


def models(project: Project, clients: Clients) -> list[Version]:
    """The project's versions, newest first; none while it has no Rekognition project."""
    return versions.list_versions(clients, rekognition_name(project))


def next_version_name(project: Project, clients: Clients) -> str:
    """The name by date that the next training gets."""
    return training.default_version_name((version.name for version in models(project, clients)), now().date())


def train(progress: Progress, home: str, project: str, version_name: str) -> str:
    """Job: upload what is missing, make project and datasets, and start a training; gives the version's ARN.

    It ends when the training has begun. Repeated after a crash it starts nothing twice.
    """
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    attempt = f"{owner.backend.title}: {version_name}"
    if existing := next((one for one in models(owner, clients) if one.name == version_name), None):
        if existing.status == "TRAINING_IN_PROGRESS" or owner.get("starting") == attempt:
            return existing.arn
        raise RekolabError(f"There is a version {version_name} already. Give the new one another name.", TRAIN)
    sent = upload.upload(progress, home, project)
    if sent.testing_uri is None:
        raise NotReady("There is no photo to test with: a label needs at least two photos that differ.", LABEL)
    name = rekognition_name(owner)
    progress.begin(0, f"Making the project {name} and its datasets")
    arn = projects.ensure_project(clients, name)
    progress.check()
    _ensure_datasets(owner, clients, arn, sent.training_uri, sent.testing_uri)
    progress.say(f"Starting the training of {version_name}")
    prefix = f"{owner.name}/models/{version_name}"
    _remember_manifests(owner, version_name, sent.bucket)
    owner.set("starting", attempt)  # after a crash, a version of this name is this training
    version = training.start_training(clients, arn, version_name, sent.bucket, prefix)
    owner.set("starting", None)
    owner.note("train", f"Training of {version_name} started in {name}")
    return version


def trained_with(project: Project, version_name: str) -> str | None:
    """The digest of the manifests that a version was trained with, None where it was not trained from here."""
    found: dict[str, str] = project.get(_TRAINED_WITH, {})
    return found.get(_named(project, version_name))


def _named(project: Project, version_name: str) -> str:
    return f"{project.backend.title}: {rekognition_name(project)}/{version_name}"


def _remember_manifests(project: Project, version_name: str, bucket: str) -> None:
    """Which manifests a version is trained with, unless they have changed since they were sent."""
    built = manifests.build(project, bucket)
    if upload.is_current(project, built):
        project.set(_TRAINED_WITH, {
            **project.get(_TRAINED_WITH, {}), _named(project, version_name): manifests.digest(built)})


def _ensure_datasets(project: Project, clients: Clients, arn: str, training_uri: str, testing_uri: str) -> None:
    """Both datasets from these manifests; NotReady where a dataset would be lost that was not made here.

    What is made is not known before it is complete, so the catalogue says first from what it is being made: a dataset
    that is found after a crash in between is ours, and is not made again.
    """
    made_here: dict[str, dict[str, str]] = project.get("datasets", {})  # by project ARN, for every backend
    known = made_here.get(arn, {}) | _left_by_crash(project, clients, arn, made_here.get(arn, {}))
    making = projects.sources(clients, training_uri, testing_uri)
    project.set("datasets", made_here | {arn: known})
    project.set("making_datasets", {"project": arn, "from": making})
    made = projects.ensure_datasets(clients, arn, training_uri, testing_uri, known)
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
