"""Measures the card of a mistake: whether the map finds the animal, and whether the cause that is named is the cause.

    python tests/bench/explain.py [photos]

Drawn animals with known outlines, which the model has not seen, are asked about as the app does, by calls that are
counted. Deleting what the map holds most important must take more from the answer than deleting as much at random.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "explanation")]

from composites import (  # noqa: E402
    ARN,
    Rekognition,
    clients,
    jpeg,
    learned,
    ordinary,
    outline,
    posed_otherwise,
    thumbnail,
    unseen,
)

from core.demo import picture  # noqa: E402
from core.evaluation.thresholds import decide  # noqa: E402
from core.explanation import asking, causes, changes, occlusion  # noqa: E402
from core.explanation.occlusion import log_odds  # noqa: E402
from core.images import altering, subjects  # noqa: E402
from core.images.embedding import embed  # noqa: E402
from core.jobs import Progress  # noqa: E402
from core.types import Prediction, Score  # noqa: E402
from core.workspace import Workspace  # noqa: E402

CELLS = 8  # to a side, of what is deleted
DELETED = (6, 16)  # of them
AT_RANDOM = 5


def said(**figures: object) -> None:
    print(json.dumps({name: round(value, 4) if isinstance(value, float) else value
                      for name, value in figures.items()}), flush=True)


def maps(count: int, rekognition: Rekognition) -> None:
    """Where the hottest part lies, what deleting by the map takes, and whether the calls are those announced."""
    hit, beats, exact, seconds, flips, alike = [], [], [], [], [], []
    with tempfile.TemporaryDirectory() as home:
        project = Workspace(Path(home)).create("bench")
        for shot in unseen(count):
            data = jpeg(picture.take(shot))
            photo = altering.opened(data)
            tried = altering.changes(photo)
            wanted = [*occlusion.asked(), *tried]
            announced, before = len(asking.missing(wanted, {})), rekognition.calls
            began = time.perf_counter()
            asking.ask(Progress(), project, clients(rekognition), ARN, data, wanted)
            seconds.append(time.perf_counter() - began)
            exact.append(rekognition.calls - before == announced)
            answers = asking.kept(project, asking.content_of(data), ARN)
            label = max(answers[altering.WHOLE.key], key=lambda score: score.confidence).label
            found = occlusion.read(answers, label)
            assert found is not None
            hit.append(_inside(outline(shot), found.hottest))
            beats.append(_deletion(photo, found.heat, label, rekognition))
            turned = changes.smallest(_tried(answers, photo, tried, label))
            flips.append(turned is not None)
            alike += [turned.similarity] if turned else []
    said(name="explain.map", photos=count, hottest_in_mask=float(np.mean(hit)), beats_random=float(np.mean(beats)),
         calls=announced, calls_as_announced=float(np.mean(exact)), seconds=float(np.median(seconds)))
    said(name="explain.change", photos=count, turned=float(np.mean(flips)),
         looks_like_itself=float(np.median(alike)) if alike else None)


def cause(photos: dict[str, list[Image.Image]], count: int) -> None:
    """What is named first when only contrast is changed, only the pose, or nothing."""
    known = [(label, _measured(photo)) for label, some in photos.items() for photo in some]
    shots, dice = ordinary(count), random.Random(1)
    sweeps = {f"contrast {contrast:g}": [(shot.species, picture.take(replace(shot, contrast=contrast)))
                                         for shot in shots] for contrast in (0.5, 0.3, 0.15, 0.06)}
    sweeps["pose"] = [(shot.species, picture.take(posed_otherwise(shot, dice))) for shot in shots]
    sweeps["nothing"] = [(shot.species, picture.take(shot)) for shot in shots]
    for what, changed in sweeps.items():
        said(name="explain.cause", changed=what, photos=count, **_named(known, changed))


def real(count: int, folder: Path) -> None:
    """The same with photos of real cats and dogs, where there are some."""
    if not folder.is_dir():
        return
    known = [(file.parent.name, _measured(_opened(file))) for file in sorted(folder.glob("train/*/*"))]
    other = [(file.parent.name, _opened(file)) for file in sorted(folder.glob("more/*/*"))[:: max(1, 80 // count)]]
    for contrast in (1.0, 0.5, 0.3, 0.15):
        changed = [(label, ImageEnhance.Contrast(photo).enhance(contrast)) for label, photo in other]
        said(name="explain.cause", changed=f"real photos, contrast {contrast:g}", photos=len(other),
             **_named(known, changed))


def _named(known: list, changed: list) -> dict[str, float]:
    first = []
    for label, photo in changed:
        found = causes.causes(_measured(photo), label, known)
        first.append(found[0].measure if found[0].named else None)
    return {"contrast_first": first.count("contrast") / len(first), "nothing_named": first.count(None) / len(first)}


def _measured(photo: Image.Image) -> subjects.Measures:
    return subjects.measure(thumbnail(photo), photo.size)


def _opened(file: Path) -> Image.Image:
    return Image.open(file).convert("RGB")


def _inside(mask: np.ndarray, place: tuple[float, float]) -> bool:
    return bool(mask[int(place[0] * mask.shape[0]), int(place[1] * mask.shape[1])])


def _deletion(photo: Image.Image, heat: np.ndarray, label: str, rekognition: Rekognition) -> float:
    """The share of random orders that take less from the label than the map's order does."""
    coarse = np.asarray(Image.fromarray(heat.astype(np.float32)).resize((CELLS, CELLS), Image.Resampling.BOX))
    dice = np.random.default_rng(0)
    orders = [np.argsort(-coarse, axis=None, kind="stable"), *(dice.permutation(CELLS**2) for _ in range(AT_RANDOM))]
    left = [np.mean([_odds(deleted, label, rekognition) for deleted in _deleted(photo, order)]) for order in orders]
    return float(np.mean([left[0] < other for other in left[1:]]))


def _deleted(photo: Image.Image, order: np.ndarray) -> Iterator[Image.Image]:
    pixels = np.asarray(photo)
    rows, columns = (np.arange(side) * CELLS // side for side in pixels.shape[:2])
    cells = rows[:, None] * CELLS + columns
    for number in DELETED:
        gone = np.isin(cells, order[:number])[..., None]
        yield Image.fromarray(np.where(gone, pixels.mean(axis=(0, 1)), pixels).astype(np.uint8))


def _odds(photo: Image.Image, label: str, rekognition: Rekognition) -> float:
    percent = rekognition.model.confidences(embed([photo]))[0] * 100
    scores = [Score(name, float(value)) for name, value in zip(rekognition.model.labels, percent, strict=True)]
    return log_odds(scores, label)


def _tried(answers: asking.Answers, photo: Image.Image, tried: list, label: str) -> tuple[changes.Tried, ...]:
    scores = answers[altering.WHOLE.key]
    answer, sure = decide(scores, 50.0)
    prediction = Prediction("drawn", "", label, scores, answer, sure)
    return changes.tried(prediction, 50.0, answers, tried, changes.similarities(photo, tried))


if __name__ == "__main__":
    photos = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    model, trained = learned()
    maps(photos, Rekognition(model))
    cause(trained, photos)
    real(photos, ROOT.parent / "shared" / "data" / "pets")
