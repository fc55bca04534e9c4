"""The two datasets of a Rekognition project, which a model is trained and tested with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.aws import storage
from core.aws.calls import PATIENCE, Patience, aws_call, pages, wait_until
from core.aws.clients import Clients
from core.aws.projects import Kind, find_project, name_of
from core.errors import TRAIN, AwsError, Cure, NotFound, NotReady
from core.manifest.lines import split_uri

_WORDS: dict[Kind, str] = {"TRAIN": "training", "TEST": "test"}
_MANIFEST = Cure("Open the manifest", "data/manifest")
_MADE = ("CREATE_COMPLETE", "CREATE_IN_PROGRESS")
_FOUR_FIFTHS, _FIFTH = " (four fifths)", " (one fifth)"  # behind the content that a dataset was made from


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset and its counts. `manifest` is what it was made from, with the content's ETag: s3://...#etag."""

    arn: str
    kind: Kind
    status: str
    message: str
    total: int = 0
    labeled: int = 0
    errors: int = 0
    labels: int = 0
    manifest: str = ""


@dataclass(frozen=True, slots=True)
class Datasets:
    """What a project trains on, and what it is tested on."""

    train: Dataset
    test: Dataset

    @property
    def known(self) -> dict[str, str]:
        """ARN -> manifest; given to the next `ensure_datasets`, it keeps what has not changed."""
        return {dataset.arn: dataset.manifest for dataset in (self.train, self.test)}


def describe_dataset(clients: Clients, arn: str, manifest: str = "") -> Dataset:
    """The dataset's state and counts; `manifest` is passed on."""
    with aws_call():
        found = clients.rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]
    counts = found.get("DatasetStats", {})
    return Dataset(
        arn=arn,
        kind="TEST" if "/dataset/test/" in arn else "TRAIN",
        status=found["Status"],
        message=found.get("StatusMessage", ""),
        total=counts.get("TotalEntries", 0),
        labeled=counts.get("LabeledEntries", 0),
        errors=counts.get("ErrorEntries", 0),
        labels=counts.get("TotalLabels", 0),
        manifest=manifest,
    )


def entries(clients: Clients, dataset_arn: str, **filters: Any) -> Iterator[str]:
    """The dataset's JSON Lines; filters are ListDatasetEntries' own, such as HasErrors=True."""
    yield from pages(clients.rekognition, "list_dataset_entries", "DatasetEntries", DatasetArn=dataset_arn, **filters)


def ensure_datasets(
    clients: Clients,
    project_arn: str,
    training_uri: str,
    testing_uri: str | None,
    known: Mapping[str, str] | None = None,
    patience: Patience = PATIENCE,
) -> Datasets:
    """The project's training and test dataset, made from these two manifests in S3, as soon as both are complete.

    Without a testing manifest Rekognition moves a fifth of the training dataset into an empty test dataset.
    A dataset can not be given another manifest, so one that exists is deleted and made again. With `known` (what an
    earlier call returned as `Datasets.known`) one made from the same content stays, and NotReady is raised for one
    that is not known: somebody may have labelled it in AWS's console. An AwsError says why a manifest was refused.
    """
    wanted = sources(clients, training_uri, testing_uri)
    project = find_project(clients, name_of(project_arn))
    existing = dict(project.datasets) if project else {}
    if known is not None and any(arn not in known for arn in existing.values()):
        raise NotReady(f"The project {name_of(project_arn)} has a dataset that was not made here. Train in another "
                       "project, or delete the dataset in the Rekognition console if nobody needs it.", TRAIN)
    kept = {kind: arn for kind, arn in existing.items()
            if (known or {}).get(arn) == wanted[kind] and _usable(clients, arn, testing_uri is None)}
    if testing_uri is None and len(kept) == 1 and not _is_as_made(clients, kept):
        kept = {}  # one half of what was distributed is of no use without the other
    for kind, arn in existing.items():
        if kind not in kept:
            _delete(clients, arn, patience)
    made = {kind: kept.get(kind) or _create(clients, project_arn, kind, wanted[kind]) for kind in wanted}
    found = Datasets(*(_settled(clients, made[kind], wanted[kind], patience) for kind in wanted))
    return found if testing_uri or found.test.total else _distributed(clients, found, patience)


