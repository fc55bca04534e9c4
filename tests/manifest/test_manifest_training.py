"""A fixture for every code that ends a training and can be known from the lines and the images."""

from __future__ import annotations

import dataclasses
import random
import sys

import pytest
from manifest_samples import BY_HAND, GOOD, boxed, changed, image, looking, manifest, pets, seen

from core import limits
from core.manifest.rules import check_lines
from core.manifest.training import autosplit, judge


def labelled(**counts: int) -> list[dict]:
    return [image(f"{label}{number}.jpg", label) for label, count in counts.items() for number in range(count)]


def test_good_manifests_train():
    judgement = judge(manifest(*pets()), manifest(*pets(4, 4)), seen)
    assert (judgement.code, judgement.message, judgement.terminal) == (None, "", ())
    assert judgement.training.use_case == "IMAGE_LEVEL_LABELS"
    assert judgement.training.labels == {"cat": 20, "dog": 20}
    assert (judgement.testing.total, judgement.testing.valid, len(judgement.testing.usable)) == (8, 8, 8)


def test_without_a_testing_manifest_a_fifth_is_split_off():
    judgement = judge(manifest(*pets()), None, seen)
    assert judgement.code is None
    assert judgement.training.labels == {"cat": 16, "dog": 16}
    assert judgement.testing.labels == {"cat": 4, "dog": 4}
    assert judge(manifest(*pets()), None, seen) == judgement


@pytest.mark.parametrize(("facts", "reason"), [
    (dataclasses.replace(GOOD, width=6306, height=4204), "a side over 4096"),
    (dataclasses.replace(GOOD, width=4000, height=6000), "a side over 4096"),
    (dataclasses.replace(GOOD, height=63), "a side under 64"),
    (dataclasses.replace(GOOD, width=2000, height=99), "20 times"),
    (dataclasses.replace(GOOD, bytes=15 * 1024 * 1024 + 1), "over 15 MB"),
    (dataclasses.replace(GOOD, format="GIF"), "neither JPEG nor PNG"),
    (None, "missing"),
])
def test_an_image_that_rekognition_refuses_makes_its_line_invalid(facts, reason: str):
    judgement = judge(manifest(*pets()), manifest(*pets(4, 4)), looking({"s3://pets/cat3.jpg": facts}))
    line = judgement.training.lines[3]
    assert [(found.code, found.place, found.line) for found in line.findings] == [("ERROR_INVALID_IMAGE", "", 4)]
    assert reason in line.reasons[0]
    assert (judgement.code, judgement.training.invalid, len(judgement.training.usable)) == (None, 1, 39)


@pytest.mark.parametrize("facts", [
    dataclasses.replace(GOOD, width=4096, height=4096),
    dataclasses.replace(GOOD, width=64, height=64),
    dataclasses.replace(GOOD, width=1280, height=64),
    dataclasses.replace(GOOD, bytes=15 * 1024 * 1024),
    dataclasses.replace(GOOD, format="PNG"),
])
def test_an_image_exactly_at_a_limit_is_good(facts):
    assert judge(manifest(*pets()), None, lambda source_ref: facts).code is None


def test_an_image_with_boxes_has_a_code_of_its_own_for_its_sides():
    lines = [boxed("big.jpg"), boxed("gif.jpg"), *[boxed(f"{number}.jpg") for number in range(10)]]
    look = looking({"s3://pets/big.jpg": dataclasses.replace(GOOD, width=5000),
                    "s3://pets/gif.jpg": dataclasses.replace(GOOD, format="GIF")})
    first, second = judge(manifest(*lines), manifest(*lines), look).training.lines[:2]
    assert first.findings[0].code == "ERROR_INVALID_IMAGE_DIMENSION"
    assert second.findings[0].code == "ERROR_INVALID_IMAGE"


def test_full_size_originals_end_training_with_too_many_invalid_rows():
    original = dataclasses.replace(GOOD, width=6306, height=4204)
    judgement = judge(manifest(*pets()), None, lambda source_ref: original)
    assert judgement.code == "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
    assert judgement.message == "The manifest file contains too many invalid rows."
    assert judgement.training.invalid == 40


def test_lines_written_by_hand_end_training_with_too_many_invalid_rows():
    lines = [BY_HAND.replace("x.jpg", f"{number}.jpg") for number in range(40)]
    judgement = judge(manifest(*lines), None, seen)
    assert judgement.code == "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
    assert not judgement.file_error


