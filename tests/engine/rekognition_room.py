"""A Rekognition on a loopback port beside an S3 in memory, whose reads can be held up to look at what is under way."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import shutil
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from PIL import Image, ImageDraw
from werkzeug.serving import make_server

from core.engine.rekognition import application
from core.engine.settings import EngineSettings
from core.engine.state import State
from core.manifest.lines import dump, image_line

BUCKET = "photos"
CREATED = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


class MemoryObjects:
    """What ObjectStore does, in a dictionary. Inside `held()` every read waits."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}
        self.buckets = {BUCKET}
        self._open = threading.Event()
        self._open.set()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    def read(self, bucket: str, key: str, version: str | None = None) -> bytes:
        assert self._open.wait(120)
        return self.kept[bucket, key]

    def size(self, bucket: str, key: str) -> int:
        return len(self.kept[bucket, key])

    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        if bucket not in self.buckets:
            raise KeyError(bucket)
        self.kept[bucket, key] = data

    def region(self, bucket: str) -> str | None:
        return None

    def owner(self, bucket: str) -> str | None:
        return None

    def has_bucket(self, name: str) -> bool:
        return name in self.buckets


class Room:
    """One engine's Rekognition, and the steps that most tests begin with."""

    def __init__(self, root: Path, objects: MemoryObjects | None = None, **settings: Any) -> None:
        self.root, self.objects = root, objects or MemoryObjects()
        self.app = application(root, self.objects, EngineSettings(**settings))
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.aws = self.client()

    def client(self, region: str = "us-east-1") -> Any:
        return boto3.client("rekognition", region_name=region, endpoint_url=self.url, aws_access_key_id="id",
                            aws_secret_access_key="secret", config=Config(retries={"total_max_attempts": 1}))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.app.close()

    def crashed(self, root: Path, **settings: Any) -> Room:
        """The room as a new process finds it, perhaps with other settings, after this one was killed now."""
        root.mkdir(parents=True)
        names = (self.root / "rekognition.sqlite", root / "rekognition.sqlite")
        with closing(sqlite3.connect(names[0])) as live, closing(sqlite3.connect(names[1])) as copy:
            live.backup(copy)  # all that was committed, whatever the living one writes meanwhile
        # The files come after the rows that name them, and drafts of files may be gone before they are copied.
        shutil.copytree(self.root, root, ignore=shutil.ignore_patterns("*.sqlite*", "*.part"), dirs_exist_ok=True)
        objects = MemoryObjects()
        objects.kept, objects.buckets = dict(self.objects.kept), set(self.objects.buckets)
        return Room(root, objects, **settings)

    def post(self, operation: str, body: bytes) -> tuple[int, dict[str, Any], Any]:
        """Send a request without a client that checks it; returns the status, the answer and the headers."""
        request = urllib.request.Request(self.url, body, {"X-Amz-Target": f"RekognitionService.{operation}"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.load(error), error.headers

    def put(self, key: str, data: bytes) -> str:
        self.objects.kept[BUCKET, key] = data
        return f"s3://{BUCKET}/{key}"

    def put_manifest(self, lines: list[Any], key: str = "all.manifest") -> dict[str, Any]:
        """Keep a manifest of lines (dicts or texts); returns it as AWS's GroundTruthManifest."""
        text = "".join(line + "\n" if isinstance(line, str) else dump([line]) for line in lines)
        self.put(key, text.encode())
        return {"S3Object": {"Bucket": BUCKET, "Name": key}}

    def project(self, name: str = "shapes") -> str:
        return self.aws.create_project(ProjectName=name)["ProjectArn"]

    def dataset(self, project: str, lines: list[Any] | None, kind: str = "TRAIN") -> str:
        """A settled dataset with those lines; empty for None."""
        source = {} if lines is None else {
            "DatasetSource": {"GroundTruthManifest": self.put_manifest(lines, f"{kind}.manifest")}}
        arn = self.aws.create_dataset(ProjectArn=project, DatasetType=kind, **source)["DatasetArn"]
        self.settled(arn)
        return arn

    def settled(self, dataset: str) -> dict[str, Any]:
        return until(lambda: self.aws.describe_dataset(DatasetArn=dataset)["DatasetDescription"],
                     lambda found: not found["Status"].endswith("IN_PROGRESS"))

    def train(self, project: str, name: str = "v1", **more: Any) -> str:
        """Start a training; returns the ARN of the version."""
        return self.aws.create_project_version(
            ProjectArn=project, VersionName=name, OutputConfig={"S3Bucket": BUCKET, "S3KeyPrefix": "out"}, **more,
        )["ProjectVersionArn"]

    def version(self, arn: str) -> dict[str, Any] | None:
        project, name = arn.split("/")[1], arn.split("/")[3]
        found = self.aws.describe_projects(ProjectNames=[project])["ProjectDescriptions"][0]["ProjectArn"]
        versions = self.aws.describe_project_versions(ProjectArn=found, VersionNames=[name])
        return next(iter(versions["ProjectVersionDescriptions"]), None)

    def reach(self, arn: str, *states: str) -> dict[str, Any]:
        """Wait until the version is in one of `states`."""
        found = until(lambda: self.version(arn), lambda version: version is None or version["Status"] in states)
        assert found is not None
        return found

    def finish(self) -> None:
        """Wait until no work is left, without looking at anything as a client would."""
        state = State(self.root / "rekognition.sqlite")

        def left() -> int:
            with state.reading() as rows:
                return rows.execute("SELECT COUNT(*) FROM task").fetchone()[0]

        until(left, lambda count: count == 0)

    def end_waits(self) -> None:
        """Let the time go by for which waiting tasks wait."""
        with self.app.state.transaction() as rows:
            rows.execute("UPDATE task SET due = 0")
        self.app._tasks.wake()

    def run(self, arn: str) -> None:
        self.aws.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
        self.reach(arn, "RUNNING", "FAILED")

    def result(self, key: str) -> str:
        return self.objects.kept[BUCKET, key].decode()


def until(look: Any, good: Any, seconds: float = 120.0) -> Any:
    """What `look` returns once it is `good`."""
    end = time.monotonic() + seconds
    while not good(found := look()):
        assert time.monotonic() < end, f"still {found}"
        time.sleep(0.01)
    return found


def picture(label: str, number: int = 0, size: tuple[int, int] = (96, 96), kind: str = "JPEG", **save: Any) -> bytes:
    """A picture of its class, a little different for every number."""
    image = Image.new("RGB", size, (225 - number, 230, 220 + number % 20))
    pen, step = ImageDraw.Draw(image), 3 * (number % 7)
    if label == "ring":
        for radius in (14, 24, 34):
            box = (size[0] // 2 - radius - step, 44 - radius, size[0] // 2 + radius, 46 + radius + step)
            pen.ellipse(box, outline=(200, 30 + 2 * number, 30), width=4)
    elif label == "bars":
        for left in range(5 + step, size[0], 18):
            pen.rectangle((left, 0, left + 7, size[1]), fill=(20, 40 + number, 160))
    else:
        for corner in range(0, 80, 22):
            pen.polygon([(corner, 80 - step), (corner + 20, 80), (corner + 10, 20 + step)], fill=(20, 130, 20 + number))
    file = io.BytesIO()
    image.save(file, kind, **save)
    return file.getvalue()


def labelled(room: Room, folder: str = "set", **counts: int) -> list[dict[str, Any]]:
    """Pictures in S3, so many a class, and their manifest lines."""
    return [image_line(room.put(f"{folder}/{label}{number}.jpg", picture(label, number)), [label], CREATED)
            for label, count in counts.items() for number in range(count)]