def sources(clients: Clients, training_uri: str, testing_uri: str | None) -> dict[Kind, str]:
    """What datasets of these manifests are made from, with the content: s3://...#etag. NotReady when one is missing.

    Without a testing manifest both are marked as distributed: neither is what it is with the manifests of a split.
    """
    training = _fingerprint(clients, training_uri)
    if testing_uri is None:
        return {"TRAIN": f"{training}{_FOUR_FIFTHS}", "TEST": f"{training}{_FIFTH}"}
    return {"TRAIN": training, "TEST": _fingerprint(clients, testing_uri)}


def _fingerprint(clients: Clients, manifest: str) -> str:
    stored = storage.head(clients, *split_uri(manifest))
    if stored is None:
        raise NotReady(f"{manifest} is not in S3. Upload the photos and the manifest first.", _MANIFEST)
    return f"{manifest}#{stored.etag}"


def _usable(clients: Clients, arn: str, distributed: bool) -> bool:
    """Whether the dataset is, or may yet become, what it was made from; distributing the entries is an update."""
    states = (*_MADE, "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS") if distributed else _MADE
    return describe_dataset(clients, arn).status in states


def _is_as_made(clients: Clients, kept: Mapping[Kind, str]) -> bool:
    """Whether the training dataset alone is there and still has all its entries."""
    return "TRAIN" in kept and describe_dataset(clients, kept["TRAIN"]).status in _MADE


def _distributed(clients: Clients, datasets: Datasets, patience: Patience) -> Datasets:
    """Both datasets after Rekognition has moved a fifth of the entries to the empty one."""
    try:
        with aws_call():
            clients.rekognition.distribute_dataset_entries(
                Datasets=[{"Arn": datasets.train.arn}, {"Arn": datasets.test.arn}])
    except AwsError as error:
        under_way = error.code in ("ResourceNotReadyException", "InvalidParameterException")
        if not error.repeated or not under_way:  # else only the first answer was lost
            raise
    train, test = (_settled(clients, one.arn, one.manifest, patience) for one in (datasets.train, datasets.test))
    return Datasets(train, test)


def _create(clients: Clients, project_arn: str, kind: Kind, source: str) -> str:
    bucket, key = split_uri(source.rpartition("#")[0])
    origin = {} if source.endswith(_FIFTH) else {
        "DatasetSource": {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": key}}}}
    try:
        with aws_call():
            answer = clients.rekognition.create_dataset(ProjectArn=project_arn, DatasetType=kind, **origin)
    except AwsError as error:
        made_at_first = error.repeated and error.code == "ResourceAlreadyExistsException"  # only its answer was lost
        if not made_at_first or (project := find_project(clients, name_of(project_arn))) is None:
            raise
        return project.datasets[kind]
    return str(answer["DatasetArn"])


def _settled(clients: Clients, arn: str, manifest: str, patience: Patience) -> Dataset:
    dataset = wait_until(partial(_at_rest, clients, arn, manifest), "Making the dataset", patience)
    if dataset.status.endswith("_FAILED"):
        failed = ("could not set test photos aside" if dataset.status == "UPDATE_FAILED" else
                  f"did not take the {_WORDS[dataset.kind]} manifest")
        raise AwsError(dataset.status, "CreateDataset", dataset.message,
                       f"Rekognition {failed}. It says: {dataset.message}", _MANIFEST)
    return dataset


def _at_rest(clients: Clients, arn: str, manifest: str = "") -> Dataset | None:
    """The dataset, unless something still works on it."""
    dataset = describe_dataset(clients, arn, manifest)
    return None if dataset.status.endswith("_IN_PROGRESS") else dataset


def _delete(clients: Clients, arn: str, patience: Patience) -> None:
    """Delete the dataset, once nothing works on it any more, and wait until it is gone."""

    def look() -> None:
        describe_dataset(clients, arn)

    with suppress(NotFound):
        wait_until(partial(_at_rest, clients, arn), "The work on the earlier dataset", patience)
        _begin_to_delete(clients, arn)
        wait_until(look, "Deleting the earlier dataset", patience)


def _begin_to_delete(clients: Clients, arn: str) -> None:
    try:
        with aws_call():
            clients.rekognition.delete_dataset(DatasetArn=arn)
    except AwsError as error:
        if not error.repeated or error.code != "ResourceInUseException":  # the first try came through
            raise