@pytest.mark.parametrize(("bad", "code"), [(8, None), (9, "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST")])
def test_a_fifth_may_be_invalid_and_not_one_line_more(bad: int, code: str | None):
    broken = {f"s3://pets/cat{number}.jpg": None for number in range(20 - bad, 20)}
    judgement = judge(manifest(*pets()), manifest(*pets(4, 4)), looking(broken))
    assert (judgement.training.invalid, judgement.code) == (bad, code)


def test_blank_lines_are_invalid_and_unlabelled_ones_are_not():
    blank = judge(manifest(*pets(4, 4), "", "", ""), manifest(*pets(4, 4)), seen)
    assert blank.code == "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
    unlabelled = [{"source-ref": f"s3://pets/{number}.jpg"} for number in range(30)]
    ignored = judge(manifest(*pets(4, 4), *unlabelled), manifest(*pets(4, 4)), seen)
    assert ignored.code is None
    assert (ignored.training.total, ignored.training.valid, ignored.training.ignored) == (38, 8, 30)


@pytest.mark.parametrize(("data", "code"), [
    (b"", "ERROR_EMPTY_MANIFEST"),
    (b"\n \n", "ERROR_EMPTY_MANIFEST"),
    ([], "ERROR_EMPTY_MANIFEST"),
    (b"image,label\na.jpg,cat\n", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"),
    (b"\xff\xfe\x00", "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"),
])
def test_a_file_error_ends_training_before_any_image_is_looked_at(data, code: str):
    def look(source_ref: str):
        raise AssertionError("looked at an image")

    for training, testing in ((data, manifest(*pets())), (manifest(*pets()), data), (data, None)):
        judgement = judge(training, testing, look)
        assert (judgement.code, judgement.file_error) == (code, True)
        assert (judgement.training.lines, judgement.testing.lines) == ((), ())


def test_a_manifest_over_the_size_limit_is_a_file_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_MANIFEST_BYTES", 100)
    assert judge(b"{" * 101, None, seen).code == "ERROR_MANIFEST_SIZE_TOO_LARGE"


def test_lines_over_the_limit_are_not_judged(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "MAX_MANIFEST_LINES", 30)
    judgement = judge(manifest(*pets()), manifest(*pets(4, 4)), seen)
    assert (judgement.code, judgement.training.total) == ("ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM", 30)


ELSEWHERE = changed(image("far.jpg"), ["source-ref"], "s3://elsewhere/far.jpg")
LARGE = labelled(**{f"l{number}": 1 for number in range(251)})
BOXES = [boxed(f"b{number}.jpg") for number in range(9)]

TERMINAL = [
    ("ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS", [*pets(), ELSEWHERE], pets(4, 4)),
    ("ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS", pets(), [*pets(4, 4), ELSEWHERE]),
    ("ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT", labelled(cat=20, dog=1), None),
    ("ERROR_MANIFEST_TOO_FEW_LABELS", labelled(cat=20), labelled(cat=4)),
    ("ERROR_MANIFEST_TOO_FEW_LABELS", labelled(cat=20), None),
    ("ERROR_MANIFEST_TOO_FEW_LABELS", pets(), labelled(cat=4)),
    ("ERROR_MANIFEST_TOO_MANY_LABELS", LARGE, LARGE[:250]),
    ("ERROR_INSUFFICIENT_LABEL_OVERLAP", labelled(a=4, b=4, c=4, d=4, e=4), labelled(a=2, b=2, x=2)),
    ("ERROR_MANIFEST_TOO_FEW_USABLE_LABELS",
     [*labelled(cat=20), *[boxed(f"b{number}.jpg", label="dog") for number in range(9)]],
     [*labelled(cat=2), *labelled(dog=2)]),
    ("ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP",
     labelled(a=4, b=4, c=4, d=4),
     [*labelled(d=2, x=2), boxed("b1.jpg", label="a"), boxed("b2.jpg", label="b")]),
]


@pytest.mark.parametrize(("code", "training", "testing"), TERMINAL)
def test_one_defect_of_the_content_is_named_and_nothing_else(code: str, training: list, testing: list | None):
    judgement = judge(manifest(*training), None if testing is None else manifest(*testing), seen)
    assert {found.code for found in judgement.terminal} == {code}
    assert judgement.code == code
    assert not judgement.file_error


def test_the_overlap_message_says_the_share():
    judgement = judge(manifest(*labelled(a=4, b=4, c=4)), manifest(*labelled(a=2, x=2)), seen)
    assert judgement.message == "Less than 50% label overlap between the training and testing manifest files."
    assert judgement.findings[0].message == judgement.message


def test_half_of_the_labels_is_overlap_enough():
    assert judge(manifest(*labelled(a=4, b=4, c=4, d=4)), manifest(*labelled(a=2, b=2)), seen).code is None


def test_the_kind_of_label_that_more_lines_have_is_trained_and_the_other_left_out():
    judgement = judge(manifest(*BOXES, *pets(2, 2)), manifest(*BOXES, *pets(2, 2)), seen)
    assert judgement.code is None
    assert judgement.training.use_case == judgement.testing.use_case == "OBJECT_LOCALIZATION"
    assert judgement.training.labels == {"cat": 9}
    assert (judgement.training.valid, judgement.training.invalid, len(judgement.training.usable)) == (13, 0, 9)


def test_boxes_train_with_one_label():
    assert judge(manifest(*BOXES), manifest(*BOXES), seen).code is None


def test_entries_of_a_dataset_are_judged_like_a_file():
    texts = manifest(*pets()).decode().splitlines()
    assert judge(texts, None, seen) == judge(manifest(*pets()), None, seen)


def test_a_line_that_is_lost_already_costs_no_look():
    looked: list[str] = []
    lines = [*pets(20, 20), "nonsense", {"source-ref": "s3://pets/none.jpg"}, changed(image("bad.jpg"), ["class"], "")]
    judge(manifest(*lines), None, lambda source_ref: looked.append(source_ref) or GOOD)
    assert len(looked) == 40
    assert "s3://pets/bad.jpg" not in looked


def test_every_label_with_two_images_is_tested_and_none_loses_its_last_training_image():
    lines = check_lines(manifest(*labelled(a=1, b=2, c=3, d=10, e=33)).decode().splitlines())
    training, testing = autosplit(lines, seed=4)
    counts = {label: sum(label in line.labels for line in testing) for label in "abcde"}
    assert counts == {"a": 0, "b": 1, "c": 1, "d": 2, "e": 6}  # 10 of 49
    assert sorted(training + testing, key=lambda line: line.number) == list(lines)


def test_the_split_follows_the_seed_and_nothing_else():
    lines = check_lines(manifest(*pets()).decode().splitlines())
    assert autosplit(lines, 1) == autosplit(lines, 1)
    assert autosplit(lines, 1) != autosplit(lines, 2)


def test_images_with_several_labels_never_take_a_label_out_of_training():
    lines = check_lines(manifest(*[image(f"{n}.jpg", "pet", f"kind{n % 5}") for n in range(10)]).decode().splitlines())
    training, testing = autosplit(lines)
    assert {label for line in training for label in line.labels} == {"pet", *(f"kind{n}" for n in range(5))}
    assert len(testing) == 5


@pytest.mark.parametrize("count", [50, 70, 500])
def test_a_fifth_moves_whatever_labels_the_images_share(count: int):
    draw = random.Random(count)
    sets = [draw.sample("abcdefgh", draw.randint(1, 4)) for _ in range(count)]
    lines = check_lines(manifest(*[image(f"{n}.jpg", *labels) for n, labels in enumerate(sets)]).decode().splitlines())
    training, testing = autosplit(lines)
    assert len(testing) == count // 5
    assert {label for line in training for label in line.labels} == set("abcdefgh")
    for label in "abcdefgh":
        fifth = sum(label in labels for labels in sets) / 5
        assert abs(sum(label in line.labels for line in testing) - fifth) <= max(1, 0.15 * fifth)


def test_a_fifth_of_the_images_without_a_label_moves_too():
    unlabelled = [{"source-ref": f"s3://pets/plain{n}.jpg"} for n in range(10)]
    lines = check_lines(manifest(*pets(10, 10), *unlabelled).decode().splitlines())
    _, testing = autosplit(lines)
    assert sum(not line.names for line in testing) == 2
    assert len(testing) == 6


def test_the_work_grows_with_the_lines_and_not_with_their_square():
    def work(count: int) -> int:
        """Lines of Python and calls that it takes to judge so many lines of each label."""
        data, steps = manifest(*pets(count, count)), 0

        def traced(frame, event, _):
            nonlocal steps
            steps += 1
            return traced

        before = sys.gettrace()
        sys.settrace(traced)
        try:
            assert judge(data, None, seen).code is None
        finally:
            sys.settrace(before)
        return steps

    small, large = work(100), work(800)
    assert 100 < large < 8 * 1.2 * small, (small, large)
