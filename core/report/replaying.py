"""Makes again what a report's record tells: copies, split, manifests, figures, charts; and says what is not the same.

Without the originals everything follows from the record. With them the cleaned copies are made again first, and the
manifests from these, so that nothing is taken on trust but the labels and what the model answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from core.compute import each, workers
from core.dataset.manifests import Built
from core.dataset.names import counted
from core.errors import BadImage
from core.evaluation import metrics, spreadsheet
from core.images import cleaning, reading
from core.jobs import Progress
from core.report import bundle, plots, record, recorded
from core.report.bundle import PLOTS, RECORD, TABLE, Bundle
from core.report.recorded import Recorded, Tried
from core.types import Cleaned, Facts, Photo

State = Literal["same", "differs", "not possible"]
PIXELS = ("Originals", "Cleaned copies")  # what only the originals themselves can show
_SHOWN = 10  # names of what differs


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made again, whether it came out the same, and the details in words."""

    what: str
    state: State
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Again:
    """One original looked at again: its facts, and the hash of the copy that the recipe makes of it now."""

    facts: Facts
    copy: str | None


def replay(place: Path, originals: Path | None = None, progress: Progress | None = None) -> list[Outcome]:
    """Make everything again from the report in that folder or zip; BadReport when it can not be read.

    `originals` is a folder somewhere in which the original photos lie, under whatever names: they are found by hash.
    """
    found = bundle.opened(place)
    told = recorded.read(found.read(RECORD))
    if originals is None:
        reason = f"Not without the originals; {counted(len(told.photos), 'photo')} would be looked for by hash."
        outcomes, photos, copies = [Outcome(PIXELS[1], "not possible", reason)], told.photos, told.copies
    else:
        outcomes, photos, copies = _from_originals(told, originals, progress or Progress())
    return [*outcomes, *_split_and_manifests(told, recorded.build(told, photos, copies)), *_figures(found, told),
            *_charts(found, told)]


def _from_originals(
    told: Recorded, folder: Path, progress: Progress
) -> tuple[list[Outcome], tuple[Photo, ...], tuple[Cleaned, ...]]:
    """What the originals in `folder` give, and photos and copies as they came out of it."""
    looked = _looked_at(told, folder, progress)
    wanted = {photo.facts.sha256: photo for photo in told.photos if photo.facts}
    absent = [photo.name for digest, photo in wanted.items() if digest not in looked]
    unlike = [photo.name for digest, photo in wanted.items()
              if digest in looked and not _same_facts(photo.facts, looked[digest].facts)]
    outcomes = [_outcome(PIXELS[0], counted(len(wanted) - len(absent), "photo") + " found by hash", unlike, absent)]
    photos = tuple(replace(photo, facts=_facts(photo.facts, looked)) for photo in told.photos)
    by_id = {photo.id: photo for photo in told.photos}
    copies, changed, gone = [], [], []
    for copy in told.copies:
        original = by_id[copy.photo_id].facts
        seen = looked.get(original.sha256) if original else None
        if copy.path and seen is None:
            gone.append(by_id[copy.photo_id].name)
        elif copy.path and seen and seen.copy != copy.sha256:
            changed.append(by_id[copy.photo_id].name)
        copies.append(replace(copy, sha256=seen.copy or "") if copy.path and seen else copy)
    made = counted(sum(bool(copy.path) for copy in copies) - len(gone), "copy", "copies") + " made again"
    return [*outcomes, _outcome(PIXELS[1], made, changed, gone)], photos, tuple(copies)


def _looked_at(told: Recorded, folder: Path, progress: Progress) -> dict[str, _Again]:
    """Every original of the record that lies somewhere in `folder`, by hash."""
    sizes = {photo.facts.bytes for photo in told.photos if photo.facts}
    names = {photo.facts.sha256: photo.name for photo in told.photos if photo.facts}
    cleaned = {copy.photo_id for copy in told.copies if copy.path}
    wanted = {photo.facts.sha256 for photo in told.photos if photo.facts and photo.id in cleaned}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size in sizes]
    progress.begin(len(files), "Looking for the originals")
    look = partial(_look, told=told, names=names, cleaned=wanted)
    return {digest: again for _, pair in each(look, files, progress, threads=workers()) if pair
            for digest, again in (pair,)}


def _look(path: Path, told: Recorded, names: Mapping[str, str], cleaned: set[str]) -> tuple[str, _Again] | None:
    try:
        data = reading.read_bytes(path)
        digest = hashlib.sha256(data).hexdigest()
        if digest not in names:
            return None
        facts = reading.facts_of(reading.header(data), data, digest)
        copy = cleaning.make(data, names[digest], told.recipe)[2] if digest in cleaned else None
    except BadImage:
        return None
    return digest, _Again(facts, hashlib.sha256(copy).hexdigest() if copy else None)


