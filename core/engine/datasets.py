"""Operations on datasets: create, describe, update, distribute, delete. Their work is in dataset_work.py."""

from __future__ import annotations

import base64
import json
import sqlite3

from core.engine import entries
from core.engine.awsjson import ApiError, Ask, Caller
from core.engine.projects import open_project
from core.engine.service import Service, datasets_of, epoch_milliseconds, find_dataset, in_use, invalid
from core.engine.state import Dataset

SUCCESS, CLIENT_ERROR, SERVICE_ERROR = "SUCCESS", "CLIENT_ERROR", "SERVICE_ERROR"


def create_dataset(service: Service, caller: Caller, ask: Ask) -> Ask:
    """CreateDataset: from a manifest, from another dataset, or empty. The manifest must exist when it is called."""
    manifest, origin = _source(service, ask)
    made = epoch_milliseconds()
    with service.state.transaction() as rows:
        project = open_project(rows, caller, ask["ProjectArn"])
        if any(dataset.type == ask["DatasetType"] for dataset in datasets_of(rows, project.arn)):
            raise ApiError("ResourceAlreadyExistsException",
                           f"The project has a {ask['DatasetType']} dataset already. Delete it first.")
        if origin:
            _usable(copied := find_dataset(rows, caller, origin))
        arn = caller.arn(f"project/{project.name}/dataset/{ask['DatasetType'].lower()}/{made}")
        bucket = manifest["Bucket"] if manifest else copied.bucket if origin else None
        rows.execute("INSERT INTO dataset VALUES (?, ?, ?, ?, ?, 'CREATE_IN_PROGRESS', ?, ?, ?, ?)", (
            arn, project.arn, ask["DatasetType"], made / 1000, made / 1000, "The dataset is being created.", SUCCESS,
            json.dumps(ask.get("Tags", {})), bucket))
        if origin:
            entries.copy_entries(rows, origin, arn)
        service.tasks.add(rows, "create dataset", arn, manifest=manifest)
    service.tasks.wake()
    return {"DatasetArn": arn}


def describe_dataset(service: Service, caller: Caller, ask: Ask) -> Ask:
    """DescribeDataset: the counts are those of the entries that can be listed now."""
    with service.state.reading() as rows:
        dataset = find_dataset(rows, caller, ask["DatasetArn"])
        statistics = entries.statistics(rows, dataset.arn)
    return {"DatasetDescription": {
        "CreationTimestamp": dataset.created, "LastUpdatedTimestamp": dataset.updated, "Status": dataset.status,
        "StatusMessage": dataset.message, "StatusMessageCode": dataset.code, "DatasetStats": statistics,
    }}


def update_dataset_entries(service: Service, caller: Caller, ask: Ask) -> None:
    """UpdateDatasetEntries: lines whose source-ref is known replace theirs, others are added."""
    changes = base64.b64encode(ask["Changes"]["GroundTruth"]).decode()
    with service.state.transaction() as rows:
        dataset = find_dataset(rows, caller, ask["DatasetArn"])
        if not dataset.settled:
            raise in_use(f"The dataset is busy, or was not created: its status is {dataset.status}.")
        _begin_update(rows, dataset.arn)
        service.tasks.add(rows, "update dataset", dataset.arn, changes=changes)
    service.tasks.wake()


def distribute_dataset_entries(service: Service, caller: Caller, ask: Ask) -> None:
    """DistributeDatasetEntries: a fifth of the training entries goes to the empty test dataset."""
    with service.state.transaction() as rows:
        found = [find_dataset(rows, caller, item["Arn"]) for item in ask["Datasets"]]
        if sorted(dataset.type for dataset in found) != ["TEST", "TRAIN"]:
            raise invalid("Name one training dataset and one test dataset.")
        test, train = sorted(found, key=lambda dataset: dataset.type)
        if test.project != train.project:
            raise invalid("The datasets belong to different projects.")
        if not (test.settled and train.settled):
            raise ApiError("ResourceNotReadyException", "A dataset is busy, or was not created. Describe both.")
        if entries.statistics(rows, test.arn)["TotalEntries"]:
            raise invalid("The test dataset is not empty.")
        for dataset in found:
            _begin_update(rows, dataset.arn)
        service.tasks.add(rows, "distribute dataset", train.arn, test=test.arn)
    service.tasks.wake()


def delete_dataset(service: Service, caller: Caller, ask: Ask) -> None:
    """DeleteDataset: not while it is created or updated."""
    with service.state.transaction() as rows:
        dataset = find_dataset(rows, caller, ask["DatasetArn"])
        if dataset.status.endswith("IN_PROGRESS"):
            raise in_use(f"The dataset is busy: its status is {dataset.status}.")
        rows.execute("UPDATE dataset SET status = 'DELETE_IN_PROGRESS', message = ?, code = ? WHERE arn = ?",
                     ("The dataset is being deleted.", SUCCESS, dataset.arn))
        service.tasks.add(rows, "delete dataset", dataset.arn)
    service.tasks.wake()


def _source(service: Service, ask: Ask) -> tuple[Ask | None, str | None]:
    """(S3 object of a manifest, ARN of a dataset) to make a dataset of; neither makes an empty one."""
    source = ask.get("DatasetSource")
    if source is None:
        return None, None
    manifest, origin = source.get("GroundTruthManifest", {}).get("S3Object"), source.get("DatasetArn")
    if bool(manifest) == bool(origin):
        raise invalid("DatasetSource needs a GroundTruthManifest with its S3Object, or a DatasetArn, and not both.")
    if manifest:
        if "Bucket" not in manifest or "Name" not in manifest:
            raise ApiError("InvalidS3ObjectException", "Request has invalid S3 object.")
        _must_exist(service, manifest)
    return manifest, origin


def _must_exist(service: Service, place: Ask) -> None:
    try:
        service.objects.size(place["Bucket"], place["Name"])
    except KeyError:
        raise ApiError("InvalidS3ObjectException", "Unable to get object metadata from S3. Check object key, region "
                       "and/or access permissions.") from None


def _usable(dataset: Dataset) -> None:
    if not dataset.settled:
        raise invalid(f"The source dataset can't be copied now: its status is {dataset.status}.")


def _begin_update(rows: sqlite3.Connection, arn: str) -> None:
    rows.execute("UPDATE dataset SET status = 'UPDATE_IN_PROGRESS', message = ?, code = ? WHERE arn = ?",
                 ("The dataset is being updated.", SUCCESS, arn))
