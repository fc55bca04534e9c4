"""What each code means in plain words, and what a repair does about it."""

from __future__ import annotations

from typing import NamedTuple

from core import limits


class Words(NamedTuple):
    """`plain` says what is wrong; `mend` what a repair does, None where it can do nothing."""

    plain: str
    mend: str | None = None


_FILL_IN = ("Fills in what is missing (confidence 1, human-annotated yes, a date) and rewrites what can be read. "
            "A missing label can't be guessed.")

LINE: dict[str, Words] = {
    "ERROR_INVALID_JSON_LINE": Words(
        "The line is not one JSON object. Creating a dataset drops it without a word.",
        "Drops blank lines, and rewrites single quotes, trailing commas, lists and indented objects. Anything else is "
        "left as it is."),
    "ERROR_MISSING_SOURCE_REF": Words(
        "The line does not say which image it is about. Creating a dataset drops it without a word.",
        "Renames a key that is spelt almost like source-ref, or the only one that holds an s3:// address."),
    "ERROR_INVALID_SOURCE_REF_FORMAT": Words(
        "The image's place is not written as s3://bucket/key. Creating a dataset drops the line without a word.",
        "Rewrites S3:// and the web addresses of S3 objects."),
    "ERROR_NO_LABEL_ATTRIBUTES": Words(
        "A label needs two members, such as class and class-metadata; one of them is missing or misspelt.",
        "Pairs the two when it is plain which belong together, and adds the second to a text that is called class, "
        "label, category or tag."),
    "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT": Words(
        "The value of the label attribute has the wrong form. The label itself belongs in class-name.",
        "Writes 0 in place of a text, and moves the text to class-name where that is missing."),
    "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT": Words(
        "The details beside the label are incomplete or wrong.", _FILL_IN),
    "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE": Words(
        "Every box needs a confidence of its own, in the same order.", "Gives confidence 1 to the boxes without one."),
    "ERROR_MISSING_CLASS_MAP_ID": Words(
        "A box has a class_id for which class-map gives no label.",
        "Takes the label from the other lines where they agree on it. Elsewhere it can't be guessed."),
    "ERROR_NO_VALID_LABEL_ATTRIBUTES": Words(
        "It follows from the other findings on the line: no label is left that Rekognition could use.",
        "Mends the findings that it follows from."),
    "ERROR_INVALID_IMAGE": Words(
        "Rekognition can't use the image. Clean the photos, upload the copies and build the manifest from them."),
    "ERROR_INVALID_IMAGE_DIMENSION": Words(
        "The image has a side outside 64-4096 pixels. Scale it, and its boxes and image_size with it."),
    "ERROR_INVALID_BOUNDING_BOX": Words(
        "A box reaches outside its image. Only that box is lost while the line has another good one.",
        "Cuts the box off at the image's edge."),
    "ERROR_BOUNDING_BOX_TOO_SMALL": Words(
        "A box is too small to learn from. Only that box is lost while the line has another good one.",
        "Drops the box, unless it is the only one."),
    "ERROR_NO_VALID_ANNOTATIONS": Words(
        "It follows from the other findings on the line: none of its boxes is good.",
        "Mends the findings that it follows from."),
    "ERROR_TOO_MANY_BOUNDING_BOXES": Words("The image has more than 50 boxes. Which ones to drop is yours to say."),
    "ERROR_UNSUPPORTED_USE_CASE_TYPE": Words(
        "The labels come from a kind of labelling job that Custom Labels does not train from.",
        "Rewrites several labels in one list as one pair each, and a wrong type by what stands beside it."),
    "ERROR_INVALID_LABEL_NAME_LENGTH": Words("A label may have 255 characters at most. Choose a shorter one."),
    "WARNING_UNANNOTATED_RECORD": Words("The photo has no label. Training passes over it; that is no error."),
    "WARNING_NO_ANNOTATIONS": Words("The photo has no boxes. Training passes over it; that is no error."),
    "WARNING_NO_ATTRIBUTE_ANNOTATIONS": Words("The label attribute has no boxes. That is no error."),
}

# The gaps are filled from the manifest's own figures, see doctor.py.
MANIFEST: dict[str, Words] = {
    "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT": Words(
        "no line is a JSON object. A manifest is UTF-8 text with one JSON object a line, not indented, no list.",
        "Writes UTF-16, a list, indented objects or other ends of lines as UTF-8 with one object a line."),
    "ERROR_EMPTY_MANIFEST": Words("there is no line in it."),
    "ERROR_MANIFEST_SIZE_TOO_LARGE": Words(f"it has more than {limits.MAX_MANIFEST_BYTES:,} bytes."),
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET": Words(
        "the bucket for the results does not exist, or does not let these credentials write."),
    "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET": Words("S3 does not let these credentials read the manifest."),
    "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET": Words(
        "S3 does not let these credentials read a single image. Look at the bucket's policy, and at their rights."),
    "ERROR_INVALID_IMAGES_S3_BUCKET_OWNER": Words(
        "the images are in a bucket of another account than the manifest. Copy one of them to the other's."),
    "ERROR_FAILED_IMAGES_S3_COPY": Words(
        "the images are in a bucket of another region, from which Rekognition can't copy them. Copy them to a bucket "
        "in the region of the model."),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE": Words(
        "no label has the two images that it takes to train with one and to test with the other."),
    "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM": Words(
        f"it has more than {limits.MAX_MANIFEST_LINES:,} lines. AWS raises that limit on request, and the setting "
        "REKOLAB_MANIFEST_LINES tells Rekolab of it."),
    "ERROR_TOO_MANY_RECORDS_IN_ERROR": Words("more lines would be dropped than kept."),
    "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST": Words("{invalid:,} of {total:,} lines are invalid, {allowed:,} may be."),
    "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS": Words("its images are in {buckets:,} buckets, and must be in one."),
    "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT": Words(
        "too few labels have the two images that it takes to train with one and to test with the other."),
    "ERROR_MANIFEST_TOO_FEW_LABELS": Words("labels found: {labels:,}, needed: at least {fewest:,}."),
    "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS": Words(
        "the model would use {usable:,} of the {labels:,} labels, needed: at least {fewest:,}. "
        "Lines with boxes and lines with labels of the whole image are not trained together."),
    "ERROR_MANIFEST_TOO_MANY_LABELS": Words("labels found: {labels:,}, allowed: 250."),
    "ERROR_INSUFFICIENT_LABEL_OVERLAP": Words("at least half of the training labels must be in the testing manifest."),
    "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP": Words(
        "at least half of the labels that the model would use must be in the testing manifest."),
}
