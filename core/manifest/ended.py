"""How a training that failed is explained: what AWS's status message means, and where the way on is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import ACCESS, CLEAN, MANIFEST, Cure
from core.manifest.codes import FILE_ERRORS, MESSAGES

_LABEL = Cure("Label more photos", "data/label")
_SPLIT = Cure("Change the split", "data/manifest")


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a training failed, for people. `code` is None where AWS's sentence is none of those that its guide lists.

    `unread` says that the training ended before any line was looked at, so that there are no validation files.
    """

    code: str | None
    plain: str
    cure: Cure | None
    unread: bool = False


_WORDS: dict[str, tuple[str, Cure | None]] = {
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": (
        "Rekognition could not read a manifest: it was not in S3 any more, or had no JSON Lines in it.", MANIFEST),
    "ERROR_EMPTY_MANIFEST": ("A manifest had no line. Label photos, then train again.", _LABEL),
    "ERROR_MANIFEST_SIZE_TOO_LARGE": ("A manifest was over 1 GB. Train with fewer photos.", MANIFEST),
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET": (
        "Rekognition could not write its results: the bucket is gone, or does not let these credentials write.",
        ACCESS),
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET": (
        "S3 did not let Rekognition read a manifest with these credentials.", ACCESS),
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": (
        "There are more photos than the account may train with; AWS raises that limit on request.", MANIFEST),
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": ("More lines could not be read than could.", MANIFEST),
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST": (
        "More than a fifth of the photos in a manifest can not be used, and then Rekognition trains nothing.", CLEAN),
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": (
        "The photos of one manifest must lie in one bucket, and these lie in several.", MANIFEST),
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET": (
        "S3 did not let Rekognition read a single photo with these credentials.", ACCESS),
    "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER": (
        "The photos are in a bucket of another account than the manifest.", ACCESS),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT": (
        "There were too few photos of a label to set a fifth of them aside for the test.", _LABEL),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE": (
        "There were too few photos of a label to set a fifth of them aside for the test.", _LABEL),
    "ERROR_MANIFEST_TOO_FEW_LABELS": (
        "There were too few labels: telling whole photos apart takes two, finding objects takes one.", _LABEL),
    "ERROR_MANIFEST_TOO_MANY_LABELS": ("There were more than 250 labels.", _LABEL),
    "ERROR_INSUFFICIENT_LABEL_OVERLAP": (
        "Fewer than half of the labels to train with were among those to test with.", _SPLIT),
    "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS": (
        "Too few labels were left after Rekognition had chosen between labels of whole photos and boxes.", _LABEL),
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP": (
        "Fewer than half of the labels that could be used were among those to test with.", _SPLIT),
    "ERROR_FAILED_IMAGES_S3_COPY": (
        "Rekognition could not copy a single photo: they are in another region, or their bucket is encrypted with a "
        "key that these credentials may not use.", ACCESS),
}
_OTHER = ("AWS gives no reason that lies with the photos. Training again often helps; if it does not, AWS's health "
          "page or its support knows more.")


def ending(message: str) -> Ending:
    """What the status message of a failed training means."""
    code = next((code for code in _WORDS if _pattern(code).fullmatch(message.strip())), None)
    if code is None:
        return Ending(None, _OTHER, None)
    return Ending(code, *_WORDS[code], unread=code in FILE_ERRORS)


def _pattern(code: str) -> re.Pattern[str]:
    return re.compile(re.escape(MESSAGES[code]).replace(re.escape("{}"), r".{1,10}?"), re.IGNORECASE)
