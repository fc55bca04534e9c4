"""Which of a project's photos are shown, and in which order: filters whose counts follow each other. Pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from core.dataset import likeness_file
from core.dataset.judging import judged
from core.dataset.remembering import remembered
from core.dataset.selecting import VERDICTS, Summary, Verdict, label_of, summary, verdict_of
from core.types import Photo, Quality
from core.workspace import Project

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]

SCORES = tuple(field.name for field in fields(Quality))


@dataclass(frozen=True, slots=True)
class Filter:
    """What is to be shown. A member that is empty lets every photo pass.

    A None in `classes` stands for photos without a class. `text` is sought in name and label, whatever its case.
    `sides` is the range of the longer side in pixels, and `score` a score with its range, all ends included. `ids` are
    photos that were caught on the map, in a chart, or because they are alike.
    """

    classes: tuple[str | None, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    codes: tuple[str, ...] = ()
    text: str = ""
    sides: tuple[int, int] | None = None
    score: tuple[str, float, float] | None = None
    ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """n photos as columns. `label` and `verdict` are (n) places in `classes` and VERDICTS, `wrong` is (n, codes).

    `numbers` has by name what photos can be put in order by, (n) each, NaN where it is not known: the scores, "side"
    (the longer one, px), "bytes", "captured" (seconds). Photos that are left out have nothing wrong with them.
    """

    photos: tuple[Photo, ...]
    ids: NDArray[np.int64]
    words: tuple[str, ...]
    classes: tuple[str | None, ...]
    label: Places
    verdict: Places
    codes: tuple[str, ...]
    wrong: Mask
    numbers: Mapping[str, Numbers]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many photos each choice of a filter would show, given all the other filters."""

    classes: dict[str | None, int]
    verdicts: dict[Verdict, int]
    codes: dict[str, int]


def columns_of(project: Project) -> Columns:
    """The project's photos with every verdict, as columns that are made once while the catalogue stays the same."""
    return remembered(project, "columns", lambda: columns(judged(project)), likeness_file.stamp(project))


def summary_of(project: Project) -> Summary:
    """The counts of the whole project."""
    return remembered(project, "summary", lambda: summary(judged(project)), likeness_file.stamp(project))


def columns(photos: Sequence[Photo]) -> Columns:
    """Photos as columns, in their order."""
    labels = [label_of(photo) for photo in photos]
    classes = (*sorted({label for label in labels if label is not None}), *([None] if None in labels else []))
    place = {label: number for number, label in enumerate(classes)}
    found = [() if photo.excluded else tuple({problem.code for problem in photo.problems}) for photo in photos]
    codes = tuple(sorted({code for some in found for code in some}))
    wrong = np.zeros((len(photos), len(codes)), bool)
    for row, some in enumerate(found):
        for code in some:
            wrong[row, codes.index(code)] = True
    return Columns(
        photos=tuple(photos),
        ids=np.array([photo.id for photo in photos], np.int64),
        words=tuple(f"{photo.name}\n{label or ''}".casefold() for photo, label in zip(photos, labels, strict=True)),
        classes=classes,
        label=np.array([place[label] for label in labels], np.intp),
        verdict=np.array([VERDICTS.index(verdict_of(photo)) for photo in photos], np.intp),
        codes=codes,
        wrong=wrong,
        numbers=_numbers(photos),
    )


def matching(known: Columns, wanted: Filter) -> Places:
    """The places of the photos that pass every filter, in the order of `known`."""
    return np.flatnonzero(_all(_masks(known, wanted), len(known.photos)))


def matching_but(known: Columns, wanted: Filter, *left_out: str) -> Places:
    """As `matching`, without the filters of these names."""
    masks = {name: mask for name, mask in _masks(known, wanted).items() if name not in left_out}
    return np.flatnonzero(_all(masks, len(known.photos)))


def counts(known: Columns, wanted: Filter) -> Counts:
    """The counts beside each choice of a filter: most frequent codes first, the others in their own order."""
    masks = _masks(known, wanted)
    total = len(known.photos)
    others = {name: _all({one: mask for one, mask in masks.items() if one != name}, total)
              for name in ("classes", "verdicts", "codes")}
    labels = np.bincount(known.label[others["classes"]], minlength=len(known.classes))
    verdicts = np.bincount(known.verdict[others["verdicts"]], minlength=len(VERDICTS))
    wrong = known.wrong[others["codes"]].sum(axis=0)
    often = np.argsort(-known.wrong.sum(axis=0), kind="stable")
    return Counts(
        classes={label: int(labels[place]) for place, label in enumerate(known.classes)},
        verdicts={verdict: int(verdicts[place]) for place, verdict in enumerate(VERDICTS)},
        codes={known.codes[place]: int(wrong[place]) for place in often},
    )


def ordered(
    known: Columns, places: Places, by: str, descending: bool = False, also: Mapping[int, float] | None = None
) -> Places:
    """These places by "name" or by a number; photos of which it is not known come last either way.

    The number is one of `known`, or stands in `also` by the photo's id.
    """
    if by == "name":
        return places[::-1] if descending else places
    if also is None:
        values = known.numbers[by][places]
    else:
        values = np.array([also.get(number, np.nan) for number in known.ids[places].tolist()], float)
    return places[np.argsort(-values if descending else values, kind="stable")]


def _masks(known: Columns, wanted: Filter) -> dict[str, Mask]:
    """By the name of each filter that is set, which photos pass it."""
    masks: dict[str, Mask] = {}
    if wanted.classes:
        masks["classes"] = np.isin(known.label, _places(known.classes, wanted.classes))
    if wanted.verdicts:
        masks["verdicts"] = np.isin(known.verdict, _places(VERDICTS, wanted.verdicts))
    if wanted.codes:
        masks["codes"] = np.any(known.wrong[:, _places(known.codes, wanted.codes)], axis=1).reshape(-1)
    if sought := wanted.text.strip().casefold():
        masks["text"] = np.array([sought in words for words in known.words], np.bool_)
    if wanted.sides:
        masks["sides"] = _between(known.numbers["side"], *wanted.sides)
    if wanted.score:
        name, low, high = wanted.score
        masks["score"] = _between(known.numbers[name], low, high)
    if wanted.ids:
        masks["ids"] = np.isin(known.ids, list(wanted.ids))
    return masks


def _all(masks: Mapping[str, Mask], total: int) -> Mask:
    passed = np.ones(total, bool)
    for mask in masks.values():
        passed &= mask
    return passed


def _between(values: Numbers, low: float, high: float) -> Mask:
    return (values >= low) & (values <= high)  # NaN is not


def _places(choices: Sequence[str | None], wanted: Iterable[str | None]) -> list[int]:
    return [choices.index(choice) for choice in wanted if choice in choices]


def _numbers(photos: Sequence[Photo]) -> dict[str, Numbers]:
    nothing = float("nan")
    found = {name: [getattr(photo.quality, name) if photo.quality else nothing for photo in photos] for name in SCORES}
    found["side"] = [max(photo.facts.width, photo.facts.height) if photo.facts else nothing for photo in photos]
    found["bytes"] = [photo.facts.bytes if photo.facts else nothing for photo in photos]
    found["captured"] = [_moment(photo) for photo in photos]
    return {name: np.array(values, float) for name, values in found.items()}


def _moment(photo: Photo) -> float:
    """When it was taken, in seconds; NaN where that is not known."""
    if photo.facts is None or photo.facts.captured is None:
        return float("nan")
    return dt.datetime.fromisoformat(photo.facts.captured).replace(tzinfo=dt.UTC).timestamp()
