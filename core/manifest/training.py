"""What Rekognition makes of a training and a testing manifest when a model is trained with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from core import limits
from core.errors import BadManifest
from core.manifest.codes import FILE_ERRORS, finding
from core.manifest.images import image_defect
from core.manifest.lines import split_lines
from core.manifest.rules import check_lines
from core.manifest.splitting import autosplit
from core.manifest.types import Line, UseCase
from core.types import Facts, Finding

__all__ = ["Judgement", "Look", "SideVerdict", "autosplit", "judge"]

Look = Callable[[str], Facts | None]
Source = bytes | Sequence[str]

MIN_LABELS: dict[UseCase, int] = {
    "IMAGE_LEVEL_LABELS": limits.MIN_LABELS, "OBJECT_LOCALIZATION": 1, "NOT_DETERMINED": limits.MIN_LABELS}


@dataclass(frozen=True, slots=True)
class SideVerdict:
    """One of the two manifests, judged. `usable` are the valid lines of the chosen use case, which training takes.

    `findings` are the terminal errors of this manifest alone; those of a line are in the line.
    """

    use_case: UseCase = "NOT_DETERMINED"
    lines: tuple[Line, ...] = ()
    valid: int = 0
    invalid: int = 0
    ignored: int = 0
    usable: tuple[Line, ...] = ()
    labels: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def total(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How training ends: `code` is None when it starts to learn, else the first terminal error and its message.

    `findings` are the terminal errors that span both manifests.
    """

    training: SideVerdict
    testing: SideVerdict
    findings: tuple[Finding, ...] = ()

    @property
    def terminal(self) -> tuple[Finding, ...]:
        """Every terminal error, the one that the status message names first."""
        return (*self.training.findings, *self.testing.findings, *self.findings)

    @property
    def code(self) -> str | None:
        return self.terminal[0].code if self.terminal else None

    @property
    def message(self) -> str:
        return self.terminal[0].message if self.terminal else ""

    @property
    def file_error(self) -> bool:
        """Whether a manifest could not be read at all; training then leaves no validation files."""
        return self.code in FILE_ERRORS


def judge(training: Source, testing: Source | None, look: Look, seed: int = 0) -> Judgement:
    """How Rekognition would end a training with these manifests. Never raises of itself.

    Without `testing` a fifth of the training manifest is split off (AutoCreate). `look` gives the facts of the image
    at an S3 URI, or None when it is missing or no image; it is called once for each line that may still be usable.
    """
    trained = _open(training)
    tested = trained if testing is None else _open(testing)
    if trained.code or tested.code:
        return Judgement(_unread(trained), SideVerdict() if testing is None else _unread(tested))
    lines = _looked_at(trained.lines, look)
    use_case = _majority(lines)
    if testing is None:
        return _judge_split(_side(lines, use_case, trained.too_long), seed)
    sides = (_side(lines, use_case, trained.too_long),
             _side(_looked_at(tested.lines, look), use_case, tested.too_long))
    return Judgement(*sides, tuple(_overlap(*sides)))


class _Opened(NamedTuple):
    """A manifest as checked lines, or the code that says why it has none."""

    lines: tuple[Line, ...] = ()
    code: str | None = None
    too_long: bool = False


