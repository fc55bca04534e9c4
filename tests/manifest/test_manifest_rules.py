"""A fixture for every code that a line's text can earn, with one defect each."""

from __future__ import annotations

import json

import pytest
from manifest_samples import BY_HAND, boxed, changed, image

from core.manifest.codes import ATTRIBUTE_ERRORS, BOX_ERRORS, MESSAGES
from core.manifest.rules import check_line

META = "class-metadata"
BOX = ("box", "annotations", 0)

# code -> (line, place). Codes that follow from the defect are checked apart.
DEFECTS = [
    ("ERROR_INVALID_JSON_LINE", "", ""),
    ("ERROR_INVALID_JSON_LINE", "not json", ""),
    ("ERROR_INVALID_JSON_LINE", "[1, 2]", ""),
    ("ERROR_INVALID_JSON_LINE", '{"source-ref": "s3://b/k", "class": NaN}', ""),
    ("ERROR_INVALID_JSON_LINE", '{"source-ref": "s3://b/k", "class": 1e999}', ""),
    ("ERROR_INVALID_JSON_LINE", '{"source-ref": "s3://b/\\ud800"}', ""),
    ("ERROR_INVALID_JSON_LINE", "\ufeff" + json.dumps(image()), ""),
    ("ERROR_INVALID_JSON_LINE", "[" * 90_000, ""),
    ("ERROR_INVALID_JSON_LINE", '{"n": ' + "9" * 5_000 + "}", ""),
    ("ERROR_INVALID_JSON_LINE", json.dumps(image() | {"note": "x" * 100_000}), ""),
    ("ERROR_MISSING_SOURCE_REF", changed(image(), ["source-ref"]), ""),
    ("ERROR_INVALID_SOURCE_REF_FORMAT", changed(image(), ["source-ref"], "https://pets/cat.jpg"), ""),
    ("ERROR_INVALID_SOURCE_REF_FORMAT", changed(image(), ["source-ref"], 7), ""),
    ("ERROR_INVALID_SOURCE_REF_FORMAT", changed(image(), ["source-ref"], "s3://pets"), ""),
    ("ERROR_NO_LABEL_ATTRIBUTES", changed(image(), [META]), ""),
    ("ERROR_NO_LABEL_ATTRIBUTES", changed(image(), ["class"]), ""),
    ("ERROR_NO_LABEL_ATTRIBUTES", changed(boxed(), ["box"]), ""),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(image(), ["class"], "cat"), META),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(image(), ["class"], 1.5), META),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(image(), ["class"], True), META),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(boxed(), ["box", "image_size"]), "box"),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(boxed(), ["box", "image_size", 0, "depth"]), "box"),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(boxed(), ["box", "image_size"], []), "box"),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(boxed(), ["box", "annotations"], {}), "box"),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(boxed(), ["box", "annotations"]), "box"),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(boxed(), [*BOX, "left"], 10.5), "box"),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(boxed(), [*BOX, "class_id"]), "box"),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", changed(boxed(), ["box"], 0), "box-metadata"),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", changed(image(), [META], "cat"), ""),
    *[("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", changed(image(), [META, member]), META)
      for member in ("confidence", "class-name", "human-annotated", "creation-date", "type")],
    *[("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", changed(image(), [META, member], value), META)
      for member, value in (
          ("confidence", "1"), ("confidence", 1.01), ("confidence", -0.1), ("confidence", True), ("confidence", None),
          ("class-name", ""), ("class-name", 3), ("human-annotated", "Yes"), ("human-annotated", True),
          ("creation-date", "2026-11-23"), ("creation-date", "2026-13-23T00:00:00"), ("creation-date", 0),
          ("creation-date", "yesterday"), ("type", 1), ("job-name", 1))],
    *[("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", changed(boxed(), ["box-metadata", member]), "box-metadata")
      for member in ("objects", "class-map", "human-annotated", "creation-date", "type")],
    *[("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", changed(boxed(), ["box-metadata", member], value),
       "box-metadata")
      for member, value in (("objects", [1]), ("objects", [{"confidence": 2}]), ("class-map", {"0": ""}),
                            ("objects", [{"confidence": 1}] * 2), ("class-map", ["cat"]))],
    ("ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", changed(boxed(), ["box-metadata", "objects"], []), "box-metadata"),
    ("ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", changed(boxed(), ["box-metadata", "objects"], [{}]), "box-metadata"),
    ("ERROR_MISSING_CLASS_MAP_ID", changed(boxed(), [*BOX, "class_id"], 9), "box-metadata"),
    ("ERROR_UNSUPPORTED_USE_CASE_TYPE", changed(image(), [META, "type"], "groundtruth/text-classification"), META),
    ("ERROR_UNSUPPORTED_USE_CASE_TYPE",
     changed(image(), [META, "type"], "groundtruth/image-classification-multilabel"), META),
    ("ERROR_INVALID_LABEL_NAME_LENGTH", image("x.jpg", "c" * 256), META),
    ("ERROR_INVALID_LABEL_NAME_LENGTH", boxed(label="c" * 256), "box-metadata"),
    ("ERROR_INVALID_BOUNDING_BOX", boxed("x.jpg", (600, 0, 41, 50)), "box.annotations.0"),
    ("ERROR_INVALID_BOUNDING_BOX", boxed("x.jpg", (-1, 0, 41, 50)), "box.annotations.0"),
    ("ERROR_INVALID_BOUNDING_BOX", boxed("x.jpg", (0, 0, 41, 481)), "box.annotations.0"),
    ("ERROR_BOUNDING_BOX_TOO_SMALL", boxed("x.jpg", (0, 0, 1, 50)), "box.annotations.0"),
    ("ERROR_BOUNDING_BOX_TOO_SMALL", boxed("x.jpg", (5, 5, 0, 0)), "box.annotations.0"),
    ("ERROR_TOO_MANY_BOUNDING_BOXES", boxed("x.jpg", *[(0, 0, 50, 50)] * 51), "box"),
    ("ERROR_INVALID_IMAGE_DIMENSION", changed(boxed(), ["box", "image_size", 0, "width"], 4097), ""),
    ("WARNING_UNANNOTATED_RECORD", {"source-ref": "s3://pets/x.jpg"}, ""),
    ("WARNING_UNANNOTATED_RECORD", {"source-ref": "s3://pets/x.jpg", "cl-metadata": {"is_labeled": False}}, ""),
    ("WARNING_NO_ATTRIBUTE_ANNOTATIONS",
     changed(changed(boxed(), ["box", "annotations"], []), ["box-metadata", "objects"], []), "box"),
]


