from __future__ import annotations

import json

import numpy as np
import pytest
from rekognition_room import Room

from core.engine.evaluation import best_threshold, evaluate

LABELS = ("cat", "dog", "fox")


def figures_of(rows: list[tuple[str, float, float, float]], thresholds: tuple[float, float, float] = (0.5, 0.5, 0.5)):
    """Figures for (true label, confidences of cat, dog, fox) of each image."""
    truth = np.array([[label == name for name in LABELS] for label, *_ in rows])
    confidences = np.array([values for _, *values in rows])
    return evaluate(LABELS, confidences, truth, np.array(thresholds), independent=False)


ROWS = [("cat", 0.9, 0.1, 0.0), ("cat", 0.6, 0.3, 0.1), ("cat", 0.2, 0.7, 0.1), ("cat", 0.45, 0.35, 0.2),
        ("dog", 0.1, 0.8, 0.1), ("dog", 0.55, 0.4, 0.05)]


def test_labels_are_measured_at_their_thresholds() -> None:
    found = {one.label: one for one in figures_of(ROWS).labels}
    assert (found["cat"].precision, found["cat"].recall) == pytest.approx((2 / 3, 2 / 4))
    assert found["cat"].f1 == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))
    assert (found["dog"].precision, found["dog"].recall, found["dog"].f1) == (0.5, 0.5, 0.5)
    assert (found["cat"].images, found["dog"].images) == (4, 2)


def test_a_confidence_at_the_threshold_counts() -> None:
    found = {one.label: one for one in figures_of(ROWS, (0.45, 0.8, 0.5)).labels}
    assert found["cat"].recall == 3 / 4
    assert found["dog"].recall == 1 / 2


def test_aggregates_are_means_of_the_labels_not_of_the_images() -> None:
    found = figures_of(ROWS)
    assert found.precision == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found.recall == 0.5
    assert found.f1 == pytest.approx((4 / 7 + 1 / 2) / 2)
    assert found.f1 != pytest.approx(2 * found.precision * found.recall / (found.precision + found.recall))


def test_labels_come_best_first_and_only_where_they_were_tested() -> None:
    assert [one.label for one in figures_of(ROWS).labels] == ["cat", "dog"]
    assert [one.label for one in figures_of(ROWS, (0.95, 0.5, 0.5)).labels] == ["dog", "cat"]


def test_the_confusion_matrix_is_of_best_guesses_over_the_predicted_labels_images() -> None:
    matrix = {(truth, guess): value for truth, guess, value in figures_of(ROWS).matrix}
    assert matrix["cat", "cat"] == 3 / 4
    assert matrix["cat", "dog"] == 1 / 2
    assert matrix["dog", "cat"] == 1 / 4
    assert matrix["dog", "dog"] == 1 / 2
    assert ("cat", "fox") not in matrix
    assert matrix["fox", "cat"] == 0


@pytest.mark.parametrize(("confidences", "truth", "threshold"), [
    ([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0], 0.55),       # the middle of the gap that separates them
    ([0.9, 0.8, 0.3, 0.1], [1, 0, 1, 0], 0.2),        # F1 0.8 with one false positive, 0.67 above it
    ([0.9, 0.6, 0.6, 0.1], [1, 1, 0, 0], 0.35),       # equal confidences can not be separated
    ([0.9, 0.7, 0.4], [1, 1, 1], 0.2),                # everything is positive
    ([0.9, 0.2], [0, 0], 0.5),                        # nothing to measure with
    ([0.2, 0.1], [0, 1], 0.05),
])
def test_the_assumed_threshold_has_the_best_f1(confidences: list[float], truth: list[int], threshold: float) -> None:
    assert best_threshold(np.array(confidences), np.array(truth, bool)) == pytest.approx(threshold)


