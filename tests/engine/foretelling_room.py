"""What the doctor foretells beside what the engine does: of datasets, and of trainings from them and from manifests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from defects import BUCKET, Case

from core.engine.training import NO_BOXES
from core.errors import BadImage
from core.images import headers
from core.manifest.doctor import End, Examination, examine
from core.manifest.images import Absent
from core.types import Facts

OUTPUT = {"S3Bucket": BUCKET, "S3KeyPrefix": "out"}
NOTHING = End("CREATE_FAILED", "")
_names = (f"case-{number}" for number in itertools.count())


def by_header(pictures: dict[str, bytes | None]) -> Callable[[str], Facts | Absent]:
    """A look at pictures in memory that sees no more of them than a ranged read would."""

    def look(uri: str) -> Facts | Absent:
        data = pictures.get(uri.removeprefix(f"s3://{BUCKET}/"))
        if data is None:
            return Absent.MISSING
        try:
            return headers.read_header(lambda first, end: data[first:end], data[:headers.FIRST], len(data))
        except BadImage:
            return Absent.UNREADABLE

    return look


def foretold(case: Case, look: Callable[[str], Facts | Absent], testing: Case | None = None,
             known: Sequence[str] = ()) -> tuple[Examination, list[End]]:
    """The examination, and the ends that it foretells: of the dataset, of a training from it, of one from manifests."""
    found = examine(case.text, testing.text if testing else None, look, known)
    ends = [found.datasets["training"], found.from_datasets or NOTHING, found.training]
    boxes = found.use_case == "OBJECT_LOCALIZATION"
    return found, [_here(end) if boxes else end for end in ends]


def _here(end: End) -> End:
    """Boxes, which AWS trains, the engine does not, and says so in a sentence of its own."""
    return End("TRAINING_FAILED", NO_BOXES) if end.status == "TRAINING_COMPLETED" else end


class Trial:
    """An engine that has done all work when it answers, and what becomes of manifests in it."""

    def __init__(self, rekognition: Any, put: Callable[[str, bytes], None], output: dict[str, str] = OUTPUT) -> None:
        self.aws, self._put, self._output = rekognition, put, output
        self._sent: dict[str, bytes] = {}
        self.last = ""

    def ends(self, case: Case, testing: Case | None = None) -> list[End]:
        """What the engine really does, in the order of `foretold`."""
        name = self.last = next(_names)
        manifests = {kind: self.send(f"{name}-{kind}.manifest", one)
                     for kind, one in (("TRAIN", case), ("TEST", testing)) if one}
        through, direct = (self.aws.create_project(ProjectName=f"{name}-{way}")["ProjectArn"] for way in "ab")
        dataset = self.dataset(through, manifests)
        trained = NOTHING if "FAILED" in dataset.status else self.train(through)
        test = {"Assets": [manifests["TEST"]]} if testing else {"AutoCreate": True}
        return [dataset, trained, self.train(direct, TrainingData={"Assets": [manifests["TRAIN"]]}, TestingData=test)]

    def send(self, key: str, case: Case) -> dict[str, Any]:
        """Put a manifest and its pictures into S3, those that are not there; gives it as AWS names it."""
        for place, data in case.pictures.items():
            if data is not None and self._sent.get(place) != data:
                self._put(place, data)
                self._sent[place] = data
        self._put(key, case.text)
        return {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": key}}}

    def dataset(self, project: str, manifests: dict[str, Any]) -> End:
        """The end of the training dataset, which comes first; the test dataset is made after it."""
        made = [self.aws.create_dataset(ProjectArn=project, DatasetType=kind, DatasetSource=source)["DatasetArn"]
                for kind, source in manifests.items()]
        found = [self.aws.describe_dataset(DatasetArn=arn)["DatasetDescription"] for arn in made]
        return End(found[0]["Status"], found[0]["StatusMessage"])

    def train(self, project: str, **data: Any) -> End:
        self.aws.create_project_version(ProjectArn=project, VersionName="v", OutputConfig=self._output, **data)
        for _ in range(2):  # the state on the way is shown once
            found = self.aws.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"][0]
        return End(found["Status"], found["StatusMessage"])
