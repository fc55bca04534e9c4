"""What Rekognition makes of a training and a testing manifest when a model is trained with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from core import limits
from core.manifest.codes import FILE_ERRORS, finding
from core.manifest.images import REFUSALS, Absent, Look, image_defect
from core.manifest.opening import Opened, Source, opened
from core.manifest.splitting import autosplit
from core.manifest.storing import Lines, changed
from core.manifest.tally import Tally
from core.manifest.types import Line, UseCase
from core.types import Facts, Finding

__all__ = ["Judgement", "Look", "SideVerdict", "autosplit", "decide", "judge", "judge_opened", "looked_at"]

COMPLETED = "The model is ready to run."

MIN_LABELS: dict[UseCase, int] = {
    "IMAGE_LEVEL_LABELS": limits.MIN_LABELS, "OBJECT_LOCALIZATION": 1, "NOT_DETERMINED": limits.MIN_LABELS}


@dataclass(frozen=True, slots=True)
class SideVerdict:
    """One of the two manifests, judged. `usable` are the valid lines of the chosen use case, which training takes.

    `findings` are the terminal errors of this manifest alone; those of a line are in the line.
    """

    use_case: UseCase = "NOT_DETERMINED"
    lines: Lines = ()
    valid: int = 0
    invalid: int = 0
    ignored: int = 0
    usable: Lines = ()
    labels: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def total(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How training ends: `code` is None when it starts to learn, else the first terminal error and its message.

    `findings` are the terminal errors that span both manifests; `given` are the lines of each before any split.
    """

    training: SideVerdict
    testing: SideVerdict
    findings: tuple[Finding, ...] = ()
    given: tuple[Lines, ...] = ()

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


def judge(training: Source, testing: Source | None, look: Look, seed: int = 0, known: Iterable[str] = ()) -> Judgement:
    """How Rekognition would end a training with these manifests. Never raises of itself.

    Without `testing` a fifth of the training manifest is split off (AutoCreate). `look` is called once for each line
    that may still be usable. `known` are codes that S3 itself has told of, such as that of a bucket of somebody else.
    """
    return judge_opened(opened(training), None if testing is None else opened(testing), look, seed, known)


def judge_opened(
    training: Opened, testing: Opened | None, look: Look, seed: int = 0, known: Iterable[str] = ()
) -> Judgement:
    """`judge` of manifests that are open already."""
    told = tuple(finding(code) for code in known)
    unread = tuple(found for found in told if found.code in FILE_ERRORS)
    if unread or training.code or (testing and testing.code):
        return Judgement(_unread(training, unread), _unread(testing) if testing else SideVerdict())
    trained = looked_at(training, look)
    return decide(trained, looked_at(testing, look) if testing else None, seed, told)


def decide(training: Seen, testing: Seen | None, seed: int = 0, told: Sequence[Finding] = ()) -> Judgement:
    """How training ends with lines whose images were looked at; `told` ends it whatever the lines say."""
    trained = Tally(training.lines)
    if testing is None:
        whole = _side(training, trained, trained.majority, told)
        return replace(_judge_split(whole, seed), given=(training.lines,))
    tested = Tally(testing.lines)
    sides = _side(training, trained, trained.majority, told), _side(testing, tested, trained.majority)
    overlap = tuple(_overlap(sides, trained.names, tested.names))
    return Judgement(*sides, overlap, given=(training.lines, testing.lines))


def _unread(opened: Opened, told: tuple[Finding, ...] = ()) -> SideVerdict:
    return SideVerdict(findings=told + ((finding(opened.code),) if opened.code else ()))


class Seen(NamedTuple):
    """A manifest's lines after the look at their images. `refusal` is the code when S3 gave none of them at all."""

    lines: Lines
    too_long: bool = False
    refusal: str | None = None


def looked_at(opened: Opened, look: Look) -> Seen:
    """The lines with what is wrong with their images. A line that is lost already costs no look."""
    met: Counter[Absent | None] = Counter()

    def seen(line: Line) -> Line:
        if not line.valid:
            return line
        found = look(line.source_ref or "")
        met[found if isinstance(found, Absent) else None] += 1
        return _with_image(line, found)

    lines = changed(opened.lines, seen)
    refusal = REFUSALS.get(next(iter(met))) if len(met) == 1 else None
    return Seen(lines, opened.too_long, refusal)


def _with_image(line: Line, found: Facts | Absent | None) -> Line:
    defect = image_defect(found, boxed=bool(line.boxes))
    if defect is None:
        return line
    return replace(line, findings=(*line.findings, finding(defect.code, line.number)),
                   reasons=(*line.reasons, defect.reason))


def _verdict(lines: Lines, tally: Tally, use_case: UseCase) -> SideVerdict:
    return SideVerdict(use_case, lines, tally.total - tally.invalid - tally.ignored, tally.invalid, tally.ignored,
                       tally.usable(lines, use_case), tally.labels(use_case))


def _side(seen: Seen, tally: Tally, use_case: UseCase, told: Sequence[Finding] = ()) -> SideVerdict:
    side = _verdict(seen.lines, tally, use_case)
    return replace(side, findings=(*told, *(finding(code) for code in _terminal(side, tally, seen))))


def _terminal(side: SideVerdict, tally: Tally, seen: Seen) -> Iterator[str]:
    """The codes that end training on account of one manifest, the weightiest first."""
    if seen.too_long:
        yield "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"
    if seen.refusal:
        yield seen.refusal
    too_many_invalid = side.invalid > limits.MAX_INVALID_SHARE * side.total
    if too_many_invalid:
        yield "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
    if len(tally.buckets) > 1:
        yield "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"
    if not too_many_invalid:  # else too few labels are known to say more
        yield from _label_counts(side, len(tally.names))


def _label_counts(side: SideVerdict, everything: int) -> Iterator[str]:
    """`everything` counts the labels that the chosen use case filters out, too."""
    fewest = MIN_LABELS[side.use_case]
    if everything < fewest:
        yield "ERROR_MANIFEST_TOO_FEW_LABELS"
    elif len(side.labels) < fewest:
        yield "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS"
    if everything > limits.MAX_LABELS:
        yield "ERROR_MANIFEST_TOO_MANY_LABELS"


def _overlap(sides: tuple[SideVerdict, SideVerdict], trained: set[str], tested: set[str]) -> Iterator[Finding]:
    """`trained` and `tested` are all labels of the valid lines, whatever the use case."""
    training, testing = sides
    if any(found.code == "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST" for found in training.findings + testing.findings):
        return
    percent = round(limits.MIN_LABEL_OVERLAP * 100)
    if _overlaps_too_little(trained, tested):
        yield finding("ERROR_INSUFFICIENT_LABEL_OVERLAP", about=percent)
    elif _overlaps_too_little(training.labels, testing.labels):
        yield finding("ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP", about=percent)


def _overlaps_too_little(trained: Collection[str], tested: Collection[str]) -> bool:
    return len(set(trained) & set(tested)) < limits.MIN_LABEL_OVERLAP * len(trained)


def _judge_split(whole: SideVerdict, seed: int) -> Judgement:
    if whole.findings:
        return Judgement(whole, SideVerdict(whole.use_case))
    training, testing = (_verdict(part, Tally(part), whole.use_case)
                         for part in autosplit(whole.lines, seed, whole.use_case))
    if len(testing.labels) < MIN_LABELS[whole.use_case] or _overlaps_too_little(training.labels, testing.labels):
        code = "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT"
        return Judgement(replace(training, findings=(finding(code),)), testing)
    return Judgement(training, testing)