def _open(source: Source) -> _Opened:
    if isinstance(source, bytes):
        if len(source) > limits.MAX_MANIFEST_BYTES:
            return _Opened(code="ERROR_MANIFEST_SIZE_TOO_LARGE")
        if not source.strip():
            return _Opened(code="ERROR_EMPTY_MANIFEST")
        try:
            source = split_lines(source)
        except BadManifest:
            return _Opened(code="ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    lines = check_lines(source[:limits.MAX_MANIFEST_LINES])
    if not lines:
        return _Opened(code="ERROR_EMPTY_MANIFEST")
    if not any(line.readable for line in lines):
        return _Opened(code="ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    return _Opened(lines, too_long=len(source) > limits.MAX_MANIFEST_LINES)


def _unread(opened: _Opened) -> SideVerdict:
    return SideVerdict(findings=(finding(opened.code),) if opened.code else ())


def _looked_at(lines: Iterable[Line], look: Look) -> tuple[Line, ...]:
    """The lines with what is wrong with their images. A line that is lost already costs no look."""
    return tuple(_with_image(line, look) if line.valid else line for line in lines)


def _with_image(line: Line, look: Look) -> Line:
    defect = image_defect(look(line.source_ref or ""), boxed=bool(line.boxes))
    if defect is None:
        return line
    return replace(line, findings=(*line.findings, finding(defect.code, line.number)),
                   reasons=(*line.reasons, defect.reason))


def _majority(lines: Iterable[Line]) -> UseCase:
    """What the model will do: what more lines have labels for, image-level labels where it is even."""
    held = [(bool(line.labels), bool(line.boxes)) for line in lines if line.labeled]
    if not held:
        return "NOT_DETERMINED"
    labelled, boxed = (sum(column) for column in zip(*held, strict=True))
    return "OBJECT_LOCALIZATION" if boxed > labelled else "IMAGE_LEVEL_LABELS"


def _counted(lines: tuple[Line, ...], use_case: UseCase) -> SideVerdict:
    usable = tuple(line for line in lines if line.valid and line.labels_for(use_case))
    invalid = sum(line.invalid for line in lines)
    ignored = sum(line.ignored for line in lines)
    labels = Counter(name for line in usable for name in line.labels_for(use_case))
    return SideVerdict(use_case, lines, len(lines) - invalid - ignored, invalid, ignored, usable, dict(labels))


def _side(lines: tuple[Line, ...], use_case: UseCase, too_long: bool) -> SideVerdict:
    side = _counted(lines, use_case)
    return replace(side, findings=tuple(finding(code) for code in _terminal(side, too_long)))


def _terminal(side: SideVerdict, too_long: bool) -> Iterator[str]:
    """The codes that end training on account of one manifest, the weightiest first."""
    if too_long:
        yield "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"
    too_many_invalid = side.invalid / side.total > limits.MAX_INVALID_SHARE
    if too_many_invalid:
        yield "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
    if len({line.bucket for line in side.lines if line.bucket}) > 1:
        yield "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"
    if not too_many_invalid:  # else too few labels are known to say more
        yield from _label_counts(side)


def _label_counts(side: SideVerdict) -> Iterator[str]:
    everything, usable = len(_all_labels(side)), len(side.labels)
    fewest = MIN_LABELS[side.use_case]
    if everything < fewest:
        yield "ERROR_MANIFEST_TOO_FEW_LABELS"
    elif usable < fewest:
        yield "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS"
    if everything > limits.MAX_LABELS:
        yield "ERROR_MANIFEST_TOO_MANY_LABELS"


def _all_labels(side: SideVerdict) -> set[str]:
    """The labels of every valid line, also of those that the chosen use case filters out."""
    return {name for line in side.lines if line.valid for name in line.names}


def _overlap(training: SideVerdict, testing: SideVerdict) -> Iterator[Finding]:
    if any(found.code == "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST" for found in training.findings + testing.findings):
        return
    percent = round(limits.MIN_LABEL_OVERLAP * 100)
    if _overlaps_too_little(_all_labels(training), _all_labels(testing)):
        yield finding("ERROR_INSUFFICIENT_LABEL_OVERLAP", about=percent)
    elif _overlaps_too_little(training.labels, testing.labels):
        yield finding("ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP", about=percent)


def _overlaps_too_little(trained: Collection[str], tested: Collection[str]) -> bool:
    return len(set(trained) & set(tested)) < limits.MIN_LABEL_OVERLAP * len(trained)


def _judge_split(whole: SideVerdict, seed: int) -> Judgement:
    if whole.findings:
        return Judgement(whole, SideVerdict(whole.use_case))
    training, testing = (_counted(tuple(part), whole.use_case) for part in autosplit(whole.lines, seed))
    if len(testing.labels) < MIN_LABELS[whole.use_case] or _overlaps_too_little(training.labels, testing.labels):
        code = "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT"
        return Judgement(replace(training, findings=(finding(code),)), testing)
    return Judgement(training, testing)
