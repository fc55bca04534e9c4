"""A Rekognition in which every operation has something to do, and resources can be held in any state."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore import xform_name
from rekognition_room import BUCKET, Room, labelled, picture

from core.engine.state import State


class Scene(Room):
    """A Rekognition in which every operation has something to do: `asks` are requests that would succeed."""

    def prepare(self) -> Scene:
        project = self.project("shapes")
        train = self.dataset(project, labelled(self, ring=3, bars=3))
        self.dataset(project, labelled(self, "test", ring=1, bars=1), "TEST")
        self.model = self.train(project)
        self.reach(self.model, "TRAINING_COMPLETED")
        self.run(self.model)
        other = self.project("other")
        policy = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "rekognition:*",
                                           "Resource": "*"}})
        revision = self.aws.put_project_policy(
            ProjectArn=project, PolicyName="known", PolicyDocument=policy)["PolicyRevisionId"]
        lone = self.project("lone")
        pair = [self.dataset(lone, labelled(self, ring=3, bars=3)), self.dataset(lone, None, "TEST")]
        output = {"S3Bucket": BUCKET, "S3KeyPrefix": "out"}
        known = {"ProjectArn": project, "PolicyName": "known"}
        model = {"ProjectVersionArn": self.model}
        self.asks: dict[str, dict[str, Any]] = {
            "CreateProject": {"ProjectName": "new"},
            "DescribeProjects": {},
            "DeleteProject": {"ProjectArn": other},
            "CreateDataset": {"ProjectArn": other, "DatasetType": "TRAIN"},
            "DescribeDataset": {"DatasetArn": train},
            "DeleteDataset": {"DatasetArn": train},
            "ListDatasetEntries": {"DatasetArn": train},
            "ListDatasetLabels": {"DatasetArn": train},
            "UpdateDatasetEntries": {"DatasetArn": train, "Changes": {"GroundTruth": b"{}"}},
            "DistributeDatasetEntries": {"Datasets": [{"Arn": arn} for arn in pair]},
            "CreateProjectVersion": {"ProjectArn": project, "VersionName": "new", "OutputConfig": output},
            "DescribeProjectVersions": {"ProjectArn": project},
            "StartProjectVersion": model | {"MinInferenceUnits": 1},
            "StopProjectVersion": model,
            "DeleteProjectVersion": model,
            "CopyProjectVersion": {"SourceProjectArn": project, "SourceProjectVersionArn": self.model,
                                   "DestinationProjectArn": other, "VersionName": "new", "OutputConfig": output},
            "DetectCustomLabels": model | {"Image": {"Bytes": picture("ring", 9)}},
            "PutProjectPolicy": known | {"PolicyDocument": policy, "PolicyRevisionId": revision},
            "ListProjectPolicies": {"ProjectArn": project},
            "DeleteProjectPolicy": known,
            "TagResource": {"ResourceArn": self.model, "Tags": {"a": "b"}},
            "UntagResource": {"ResourceArn": self.model, "TagKeys": ["a"]},
            "ListTagsForResource": {"ResourceArn": self.model},
        }
        return self

    def again(self, root: Path, **settings: Any) -> Scene:
        """A copy with other settings."""
        room = self.crashed(root, **settings)
        room.__class__, room.asks, room.model = Scene, self.asks, self.model
        return room

    def ask(self, operation: str, **changes: Any) -> Any:
        """Call an operation with its request, changed; a member that is None is left out."""
        ask = {name: value for name, value in (self.asks[operation] | changes).items() if value is not None}
        return getattr(self.aws, xform_name(operation))(**ask)

    @contextlib.contextmanager
    def being(self, table: str, arn: str, status: str) -> Iterator[None]:
        """Put a resource into a state that it would leave by itself too soon to be asked in it."""
        state = State(self.root / "rekognition.sqlite")
        with state.transaction() as rows:
            [before] = rows.execute(f"SELECT status FROM {table} WHERE arn = ?", (arn,)).fetchone()
            rows.execute(f"UPDATE {table} SET status = ? WHERE arn = ?", (status, arn))
        try:
            yield
        finally:
            with state.transaction() as rows:
                rows.execute(f"UPDATE {table} SET status = ? WHERE arn = ?", (before, arn))
