"""Labels of a dataset that Rekognition has already, with its photos from S3 where the project does not have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.aws import clients as aws
from core.aws import datasets, projects
from core.aws.clients import Clients
from core.dataset import label_import, sources
from core.dataset.label_import import Preview
from core.dataset.places import parts
from core.errors import BadAnnotations
from core.exchange import ground_truth
from core.exchange.types import Annotated, Reading, Remark
from core.jobs import Progress
from core.workspace import open_project

_SIDES = {"TRAIN": "training dataset", "TEST": "test dataset"}


def offered(clients: Clients) -> list[str]:
    """The Rekognition projects that have a dataset, by name."""
    return sorted(project.name for project in projects.list_projects(clients) if project.datasets)


def read_dataset(progress: Progress, home: str, project: str, rekognition: str, fetching: bool = True) -> Preview:
    """Job: what the entries of a Rekognition project's datasets would change.

    With `fetching`, photos that the project does not have are first copied from S3 and looked at. BadAnnotations when
    there is no dataset, or it is empty.
    """
    owner = open_project(home, project)
    clients = aws.connect(owner.home, owner.backend)
    reading = _read(progress, clients, rekognition)
    source = f"the Rekognition project {rekognition}"
    found = label_import.preview(owner, source, reading)
    if fetching and (missing := _missing(found, reading.records)):
        for bucket, keys in missing.items():
            sources.import_objects(progress, owner, bucket, keys)
        found = label_import.preview(owner, source, reading)
    return found


def _read(progress: Progress, clients: Clients, rekognition: str) -> Reading:
    """The entries of the training and the test dataset."""
    known = projects.find_project(clients, rekognition)
    if known is None or not known.datasets:
        raise BadAnnotations(f"The Rekognition project {rekognition} has no dataset. Choose another one.")
    records: list[Annotated] = []
    remarks: list[Remark] = []
    for side, arn in sorted(known.datasets.items(), reverse=True):
        progress.begin(0, f"Reading the {_SIDES[side]} of {rekognition}")
        part = ground_truth.read_lines(_checked(progress, datasets.entries(clients, arn)))
        records += part.records
        remarks += [Remark(f"{_SIDES[side]}, {remark.place}", remark.text) for remark in part.remarks]
    if not records:
        raise BadAnnotations(f"The datasets of {rekognition} hold no image. Choose another project.")
    return Reading(tuple(records), tuple(remarks))


def _checked(progress: Progress, entries: Iterable[str]) -> Iterable[str]:
    for entry in entries:
        progress.check()
        yield entry


def _missing(found: Preview, records: Sequence[Annotated]) -> dict[str, list[str]]:
    """The keys, by bucket, of images that no photo of the project can be meant by."""
    absent = {remark.place for remark in found.missing}
    keys: dict[str, list[str]] = {}
    for record in records:
        if record.image in absent:
            bucket, key = parts(record.image)
            keys.setdefault(bucket, []).append(key)
    return keys


