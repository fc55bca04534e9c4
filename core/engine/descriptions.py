"""How DescribeProjectVersions shows a model."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from core.engine.state import ModelVersion

PASSING = {
    "TRAINING_IN_PROGRESS": "The model is being trained.",
    "COPYING_IN_PROGRESS": "The model is being copied.",
    "STARTING": "The model is being started.",
    "STOPPING": "The model is being stopped.",
    "DELETING": "The model is being deleted.",
}
SEEN_ONCE = ("TRAINING_IN_PROGRESS", "COPYING_IN_PROGRESS", "STARTING")


def as_seen(version: ModelVersion) -> ModelVersion:
    """The model as its next description shows it: a passing state that nobody has seen yet is shown once.

    On AWS these states last for minutes, and programs rely on seeing them. Here they can be over before the first look.
    """
    if version.unseen in (None, version.status):
        return version
    shown = replace(version, status=version.unseen, message=PASSING[version.unseen])
    if version.unseen == "STARTING":
        return shown
    return replace(shown, ended=None, seconds=None, f1=None, files="{}")


def describe(version: ModelVersion) -> dict[str, Any]:
    """AWS's ProjectVersionDescription: what training has not reached yet is absent."""
    request, files = json.loads(version.request), json.loads(version.files)
    bucket = request["OutputConfig"]["S3Bucket"]
    shown = {
        "ProjectVersionArn": version.arn,
        "CreationTimestamp": version.created,
        "Status": version.status,
        "StatusMessage": version.message,
        "OutputConfig": request["OutputConfig"],
        "MinInferenceUnits": version.min_units,
        "MaxInferenceUnits": version.max_units,
        "BillableTrainingTimeInSeconds": version.seconds,
        "TrainingEndTimestamp": version.ended,
        "TrainingDataResult": _side(bucket, files, "Training", request.get("TrainingData", {})),
        "TestingDataResult": _side(bucket, files, "Testing", request.get("TestingData", {"AutoCreate": False})),
        "KmsKeyId": request.get("KmsKeyId"),
        "SourceProjectVersionArn": request.get("SourceProjectVersionArn"),
        "VersionDescription": request.get("VersionDescription"),
    }
    if "ManifestSummary" in files:
        shown["ManifestSummary"] = _object(bucket, files["ManifestSummary"])
    if version.f1 is not None:
        summary = _object(bucket, files["EvaluationResultSummary"])
        shown["EvaluationResult"] = {"F1Score": version.f1, "Summary": summary}
    return shown


def _side(bucket: str, files: dict[str, str], side: str, given: dict[str, Any]) -> dict[str, Any]:
    """TrainingDataResult or TestingDataResult: what was given, and what training made of it."""
    shown: dict[str, Any] = {"Input": given}
    for name, kind in (("Output", f"{side}GroundTruth"), ("Validation", f"{side}ManifestWithValidation")):
        if kind in files:
            shown[name] = {"Assets": [{"GroundTruthManifest": _object(bucket, files[kind])}]}
    if side == "Testing" and "Output" in shown:
        shown["Output"]["AutoCreate"] = bool(given.get("AutoCreate"))
    return shown


def _object(bucket: str, key: str) -> dict[str, Any]:
    return {"S3Object": {"Bucket": bucket, "Name": key}}