@pytest.mark.parametrize(("code", "line", "place"), DEFECTS)
def test_one_defect_earns_its_code_at_its_place_and_what_follows_from_it(code: str, line: dict | str, place: str):
    checked = check_line(line if isinstance(line, str) else json.dumps(line), 7)
    first, *rest = checked.findings
    assert (first.code, first.place, first.line) == (code, place, 7)
    assert [found.code for found in rest] == follows(code)
    assert len(checked.reasons) == len(checked.findings)
    assert all(found.place == "" for found in rest)
    assert not checked.valid


def follows(code: str) -> list[str]:
    if code in ATTRIBUTE_ERRORS:
        return ["ERROR_NO_VALID_LABEL_ATTRIBUTES"]
    if code in BOX_ERRORS:
        return ["ERROR_NO_VALID_ANNOTATIONS"]
    return ["WARNING_NO_ANNOTATIONS"] if code == "WARNING_NO_ATTRIBUTE_ANNOTATIONS" else []


def test_every_code_that_a_text_can_earn_has_its_fixture():
    earned = {code for code, _, _ in DEFECTS} | {later for code, _, _ in DEFECTS for later in follows(code)}
    lines = [code for code in MESSAGES if code.startswith("WARNING")]
    lines += list(MESSAGES)[list(MESSAGES).index("ERROR_INVALID_JSON_LINE"):]
    assert set(lines) - earned == {"ERROR_INVALID_IMAGE"}


def test_the_line_that_a_real_project_wrote_by_hand_comes_out_exactly():
    checked = check_line(BY_HAND, 1)
    assert [(found.code, found.message, found.place) for found in checked.findings] == [
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", "The format of the label attribute class-label is invalid.",
         "class-label-metadata"),
        ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", "The format of the label attribute metadata is invalid.",
         "class-label-metadata"),
        ("ERROR_NO_VALID_LABEL_ATTRIBUTES", "No valid label attributes found.", ""),
    ]
    assert checked.reasons[1] == "confidence is missing"
    assert checked.labels == ()
    assert checked.invalid
    assert not checked.dropped


