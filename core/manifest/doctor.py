"""The manifest doctor: what Rekognition will say of a manifest, before anything is sent, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core import limits
from core.manifest import dataset
from core.manifest.advice import count, notes
from core.manifest.codes import FILE_ERRORS, finding
from core.manifest.dataset import DatasetVerdict
from core.manifest.grouping import Group, Grouping, Lost
from core.manifest.images import REFUSALS, Look
from core.manifest.opening import Opened, opened
from core.manifest.plain import MANIFEST
from core.manifest.repair import Repair, repair
from core.manifest.repeats import firsts
from core.manifest.storing import Lines
from core.manifest.tally import Tally
from core.manifest.training import COMPLETED, MIN_LABELS, Judgement, Seen, decide, judge_opened
from core.manifest.types import UseCase
from core.types import Finding

__all__ = ["End", "Examination", "Group", "Lost", "Repair", "examine", "examine_opened", "repair"]


class End(NamedTuple):
    """The status that a dataset or a training ends in, and its status message."""

    status: str
    message: str


@dataclass(frozen=True, slots=True)
class Examination:
    """The doctor's verdict in one sentence, the findings grouped, and advice on what Rekognition would not mention.

    `training` is how a training with the manifests ends, `datasets` how the creation of a dataset from each of them
    does, and `from_datasets` how a training with those datasets ends, None where one of them can't be created.
    `tested` says how many usable photos of each label there are to test with.
    `lost` are the lines of each manifest whose images can't be used. None of it keeps the lines themselves.
    """

    ok: bool
    sentence: str
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    use_case: UseCase
    lost: tuple[Lost, ...]
    training: End
    datasets: Mapping[str, End]
    from_datasets: End | None
    tested: Mapping[str, int]


def examine(training: bytes, testing: bytes | None, look: Look, known: Sequence[str] = ()) -> Examination:
    """What training with these manifests would come to. Without `testing` a fifth of the training one is split off.

    `look` is called for each image; `known` are codes that S3 itself has told of.
    """
    return examine_opened(opened(training), None if testing is None else opened(testing), look, known)


def examine_opened(training: Opened, testing: Opened | None, look: Look, known: Sequence[str] = ()) -> Examination:
    """`examine` of manifests that are open already. Those who ask for the images in advance need no look here."""
    judgement = judge_opened(training, testing, look, known=known)
    manifests = _manifests(judgement, split=testing is None)
    created = _created([training] if testing is None else [training, testing], known)
    refusal = _dataset_refusal(manifests, created) if judgement.code is None else None
    ended = _end(judgement)
    same = not any(one.code or one.dropped for one in created.values())
    through = ended if same else _from_datasets(manifests, created, known)
    found = [Grouping(manifest.title, manifest.lines) for manifest in manifests]
    snapshot = training.snapshot or bool(testing and testing.snapshot)
    advice = notes(judgement.training, judgement.testing, [manifest.lines for manifest in manifests], snapshot)
    return Examination(
        ok=judgement.code is None and refusal is None,
        sentence=refusal or _sentence(judgement, manifests),
        groups=tuple(group for manifest, grouping in zip(manifests, found, strict=True)
                     for group in (*_terminal(manifest), *grouping.groups())) + tuple(_spanning(judgement)),
        notes=(*_other_way(ended, through), *advice),
        use_case=judgement.training.use_case,
        lost=tuple(grouping.lost for grouping in found),
        training=ended,
        datasets={title: End("CREATE_FAILED" if one.code else "CREATE_COMPLETE", one.message)
                  for title, one in created.items()},
        from_datasets=through,
        tested=judgement.testing.labels,
    )


def _created(given: Sequence[Opened], known: Sequence[str]) -> dict[str, DatasetVerdict]:
    """How a dataset is created from each manifest. What is known of S3 counts as far as it keeps a manifest from it."""
    barred = next((code for code in known if code in _BARRING), None)
    return {title: dataset.failed(barred) if barred else dataset.check_opened(one)
            for title, one in zip(("training", "testing"), given, strict=False)}


_BARRING = FILE_ERRORS - {"ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"}  # a dataset writes no output


def _from_datasets(
    manifests: Sequence[_Manifest], created: Mapping[str, DatasetVerdict], known: Sequence[str]
) -> End | None:
    """How training ends with the lines that the datasets keep; their images were looked at already."""
    if any(one.code for one in created.values()):
        return None
    told = tuple(finding(code) for code in known)
    if any(found.code in FILE_ERRORS for found in told):
        return End("TRAINING_FAILED", next(found.message for found in told if found.code in FILE_ERRORS))
    sides = [Seen(firsts(manifest.lines), refusal=manifest.refusal) for manifest in manifests]
    return _end(decide(sides[0], sides[1] if len(sides) > 1 else None, told=told))


def _end(judgement: Judgement) -> End:
    return End("TRAINING_FAILED", judgement.message) if judgement.code else End("TRAINING_COMPLETED", COMPLETED)


def _other_way(ended: End, through: End | None) -> Iterator[str]:
    """What differs when the model is trained through datasets, which drop lines that count as invalid otherwise."""
    if through and through != ended:
        how = "can start" if through.status == "TRAINING_COMPLETED" else f"will end with '{through.message}'"
        yield (f"Trained through datasets, as Rekolab trains, it {how}: datasets drop the lines that they can't read "
               "and the repeated ones.")


class _Manifest(NamedTuple):
    """A manifest as it was given: one that training splits is still one here."""

    title: str
    lines: Lines
    findings: tuple[Finding, ...]
    use_case: UseCase

    @property
    def refusal(self) -> str | None:
        """The code by which S3 gave none of the images."""
        return next((found.code for found in self.findings if found.code in REFUSALS.values()), None)


def _manifests(judgement: Judgement, split: bool) -> list[_Manifest]:
    sides = {"training": judgement.training} if split else {
        "training": judgement.training, "testing": judgement.testing}
    given = judgement.given or ((),) * len(sides)
    return [_Manifest(title, lines, side.findings, side.use_case)
            for (title, side), lines in zip(sides.items(), given, strict=True)]


def _dataset_refusal(manifests: Sequence[_Manifest], created: Mapping[str, DatasetVerdict]) -> str | None:
    """The sentence for a manifest that training would take, but that no dataset can be created from."""
    for manifest in manifests:
        verdict = created[manifest.title]
        if verdict.code:
            why = _why(verdict.code, manifest)
            return f"Creating a dataset from the {manifest.title} manifest will end with '{verdict.message}': {why}"
    return None


def _sentence(judgement: Judgement, manifests: Sequence[_Manifest]) -> str:
    if judgement.code is not None:
        blamed = next((manifest for manifest in manifests if manifest.findings), manifests[0])
        where = f"in the {blamed.title} manifest, " if len(manifests) > 1 and blamed.findings else ""
        return f"Training will end with '{judgement.message}': {where}{_why(judgement.code, blamed)}"
    training, testing = judgement.training, judgement.testing
    sentence = (f"Training can start: {len(training.usable):,} photos to train with, {len(testing.usable):,} to test "
                f"with, {count(len(training.labels), 'label')}.")
    left_out = training.total + testing.total - len(training.usable) - len(testing.usable)
    return f"{sentence} {count(left_out, 'line')} will not be used." if left_out else sentence


def _why(code: str, manifest: _Manifest) -> str:
    tally = Tally(manifest.lines)
    return MANIFEST[code].plain.format(
        invalid=tally.invalid,
        total=tally.total,
        allowed=int(tally.total * limits.MAX_INVALID_SHARE),
        buckets=len(tally.buckets),
        labels=len(tally.names),
        usable=len(tally.labels(manifest.use_case)),
        fewest=MIN_LABELS[manifest.use_case],
    )


def _terminal(manifest: _Manifest) -> Iterator[Group]:
    """The manifest's own errors."""
    for found in manifest.findings:
        yield Group(found.code, found.message, _why(found.code, manifest), MANIFEST[found.code].mend,
                    manifest=manifest.title)


def _spanning(judgement: Judgement) -> Iterator[Group]:
    for found in judgement.findings:
        yield Group(found.code, found.message, MANIFEST[found.code].plain, None, manifest="both")
