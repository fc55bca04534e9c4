"""Kills the engine at random moments of a journey with parallel uploads, training and tagging, and looks what is left.

What was acknowledged must be there, and every state must be one that can follow the last one that was known.
`python tests/bench/crash.py` does it 100 times, which takes a quarter of an hour, and prints a JSON object a line:
name, value, unit. The first loss ends it with a traceback instead.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from ledger import NOTHING, Ledger, Life
from shapes import BUCKET, CREATED, LABELS, begin_training, connect, picture, put_pictures, say, state_of, until

from core.aws.engine_process import ensure_engine
from core.manifest.lines import dump, image_line

MODEL = (NOTHING, "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "STARTING", "RUNNING", "STOPPING", "STOPPED",
         "DELETING", NOTHING)
PROJECT = (NOTHING, "CREATING", "CREATED", "DELETING", NOTHING)
WRITERS, KEYS = 3, 6
LONGEST = 3.0  # seconds from the beginning of a journey to the kill
REST = 0.4  # seconds at most that a resource waits for its next request


class Journey:
    """One engine's folder, the work that goes on in it, and what is known of it."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.ledger = Ledger()
        self.moments: Counter[str] = Counter()  # what the model was doing at the kills
        self.killed = threading.Event()
        self.turn = 0
        self.answer: Any = None  # of the running model
        self.aws = connect(ensure_engine(folder, port=0, wait=60))
        put_pictures(self.aws)
        self.projects = {name: self.aws.rekognition.create_project(ProjectName=name)["ProjectArn"]
                         for name in ("models", "entries")}
        self.dataset = self.aws.rekognition.create_dataset(
            ProjectArn=self.projects["entries"], DatasetType="TRAIN")["DatasetArn"]
        self.model, self.project = self._new_model(), self._new_project()

    def crash(self, seconds: float, changes: int = 0) -> None:
        """Let the journey go on for so long, and for so many acknowledged changes, kill the engine in the middle of it,
        and start the next one."""
        known = self.acknowledged
        self.killed.clear()
        steps: list[Callable[[], None]] = [self._live, self._found, self._tag, self._tag_object, self._relabel]
        steps += [self._writer(number) for number in range(WRITERS)]
        with ThreadPoolExecutor(len(steps)) as pool:
            working = [pool.submit(self._repeat, step) for step in steps]
            try:
                time.sleep(seconds)
                until(lambda: self.acknowledged - known, lambda more: more >= changes)
            finally:
                self.killed.set()
                os.kill(self.aws.engine.pid, signal.SIGKILL)
        for work in working:
            work.result()
        self.moments[MODEL[self.model.known] or "NO MODEL"] += 1
        self.aws = connect(ensure_engine(self.folder, port=0, wait=60))

    def check(self) -> None:
        """Fail when something acknowledged is lost, or a state can't be, or what was under way does not end."""
        self.model.see()
        self.project.see()
        self._check_objects()
        self._check_tags()
        until(self.model.see, lambda _: self.model.known % 2 == 0)
        until(self.project.see, lambda _: self.project.known % 2 == 0)
        self._check_model()
        self._check_entry()
        log = (self.folder / "engine.log").read_text()
        assert not log, f"The engine's log:\n{log}"

    @property
    def acknowledged(self) -> int:
        return self.ledger.acknowledged + self.model.acknowledged + self.project.acknowledged

    def _repeat(self, step: Callable[[], None]) -> None:
        """Do it again and again. Connections may break once the engine is killed; errors of the service are none."""
        try:
            while not self.killed.is_set():
                step()
        except ClientError:
            raise
        except Exception:
            if not self.killed.is_set():
                raise

    def _live(self) -> None:
        if self.model.over:
            self.model = self._new_model(self.model.acknowledged)
        self._go_on(self.model)

    def _found(self) -> None:
        if self.project.over:
            self.project = self._new_project(self.project.acknowledged)
        self._go_on(self.project)

    def _go_on(self, life: Life) -> None:
        life.go_on()
        self.killed.wait(self.random.uniform(0, REST) if life.known % 2 == 0 else 0.01)

    def _new_model(self, acknowledged: int = 0) -> Life:
        self.turn += 1
        name, project, self.answer = f"v{self.turn}", self.projects["models"], None
        arn = ""

        def create() -> None:
            nonlocal arn
            arn = begin_training(self.aws, project, name)

        def ask(operation: str, **more: Any) -> Callable[[], object]:
            return lambda: getattr(self.aws.rekognition, operation)(ProjectVersionArn=arn or self._arn(name), **more)

        asks = {1: create, 3: ask("start_project_version", MinInferenceUnits=1), 5: ask("stop_project_version"),
                7: ask("delete_project_version")}
        return Life(MODEL, asks, lambda: state_of(self.aws, project, name), acknowledged=acknowledged)

    def _new_project(self, acknowledged: int = 0) -> Life:
        self.turn += 1
        name = f"project{self.turn}"

        def look() -> str:
            found = self.aws.rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
            return found[0]["Status"] if found else NOTHING

        def delete() -> None:
            [found] = self.aws.rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
            self.aws.rekognition.delete_project(ProjectArn=found["ProjectArn"])

        return Life(PROJECT, {1: lambda: self.aws.rekognition.create_project(ProjectName=name), 3: delete}, look,
                    acknowledged=acknowledged)

    def _version(self, name: str) -> dict[str, Any]:
        found = self.aws.rekognition.describe_project_versions(
            ProjectArn=self.projects["models"], VersionNames=[name])
        return found["ProjectVersionDescriptions"][0]

    def _arn(self, name: str) -> str:
        return self._version(name)["ProjectVersionArn"]

    def _writer(self, number: int) -> Callable[[], None]:
        """Puts, replaces and deletes objects of its own, at random."""
        chance = random.Random(self.random.random())

        def write() -> None:
            key, turn = f"objects/{number}/{chance.randrange(KEYS)}", chance.randrange(1, 10**6)
            if turn % 5 == 0:
                with self.ledger.changing(key, None):
                    self.aws.s3.delete_object(Bucket=BUCKET, Key=key)
            else:
                with self.ledger.changing(key, turn):
                    put_whole(self.aws.s3, key, turn) if turn % 3 else put_in_parts(self.aws.s3, key, turn)

        return write

    def _tag(self) -> None:
        value = str(self.random.randrange(10**6))
        with self.ledger.changing("tags of the project", value):
            self.aws.rekognition.tag_resource(ResourceArn=self.projects["models"], Tags={"turn": value})

    def _tag_object(self) -> None:
        value = str(self.random.randrange(10**6))
        with self.ledger.changing("tags of an object", value):
            self.aws.s3.put_object_tagging(Bucket=BUCKET, Key="set/ring0.jpg",
                                           Tagging={"TagSet": [{"Key": "turn", "Value": value}]})

    def _relabel(self) -> None:
        """Give the only entry of a dataset another label; the change is acknowledged before it is made."""
        label = f"label{self.random.randrange(10**6)}"
        line = dump([image_line(f"s3://{BUCKET}/set/ring0.jpg", [label], CREATED)]).encode()
        with self.ledger.changing("label of the entry", label):
            self.aws.rekognition.update_dataset_entries(DatasetArn=self.dataset, Changes={"GroundTruth": line})
        until(self._settled, bool)

    def _settled(self) -> bool:
        status = self.aws.rekognition.describe_dataset(DatasetArn=self.dataset)["DatasetDescription"]["Status"]
        assert status in ("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"), status
        return status != "UPDATE_IN_PROGRESS"

    def _check_objects(self) -> None:
        pages = self.aws.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="objects/")
        present = {entry["Key"] for page in pages for entry in page.get("Contents", ())}
        names = self.ledger.names("objects/")
        assert present <= set(names), f"objects that nobody has put: {present - set(names)}"
        for name in names:
            self.ledger.check(name, read_turn(self.aws.s3, name) if name in present else None)

    def _check_tags(self) -> None:
        tags = self.aws.rekognition.list_tags_for_resource(ResourceArn=self.projects["models"])["Tags"]
        self.ledger.check("tags of the project", tags.get("turn"))
        tags = self.aws.s3.get_object_tagging(Bucket=BUCKET, Key="set/ring0.jpg")["TagSet"]
        self.ledger.check("tags of an object", tags[0]["Value"] if tags else None)

    def _check_entry(self) -> None:
        until(self._settled, bool)
        entries = self.aws.rekognition.list_dataset_entries(DatasetArn=self.dataset)["DatasetEntries"]
        labels = [json.loads(entry)["class-metadata"]["class-name"] for entry in entries]
        self.ledger.check("label of the entry", labels[0] if labels else None)

    def _check_model(self) -> None:
        """A trained model has its evaluation; a running one knows the label, and says what it said before."""
        state = MODEL[self.model.known]
        if state == NOTHING:
            return
        [version] = self.aws.rekognition.describe_project_versions(
            ProjectArn=self.projects["models"])["ProjectVersionDescriptions"]
        place = version["EvaluationResult"]["Summary"]["S3Object"]
        assert json.load(self.aws.s3.get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"])["Version"] == 1
        if state == "RUNNING":
            answers = [self._ask(version["ProjectVersionArn"], label) for label in LABELS]
            assert [answer[0]["Name"] for answer in answers] == list(LABELS)
            assert answers == (self.answer or answers)
            self.answer = answers

    def _ask(self, version: str, label: str) -> Any:
        return self.aws.rekognition.detect_custom_labels(
            ProjectVersionArn=version, Image={"Bytes": picture(label)}, MinConfidence=0)["CustomLabels"]


def body_of(key: str, turn: int) -> bytes:
    """10 bytes to 200 KB, which no other turn has."""
    return f"{key} {turn}\n".encode() * (turn % 10_000 + 1)


def put_whole(s3: Any, key: str, turn: int) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=body_of(key, turn), Metadata={"turn": str(turn)})


