"""Figures of parts of the photos: is the model worse on small ones, on dark ones, on those of one camera?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from core.dataset import content
from core.dataset.remembering import remembered
from core.evaluation.intervals import LEVEL, Figure, proportion
from core.evaluation.runs import Run, scores_of
from core.evaluation.scores import Mask, Percent, Places, Scores
from core.types import UNKNOWN
from core.workspace import Project

SIDES = {1: ("all",), 2: ("lower", "higher"), 3: ("lowest third", "middle third", "highest third")}
MEASURES = ("sharpness", "brightness", "contrast")
FEWEST = 3  # photos of a measure that can be parted in three


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some of a run's photos: by what they were parted, which these are, and their places (n)."""

    by: str
    name: str
    photos: Mask


@dataclass(frozen=True, slots=True)
class Slice:
    """The share of a part's photos that is right. `p` is how likely chance alone makes it so much worse than the rest,
    corrected for the number of parts."""

    by: str
    name: str
    right: Figure
    p: float

    @property
    def worse(self) -> bool:
        return self.p < 1 - LEVEL


def parts_of(project: Project, run: Run) -> list[Part]:
    """The parts of a run's photos by class, source, size and quality; of size and quality only what was measured."""
    def make() -> list[Part]:
        known = scores_of(project, run)
        with project.reading() as rows:
            seen = content.read(rows, sorted({sha256 for sha256 in known.hashes if sha256}))
        measured: dict[str, Percent] = {name: np.full(len(known.names), np.nan) for name in ("size", *MEASURES)}
        for place, sha256 in enumerate(known.hashes):
            if (one := seen.get(sha256)) and one.facts and one.quality:
                measured["size"][place] = max(one.facts.upright_size)
                for name in MEASURES:
                    measured[name][place] = getattr(one.quality, name)
        return parts(known, measured)
    return remembered(project, "parts", make, run.id)


def parts(known: Scores, measured: Mapping[str, Percent]) -> list[Part]:
    """The photos that count, parted in every way that leaves more than one part. Measures are (n), NaN if not known."""
    found = [*_named("class", np.array([known.class_at(place) or "" for place in known.truth.tolist()], object)),
             *_named("source", np.array([_source(name, known.class_at(place)) for name, place in zip(
                 known.names, known.truth.tolist(), strict=True)], object))]
    for name, values in measured.items():
        found += _thirds(name, np.where(known.judged, values, np.nan))
    counted = [Part(part.by, part.name, part.photos & known.judged) for part in found]
    there = [part for part in counted if part.photos.any()]
    several = {part.by for part in there if sum(other.by == part.by for other in there) > 1}
    return [part for part in there if part.by in several]


def slices(known: Scores, answers: Places, parted: list[Part]) -> list[Slice]:
    """The figure of each part, the worst first. Those that are surely worse than the rest come before all others."""
    right = (answers == known.truth) & known.judged
    hits, total = int(right.sum()), int(known.judged.sum())
    counts = [(int((right & part.photos).sum()), int(part.photos.sum())) for part in parted]
    corrected = holm([_worse_by_chance(some, size, hits, total) for some, size in counts])
    made = [Slice(part.by, part.name, proportion(some, size), p)
            for part, (some, size), p in zip(parted, counts, corrected, strict=True)]
    return sorted(made, key=lambda one: (not one.worse, one.right.value, -(one.right.total or 0)))


def holm(values: list[float]) -> list[float]:
    """p-values corrected for their number, so that one claim in twenty is wrong at most among all (Holm, 1979)."""
    order = sorted(range(len(values)), key=values.__getitem__)
    corrected, least = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, values[place] * (len(values) - rank)))
        corrected[place] = least
    return corrected


def _worse_by_chance(some: int, size: int, hits: int, total: int) -> float:
    """How often so few or fewer of a part are right, where the right ones lie anywhere (Fisher's exact test)."""
    from scipy.special import gammaln

    def ways(of: int, chosen: Places) -> Percent:
        return np.asarray(gammaln(of + 1) - gammaln(chosen + 1) - gammaln(of - chosen + 1))

    counts = np.arange(max(0, size - (total - hits)), some + 1)
    logs = ways(hits, counts) + ways(total - hits, size - counts) - ways(total, np.array([size]))
    return min(1.0, float(np.exp(logs).sum()))


def _named(by: str, names: np.ndarray) -> Iterator[Part]:
    for name in sorted(set(names.tolist())):
        if name:
            yield Part(by, name, names == name)


def _thirds(by: str, values: Percent) -> Iterator[Part]:
    """Three parts of about as many photos; equal values stay together, which may leave two."""
    there = np.isfinite(values)
    if there.sum() < FEWEST:
        return
    low, high = np.quantile(values[there], [1 / 3, 2 / 3])
    number = np.where(values <= low, 0, np.where(values <= high, 1, 2))
    parted = [there & (number == third) for third in np.unique(number[there])]
    for photos, word in zip(parted, SIDES[len(parted)], strict=True):
        yield Part(by, f"{_range(by, values[photos])} ({word})", photos)


def _range(by: str, values: Percent) -> str:
    low, high = (f"{value:.0f}" if by == "size" else f"{value:.2f}" for value in (values.min(), values.max()))
    span = low if low == high else f"{low} to {high}"
    return f"{span} pixels" if by == "size" else span


def _source(name: str, truth: str | None) -> str:
    """The folders that a photo lies in, without the one that names its class; those in no other are a source too."""
    folders = [part for part in PurePosixPath(name).parts[:-1] if part not in (truth, UNKNOWN)]
    return "/".join(folders) or "no folder"
