"""The lines of the manifests that AWS has marked, each on its way to being mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.aws.training import Side, TrainingFailure
from core.manifest import doctor
from core.manifest.codes import MESSAGES
from core.manifest.lines import dump_line, split_lines
from core.manifest.placing import bare
from core.manifest.rules import check_line

_ORDER = {code: place for place, code in enumerate(MESSAGES)}


@dataclass(slots=True)
class Row:
    """One line: its number in AWS's file, its text by now, AWS's codes, and why the text was rewritten, if it was.

    `text` is "" for a line that was left out without a loss. `key` is set once the project's own line stands there.
    """

    side: Side
    number: int
    text: str
    codes: tuple[str, ...]
    why: str = ""
    key: str = ""

    @property
    def source_ref(self) -> str:
        return check_line(self.text, self.number).source_ref or ""

    @property
    def name(self) -> str:
        return self.source_ref.rpartition("/")[2] or "without a photo"


def rows(found: TrainingFailure) -> Iterator[Row]:
    """Every line after the doctor's own mending of its text, without what Rekognition wrote into it."""
    codes: dict[tuple[Side, int], tuple[str, ...]] = {}
    for one in found.findings:
        if not one.finding.warning:
            at = (one.side, one.finding.line or 0)
            codes[at] = tuple(sorted({*codes.get(at, ()), one.finding.code}, key=_causes_first))
    for side, manifest in found.manifests.items():
        done = doctor.repair(manifest)
        changed = {change.number: change for change in done.changes}
        texts = iter(split_lines(done.text.encode()))
        for number in range(1, len(split_lines(manifest)) + 1):
            change = changed.get(number)
            text = "" if change and not change.after else _unmarked(next(texts))
            yield Row(side, number, text, codes.get((side, number), ()), change.why if change else "")


def _causes_first(code: str) -> int:
    """The order of the codes, in which those that follow from others come last."""
    return _ORDER.get(code, len(_ORDER))


def _unmarked(text: str) -> str:
    data = check_line(text, 1).data
    return dump_line(bare(data)) if data else text
