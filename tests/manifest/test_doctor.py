from __future__ import annotations

import dataclasses

import pytest
from manifest_samples import BY_HAND, CREATED, GOOD, boxed, changed, image, looking, manifest, pets, seen

from core.manifest.codes import MESSAGES
from core.manifest.doctor import examine, repair
from core.manifest.plain import LINE, MANIFEST


def by_hand(count: int = 40) -> list[str]:
    return [BY_HAND.replace('"cat"', ('"cat"', '"dog"')[number % 2]).replace("x.jpg", f"{number}.jpg")
            for number in range(count)]


def test_a_good_pair_of_manifests_can_train():
    testing = [image(f"test{number}.jpg", ("cat", "dog")[number % 2]) for number in range(8)]
    examination = examine(manifest(*pets()), manifest(*testing), seen)
    assert examination.ok
    assert examination.sentence == "Training can start: 40 photos to train with, 8 to test with, 2 labels."
    assert examination.groups == ()
    assert examination.notes == ()


def test_the_full_size_originals_are_foretold():
    original = dataclasses.replace(GOOD, width=6306, height=4204)
    broken = {f"s3://pets/{name}{number}.jpg": original for name in ("cat", "dog") for number in range(20)}
    for key in list(broken)[33:]:
        broken[key] = GOOD
    examination = examine(manifest(*pets()), None, looking(broken))
    assert not examination.ok
    assert examination.sentence == ("Training will end with 'The manifest file contains too many invalid rows.': "
                                    "33 of 40 lines are invalid, 8 may be.")
    whole, lines = examination.groups
    assert (whole.code, whole.lines) == ("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", ())
    assert (lines.code, [*lines.lines], lines.mend) == ("ERROR_INVALID_IMAGE", [*range(1, 34)], None)
    assert "the image has a side over 4096 pixels (33 times)" in lines.plain


def test_lines_written_by_hand_are_foretold_explained_and_repaired():
    examination = examine(manifest(*by_hand()), None, seen)
    assert examination.sentence == ("Training will end with 'The manifest file contains too many invalid rows.': "
                                    "40 of 40 lines are invalid, 8 may be.")
    groups = {group.code: group for group in examination.groups}
    assert list(groups) == [
        "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
        "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", "ERROR_NO_VALID_LABEL_ATTRIBUTES"]
    assert '"class-label" holds text' in groups["ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"].plain
    assert "confidence is missing (40 times)" in groups["ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"].plain
    repaired = examine(repair(manifest(*by_hand()), CREATED).text.encode(), None, seen)
    assert repaired.ok
    assert repaired.sentence == "Training can start: 32 photos to train with, 8 to test with, 2 labels."


def test_lines_that_are_left_out_are_counted_when_training_can_start():
    lines = [*pets(), "nonsense", {"source-ref": "s3://pets/none.jpg"}]
    examination = examine(manifest(*lines), manifest(*pets(4, 4)), seen)
    assert examination.ok
    assert examination.sentence.endswith("2 labels. 2 lines will not be used.")
    assert [(group.code, [*group.lines]) for group in examination.groups] == [
        ("ERROR_INVALID_JSON_LINE", [41]), ("WARNING_UNANNOTATED_RECORD", [42])]


def test_the_manifest_at_fault_is_named_when_there_are_two():
    examination = examine(manifest(*pets()), manifest(*by_hand(8)), seen)
    assert examination.sentence == ("Training will end with 'The manifest file contains too many invalid rows.': "
                                    "in the testing manifest, 8 of 8 lines are invalid, 1 may be.")
    assert {group.manifest for group in examination.groups} == {"testing"}


def test_an_error_that_spans_both_belongs_to_both():
    examination = examine(manifest(*pets()), manifest(image("a.jpg", "x"), image("b.jpg", "y")), seen)
    assert [group.manifest for group in examination.groups] == ["both"]
    assert examination.sentence == (
        "Training will end with 'Less than 50% label overlap between the training and testing manifest files.': "
        "at least half of the training labels must be in the testing manifest.")


