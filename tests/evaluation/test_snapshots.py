from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.evaluation import snapshots

JOB = "rekognition-custom-labels-evaluation"


def details(said: bool, present: bool) -> dict[str, Any]:
    return {"version": 1, "is-true-positive": said and present, "is-false-positive": said and not present,
            "is-false-negative": present and not said, "is-true-negative": not said and not present,
            "is-present-in-ground-truth": present}


def line(name: str, **labels: tuple[float, bool, bool]) -> str:
    """A line of labels as (confidence, whether it passed, whether the image bears it)."""
    members: dict[str, Any] = {"source-ref": f"s3://photos/{name}"}
    for number, (label, (confidence, said, present)) in enumerate(labels.items()):
        members[f"{JOB}-{number}"] = 1
        members[f"{JOB}-{number}-metadata"] = {
            "confidence": confidence, "class-name": label, f"{JOB}-details": details(said, present)}
    return json.dumps(members)


def read(*lines: str) -> list[tuple[str, set[str], tuple[str, ...], bool]]:
    return [(one.name.removeprefix("s3://photos/"), {*one.truth}, one.said, one.right)
            for one in snapshots.read("\n".join(lines).encode())]


def test_the_best_label_that_passes_is_the_answer() -> None:
    assert read(line("a.jpg", cat=(0.9, True, True), dog=(0.2, False, False)),
                line("b.jpg", dog=(0.7, True, False), cat=(0.4, True, True)),
                line("c.jpg", cat=(0.3, False, True), dog=(0.1, False, False))) == [
        ("a.jpg", {"cat"}, ("cat",), True), ("b.jpg", {"cat"}, ("dog",), False), ("c.jpg", {"cat"}, (), False)]


def test_with_several_labels_an_image_is_right_when_all_of_them_are_and_no_other() -> None:
    assert read(line("a.jpg", cat=(0.9, True, True), indoors=(0.8, True, True)),
                line("b.jpg", cat=(0.9, True, True), indoors=(0.8, True, False)),
                line("c.jpg", cat=(0.2, False, False), indoors=(0.1, False, False))) == [
        ("a.jpg", {"cat", "indoors"}, ("cat", "indoors"), True), ("b.jpg", {"cat"}, ("cat", "indoors"), False),
        ("c.jpg", set(), (), True)]


def test_boxes_are_right_when_none_is_false_or_missed() -> None:
    def boxed(name: str, *objects: tuple[int, bool, bool]) -> str:
        return json.dumps({
            "source-ref": f"s3://photos/{name}",
            JOB: {"annotations": [{"class_id": number} for number, _, _ in objects]},
            f"{JOB}-metadata": {"class-map": {"0": "logo", "1": "text"}, "objects": [
                {"confidence": 0.8, f"{JOB}-details": details(said, present)} for _, said, present in objects]}})

    assert read(boxed("a.jpg", (0, True, True)), boxed("b.jpg", (0, True, True), (1, True, False))) == [
        ("a.jpg", {"logo"}, ("logo",), True), ("b.jpg", {"logo"}, ("logo", "text"), False)]


def test_what_is_no_evaluation_is_passed_over() -> None:
    assert read("", "not json", "[]", '{"source-ref": 7}', '{"source-ref": "s3://photos/plain.jpg"}') == []


@given(st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(
        st.sampled_from(("source-ref", JOB, f"{JOB}-metadata", f"{JOB}-0-metadata", f"{JOB}-details", "class-name",
                         "confidence", "class-map", "annotations", "objects", "class_id")), inside, max_size=5),
    max_leaves=20))
def test_no_line_whatever_its_shape_ends_the_reading(value: Any) -> None:
    good = line("a.jpg", cat=(0.9, True, True))
    assert snapshots.read(f"{json.dumps(value)}\n{good}".encode())[-1].name == "s3://photos/a.jpg"
