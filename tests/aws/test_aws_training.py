from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from aws_script import MODEL, PROJECT, Script, expect_description, model
from botocore.response import StreamingBody

from core.aws import training
from core.aws.options import Options
from core.aws.versions import version_of
from core.errors import BadManifest, NotReady
from core.types import Finding, LabelResult

OUTPUT = {"S3Bucket": "out", "S3KeyPrefix": "pets/results/"}
FIGURES = {"Precision": 0.97, "Recall": 0.96, "F1Score": 0.965}
SUMMARY: dict[str, Any] = {
    "Version": 1,
    "EvaluationDetails": {"NumberOfTrainingImages": 32, "NumberOfTestingImages": 8, "Labels": ["cat", "dog"]},
    "AggregatedEvaluationResults": {**FIGURES, "ConfusionMatrix": []},
    "LabelEvaluationResults": [
        {"Label": "cat", "NumberOfTestingImages": 4,
         "Metrics": {"Threshold": 0.62, "Precision": 1.0, "Recall": 0.75, "F1Score": 0.857}}],
}


def expect_object(script: Script, key: str, content: bytes) -> None:
    body = StreamingBody(io.BytesIO(content), len(content))
    script.s3.add_response("get_object", {"Body": body, "ETag": '"1"'}, {"Bucket": "out", "Key": key})


@pytest.mark.parametrize(("existing", "name"), [
    ([], "2026-11-23-1"),
    (["2026-11-23-1", "2026-11-23-9", "2026-11-23-10"], "2026-11-23-11"),
    (["2026-11-22-5", "2026-11-23-final", "mine"], "2026-11-23-1"),
])
def test_versions_are_named_by_the_day_and_the_next_number(existing: list[str], name: str) -> None:
    assert training.default_version_name(existing, dt.date(2026, 11, 23)) == name


def test_training_uses_the_projects_datasets_and_sends_no_manifest(script: Script) -> None:
    script.rekognition.add_response("create_project_version", {"ProjectVersionArn": MODEL}, {
        "ProjectArn": PROJECT, "VersionName": "v1", "OutputConfig": OUTPUT, "Tags": {"by": "rekolab"},
        "VersionDescription": "32 photos", "KmsKeyId": "alias/photos"})
    assert training.start_training(script.clients, PROJECT, "v1", "out", "pets/results/", options=Options(
        "32 photos", {"by": "rekolab"}, "alias/photos")) == MODEL


@pytest.mark.parametrize(("testing", "sent"), [
    ("s3://photos/test.manifest",
     {"Assets": [{"GroundTruthManifest": {"S3Object": {"Bucket": "photos", "Name": "test.manifest"}}}]}),
    (None, {"AutoCreate": True}),
])
def test_training_from_manifests_names_both_sides(script: Script, testing: str | None, sent: dict[str, Any]) -> None:
    script.rekognition.add_response("create_project_version", {"ProjectVersionArn": MODEL}, {
        "ProjectArn": PROJECT, "VersionName": "v1", "OutputConfig": OUTPUT, "TestingData": sent,
        "TrainingData": {"Assets": [{"GroundTruthManifest": {
            "S3Object": {"Bucket": "photos", "Name": "train.manifest"}}}]}})
    training.start_training(
        script.clients, PROJECT, "v1", "out", "pets/results/", "s3://photos/train.manifest", testing)


@pytest.mark.parametrize("totals", [FIGURES, {"Metrics": FIGURES}])
def test_the_evaluation_is_read_flat_and_nested(totals: dict[str, Any]) -> None:
    summary = SUMMARY | {"AggregatedEvaluationResults": totals}
    found = training.read_evaluation(summary)
    assert (found.precision, found.recall, found.f1) == (0.97, 0.96, 0.965)
    assert found.labels == (LabelResult("cat", 0.62, 1.0, 0.75, 0.857, 4),)
    assert (found.training_images, found.testing_images) == (32, 8)
    assert found.thresholds == {"cat": pytest.approx(62)}
    assert found.raw is summary


def test_the_evaluation_comes_from_where_aws_says_it_wrote_it(script: Script) -> None:
    result = {"F1Score": 0.965, "Summary": {"S3Object": {"Bucket": "out", "Name": "a/Summary-pets.json"}}}
    version = version_of(model("TRAINING_COMPLETED", EvaluationResult=result))
    expect_object(script, "a/Summary-pets.json", json.dumps(SUMMARY).encode())
    assert training.evaluation(script.clients, version).f1 == 0.965


def test_a_model_without_evaluation_says_so(script: Script) -> None:
    with pytest.raises(NotReady, match="has no evaluation"):
        training.evaluation(script.clients, version_of(model("TRAINING_FAILED")))


def test_a_summary_that_is_not_json_is_named(script: Script) -> None:
    result = {"Summary": {"S3Object": {"Bucket": "out", "Name": "sum.json"}}}
    expect_object(script, "sum.json", b"<html>")
    with pytest.raises(BadManifest, match=r"s3://out/sum\.json is not JSON"):
        training.evaluation(script.clients, version_of(model("TRAINING_COMPLETED", EvaluationResult=result)))


