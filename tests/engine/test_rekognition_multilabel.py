"""Images with several labels, from the manifest to the answer: independent labels, each with its own threshold."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from rekognition_room import CREATED, Room, picture

from core.manifest.lines import image_line

JOB = "rekognition-custom-labels-evaluation"


def beside(left: str | None, right: str | None, number: int) -> bytes:
    """A picture with a shape on either side, or none there."""
    image = Image.new("RGB", (192, 96), (228, 230, 225))
    for place, label in ((0, left), (96, right)):
        if label:
            image.paste(Image.open(io.BytesIO(picture(label, number))), (place, 0))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


SIDES: list[tuple[str | None, str | None]] = [("ring", "bars"), ("ring", None), (None, "bars"), ("leaf", "ring"),
                                              ("leaf", None)]


def lines(room: Room, folder: str, numbers: range) -> list[dict[str, Any]]:
    found = []
    for number in numbers:
        for left, right in SIDES:
            ref = room.put(f"{folder}/{left}-{right}-{number}.png", beside(left, right, number))
            found.append(image_line(ref, [label for label in (left, right) if label], CREATED))
    return found


@pytest.fixture(scope="module")
def multi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A Rekognition whose model `room.model`, trained with datasets of several labels an image, runs."""
    room = Room(tmp_path_factory.mktemp("multi"))
    project = room.project("sides")
    room.dataset(project, lines(room, "train", range(8)))
    room.dataset(project, lines(room, "test", range(10, 13)), "TEST")
    room.model = room.train(project)
    assert room.reach(room.model, "TRAINING_COMPLETED", "TRAINING_FAILED")["Status"] == "TRAINING_COMPLETED"
    room.run(room.model)
    yield room
    room.close()


def detect(room: Room, data: bytes, **more: Any) -> dict[str, float]:
    found = room.aws.detect_custom_labels(ProjectVersionArn=room.model, Image={"Bytes": data}, **more)["CustomLabels"]
    return {one["Name"]: one["Confidence"] for one in found}


def result(room: Room, kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in room.result(f"out/{kind}-sides-v1.json").splitlines()]


@pytest.mark.parametrize(("left", "right"), SIDES)
def test_an_image_gets_each_of_its_labels_and_no_other(multi: Room, left: str | None, right: str | None) -> None:
    assert detect(multi, beside(left, right, 14)).keys() == {left, right} - {None}


def test_confidences_are_independent(multi: Room) -> None:
    both = detect(multi, beside("ring", "bars", 14), MinConfidence=0)
    assert both.keys() == {"ring", "bars", "leaf"}
    assert both["ring"] + both["bars"] > 100
    assert list(both.values()) == sorted(both.values(), reverse=True)


def test_each_label_has_its_own_threshold_and_answers_above_it(multi: Room) -> None:
    [summary] = result(multi, "EvaluationResultSummary")
    thresholds = {one["Label"]: one["Metrics"]["Threshold"] * 100 for one in summary["LabelEvaluationResults"]}
    assert len(set(thresholds.values())) == 3
    for left, right in SIDES:
        data = beside(left, right, 15)
        everything = detect(multi, data, MinConfidence=0)
        assert detect(multi, data) == {label: confidence for label, confidence in everything.items()
                                       if confidence >= thresholds[label] - 1e-5}


def test_the_evaluation_counts_images_by_label_and_has_no_confusion_matrix(multi: Room) -> None:
    [summary] = result(multi, "EvaluationResultSummary")
    assert summary["EvaluationDetails"]["NumberOfTestingImages"] == 15
    images = {one["Label"]: one["NumberOfTestingImages"] for one in summary["LabelEvaluationResults"]}
    assert images == {"ring": 9, "bars": 6, "leaf": 6}
    aggregated = summary["AggregatedEvaluationResults"]
    assert aggregated.keys() == {"Precision", "Recall", "F1Score"}
    figures = [one["Metrics"]["F1Score"] for one in summary["LabelEvaluationResults"]]
    assert aggregated["F1Score"] == pytest.approx(sum(figures) / 3)
    assert multi.version(multi.model)["EvaluationResult"]["F1Score"] == aggregated["F1Score"] > 0.9


def test_snapshots_carry_every_label_of_an_image(multi: Room) -> None:
    snapshot = {line["source-ref"].rpartition("/")[2]: line for line in result(multi, "TrainingGroundTruth")}
    truth = snapshot["ring-bars-0.png"]
    names = [truth[f"rekognition-custom-labels-training-{number}-metadata"]["class-name"] for number in (0, 1)]
    assert names == ["ring", "bars"]
    for line in result(multi, "TestingGroundTruth"):
        present = {value["class-name"] for name, value in line.items()
                   if name.startswith("rekognition-custom-labels-training") and name.endswith("-metadata")}
        details = {value["class-name"]: value[f"{JOB}-details"] for name, value in line.items()
                   if name.startswith(JOB) and name.endswith("-metadata")}
        assert details.keys() == {"ring", "bars", "leaf"}
        assert {label for label, one in details.items() if one["is-present-in-ground-truth"]} == present
        for one in details.values():
            assert sum(one[f"is-{verdict}"] for verdict in (
                "true-positive", "true-negative", "false-positive", "false-negative")) == 1


def test_labels_that_are_repeated_on_a_line_count_once(multi: Room) -> None:
    project = multi.project("repeated")
    doubled = [image_line(line["source-ref"], [name["class-name"] for key, name in line.items()
                                              if key.endswith("-metadata")] * 2, CREATED)
               for line in lines(multi, "again", range(2))]
    dataset = multi.dataset(project, doubled)
    found = multi.aws.list_dataset_labels(DatasetArn=dataset)["DatasetLabelDescriptions"]
    assert {one["LabelName"]: one["LabelStats"]["EntryCount"] for one in found} == {"ring": 6, "bars": 4, "leaf": 4}


def test_a_split_moves_a_fifth_and_keeps_each_label_on_both_sides(multi: Room) -> None:
    project = multi.project("split")
    train = multi.dataset(project, lines(multi, "split", range(10)))
    test = multi.dataset(project, None, "TEST")
    multi.aws.distribute_dataset_entries(Datasets=[{"Arn": train}, {"Arn": test}])
    stats = [multi.settled(dataset)["DatasetStats"] for dataset in (train, test)]
    assert [one["TotalLabels"] for one in stats] == [3, 3]
    assert sum(one["TotalEntries"] for one in stats) == 50
    assert stats[1]["TotalEntries"] == 10
