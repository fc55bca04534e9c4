"""What Rekognition makes of a manifest when a dataset is created from it or updated with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core import limits
from core.manifest.codes import MESSAGES
from core.manifest.lines import dump_line
from core.manifest.opening import Opened, opened
from core.manifest.placing import placed
from core.manifest.splitting import autosplit
from core.manifest.types import Line

CREATED = "The dataset was successfully created from the manifest file."


@dataclass(frozen=True, slots=True)
class DatasetVerdict:
    """How dataset creation ends: `code` is None when it succeeds, `message` is the status message either way.

    `entries` are the lines that are kept, `labeled` and `errors` count among them. `labels` counts the images of a
    label, `boxes` its bounding boxes.
    """

    code: str | None
    message: str
    entries: tuple[Line, ...] = ()
    dropped: int = 0
    labeled: int = 0
    errors: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    boxes: dict[str, int] = field(default_factory=dict)


def check_dataset(manifest: bytes) -> DatasetVerdict:
    """How Rekognition would end CreateDataset with this manifest. Never raises."""
    return check_opened(opened(manifest))


def check_opened(manifest: Opened) -> DatasetVerdict:
    """`check_dataset` of a manifest that is open already."""
    if manifest.too_long:
        return failed("ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM")
    if manifest.code == "ERROR_EMPTY_MANIFEST":  # a code of training alone
        return failed("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    if manifest.code:
        return failed(manifest.code)
    return verdict(manifest.lines)


def failed(code: str) -> DatasetVerdict:
    """The end of a dataset that is not created on account of `code`."""
    return DatasetVerdict(code, MESSAGES[code])


def verdict(lines: Sequence[Line]) -> DatasetVerdict:
    """How dataset creation ends with lines that are checked already."""
    entries = kept(lines)
    labels = Counter(name for line in entries for name in line.names)
    boxes = Counter(box.label for line in entries for box in line.boxes)
    code = _refused(entries, len(lines), len(labels))
    return DatasetVerdict(
        code,
        MESSAGES[code] if code else CREATED,
        entries,
        dropped=len(lines) - len(entries),
        labeled=sum(line.labeled for line in entries),
        errors=sum(line.has_errors for line in entries),
        labels=dict(labels),
        boxes=dict(boxes),
    )


def kept(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that a dataset takes: no terminal error of their own, and the first with their source-ref."""
    first: dict[str | None, Line] = {}
    for line in lines:
        if not line.dropped:
            first.setdefault(line.source_ref, line)
    return tuple(first.values())


def _refused(entries: tuple[Line, ...], total: int, labels: int) -> str | None:
    # The guide does not say how many dropped lines are too many. More dropped than kept is our reading.
    if total - len(entries) > len(entries):
        return "ERROR_TOO_MANY_RECORDS_IN_ERROR"
    if len({line.bucket for line in entries}) > 1:
        return "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"
    return "ERROR_MANIFEST_TOO_MANY_LABELS" if labels > limits.MAX_LABELS else None


def distributed(entries: Sequence[Line], seed: int = 0) -> tuple[list[Line], list[Line]] | None:
    """(training, test) lines as DistributeDatasetEntries parts them, None when there is nothing to test with."""
    training, testing = autosplit(entries, seed)
    return (training, testing) if any(line.labeled for line in testing) else None


def entry_json(line: Line) -> str:
    """A kept line as ListDatasetEntries returns it: with cl-metadata, and with cl-errors where something is wrong."""
    errors = [found for found in line.findings if not found.warning]
    entry = placed(line.data or {}, errors, errors="cl-errors")
    return dump_line({**entry, "cl-metadata": {"is_labeled": line.labeled}})
