from __future__ import annotations

import json

import pytest
from aws_script import MODEL, Script

from core.aws.prediction import Located, detect
from core.errors import ModelNotRunning
from core.types import Score


def label(name: str, confidence: float) -> dict[str, object]:
    return {"Name": name, "Confidence": confidence}


def test_a_photo_is_sent_as_bytes_and_the_scores_come_best_first(script: Script) -> None:
    script.rekognition.add_response(
        "detect_custom_labels", {"CustomLabels": [label("dog", 12.5), label("cat", 87.5)]},
        {"ProjectVersionArn": MODEL, "Image": {"Bytes": b"jpeg"}, "MinConfidence": 0, "MaxResults": 5})
    answer = detect(script.clients, MODEL, b"jpeg", min_confidence=0, max_results=5)
    assert answer.scores == (Score("cat", 87.5), Score("dog", 12.5))
    assert answer.milliseconds > 0


def test_without_a_least_confidence_none_is_sent_so_that_assumed_thresholds_hold(script: Script) -> None:
    script.rekognition.add_response(
        "detect_custom_labels", {"CustomLabels": []},
        {"ProjectVersionArn": MODEL, "Image": {"S3Object": {"Bucket": "photos", "Name": "a b/c.jpg"}}})
    answer = detect(script.clients, MODEL, "s3://photos/a b/c.jpg")
    assert answer.scores == ()
    assert answer.request["Image"] == {"S3Object": {"Bucket": "photos", "Name": "a b/c.jpg"}}


def test_the_call_can_be_shown_as_json_without_the_photo_and_without_headers(script: Script) -> None:
    script.rekognition.add_response("detect_custom_labels", {
        "CustomLabels": [label("cat", 87.5)],
        "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": 200, "HTTPHeaders": {"x-secret": "s"}}})
    answer = detect(script.clients, MODEL, b"j" * 84_213)
    assert answer.request == {"ProjectVersionArn": MODEL, "Image": {"Bytes": "<84,213 bytes>"}}
    assert json.loads(json.dumps(answer.response)) == {
        "CustomLabels": [label("cat", 87.5)], "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": 200}}


def test_objects_keep_their_places_and_a_label_has_the_score_of_its_surest(script: Script) -> None:
    boxes = [{"Left": 0.5, "Top": 0.25, "Width": 0.25, "Height": 0.5}, {"Left": 0.0, "Top": 0.0, "Width": 1.0,
                                                                       "Height": 1.0}]
    script.rekognition.add_response("detect_custom_labels", {"CustomLabels": [
        label("cat", 61.0) | {"Geometry": {"BoundingBox": boxes[0]}},
        label("cat", 87.5) | {"Geometry": {"BoundingBox": boxes[1]}}, label("dog", 70.0)]})
    answer = detect(script.clients, MODEL, b"jpeg", min_confidence=0)
    assert answer.scores == (Score("cat", 87.5), Score("dog", 70.0))
    assert answer.objects == (Located("cat", 87.5, 0.0, 0.0, 1.0, 1.0), Located("cat", 61.0, 0.5, 0.25, 0.25, 0.5))
    assert [one.get("Geometry") for one in answer.response["CustomLabels"]] == [
        *({"BoundingBox": box} for box in boxes), None]


def test_a_stopped_model_leads_to_the_versions(script: Script) -> None:
    script.rekognition.add_client_error("detect_custom_labels", "ResourceNotReadyException", "It is stopped.")
    with pytest.raises(ModelNotRunning) as caught:
        detect(script.clients, MODEL, b"jpeg")
    assert caught.value.cure and caught.value.cure.page == "model/versions"
