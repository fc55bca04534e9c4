"""What Rekognition makes of a manifest when a dataset is created from it or updated with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core import limits
from core.manifest.codes import MESSAGES
from core.manifest.lines import dump_line
from core.manifest.opening import Opened, opened
from core.manifest.placing import placed
from core.manifest.repeats import firsts
from core.manifest.splitting import autosplit
from core.manifest.storing import Lines
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
    entries: Lines = ()
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


def verdict(lines: Lines) -> DatasetVerdict:
    """How dataset creation ends with lines that are checked already."""
    entries = firsts(lines)
    labels: Counter[str] = Counter()
    boxes: Counter[str] = Counter()
    buckets: set[str | None] = set()
    labeled = errors = 0
    for line in entries:
        for name in line.names:
            labels[name] += 1
        for box in line.boxes:
            boxes[box.label] += 1
        buckets.add(line.bucket)
        labeled += line.labeled
        errors += line.has_errors
    dropped = len(lines) - len(entries)
    code = _refused(len(entries), dropped, len(buckets), len(labels))
    return DatasetVerdict(code, MESSAGES[code] if code else CREATED, entries, dropped, labeled, errors, dict(labels),
                          dict(boxes))


def _refused(entries: int, dropped: int, buckets: int, labels: int) -> str | None:
    # The guide does not say how many dropped lines are too many. More dropped than kept is our reading.
    if dropped > entries:
        return "ERROR_TOO_MANY_RECORDS_IN_ERROR"
    if buckets > 1:
        return "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"
    return "ERROR_MANIFEST_TOO_MANY_LABELS" if labels > limits.MAX_LABELS else None


def distributed(entries: Lines, seed: int = 0) -> tuple[Lines, Lines] | None:
    """(training, test) lines as DistributeDatasetEntries parts them, None when there is nothing to test with."""
    training, testing = autosplit(entries, seed)
    return (training, testing) if any(line.labeled for line in testing) else None


def entry_json(line: Line) -> str:
    """A kept line as ListDatasetEntries returns it: with cl-metadata, and with cl-errors where something is wrong."""
    errors = [found for found in line.findings if not found.warning]
    entry = placed(line.data or {}, errors, errors="cl-errors")
    return dump_line({**entry, "cl-metadata": {"is_labeled": line.labeled}})