@pytest.mark.parametrize(("training", "end"), [
    (b"", "'The manifest file is empty.': there is no line in it."),
    (b"image,label\n", "'The manifest file extension or contents are invalid.': no line is a JSON object. A manifest "
                       "is UTF-8 text with one JSON object a line, not indented, no list."),
    (manifest(*pets(20, 0)), "'The manifest file has too few labels.': labels found: 1, needed: at least 2."),
    (manifest(*pets(), changed(image("x.jpg"), ["source-ref"], "s3://far/x.jpg")),
     "'The manifest file contains images from multiple S3 buckets.': its images are in 2 buckets, and must be in one."),
])
def test_the_sentence_says_what_ends_the_training_and_why(training: bytes, end: str):
    assert examine(training, None, seen).sentence == f"Training will end with {end}"


def test_a_manifest_that_trains_but_makes_no_dataset_is_not_fine():
    twice = manifest(*pets(), *pets(), *pets())
    examination = examine(twice, manifest(*pets(4, 4)), seen)
    assert not examination.ok
    assert examination.sentence == ("Creating a dataset from the training manifest will end with 'The manifest file "
                                    "has too many terminal errors.': more lines would be dropped than kept.")


def test_a_box_error_costs_one_box_and_is_shown():
    lines = [boxed(f"{number}.jpg", (0, 0, 50, 50), (0, 0, 999, 9)) for number in range(12)]
    examination = examine(manifest(*lines), manifest(*lines[:3]), seen)
    assert examination.ok
    assert [(group.code, len(group.lines)) for group in examination.groups] == [
        ("ERROR_INVALID_BOUNDING_BOX", 12), ("ERROR_INVALID_BOUNDING_BOX", 3)]


def test_notes_say_what_rekognition_would_not_mention():
    training = [*pets(20, 4), image("cat0.jpg", "dog"), image("horse.jpg", "horse")]
    testing = [image("cat0.jpg"), image("dog9.jpg", "dog"), image("cow.jpg", "cow")]
    notes = examine(manifest(*training), manifest(*testing), seen).notes
    assert notes == (
        "Repeats of an earlier line's photo: 1. A dataset keeps the first line of a photo.",
        "Photos in both manifests: 1. The model will have seen them before the test, so its figures will look better "
        "than it is.",
        "Fewer than 10 photos to train with: dog, horse. AWS recommends 10 or more a label.",
        "Without a photo to test with: horse. The test will say nothing of how well it is told.",
        "Only in the testing manifest: cow. The model can't learn what it never sees.",
    )


def test_an_evaluation_snapshot_is_recognised():
    line = image("x.jpg") | {"rekognition-custom-labels-evaluation-0": 1,
                             "rekognition-custom-labels-evaluation-0-metadata": image()["class-metadata"]}
    notes = examine(manifest(*pets(), line), None, seen).notes
    assert any("evaluation that a training wrote" in note for note in notes)


def test_every_code_that_the_doctor_can_meet_has_plain_words():
    assert LINE.keys() | MANIFEST.keys() == MESSAGES.keys()


def test_a_bucket_of_somebody_else_ends_the_training_whatever_the_lines_say():
    examination = examine(manifest(*pets()), None, seen, ["ERROR_INVALID_IMAGES_S3_BUCKET_OWNER"])
    assert examination.sentence == (
        "Training will end with 'Invalid owner id for images S3 bucket.': the images are in a bucket of another "
        "account than the manifest. Copy one of them to the other's.")
    assert examination.training == ("TRAINING_FAILED", "Invalid owner id for images S3 bucket.")
    assert examination.from_datasets == examination.training
    assert examination.datasets["training"].status == "CREATE_COMPLETE"


def test_lines_that_a_dataset_drops_are_no_reason_when_it_is_trained_through_one():
    lines = [*pets(4, 4), "x", "y", "z"]
    examination = examine(manifest(*lines), None, seen)
    assert examination.training.message == "The manifest file contains too many invalid rows."
    assert examination.from_datasets == ("TRAINING_COMPLETED", "The model is ready to run.")
    assert examination.notes[0].startswith("Trained through datasets, as Rekolab trains, it can start")