def _split_and_manifests(told: Recorded, built: Built | None) -> Iterator[Outcome]:
    if built is None:
        yield Outcome("Split and manifests", "not possible", "The record has none: nothing was labelled yet.")
        return
    split_on, sent = told.raw["split"], told.raw["manifests"]
    names = {photo.id: photo.name for photo in told.photos}
    for side, ids in (("train", built.split.train), ("test", built.split.test)):
        moved = sorted({names[photo_id] for photo_id in ids} ^ set(split_on[side]))
        yield _outcome(f"Split, {side} side", f"{counted(len(ids), 'photo')}, seed {built.split.seed}", moved)
    for side, text in (("training", built.training), ("testing", built.testing)):
        if side in sent or text:
            yield _manifest(f"Manifest, {side}", text, sent.get(side, {"sha256": "", "text": ""}))


def _manifest(what: str, text: str, told: Mapping[str, str]) -> Outcome:
    digest = hashlib.sha256(text.encode()).hexdigest()
    if text == told["text"] and digest == told["sha256"]:
        return Outcome(what, "same", f"{counted(text.count(chr(10)), 'line')}, byte for byte, SHA-256 {digest}")
    lines, others = text.splitlines(), told["text"].splitlines()
    apart = [str(number) for number, (one, other) in enumerate(zip(lines, others, strict=False), start=1)
             if one != other]
    apart += [str(number) for number in range(min(len(lines), len(others)) + 1, max(len(lines), len(others)) + 1)]
    where = f"lines {_listed(apart)}" if apart else "its text is the same, but not the hash that the record has"
    return Outcome(what, "differs", where)


def _figures(found: Bundle, told: Recorded) -> Iterator[Outcome]:
    if told.tried is None:
        yield Outcome("Figures", "not possible", "The record has no predictions: no model had been tried yet.")
        return
    answers = [row["answer"] for row in told.raw["evaluation"]["predictions"]]
    changed = [one.name for one, answer in zip(told.tried.predictions, answers, strict=True) if one.answer != answer]
    yield _outcome("Answers", f"{counted(len(answers), 'prediction')} decided again at the thresholds", changed)
    again = record.figures(_measured(told.tried))
    again["reliability"] = record.reliability(told.tried.predictions, told.tried.thresholds)
    apart = sorted(_apart(again, {name: told.raw["evaluation"][name] for name in again}))
    yield _outcome("Figures", "every figure with its interval, and the matrix", apart)
    table = spreadsheet.table(told.tried.predictions).encode()
    yield _file(found, TABLE, table)


def _charts(found: Bundle, told: Recorded) -> Iterator[Outcome]:
    tried = told.tried
    drawn = plots.draw(told.classes, recorded.build(told), tried.predictions if tried else (),
                       _measured(tried) if tried else None, tried.thresholds if tried else None)
    for name, chart in drawn.items():
        yield _file(found, f"{PLOTS}/{name}.svg", chart.encode())


def _measured(tried: Tried) -> metrics.Figures:
    return metrics.measure(tried.predictions, tuple(tried.thresholds))


def _file(found: Bundle, name: str, data: bytes) -> Outcome:
    if name not in found.names:
        return Outcome(name, "differs", "the report has no such file")
    same = found.sha256(name) == hashlib.sha256(data).hexdigest()
    return Outcome(name, "same" if same else "differs", "byte for byte" if same else "the file has another content")


def _outcome(what: str, fine: str, unlike: list[str], absent: Iterable[str] = ()) -> Outcome:
    gone = list(absent)
    if unlike:
        return Outcome(what, "differs", _listed(unlike) + (f"; not there: {_listed(gone)}" if gone else ""))
    return Outcome(what, "not possible", f"{fine}, not there: {_listed(gone)}") if gone else Outcome(what, "same", fine)


def _apart(one: Any, other: Any, name: str = "") -> Iterator[str]:
    """Where two JSON values differ: "figures.accuracy.low"."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {*one, *other}:
            yield from _apart(one.get(key), other.get(key), f"{name}.{key}".strip("."))
    elif one != other:
        yield name


def _facts(told: Facts | None, looked: Mapping[str, _Again]) -> Facts | None:
    return looked[told.sha256].facts if told and told.sha256 in looked else told


def _same_facts(told: Facts | None, again: Facts) -> bool:
    def seen(facts: Facts) -> tuple[object, ...]:
        return facts.width, facts.height, facts.channels, facts.mode, facts.format, facts.bytes, facts.orientation

    return told is not None and seen(told) == seen(again)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