def put_in_parts(s3: Any, key: str, turn: int) -> None:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key, Metadata={"turn": str(turn)})["UploadId"]
    names = {"Bucket": BUCKET, "Key": key, "UploadId": upload}
    etag = s3.upload_part(**names, PartNumber=1, Body=body_of(key, turn))["ETag"]
    s3.complete_multipart_upload(**names, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})


def read_turn(s3: Any, key: str) -> int:
    """Which put an object is from; fails when its body is torn."""
    found = s3.get_object(Bucket=BUCKET, Key=key)
    turn = int(found["Metadata"]["turn"])
    assert found["Body"].read() == body_of(key, turn), f"{key} is torn"
    return turn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crashes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    say("crash.seed", options.seed, "number")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        journey = Journey(Path(folder), options.seed)
        for number in range(1, options.crashes + 1):
            journey.crash(journey.random.uniform(0, LONGEST))
            journey.check()
            sys.stderr.write(f"\r{number} of {options.crashes}")
        sys.stderr.write("\n")
        os.kill(journey.aws.engine.pid, signal.SIGTERM)
    say("crash.crashes", options.crashes, "kills")
    say("crash.acknowledged", journey.acknowledged, "changes")
    for state, count in sorted(journey.moments.items()):
        say(f"crash.while_{state.lower().replace(' ', '_')}", count, "kills")
    say("crash.seconds", time.monotonic() - began, "s")


if __name__ == "__main__":
    main()
