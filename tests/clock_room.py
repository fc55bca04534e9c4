"""An engine on one clock that stands still until a test moves it: Rekognition, and the scheduler beside it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from botocore.config import Config
from werkzeug.serving import make_server

from core.engine.access import AccessKey
from core.engine.awsjson import ApiError, Ask, Caller
from core.engine.gate import Gate
from core.engine.models import Models
from core.engine.rekognition import application
from core.engine.scheduler import Scheduler
from core.engine.settings import EngineSettings
from core.learning.learner import Model

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
KEY = AccessKey("RKLBTEST", "secret")
PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/pets/1690405809285"
MODEL = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/{}/1690405809999"
_VERSION = ("INSERT INTO version (arn, project, region, name, created, status, message, request) VALUES "
            "(?, ?, 'us-east-1', ?, 0, 'TRAINING_COMPLETED', '', '{\"OutputConfig\": {\"S3Bucket\": \"b\"}}')")


class Clock:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.seconds = NOON.timestamp()

    def __call__(self) -> float:
        return self.seconds

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.seconds, dt.UTC)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


class Standing:
    """Stands in a module in the place of `time`: its seconds go by when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class ClockRoom:
    """The engine's process, but for S3 and threads of its own: the scheduler acts when a test lets it."""

    def __init__(self, root: Path, clock: Clock | None = None) -> None:
        self.root, self.clock, self.broken = root, clock or Clock(), False
        self.app = application(root, None, EngineSettings(instant=True), self.clock)
        self.scheduler = Scheduler(self.app.state, self._perform, self.clock)
        gate = Gate(KEY, {"rekognition": self.app, "scheduler": self.scheduler}, {})
        self.server = make_server("127.0.0.1", 0, gate, threaded=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.aws, self.schedules = self.client("rekognition"), self.client("scheduler")

    def _perform(self, caller: Caller, ask: Ask) -> Any:
        if self.broken:
            raise ApiError("InternalServerError", "Internal server error", 500)
        return self.app.perform(caller, ask)

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{self.server.port}",
                            aws_access_key_id=KEY.id, aws_secret_access_key=KEY.secret,
                            config=Config(retries={"total_max_attempts": 1}))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.scheduler.close()
        self.app.close()

    def restarted(self, root: Path) -> ClockRoom:
        """The engine as its next process finds it."""
        self.close()
        shutil.copytree(self.root, root)
        return ClockRoom(root, self.clock)

    def model(self, name: str = "one") -> str:
        """A model that is trained; returns its ARN."""
        arn = MODEL.format(name)
        Models(self.root / "models").save(arn, Model(
            ("cat", "dog"), np.zeros((2, 1280)), np.zeros(2), np.full(2, 0.5), independent=False))
        with self.app.state.transaction() as rows:
            rows.execute("INSERT OR IGNORE INTO project VALUES "
                         "(?, 'us-east-1', 'pets', 0, 'CREATED', '{}')", (PROJECT,))
            rows.execute(_VERSION, (arn, PROJECT, name))
        return arn

    def status(self, arn: str) -> str:
        with self.app.state.reading() as rows:
            return str(rows.execute("SELECT status FROM version WHERE arn = ?", (arn,)).fetchone()["status"])

    def uptimes(self, arn: str) -> list[tuple[int, float, float | None]]:
        """(units, started, stopped) as the engine has written them down, in epoch seconds."""
        with self.app.state.reading() as rows:
            return [tuple(row) for row in rows.execute(
                "SELECT units, started, stopped FROM uptime WHERE arn = ? ORDER BY id", (arn,))]


def schedule(arn: str, at: dt.datetime, **more: Any) -> dict[str, Any]:
    """The request for a schedule that stops the model."""
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:rekognition:stopProjectVersion",
              "RoleArn": "arn:aws:iam::123456789012:role/stops", "Input": json.dumps({"ProjectVersionArn": arn})}
    return {"Name": "stop-one", "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
            "FlexibleTimeWindow": {"Mode": "OFF"}, "ActionAfterCompletion": "DELETE", **more,
            "Target": target | more.get("Target", {})}