def fault(code: str) -> dict[str, str]:
    return {"code": code, "message": f"It is {code}."}


def test_faults_are_found_in_every_place_that_aws_uses() -> None:
    line = {
        "source-ref": "s3://photos/cat 1.jpg", "errors": [fault("ERROR_A")],
        "class": {"annotations": [{}, {"errors": [fault("ERROR_C")]}], "warnings": [fault("WARNING_B")]},
        "class-metadata": {"class-name": "cat", "errors": [fault("ERROR_D")]},
    }
    broken = {"errors": [fault("ERROR_INVALID_JSON_LINE")]}
    fine = {"source-ref": "s3://photos/cat 2.jpg", "note": "errors", "class": 0}
    text = "\n".join(json.dumps(each) for each in (fine, line, broken)) + "\n"
    found = list(training.line_findings("training", text.encode()))
    assert [(each.finding.code, each.finding.line, each.finding.place) for each in found] == [
        ("ERROR_A", 2, ""), ("WARNING_B", 2, "class"), ("ERROR_C", 2, "class.annotations.1"),
        ("ERROR_D", 2, "class-metadata"), ("ERROR_INVALID_JSON_LINE", 3, "")]
    assert [each.source_ref for each in found] == ["s3://photos/cat 1.jpg"] * 4 + [None]
    assert [each.finding.warning for each in found] == [False, True, False, False, False]


def test_line_numbers_are_awss_even_with_odd_line_separators_in_a_name() -> None:
    text = json.dumps({"source-ref": "s3://b/a\u2028b.jpg"}, ensure_ascii=False) + "\n" + json.dumps(
        {"source-ref": "s3://b/c.jpg", "errors": [fault("ERROR_INVALID_IMAGE")]})
    (found,) = training.line_findings("testing", text.encode())
    assert found == training.LineFinding(
        "testing", Finding("ERROR_INVALID_IMAGE", "It is ERROR_INVALID_IMAGE.", 2), "s3://b/c.jpg")


@pytest.mark.parametrize(("line", "reference"), [
    ('{"source-ref": ["s3://x"], "errors": [{"code": "ERROR_INVALID_SOURCE_REF_FORMAT"}]}', None),
    ('{"source-ref": "s3://x", "errors": [{"code": "ERROR_INVALID_IMAGE"}]}', "s3://x")])
def test_an_image_is_named_where_its_place_is_a_text(line: str, reference: str | None) -> None:
    (found,) = training.line_findings("training", line.encode())
    assert found.source_ref == reference


def test_a_line_that_is_nested_too_deeply_is_passed_over() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    (found,) = training.line_findings("training", f'{deep}\n{{"errors": [{{"code": "X"}}]}}'.encode())
    assert found.finding.line == 2


def test_a_failed_training_shows_its_message_its_lines_and_awss_summary(script: Script) -> None:
    def validation(key: str) -> dict[str, Any]:
        return {"Validation": {"Assets": [{"GroundTruthManifest": {"S3Object": {"Bucket": "out", "Name": key}}}]}}

    message = "The manifest file contains too many invalid rows."
    failed = model("TRAINING_FAILED", StatusMessage=message, TrainingDataResult=validation("train.json"),
                   TestingDataResult=validation("test.json"),
                   ManifestSummary={"S3Object": {"Bucket": "out", "Name": "summary.json"}})
    expect_description(script, failed)
    side = {"use_case": "IMAGE_LEVEL_LABELS", "total_json_lines": 2, "valid_json_lines": 1, "invalid_json_lines": 1,
            "ignored_json_lines": 0, "error_json_line_indices": [1], "errors": [fault("ERROR_TOO_MANY")]}
    expect_object(script, "summary.json", json.dumps(
        {"statistics": {"training": side}, "errors": [fault("ERROR_OVERLAP")]}).encode())
    expect_object(script, "train.json", json.dumps(
        {"source-ref": "s3://photos/big.jpg", "errors": [fault("ERROR_INVALID_IMAGE")]}).encode())
    script.s3.add_client_error("get_object", "NoSuchKey")
    found = training.failures(script.clients, version_of(failed))
    assert found.message == message
    assert [(each.side, each.source_ref, each.finding.line) for each in found.findings] == [
        ("training", "s3://photos/big.jpg", 1)]
    assert found.summary == training.ManifestSummary(
        training=training.SideSummary("IMAGE_LEVEL_LABELS", 2, 1, 1, 0, (1,), (
            Finding("ERROR_TOO_MANY", "It is ERROR_TOO_MANY."),)),
        testing=None, errors=(Finding("ERROR_OVERLAP", "It is ERROR_OVERLAP."),))
    assert list(found.manifests) == ["training"] and b"big.jpg" in found.manifests["training"]


def test_a_manifest_that_could_not_be_read_has_only_the_message(script: Script) -> None:
    failed = model("TRAINING_FAILED", StatusMessage="The manifest file extension or contents are invalid.")
    expect_description(script, failed)
    assert training.failures(script.clients, version_of(failed)) == training.TrainingFailure(
        "The manifest file extension or contents are invalid.", (), None)
