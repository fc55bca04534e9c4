"""Makes again what a report's record tells: copies, split, manifests, figures, charts; and says what is not the same.

Without the originals everything follows from the record. With them the cleaned copies are made again first, and the
manifests from these, so that nothing is taken on trust but the labels and what the model answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.dataset import manifests, recording
from core.dataset.manifests import Built
from core.dataset.names import counted
from core.dataset.recording import Dataset
from core.errors import BadReport
from core.evaluation import metrics, spreadsheet
from core.jobs import Progress
from core.report import bundle, plots, record, recorded
from core.report.bundle import PLOTS, RECORD, TABLE, Bundle
from core.report.originals import PIXELS, look_again
from core.report.outcomes import Outcome, compared, listed
from core.report.recorded import Recorded, Tried


def replay(place: Path, originals: Path | None = None, progress: Progress | None = None) -> list[Outcome]:
    """Make everything again from the report in that folder or zip; BadReport when it can not be read.

    `originals` is a folder somewhere in which the original photos lie, under whatever names: they are found by hash.
    """
    found = bundle.opened(place)
    told, seen = recorded.read(found.read(RECORD)), progress or Progress()
    try:
        return [*_dataset(told.raw, told.dataset, originals, seen), *_trained_on(told, originals, seen),
                *_figures(found, told), *_charts(found, told)]
    except (ValueError, LookupError, TypeError, AttributeError) as error:  # a record can lack anything
        raise BadReport(f"The run record is not as it was made: something is missing in it, or has another form "
                        f"({type(error).__name__}: {error}).") from error


def _dataset(raw: Mapping[str, Any], told: Dataset, originals: Path | None, progress: Progress) -> Iterator[Outcome]:
    """Copies, split and manifests of one dataset."""
    if originals is None:
        reason = f"Not without the originals; {counted(len(told.photos), 'photo')} would be looked for by hash."
        yield Outcome(PIXELS[1], "not possible", reason)
    else:
        outcomes, told = look_again(told, originals, progress)
        yield from outcomes
    yield from _split_and_manifests(raw, told)


def _trained_on(told: Recorded, originals: Path | None, progress: Progress) -> Iterator[Outcome]:
    """What the model was trained with, where that is not the dataset as it was when the report was made."""
    if (model := told.raw["model"]) is None:
        return
    name, as_now = model["name"], model.get("trained_with_these_manifests")
    what = f"What {name} was trained with"
    if as_now:
        yield _same_manifests(what, model, recorded.build(told))
    elif told.trained_on is None:
        why = ("The record does not know: it was trained elsewhere, or before Rekolab kept it." if as_now is None else
               "It was trained with other manifests than those above. From what they were made was not kept, or does "
               "not give them again, as where they had been mended.")
        yield Outcome(what, "not possible", why)
    else:
        then = model["trained_on"]
        for one in _dataset(then, told.trained_on, originals, progress):
            yield replace(one, what=f"{one.what}, as {name} was trained")
        if not then["split"].get("undivided"):
            yield _same_manifests(what, model, recording.build(told.trained_on, then))


def _same_manifests(what: str, model: Mapping[str, Any], built: Built | None) -> Outcome:
    """Whether these are the manifests that were noted when the training began."""
    noted = model.get("manifests_digest")
    if noted is None or built is None:
        return Outcome(what, "not possible", "The record has no digest of the manifests that were trained with.")
    digest = manifests.digest(built)
    return Outcome(what, "same", f"the manifests that were noted when its training began, digest {noted}") \
        if digest == noted else Outcome(what, "differs", f"manifests with the digest {noted}, and not {digest}")


def _split_and_manifests(raw: Mapping[str, Any], told: Dataset) -> Iterator[Outcome]:
    built = recording.build(told, raw)
    if built is None:
        yield Outcome("Split and manifests", "not possible", "The record has none: nothing was labelled yet.")
        return
    split_on, sent = raw["split"], raw["manifests"]
    names = {photo.id: photo.name for photo in told.photos}
    for side, ids in (("train", built.split.train), ("test", built.split.test)):
        moved = sorted({names[photo_id] for photo_id in ids} ^ set(split_on[side]))
        yield compared(f"Split, {side} side", f"{counted(len(ids), 'photo')}, seed {built.split.seed}", moved)
    for side, text in (("training", built.training), ("testing", built.testing)):
        if side == "testing" and split_on.get("undivided"):
            if side in sent:
                yield Outcome(f"Manifest, {side}", "not possible", "It was made elsewhere, and is kept as it was.")
        elif side in sent or text:
            yield _manifest(f"Manifest, {side}", text, sent.get(side, {"sha256": "", "text": ""}))


def _manifest(what: str, text: str, told: Mapping[str, str]) -> Outcome:
    digest = hashlib.sha256(text.encode()).hexdigest()
    if text == told["text"] and digest == told["sha256"]:
        return Outcome(what, "same", f"{counted(text.count(chr(10)), 'line')}, byte for byte, SHA-256 {digest}")
    lines, others = text.splitlines(), told["text"].splitlines()
    apart = [str(number) for number, (one, other) in enumerate(zip(lines, others, strict=False), start=1)
             if one != other]
    apart += [str(number) for number in range(min(len(lines), len(others)) + 1, max(len(lines), len(others)) + 1)]
    where = f"lines {listed(apart)}" if apart else "its text is the same, but not the hash that the record has"
    return Outcome(what, "differs", where)


def _figures(found: Bundle, told: Recorded) -> Iterator[Outcome]:
    if told.tried is None:
        yield Outcome("Figures", "not possible", "The record has no predictions: no model had been tried yet.")
        return
    answers = [row["answer"] for row in told.raw["evaluation"]["predictions"]]
    changed = [one.name for one, answer in zip(told.tried.predictions, answers, strict=True) if one.answer != answer]
    yield compared("Answers", f"{counted(len(answers), 'prediction')} decided again at the thresholds", changed)
    again = record.figures(_measured(told.tried))
    again["reliability"] = record.reliability(told.tried.predictions, told.tried.thresholds)
    apart = sorted(_apart(again, {name: told.raw["evaluation"][name] for name in again}))
    yield compared("Figures", "every figure with its interval, and the matrix", apart)
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


def _apart(one: Any, other: Any, name: str = "") -> Iterator[str]:
    """Where two JSON values differ: "figures.accuracy.low"."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {*one, *other}:
            yield from _apart(one.get(key), other.get(key), f"{name}.{key}".strip("."))
    elif one != other:
        yield name
