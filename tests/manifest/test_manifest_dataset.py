from __future__ import annotations

import json

import pytest
from manifest_samples import BY_HAND, boxed, changed, image, manifest, pets

from core import limits
from core.manifest.dataset import check_dataset, entry_json
from core.manifest.rules import check_line


def test_a_good_manifest_becomes_a_dataset():
    verdict = check_dataset(manifest(*pets()))
    assert verdict.code is None
    assert verdict.message == "The dataset was successfully created from the manifest file."
    assert (len(verdict.entries), verdict.dropped, verdict.labeled, verdict.errors) == (40, 0, 40, 0)
    assert verdict.labels == {"cat": 20, "dog": 20}


def test_lines_with_terminal_errors_are_dropped_without_a_word():
    broken = ["nonsense", "", changed(image("x.jpg"), ["source-ref"]), changed(image(), ["source-ref"], "http://x")]
    verdict = check_dataset(manifest(*pets(), *broken))
    assert verdict.code is None
    assert (len(verdict.entries), verdict.dropped, verdict.errors) == (40, 4, 0)


def test_the_first_line_of_a_photo_is_kept_and_later_ones_dropped():
    verdict = check_dataset(manifest(image("a.jpg"), image("a.jpg", "dog"), image("b.jpg", "dog")))
    assert [line.labels for line in verdict.entries] == [("cat",), ("dog",)]
    assert verdict.dropped == 1


def test_lines_written_by_hand_are_kept_and_all_of_them_show_error():
    lines = [BY_HAND.replace("x.jpg", f"{number}.jpg") for number in range(40)]
    verdict = check_dataset(manifest(*lines))
    assert verdict.code is None
    assert (len(verdict.entries), verdict.labeled, verdict.errors, verdict.labels) == (40, 0, 40, {})


def test_an_entry_comes_back_with_its_errors_where_they_belong():
    entry = json.loads(entry_json(check_line(BY_HAND, 1)))
    assert entry["cl-metadata"] == {"is_labeled": False}
    assert [error["code"] for error in entry["cl-errors"]] == ["ERROR_NO_VALID_LABEL_ATTRIBUTES"]
    assert [error["code"] for error in entry["class-label-metadata"]["cl-errors"]] == [
        "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"]


def test_a_good_entry_comes_back_as_it_was_with_its_metadata():
    entry = json.loads(entry_json(check_line(json.dumps(image()), 1)))
    assert entry == image() | {"cl-metadata": {"is_labeled": True}}


def test_an_unlabelled_entry_has_no_error():
    entry = json.loads(entry_json(check_line('{"source-ref": "s3://pets/x.jpg"}', 1)))
    assert entry == {"source-ref": "s3://pets/x.jpg", "cl-metadata": {"is_labeled": False}}


def test_an_entry_that_is_put_back_has_its_old_marks_replaced():
    first = entry_json(check_line(BY_HAND, 1))
    assert json.loads(entry_json(check_line(first, 1))) == json.loads(first)


def test_the_error_of_a_box_stands_in_its_annotation():
    entry = json.loads(entry_json(check_line(json.dumps(boxed("x.jpg", (0, 0, 50, 50), (-1, 0, 9, 9))), 1)))
    assert "cl-errors" not in entry["box"]["annotations"][0]
    assert entry["box"]["annotations"][1]["cl-errors"][0]["code"] == "ERROR_INVALID_BOUNDING_BOX"
    assert entry["cl-metadata"] == {"is_labeled": True}


def test_boxes_are_counted_by_label():
    verdict = check_dataset(manifest(boxed("a.jpg", (0, 0, 9, 9), (9, 9, 9, 9)), boxed("b.jpg", label="dog")))
    assert (verdict.labels, verdict.boxes) == ({"cat": 1, "dog": 1}, {"cat": 2, "dog": 1})


@pytest.mark.parametrize(("data", "code", "message"), [
    (b"", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT",
     "The manifest file extension or contents are invalid."),
    (b"a,b\n1,2\n", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT",
     "The manifest file extension or contents are invalid."),
    (b"\xff\xd8\xff\xe0", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT",
     "The manifest file extension or contents are invalid."),
    (manifest(image(), "x", "y"), "ERROR_TOO_MANY_RECORDS_IN_ERROR",
     "The manifest file has too many terminal errors."),
    (manifest(image(), changed(image(), ["source-ref"], "s3://other/x.jpg")), "ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS",
     "The manifest file contains images from multiple S3 buckets."),
    (manifest(*[image(f"{number}.jpg", f"label{number}") for number in range(251)]), "ERROR_MANIFEST_TOO_MANY_LABELS",
     "The manifest file has too many labels."),
    (b"\n" * 250_001, "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM", "The manifest file has too many rows."),
])
def test_a_manifest_that_no_dataset_can_be_made_from_is_named(data: bytes, code: str, message: str):
    verdict = check_dataset(data)
    assert (verdict.code, verdict.message) == (code, message)


def test_a_manifest_that_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_MANIFEST_BYTES", 100)
    assert check_dataset(b"{" * 101).code == "ERROR_MANIFEST_SIZE_TOO_LARGE"
