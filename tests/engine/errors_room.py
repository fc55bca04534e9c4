"""Every documented error of every Custom Labels operation: how a client comes by it, or why it cannot occur here.

`python -m errors_room` in this folder writes docs/engine-errors.md.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from error_scene import Scene
from rekognition_room import BUCKET, picture

from core.engine.awsjson import MODEL
from core.engine.rekognition import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs" / "engine-errors.md"

DOCUMENTED = {(operation, shape.name) for operation in OPERATIONS
              for shape in MODEL.operation_model(operation).error_shapes}

# What every operation answers in the same situation; each is tested for every operation that documents it.
COMMON = {
    "AccessDeniedException": "an ARN is of another account",
    "InternalServerError": "the engine has a fault",
    "InvalidPaginationTokenException": "NextToken is made up, or of another list",
    "ProvisionedThroughputExceededException": "a rate of the settings is exceeded",
    "ResourceNotFoundException": "an ARN names nothing in this region",
    "ThrottlingException": "the engine's database is busy or has no room",
}

_CHECKED = "what can be wrong with its values is a ValidationException"
_ONE_OF_A_KIND = "a project has one dataset of each type, which is a ResourceAlreadyExistsException"
IMPOSSIBLE = {
    ("CreateDataset", "LimitExceededException"): _ONE_OF_A_KIND,
    ("DeleteDataset", "LimitExceededException"): "no quota is about deleting datasets",
    ("UpdateDatasetEntries", "LimitExceededException"): "too many images end the update as UPDATE_FAILED",
    ("CopyProjectVersion", "LimitExceededException"): "no quota is about copies at a time",
    ("DetectCustomLabels", "LimitExceededException"): "too many requests are a ProvisionedThroughputExceededException",
    ("PutProjectPolicy", "LimitExceededException"): "too many policies are a ServiceQuotaExceededException",
    ("DescribeProjects", "AccessDeniedException"): "it names no ARN, and the engine's key may call every operation",
} | {(operation, "InvalidParameterException"): _CHECKED for operation in (
    "DescribeProjects", "DeleteProject", "DescribeDataset", "DeleteDataset", "ListDatasetEntries", "ListDatasetLabels",
    "UpdateDatasetEntries", "DescribeProjectVersions", "DeleteProjectVersion", "StopProjectVersion",
    "PutProjectPolicy", "ListProjectPolicies", "DeleteProjectPolicy")}


@dataclass(frozen=True)
class Case:
    """A situation in which an operation ends with an error. Settings, if any, are those of a scene of its own."""

    operation: str
    code: str
    situation: str
    changes: Callable[[Scene], dict[str, Any]] = lambda _: {}
    model: str | None = None
    dataset: str | None = None
    settings: tuple[tuple[str, int], ...] = ()

    def provoke(self, scene: Scene) -> Any:
        with contextlib.ExitStack() as stack:
            if self.model:
                stack.enter_context(scene.being("version", scene.model, self.model))
            if self.dataset:
                for arn in (scene.asks["DescribeDataset"]["DatasetArn"],
                            scene.asks["DistributeDatasetEntries"]["Datasets"][0]["Arn"]):
                    stack.enter_context(scene.being("dataset", arn, self.dataset))
            return scene.ask(self.operation, **self.changes(scene))

    def __str__(self) -> str:
        return f"{self.operation}-{self.code}-{self.situation}"


def image(data: bytes) -> Callable[[Scene], dict[str, Any]]:
    return lambda _: {"Image": {"Bytes": data}}


def stored(key: str, data: bytes | None) -> Callable[[Scene], dict[str, Any]]:
    """An image of S3, which is there unless `data` is None."""

    def changes(scene: Scene) -> dict[str, Any]:
        if data is not None:
            scene.put(key, data)
        return {"Image": {"S3Object": {"Bucket": BUCKET, "Name": key}}}

    return changes


def manifest(bucket: str, key: str) -> dict[str, Any]:
    return {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": key}}}


def datasets(*pairs: tuple[str, int]) -> Callable[[Scene], dict[str, Any]]:
    """Datasets by project and place, 0 for training and 1 for test."""

    def changes(scene: Scene) -> dict[str, Any]:
        shown = {project["ProjectArn"].split("/")[1]: project["Datasets"]
                 for project in scene.aws.describe_projects()["ProjectDescriptions"]}
        return {"Datasets": [{"Arn": shown[project][place]["DatasetArn"]} for project, place in pairs]}

    return changes


def known_project(name: str) -> Callable[[Scene], dict[str, Any]]:
    return lambda scene: {"ProjectArn": scene.aws.describe_projects(
        ProjectNames=[name])["ProjectDescriptions"][0]["ProjectArn"]}


TRAIN_AND_TEST = {"TrainingData": {"Assets": [manifest(BUCKET, "TRAIN.manifest")]}, "TestingData": {"AutoCreate": True}}
NO_BUCKET = {"OutputConfig": {"S3KeyPrefix": "out"}}
HEAVY = picture("ring") + b"\0" * 15 * 1024 * 1024

IN_USE, INVALID, LIMIT = "ResourceInUseException", "InvalidParameterException", "LimitExceededException"
QUOTA, NOT_READY = "ServiceQuotaExceededException", "ResourceNotReadyException"
REVISION = "InvalidPolicyRevisionIdException"

CASES = [
    Case("CreateProject", IN_USE, "the region has a project of the name", lambda _: {"ProjectName": "shapes"}),
    Case("CreateProject", LIMIT, "the account has its 100 projects", settings=(("max_projects", 1),)),
    Case("CreateProject", INVALID, "AutoUpdate is given, which is for adapters", lambda _: {"AutoUpdate": "ENABLED"}),
    Case("CreateProject", "AccessDeniedException", "the project is to hold adapters",
         lambda _: {"Feature": "CONTENT_MODERATION"}),
    Case("DeleteProject", IN_USE, "it still has models", known_project("shapes")),
    Case("DeleteProject", IN_USE, "it still has datasets", known_project("lone")),
    Case("CreateDataset", "ResourceAlreadyExistsException", "the project has a dataset of that type",
         known_project("lone")),
    Case("CreateDataset", "InvalidS3ObjectException", "the manifest does not exist",
         lambda _: {"DatasetSource": manifest(BUCKET, "none")}),
    Case("CreateDataset", "InvalidS3ObjectException", "the bucket of the manifest does not exist",
         lambda _: {"DatasetSource": manifest("none", "none")}),
    Case("CreateDataset", INVALID, "DatasetSource holds neither a manifest nor a dataset",
         lambda _: {"DatasetSource": {}}),
    Case("CreateDataset", INVALID, "the dataset to copy is busy", lambda scene: {
        "DatasetSource": {"DatasetArn": scene.asks["DescribeDataset"]["DatasetArn"]}}, dataset="UPDATE_IN_PROGRESS"),
    *(Case(operation, NOT_READY, "the dataset is being created", dataset="CREATE_IN_PROGRESS")
      for operation in ("ListDatasetEntries", "ListDatasetLabels")),
    *(Case(operation, IN_USE, "the dataset is being deleted", dataset="DELETE_IN_PROGRESS")
      for operation in ("ListDatasetEntries", "ListDatasetLabels")),
    *(Case(operation, IN_USE, f"the dataset is {status}", dataset=status)
      for operation in ("UpdateDatasetEntries", "DeleteDataset")
      for status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")),
    Case("DistributeDatasetEntries", NOT_READY, "a dataset is busy", dataset="UPDATE_IN_PROGRESS"),
    Case("DistributeDatasetEntries", NOT_READY, "a dataset could not be created", dataset="CREATE_FAILED"),
    Case("DistributeDatasetEntries", INVALID, "the test dataset has entries", datasets(("shapes", 0), ("shapes", 1))),
    Case("DistributeDatasetEntries", INVALID, "the datasets are of two projects", datasets(("shapes", 0), ("lone", 1))),
    Case("DistributeDatasetEntries", INVALID, "the datasets are of one type", datasets(("shapes", 0), ("lone", 0))),
    Case("CreateProjectVersion", IN_USE, "the project has a version of the name", lambda _: {"VersionName": "v1"}),
    Case("CreateProjectVersion", IN_USE, "a dataset is busy", dataset="UPDATE_IN_PROGRESS"),
    Case("CreateProjectVersion", INVALID, "a dataset could not be created", dataset="CREATE_FAILED"),
    Case("CreateProjectVersion", INVALID, "TrainingData comes without TestingData",
         lambda _: {"TrainingData": TRAIN_AND_TEST["TrainingData"]}),
    Case("CreateProjectVersion", INVALID, "the project has datasets, and manifests are given",
         lambda _: TRAIN_AND_TEST),
    Case("CreateProjectVersion", INVALID, "the project has no datasets, and no manifests are given",
         known_project("other")),
    Case("CreateProjectVersion", INVALID, "OutputConfig has no bucket", lambda _: NO_BUCKET),
    Case("CreateProjectVersion", LIMIT, "two models are being trained", settings=(("max_trainings", 0),)),
    Case("CreateProjectVersion", QUOTA, "the project has its 100 models", settings=(("max_versions", 1),)),
    *(Case("StartProjectVersion", IN_USE, f"the model is {status}", model=status) for status in (
        "STARTING", "RUNNING", "STOPPING", "TRAINING_IN_PROGRESS", "TRAINING_FAILED", "COPYING_IN_PROGRESS",
        "COPYING_FAILED", "DELETING")),
    Case("StartProjectVersion", INVALID, "MaxInferenceUnits is less than MinInferenceUnits",
         lambda _: {"MinInferenceUnits": 2, "MaxInferenceUnits": 1}, model="STOPPED"),
    Case("StartProjectVersion", LIMIT, "more than 5 units are asked for", lambda _: {"MinInferenceUnits": 6},
         model="STOPPED"),
    Case("StartProjectVersion", LIMIT, "two models run", model="STOPPED", settings=(("max_running", 0),)),
    *(Case("StopProjectVersion", IN_USE, f"the model is {status}", model=status) for status in (
        "STARTING", "STOPPING", "STOPPED", "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED")),
    *(Case("DeleteProjectVersion", IN_USE, f"the model is {status}", model=status) for status in (
        "STARTING", "RUNNING", "STOPPING", "TRAINING_IN_PROGRESS", "COPYING_IN_PROGRESS", "DELETING")),
    Case("CopyProjectVersion", IN_USE, "the destination has a version of the name", lambda scene: {
        "VersionName": "v1", "DestinationProjectArn": scene.asks["DescribeProjectVersions"]["ProjectArn"]}),
    *(Case("CopyProjectVersion", IN_USE, f"the source is {status}", model=status)
      for status in ("TRAINING_IN_PROGRESS", "COPYING_IN_PROGRESS", "DELETING")),
    *(Case("CopyProjectVersion", INVALID, f"the source is {status}", model=status)
      for status in ("TRAINING_FAILED", "COPYING_FAILED")),
    Case("CopyProjectVersion", INVALID, "the source is a version of another project than is said", lambda scene: {
        "SourceProjectArn": scene.asks["CopyProjectVersion"]["DestinationProjectArn"]}),
    Case("CopyProjectVersion", INVALID, "OutputConfig has no bucket", lambda _: NO_BUCKET),
    Case("CopyProjectVersion", QUOTA, "the destination has its 100 models", settings=(("max_versions", 0),)),
    *(Case("DetectCustomLabels", NOT_READY, f"the model is {status}", model=status) for status in (
        "STARTING", "STOPPING", "STOPPED", "FAILED", "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED",
        "COPYING_COMPLETED")),
    Case("DetectCustomLabels", "InvalidImageFormatException", "it is no JPEG or PNG", image(b"GIF89a")),
    Case("DetectCustomLabels", "InvalidImageFormatException", "the file is cut off",
         image(picture("ring", size=(640, 480))[:4000])),
    Case("DetectCustomLabels", "ImageTooLargeException", "the bytes are more than 4 MB", image(HEAVY[:4194305])),
    Case("DetectCustomLabels", "ImageTooLargeException", "the object is more than 15 MB", stored("heavy.jpg", HEAVY)),
    Case("DetectCustomLabels", "ImageTooLargeException", "a side is more than 4096 pixels",
         image(picture("ring", size=(4097, 300)))),
    Case("DetectCustomLabels", INVALID, "a side is less than 64 pixels", image(picture("ring", size=(63, 90)))),
    Case("DetectCustomLabels", INVALID, "one side is more than 20 times the other",
         image(picture("ring", size=(64, 1281)))),
    Case("DetectCustomLabels", INVALID, "there is neither Bytes nor S3Object", lambda _: {"Image": {}}),
    Case("DetectCustomLabels", INVALID, "there are both Bytes and S3Object",
         lambda _: {"Image": {"Bytes": b"x", "S3Object": {"Bucket": BUCKET, "Name": "x"}}}),
    Case("DetectCustomLabels", "InvalidS3ObjectException", "the object does not exist", stored("none.jpg", None)),
    Case("DetectCustomLabels", "InvalidS3ObjectException", "the object has no name",
         lambda _: {"Image": {"S3Object": {"Bucket": BUCKET}}}),
    Case("PutProjectPolicy", "MalformedPolicyDocumentException", "the document is not IAM's grammar",
         lambda _: {"PolicyDocument": "{}"}),
    Case("PutProjectPolicy", "ResourceAlreadyExistsException", "the name is known, and no revision id is given",
         lambda _: {"PolicyRevisionId": None}),
    Case("PutProjectPolicy", REVISION, "the revision id is not the latest", lambda _: {"PolicyRevisionId": "0a1b"}),
    Case("PutProjectPolicy", QUOTA, "the project has its 5 policies",
         lambda _: {"PolicyName": "new", "PolicyRevisionId": None}, settings=(("max_policies", 1),)),
    Case("DeleteProjectPolicy", REVISION, "the revision id is not the latest", lambda _: {"PolicyRevisionId": "0a1b"}),
    Case("DeleteProjectPolicy", "ResourceNotFoundException", "the project has no policy of the name",
         lambda _: {"PolicyName": "none"}),
    Case("TagResource", QUOTA, "the resource has its 200 tags", settings=(("max_tags", 0),)),
    *(Case(operation, INVALID, "ResourceArn is no ARN of Rekognition",
           lambda _: {"ResourceArn": "no arn, but long enough"})
      for operation in ("TagResource", "UntagResource", "ListTagsForResource")),
]


def common_pairs() -> list[tuple[str, str]]:
    """The operations that a common situation is tested for; CreateProject names no ARN, and has a case of its own."""
    return sorted((operation, code) for operation, code in DOCUMENTED
                  if code in COMMON and (operation, code) not in IMPOSSIBLE
                  and (operation, code) != ("CreateProject", "AccessDeniedException"))


def page() -> str:
    """docs/engine-errors.md."""
    common = [f"| {code} | {situation} |" for code, situation in COMMON.items()]
    rows = []
    for operation in sorted(OPERATIONS):
        for code in sorted(code for name, code in DOCUMENTED if name == operation):
            situations = "; ".join(case.situation for case in CASES if (case.operation, case.code) == (operation, code))
            if (operation, code) in IMPOSSIBLE:
                rows.append(f"| {operation} | {code} | *cannot occur here:* {IMPOSSIBLE[operation, code]} |")
            elif situations:
                rows.append(f"| {operation} | {code} | {situations} |")
    return "\n".join([
        "# Operations and errors of the engine", "",
        "Made by the tests from botocore's service model and from what they do: every error that AWS documents for an",
        "operation of Custom Labels is provoked through boto3, or has a reason why it cannot occur here.", "",
        "Every operation checks its request first: what botocore's model does not allow is a ValidationException.", "",
        "## In every operation that documents it", "", "| error | when |", "| --- | --- |", *common, "",
        "## Besides", "", "| operation | error | when |", "| --- | --- | --- |", *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{PAGE} is written.\n")