def test_the_message_names_the_attribute_whose_type_is_unsupported():
    checked = check_line(json.dumps(changed(image(), [META, "type"], "groundtruth/semantic-segmentation")), 1)
    assert checked.findings[0].message == (
        "The use case type of the class-metadata label attribute metadata is unsupported. Check the type field.")


@pytest.mark.parametrize("moment", [
    "2020-03-06T17:46:39.176", "2020-03-06T17:46:39.383000Z", "2018-10-18T22:18:13.527256", "2025-05-12T00:00:00",
    "2020-03-06T17:46:27.0000", "2013-11-18 02:53:27", "2026-07-01T12:00:00+02:00",
])
def test_every_date_seen_in_working_manifests_is_accepted(moment: str):
    assert check_line(json.dumps(changed(image(), [META, "creation-date"], moment)), 1).valid


@pytest.mark.parametrize("line", [
    changed(image(), [META, "job-name"]),
    changed(image(), ["class"], -3),
    changed(image(), [META, "confidence"], 0),
    image("x.jpg", "c" * 255),
    image() | {"id": 5, "weather": "wet"},
    boxed("x.jpg", *[(0, 0, 50, 50)] * 50),
    boxed("x.jpg", (0, 0, 640, 480)),
    boxed("x.jpg", (638, 478, 2, 2)),
])
def test_what_the_rules_allow_is_valid(line: dict):
    checked = check_line(json.dumps(line), 1)
    assert checked.findings == ()
    assert checked.valid


def test_a_bad_box_alone_costs_that_box_and_not_the_line():
    checked = check_line(json.dumps(boxed("x.jpg", (10, 10, 50, 50), (-5, 0, 10, 10))), 1)
    assert [(found.code, found.place) for found in checked.findings] == [
        ("ERROR_INVALID_BOUNDING_BOX", "box.annotations.1")]
    assert checked.valid
    assert checked.has_errors
    assert len(checked.boxes) == 1


def test_the_size_of_a_box_counts_after_scaling_to_1280():
    line = changed(boxed("x.jpg", (0, 0, 2, 2)), ["box", "image_size", 0], {"width": 2559, "height": 900, "depth": 3})
    assert check_line(json.dumps(line), 1).valid
    line = changed(line, ["box", "image_size", 0, "width"], 2560)
    assert check_line(json.dumps(line), 1).findings[0].code == "ERROR_BOUNDING_BOX_TOO_SMALL"


def test_one_bad_attribute_spoils_the_line_but_not_the_label_beside_it():
    line = changed(image("x.jpg", "cat", "indoors"), ["class1-metadata", "confidence"])
    checked = check_line(json.dumps(line), 1)
    assert [found.code for found in checked.findings] == ["ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"]
    assert checked.labels == ("cat",)
    assert checked.invalid


def test_metadata_whose_attribute_is_gone_is_an_error_even_beside_a_good_pair():
    checked = check_line(json.dumps(changed(image("x.jpg", "cat", "indoors"), ["class1"])), 1)
    assert [(found.code, found.place) for found in checked.findings] == [
        ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", "class1-metadata")]


def test_a_line_may_carry_labels_of_both_kinds():
    checked = check_line(json.dumps(image() | boxed()), 1)
    assert checked.valid
    assert checked.labels_for("IMAGE_LEVEL_LABELS") == ("cat",)
    assert checked.labels_for("OBJECT_LOCALIZATION") == ("cat",)


def test_more_than_50_boxes_count_over_all_attributes_of_a_line():
    line = boxed("x.jpg", *[(0, 0, 50, 50)] * 30)
    line |= {"second": line["box"], "second-metadata": line["box-metadata"]}
    assert [(found.code, found.place) for found in check_line(json.dumps(line), 1).findings] == [
        ("ERROR_TOO_MANY_BOUNDING_BOXES", "second")]


def test_the_same_label_twice_counts_once():
    assert check_line(json.dumps(image("x.jpg", "cat", "cat")), 1).labels == ("cat",)


def test_the_marks_of_a_validation_manifest_are_no_labels():
    line = image() | {"errors": [{"code": "ERROR_INVALID_IMAGE", "message": ""}], "cl-metadata": {"is_labeled": True}}
    assert check_line(json.dumps(line), 1).valid
