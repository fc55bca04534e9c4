"""The two failures that cost a real project a day: foretold, explained, repaired, and then trained."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from defects import BUCKET, Case
from foretelling_room import Trial, foretold
from PIL import Image

from core.aws import looking
from core.aws.clients import Clients, engine_clients
from core.aws.engine_process import ensure_engine
from core.images.cleaning import Recipe, make
from core.manifest.doctor import examine, repair
from core.manifest.lines import dump, image_line
from core.workspace import now

# As its author wrote it in Python: the label as text, and no confidence.
BY_HAND = (
    '{"source-ref": "s3://%s/%s", "class-label": "%s", "class-label-metadata": {"type": '
    '"groundtruth/image-classification", "class-name": "%s", "human-annotated": "yes", "creation-date": '
    '"2025-05-12T00:00:00"}}\n')
TOO_MANY = "The manifest file contains too many invalid rows."


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REKOLAB_ENGINE_INSTANT", "1")
        engine = ensure_engine(tmp_path_factory.mktemp("real") / "engine", port=0, wait=60)
    made = engine_clients(engine, lambda: engine)
    made.s3.create_bucket(Bucket=BUCKET)
    yield made
    os.kill(engine.pid, signal.SIGTERM)


@pytest.fixture
def trial(clients: Clients) -> Trial:
    def put(key: str, data: bytes) -> None:
        clients.s3.put_object(Bucket=BUCKET, Key=key, Body=data)

    return Trial(clients.rekognition, put)


def photos(folder: Path, size: tuple[int, int], count: int = 10) -> dict[str, bytes]:
    """Photos by key, cats and dogs in turn; large ones are as flat as a wall, so that they are light."""
    made = {}
    for number in range(count):
        label = ("cat", "dog")[number % 2]
        file = folder / f"{label}-{number}.jpg"
        drawn = Image.new("RGB", size, (200, 60 + 5 * number, 40) if label == "cat" else (30, 60 + 5 * number, 200))
        drawn.paste((250, 250, 240), (0, 0, size[0] // 3, size[1] // 2 if label == "cat" else size[1]))
        drawn.save(file, quality=60)
        made[f"photos/{file.name}"] = file.read_bytes()
    return made


def label_of(key: str) -> str:
    return key.rpartition("/")[2].split("-")[0]


def test_a_manifest_written_by_hand(clients: Clients, trial: Trial, tmp_path: Path) -> None:
    pictures: dict[str, bytes | None] = {**photos(tmp_path, (320, 240))}
    text = "".join(BY_HAND % (BUCKET, key, label_of(key), label_of(key)) for key in pictures)
    examined, told = check(clients, trial, Case(text.encode(), pictures))
    assert told == [("CREATE_COMPLETE", "The dataset was successfully created from the manifest file."),
                    ("TRAINING_FAILED", TOO_MANY), ("TRAINING_FAILED", TOO_MANY)]
    assert examined.sentence == f"Training will end with '{TOO_MANY}': 10 of 10 lines are invalid, 2 may be."
    words = " ".join(group.plain for group in examined.groups)
    assert '"class-label" holds text' in words and "confidence is missing (10 times)" in words

    mended = repair(text.encode())
    assert len(mended.changes) == 10 and not mended.dropped
    examined, told = check(clients, trial, Case(mended.text.encode(), pictures))
    assert examined.ok and told[1].status == told[2].status == "TRAINING_COMPLETED"


def test_photos_as_they_come_from_the_camera(clients: Clients, trial: Trial, tmp_path: Path) -> None:
    originals = photos(tmp_path, (6306, 4204))
    case = Case(manifest(originals), {**originals})
    examined, told = check(clients, trial, case)
    assert told[1:] == [("TRAINING_FAILED", TOO_MANY)] * 2
    assert examined.sentence == f"Training will end with '{TOO_MANY}': 10 of 10 lines are invalid, 2 may be."
    image = examined.groups[1]
    assert (image.code, len(image.lines)) == ("ERROR_INVALID_IMAGE", 10)
    assert "the image has a side over 4096 pixels (10 times)" in image.plain
    assert repair(case.text).changes == ()  # a text is not what is wrong

    cleaned = {f"clean/{key}": make(data, key, Recipe())[2] or b"" for key, data in originals.items()}
    examined, told = check(clients, trial, Case(manifest(cleaned), {**cleaned}))
    assert examined.ok and told[1].status == told[2].status == "TRAINING_COMPLETED"


def manifest(pictures: dict[str, bytes]) -> bytes:
    return dump(image_line(f"s3://{BUCKET}/{key}", [label_of(key)], now()) for key in pictures).encode()


def check(clients: Clients, trial: Trial, case: Case) -> tuple[Any, list[Any]]:
    """What the doctor says by looking at S3, which is what the engine then does."""
    real = trial.ends(case)
    examined, told = foretold(case, lambda uri: looking.look(clients, uri).found)
    assert told == real
    assert examine(case.text, None, lambda uri: looking.look(clients, uri).found).sentence == examined.sentence
    return examined, told
