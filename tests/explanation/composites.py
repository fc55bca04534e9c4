"""Drawn animals whose outline is known, a model that has learned others, and a client that asks it and counts."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.aws.clients import Clients
from core.demo import picture
from core.demo.picture import Shot
from core.demo.shots import VIEWS, shots
from core.images.embedding import embed
from core.learning import learner
from core.learning.learner import Model
from core.types import Backend

SEEDS = {"cat": 1, "dog": 3}  # of the sample project, whose photos the model learns
LEARNED = 19
ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"


def learned() -> tuple[Model, dict[str, list[Image.Image]]]:
    """A model of the sample's cats and dogs, and what it was trained on."""
    photos = {label: [picture.take(shot) for shot in shots(label, seed)[:LEARNED]] for label, seed in SEEDS.items()}
    features = embed([photo for some in photos.values() for photo in some])
    truth = np.repeat(np.eye(2, dtype=bool), LEARNED, axis=0)
    return learner.fit(features, truth, tuple(photos)), photos


def unseen(count: int, seed: int = 111) -> list[Shot]:
    """Whole animals, smaller than those that were learned, somewhere in the picture."""
    dice = random.Random(seed)
    taken = [replace(shot, view=replace(shot.view, part="whole"), filling=dice.uniform(0.45, 0.9),
                     size=(640, 480) if shot.size[0] >= shot.size[1] else (480, 640))
             for turn in range(-(-count // 50)) for label in SEEDS for shot in shots(label, seed + turn)]
    dice.shuffle(taken)
    return taken[:count]


def ordinary(count: int, seed: int = 50) -> list[Shot]:
    """Pictures from the same decks as those that were learned."""
    taken = [shot for turn in range(-(-count // 50)) for label in SEEDS for shot in shots(label, seed + turn)]
    random.Random(seed).shuffle(taken)
    return taken[:count]


def posed_otherwise(shot: Shot, dice: random.Random) -> Shot:
    """The same animal in the same place and light, held otherwise."""
    return replace(shot, view=dice.choice([view for view in VIEWS if view.pose != shot.view.pose]))


def outline(shot: Shot) -> np.ndarray:
    """Where the animal is in `picture.take(shot)`: (height, width), true inside."""
    dice = random.Random(shot.seed)
    animal = picture._framed(picture._posed(shot, dice), shot, dice)
    cell = max(3.0, animal.scale / picture.FINENESS)
    cover = picture._seen(animal, shot.size, cell).cover
    drawn = Image.fromarray((np.clip(cover, 0, 1) * 255).astype(np.uint8))
    whole = Image.new("L", shot.size)
    whole.paste(drawn.resize((round(cover.shape[1] * cell), round(cover.shape[0] * cell))))
    return np.asarray(whole) > 127


def jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92)
    return file.getvalue()


def thumbnail(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail((320, 320))
    return small


class Rekognition:
    """In the place of the boto3 client: answers by a model, and counts the calls."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.calls = 0
        self._lock = threading.Lock()

    def detect_custom_labels(self, ProjectVersionArn: str, Image: dict[str, bytes], MinConfidence: float) -> Any:
        with self._lock:
            self.calls += 1
            self.called(self.calls)
        return {"CustomLabels": [{"Name": name, "Confidence": value} for name, value in self.said(Image["Bytes"])]}

    def called(self, number: int) -> None:
        """Is told of every call, one after another; what it raises is the call's answer."""

    def said(self, data: bytes) -> Sequence[tuple[str, float]]:
        percent = self.model.confidences(embed([Image.open(io.BytesIO(data))]))[0] * 100
        return [*zip(self.model.labels, np.round(percent, 5).tolist(), strict=True)]


class RedOnes(Rekognition):
    """A model that knows one thing: the more red there is, the surer it says "red"."""

    def __init__(self) -> None:
        super().__init__(model=None)  # type: ignore[arg-type]

    def said(self, data: bytes) -> Sequence[tuple[str, float]]:
        red, green, blue = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.float32).transpose(2, 0, 1)
        share = float(((red > 140) & (green < 110) & (blue < 110)).mean())
        sure = 100 / (1 + np.exp(-60 * (share - 0.04)))
        return [("red", round(sure, 5)), ("other", round(100 - sure, 5))]


def clients(rekognition: Rekognition) -> Clients:
    return Clients(Backend(), "us-east-1", None, rekognition, None)


def folder_of(photos: dict[str, list[Image.Image]], folder: Path) -> Path:
    """The photos as files in a subfolder for each label."""
    for label, some in photos.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number, photo in enumerate(some):
            (folder / label / f"{number}.jpg").write_bytes(jpeg(photo))
    return folder
