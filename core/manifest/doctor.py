"""The manifest doctor: what Rekognition will say of a manifest, before anything is sent, in words for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core import limits
from core.manifest import dataset
from core.manifest.advice import count, notes
from core.manifest.codes import MESSAGES
from core.manifest.plain import LINE, MANIFEST
from core.manifest.repair import Repair, repair
from core.manifest.training import MIN_LABELS, Judgement, Look, judge
from core.manifest.types import Line, UseCase
from core.types import Finding

__all__ = ["Examination", "Group", "Repair", "examine", "repair"]

_SHOWN_REASONS = 3


@dataclass(frozen=True, slots=True)
class Group:
    """One code's findings in one manifest. `lines` count from 1; none means that the manifest as a whole is meant."""

    code: str
    message: str
    plain: str
    mend: str | None
    lines: tuple[int, ...]
    manifest: str = "training"


@dataclass(frozen=True, slots=True)
class Examination:
    """The doctor's verdict in one sentence, the findings grouped, and advice on what Rekognition would not mention."""

    ok: bool
    sentence: str
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    judgement: Judgement


def examine(training: bytes, testing: bytes | None, look: Look) -> Examination:
    """What training with these manifests would come to. Without `testing` a fifth of the training one is split off.

    `look` gives the facts of the image at an S3 URI, or None when it is missing or can't be read.
    """
    judgement = judge(training, testing, look)
    manifests = _manifests(judgement, split=testing is None)
    refusal = _dataset_refusal(manifests) if judgement.code is None else None
    return Examination(
        ok=judgement.code is None and refusal is None,
        sentence=refusal or _sentence(judgement, manifests),
        groups=tuple(group for manifest in manifests for group in _groups(manifest)) + tuple(_spanning(judgement)),
        notes=tuple(notes(judgement.training, judgement.testing, [manifest.lines for manifest in manifests])),
        judgement=judgement,
    )


class _Manifest(NamedTuple):
    """A manifest as it was given: one that training splits is still one here."""

    title: str
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    use_case: UseCase


def _manifests(judgement: Judgement, split: bool) -> list[_Manifest]:
    sides = {"training": judgement.training, "testing": judgement.testing}
    if split:
        lines = sorted((line for side in sides.values() for line in side.lines), key=lambda line: line.number)
        return [_Manifest("training", tuple(lines), judgement.training.findings, judgement.training.use_case)]
    return [_Manifest(title, side.lines, side.findings, side.use_case) for title, side in sides.items()]


def _dataset_refusal(manifests: Sequence[_Manifest]) -> str | None:
    """The sentence for a manifest that training would take, but that no dataset can be created from."""
    for manifest in manifests:
        verdict = dataset.verdict(manifest.lines)
        if verdict.code:
            why = _why(verdict.code, manifest)
            return f"Creating a dataset from the {manifest.title} manifest would end with '{verdict.message}': {why}"
    return None


def _sentence(judgement: Judgement, manifests: Sequence[_Manifest]) -> str:
    if judgement.code is not None:
        blamed = next((manifest for manifest in manifests if manifest.findings), manifests[0])
        where = f"in the {blamed.title} manifest, " if len(manifests) > 1 and blamed.findings else ""
        return f"Training would end with '{judgement.message}': {where}{_why(judgement.code, blamed)}"
    training, testing = judgement.training, judgement.testing
    sentence = (f"Training can start: {len(training.usable):,} photos to train with, {len(testing.usable):,} to test "
                f"with, {count(len(training.labels), 'label')}.")
    left_out = training.total + testing.total - len(training.usable) - len(testing.usable)
    return f"{sentence} {count(left_out, 'line')} will not be used." if left_out else sentence


def _why(code: str, manifest: _Manifest) -> str:
    valid = [line for line in manifest.lines if line.valid]
    return MANIFEST[code].plain.format(
        invalid=sum(line.invalid for line in manifest.lines),
        total=len(manifest.lines),
        allowed=int(len(manifest.lines) * limits.MAX_INVALID_SHARE),
        buckets=len({line.bucket for line in manifest.lines if line.bucket}),
        labels=len({name for line in valid for name in line.names}),
        usable=len({name for line in valid for name in line.labels_for(manifest.use_case)}),
        fewest=MIN_LABELS[manifest.use_case],
    )


def _groups(manifest: _Manifest) -> Iterator[Group]:
    """The manifest's own errors, then those of its lines: the most frequent first, causes before consequences."""
    for found in manifest.findings:
        yield Group(found.code, found.message, _why(found.code, manifest), None, (), manifest.title)
    met: dict[str, list[_Met]] = {}
    for line in manifest.lines:
        for found, reason in zip(line.findings, line.reasons, strict=True):
            met.setdefault(found.code, []).append(_Met(line.number, found.message, reason))
    order = list(MESSAGES)
    for code in sorted(met, key=lambda code: (-len(met[code]), order.index(code))):
        plain = f"{LINE[code].plain} {_counted(Counter(one.reason for one in met[code]))}"
        numbers = tuple(dict.fromkeys(one.number for one in met[code]))
        yield Group(code, met[code][0].message, plain, LINE[code].mend, numbers, manifest.title)


class _Met(NamedTuple):
    """A code met on a line."""

    number: int
    message: str
    reason: str


def _counted(reasons: Counter[str]) -> str:
    """The reasons with how often each was met, the most frequent first."""
    frequent = reasons.most_common(_SHOWN_REASONS)
    shown = [f"{reason} ({'once' if times == 1 else f'{times:,} times'})" for reason, times in frequent]
    rest = reasons.total() - sum(times for _, times in frequent)
    return f"Found: {'; '.join(shown)}{f'; and {rest:,} others' if rest else ''}."


def _spanning(judgement: Judgement) -> Iterator[Group]:
    for found in judgement.findings:
        yield Group(found.code, found.message, MANIFEST[found.code].plain, None, (), "both")
