from __future__ import annotations

import dataclasses
import json

from manifest_samples import BY_HAND, GOOD, boxed, image, looking, manifest, pets, seen

from core.manifest.training import judge
from core.manifest.validation_files import summary, with_validation


def validated(*lines: dict | str) -> list[dict]:
    """What training writes of these lines, which stand behind enough good ones."""
    judgement = judge(manifest(*pets(), *lines), manifest(*pets(4, 4)),
                      looking({"s3://pets/gif.jpg": dataclasses.replace(GOOD, format="GIF")}))
    return [json.loads(text) for text in with_validation(judgement.training).splitlines()[40:]]


def test_a_line_without_a_finding_is_left_as_it_is():
    judgement = judge(manifest(*pets()), manifest(*pets(4, 4)), seen)
    assert with_validation(judgement.training).encode() == manifest(*pets())


def test_the_error_of_an_image_stands_on_the_line():
    assert validated(image("gif.jpg")) == [image("gif.jpg") | {"errors": [{
        "code": "ERROR_INVALID_IMAGE",
        "message": "The image is invalid. Check S3 path and/or image properties."}]}]


def test_the_errors_of_a_label_stand_in_its_metadata():
    line = validated(BY_HAND.replace("s3://b/", "s3://pets/"))[0]
    assert [error["code"] for error in line["class-label-metadata"]["errors"]] == [
        "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"]
    assert [error["code"] for error in line["errors"]] == ["ERROR_NO_VALID_LABEL_ATTRIBUTES"]
    assert line["class-label"] == "cat"


def test_the_error_of_a_box_stands_in_its_annotation():
    line = validated(boxed("x.jpg", (0, 0, 50, 50), (0, 0, 1, 1)))[0]
    assert "errors" not in line
    assert line["box"]["annotations"][1]["errors"] == [{
        "code": "ERROR_BOUNDING_BOX_TOO_SMALL",
        "message": "The height and width of the bounding box is too small."}]


def test_warnings_stand_in_a_list_of_their_own():
    empty = boxed()
    empty["box"]["annotations"], empty["box-metadata"]["objects"] = [], []
    without_boxes, without_label = validated(empty, {"source-ref": "s3://pets/x.jpg"})
    assert without_boxes["box"]["warnings"] == [{
        "code": "WARNING_NO_ATTRIBUTE_ANNOTATIONS", "message": "No attribute annotations were found."}]
    assert without_boxes["warnings"] == [{"code": "WARNING_NO_ANNOTATIONS", "message": "No annotations were found."}]
    assert without_label["warnings"] == [{"code": "WARNING_UNANNOTATED_RECORD", "message": "Record is unannotated."}]


def test_a_line_that_is_no_json_keeps_only_its_error():
    assert validated("{nonsense") == [{"errors": [{
        "code": "ERROR_INVALID_JSON_LINE", "message": "The JSON Line has an invalid format."}]}]


def test_an_attribute_with_dots_and_a_box_keep_apart():
    line = boxed("x.jpg", (0, 0, 50, 50), (-1, 0, 9, 9))
    line = {"source-ref": line["source-ref"], "a.annotations.0": line["box"], "a.annotations.0-metadata":
            line["box-metadata"]}
    written = validated(line)[0]
    assert written["a.annotations.0"]["annotations"][1]["errors"][0]["code"] == "ERROR_INVALID_BOUNDING_BOX"


def test_a_validated_manifest_can_be_fed_back_without_its_old_errors():
    line = validated(image("gif.jpg"))[0]
    judgement = judge(manifest(*pets(), line), manifest(*pets(4, 4)), seen)
    assert judgement.training.invalid == 0
    assert json.loads(with_validation(judgement.training).splitlines()[40]) == image("gif.jpg")


def test_the_summary_counts_both_manifests():
    judgement = judge(manifest(*pets(), "", {"source-ref": "s3://pets/none.jpg"}), manifest(*pets(4, 4)), seen)
    assert summary(judgement) == {
        "statistics": {
            "training": {
                "use_case": "IMAGE_LEVEL_LABELS", "total_json_lines": 42, "valid_json_lines": 40,
                "invalid_json_lines": 1, "ignored_json_lines": 1, "error_json_line_indices": [41], "errors": [],
            },
            "testing": {
                "use_case": "IMAGE_LEVEL_LABELS", "total_json_lines": 8, "valid_json_lines": 8,
                "invalid_json_lines": 0, "ignored_json_lines": 0, "error_json_line_indices": [], "errors": [],
            },
        },
        "errors": [],
    }


def test_the_summary_names_what_ended_the_training():
    judgement = judge(manifest(*pets()), manifest(image("a.jpg", "x"), image("b.jpg", "y")), lambda source_ref: None)
    statistics = summary(judgement)["statistics"]
    assert statistics["training"]["errors"] == [{
        "code": "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST",
        "message": "The manifest file contains too many invalid rows."}]
    apart = judge(manifest(*pets()), manifest(image("a.jpg", "x"), image("b.jpg", "y")), seen)
    assert summary(apart)["errors"] == [{
        "code": "ERROR_INSUFFICIENT_LABEL_OVERLAP",
        "message": "Less than 50% label overlap between the training and testing manifest files."}]


def test_after_a_split_the_line_numbers_are_those_of_the_file_that_is_written():
    broken = looking({"s3://pets/cat5.jpg": None, "s3://pets/dog7.jpg": None})
    judgement = judge(manifest(*pets()), None, broken)
    for side, name in ((judgement.training, "training"), (judgement.testing, "testing")):
        written = with_validation(side).splitlines()
        indices = summary(judgement)["statistics"][name]["error_json_line_indices"]
        assert [number for number, text in enumerate(written, 1) if "errors" in json.loads(text)] == indices
    assert judgement.training.invalid + judgement.testing.invalid == 2
