"""Fixtures of the engine's tests."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rekognition_room import Room, labelled
from s3_room import s3_client

from core.aws.engine_process import Engine


@pytest.fixture(scope="module", autouse=True)
def no_engine_stays(engines_end: None) -> None:
    """Most modules here start their own."""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A Rekognition with nothing in it."""
    opened = Room(tmp_path / "room")
    yield opened
    opened.close()


@pytest.fixture
def open_room(tmp_path: Path) -> Iterator[Callable[..., Room]]:
    """`open_room(max_projects=2)` is an empty Rekognition with those settings."""
    opened: list[Room] = []

    def open_one(**settings: Any) -> Room:
        opened.append(Room(tmp_path / f"room{len(opened)}", **settings))
        return opened[-1]

    yield open_one
    for room in opened:
        room.close()


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A Rekognition whose project "shapes" has the model `room.model`, running; tests leave it as it is."""
    opened = Room(tmp_path_factory.mktemp("trained") / "room")
    project = opened.project()
    opened.dataset(project, labelled(opened, ring=10, bars=10))
    opened.model = opened.train(project)
    opened.reach(opened.model, "TRAINING_COMPLETED", "TRAINING_FAILED")
    opened.run(opened.model)
    yield opened
    opened.close()


@pytest.fixture
def refused() -> Callable[..., str]:
    """`refused(call, **arguments)` is the code of the error that the call raises; it fails when there is none."""

    def code(call: Callable[..., Any], **arguments: Any) -> str:
        with pytest.raises(ClientError) as error:
            call(**arguments)
        assert error.value.response["Error"]["Message"]
        return error.value.response["Error"]["Code"]

    return code


@pytest.fixture(scope="session")
def s3(engine: Engine) -> Any:
    """A boto3 client of the running engine's S3."""
    return s3_client(engine)


@pytest.fixture
def bucket(s3: Any) -> str:
    """A new, empty bucket of the running engine."""
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    return name