def test_no_other_threshold_has_a_better_f1() -> None:
    generator = np.random.default_rng(0)
    for _ in range(50):
        truth = generator.random(30) < 0.4
        confidences = np.round(np.clip(generator.normal(0.35 + 0.2 * truth, 0.2), 0, 1), 2)
        chosen = f1(confidences >= best_threshold(confidences, truth), truth)
        assert chosen == pytest.approx(max(f1(confidences >= value, truth) for value in np.unique(confidences)))


def f1(said: np.ndarray, truth: np.ndarray) -> float:
    return 2 * (said & truth).sum() / (said.sum() + truth.sum())


def lines(room: Room, kind: str) -> list[dict]:
    return [json.loads(line) for line in room.result(f"out/{kind}-shapes-v1.json").splitlines()]


def test_the_summary_is_flat_and_complete(trained: Room) -> None:
    [summary] = lines(trained, "EvaluationResultSummary")
    assert summary["Version"] == 1
    assert summary["EvaluationDetails"].keys() == {
        "ProjectVersionArn", "EvaluationEndTimestamp", "Labels", "NumberOfTrainingImages", "NumberOfTestingImages"}
    assert summary["EvaluationDetails"]["ProjectVersionArn"] == trained.model
    assert summary["EvaluationDetails"]["Labels"] == ["bars", "ring"]
    assert summary["AggregatedEvaluationResults"].keys() == {"Precision", "Recall", "F1Score", "ConfusionMatrix"}
    assert summary["AggregatedEvaluationResults"]["F1Score"] == trained.version(
        trained.model)["EvaluationResult"]["F1Score"]
    assert {cell["GroundTruthLabel"] for cell in summary["AggregatedEvaluationResults"]["ConfusionMatrix"]} == {
        "bars", "ring"}
    for result in summary["LabelEvaluationResults"]:
        assert result.keys() == {"Label", "NumberOfTestingImages", "Metrics"}
        assert result["NumberOfTestingImages"] == 2
        assert result["Metrics"].keys() == {"Threshold", "Precision", "Recall", "F1Score"}
        assert 0 < result["Metrics"]["Threshold"] < 1


def test_the_training_snapshot_holds_the_labels_that_were_learned(trained: Room) -> None:
    found = lines(trained, "TrainingGroundTruth")
    assert len(found) == 16
    assert found[0].keys() == {"source-ref", "rekognition-custom-labels-training-0",
                               "rekognition-custom-labels-training-0-metadata"}
    metadata = found[0]["rekognition-custom-labels-training-0-metadata"]
    assert metadata == {
        "class-name": "ring", "confidence": 1, "creation-date": "2026-11-23T12:00:00.000000",
        "human-annotated": "yes", "job-name": "rekognition-custom-labels-training-job",
        "type": "groundtruth/image-classification"}


def test_the_testing_snapshot_tells_what_became_of_each_label(trained: Room) -> None:
    [summary] = lines(trained, "EvaluationResultSummary")
    thresholds = {one["Label"]: one["Metrics"]["Threshold"] for one in summary["LabelEvaluationResults"]}
    found = lines(trained, "TestingGroundTruth")
    assert len(found) == 4
    for line in found:
        truth = line["rekognition-custom-labels-training-0-metadata"]["class-name"]
        answers = [line[f"rekognition-custom-labels-evaluation-{rank}-metadata"] for rank in (0, 1)]
        assert answers[0]["confidence"] > answers[1]["confidence"]
        assert sum(answer["confidence"] for answer in answers) == pytest.approx(1)
        for answer in answers:
            label, said = answer["class-name"], answer["confidence"] >= thresholds[answer["class-name"]]
            assert (answer["human-annotated"], answer["job-name"]) == ("no", "rekognition-custom-labels-evaluation-job")
            assert answer["rekognition-custom-labels-evaluation-details"] == {
                "version": 1,
                "is-true-positive": said and label == truth, "is-false-positive": said and label != truth,
                "is-true-negative": not said and label != truth, "is-false-negative": not said and label == truth,
                "is-present-in-ground-truth": label == truth,
                "ground-truth-labelling-jobs": ["rekognition-custom-labels-training-job"]}
