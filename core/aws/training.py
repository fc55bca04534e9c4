"""Training a model: start it, read AWS's evaluation, and read why it failed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.aws import storage, versions
from core.aws.calls import aws_call
from core.aws.clients import Clients
from core.aws.options import Options, checked
from core.aws.projects import name_of
from core.errors import TRAIN, AwsError, BadManifest, NotFound, NotReady
from core.manifest.lines import split_uri
from core.types import Evaluation, Finding, LabelResult, Version

Side = Literal["training", "testing"]
_RESULTS: dict[Side, str] = {"training": "TrainingDataResult", "testing": "TestingDataResult"}


@dataclass(frozen=True, slots=True)
class LineFinding:
    """What AWS holds against one line of a manifest, and the image that the line is about when it names one."""

    side: Side
    finding: Finding
    source_ref: str | None


@dataclass(frozen=True, slots=True)
class SideSummary:
    """One side of a manifest summary. `lines` are the numbers of the invalid lines, counted from 1."""

    use_case: str
    total: int
    valid: int
    invalid: int
    ignored: int
    lines: tuple[int, ...]
    errors: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ManifestSummary:
    """What AWS says of both manifests together; a side is None when it was not looked at."""

    training: SideSummary | None
    testing: SideSummary | None
    errors: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TrainingFailure:
    """AWS's status message, what it holds against which line, and its summary; `manifests` are those with validation.

    `findings` is empty and `summary` None when the manifest could not be read at all: then the message says it all.
    """

    message: str
    findings: tuple[LineFinding, ...]
    summary: ManifestSummary | None
    manifests: Mapping[Side, bytes] = field(default_factory=dict)


def default_version_name(existing: Iterable[str], today: dt.date) -> str:
    """The day and the next free number: "2026-11-23-1"."""
    day = f"{today.isoformat()}-"
    numbers = [int(name.removeprefix(day)) for name in existing
               if name.startswith(day) and name.removeprefix(day).isdecimal()]
    return f"{day}{max(numbers, default=0) + 1}"


def start_training(
    clients: Clients,
    project_arn: str,
    version_name: str,
    bucket: str,
    prefix: str,
    training_uri: str | None = None,
    testing_uri: str | None = None,
    options: Options | None = None,
) -> str:
    """Start a training and return the version's ARN. AWS bills for it; results go to `prefix` in `bucket`.

    It uses the project's datasets. A project without any takes manifests instead; without a testing manifest AWS
    sets a fifth of the training images aside.
    """
    given = checked(options or Options(), clients.region).request
    request: dict[str, Any] = {"OutputConfig": {"S3Bucket": bucket, "S3KeyPrefix": prefix}, **given}
    if training_uri:
        request["TrainingData"] = {"Assets": [_asset(training_uri)]}
        request["TestingData"] = {"Assets": [_asset(testing_uri)]} if testing_uri else {"AutoCreate": True}
    asked = dt.datetime.now(dt.UTC)
    try:
        with aws_call():
            answer = clients.rekognition.create_project_version(
                ProjectArn=project_arn, VersionName=version_name, **request)
    except AwsError as error:
        made_at_first = error.repeated and error.code == "ResourceInUseException"  # only its answer was lost
        made = made_at_first and versions.made_since(clients, name_of(project_arn), version_name, asked)
        if not made:
            raise
        return made
    return str(answer["ProjectVersionArn"])


def _asset(manifest: str) -> dict[str, Any]:
    bucket, key = split_uri(manifest)
    return {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": key}}}


def evaluation(clients: Clients, version: Version) -> Evaluation:
    """AWS's evaluation of a trained model, from its summary in S3; NotReady while there is none."""
    if version.summary_uri is None:
        raise NotReady(f"{version.name} has no evaluation: its training has not ended well.", TRAIN)
    content = storage.get_bytes(clients, *split_uri(version.summary_uri))
    return read_evaluation(_json(content, version.summary_uri))


def read_evaluation(summary: Mapping[str, Any]) -> Evaluation:
    """The figures of an evaluation summary, whose totals AWS writes flat or under "Metrics"."""
    aggregated = summary.get("AggregatedEvaluationResults", {})
    totals = {**aggregated.get("Metrics", {}), **aggregated}
    details = summary.get("EvaluationDetails", {})
    return Evaluation(
        precision=float(totals.get("Precision", 0.0)),
        recall=float(totals.get("Recall", 0.0)),
        f1=float(totals.get("F1Score", 0.0)),
        labels=tuple(_label(row) for row in summary.get("LabelEvaluationResults", [])),
        training_images=details.get("NumberOfTrainingImages", 0),
        testing_images=details.get("NumberOfTestingImages", 0),
        raw=summary,
    )


def _label(row: Mapping[str, Any]) -> LabelResult:
    metrics = row.get("Metrics", row)
    threshold, precision, recall, f1 = (
        float(metrics.get(name, 0.0)) for name in ("Threshold", "Precision", "Recall", "F1Score"))
    return LabelResult(row["Label"], threshold, precision, recall, f1, row.get("NumberOfTestingImages", 0))


def failures(clients: Clients, version: Version) -> TrainingFailure:
    """Why a training failed, or what it warned of: AWS's message and what it wrote into its validation files."""
    found = versions.description(clients, version.arn)
    summary = found.get("ManifestSummary", {}).get("S3Object")
    content = _read(clients, summary)
    manifests = _validated(clients, found)
    return TrainingFailure(
        message=found.get("StatusMessage", ""),
        findings=tuple(finding for side, text in manifests.items() for finding in line_findings(side, text)),
        summary=read_summary(_json(content, summary["Name"])) if content else None,
        manifests=manifests,
    )


def _validated(clients: Clients, found: Mapping[str, Any]) -> dict[Side, bytes]:
    """The manifests with validation of a ProjectVersionDescription, as far as they are still there."""
    manifests: dict[Side, bytes] = {}
    for side, result in _RESULTS.items():
        assets = found.get(result, {}).get("Validation", {}).get("Assets", [])
        texts = [_read(clients, asset.get("GroundTruthManifest", {}).get("S3Object")) for asset in assets]
        if any(texts):
            manifests[side] = b"".join(text for text in texts if text)
    return manifests


def _read(clients: Clients, place: Mapping[str, str] | None) -> bytes | None:
    if not place:
        return None
    try:
        return storage.get_bytes(clients, place["Bucket"], place["Name"])
    except NotFound:  # somebody tidied the bucket; the status message still stands
        return None


def line_findings(side: Side, manifest: bytes) -> Iterator[LineFinding]:
    """The errors and warnings of a manifest with validation, line by line; a line's own before those inside it."""
    for number, text in enumerate(manifest.decode("utf-8", "replace").split("\n"), 1):
        try:
            line = json.loads(text)
            faults = list(_faults(line, ""))
        except (ValueError, RecursionError):
            continue
        reference = line.get("source-ref") if isinstance(line, dict) else None
        for place, code, message in faults:
            yield LineFinding(side, Finding(code, message, number, place),
                              reference if isinstance(reference, str) else None)


def _faults(node: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """(place, code, message) of every fault in a JSON value, wherever AWS put it."""
    if isinstance(node, dict):
        for name in ("errors", "warnings", "cl-errors"):
            for fault in node[name] if isinstance(node.get(name), list) else []:
                if isinstance(fault, dict) and "code" in fault:
                    yield place, str(fault["code"]), str(fault.get("message", ""))
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield from _faults(value, f"{place}.{key}" if place else str(key))


def read_summary(summary: Mapping[str, Any]) -> ManifestSummary:
    """A manifest summary as a value."""
    sides = summary.get("statistics", {})
    return ManifestSummary(_side(sides.get("training")), _side(sides.get("testing")), _findings(summary))


def _side(found: Mapping[str, Any] | None) -> SideSummary | None:
    if not found:
        return None
    total, valid, invalid, ignored = (
        int(found.get(f"{name}_json_lines", 0)) for name in ("total", "valid", "invalid", "ignored"))
    lines = tuple(found.get("error_json_line_indices", found.get("error_line_indices", [])))
    use_case = found.get("use_case", "NOT_DETERMINED")
    return SideSummary(use_case, total, valid, invalid, ignored, lines, _findings(found))


def _findings(found: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(Finding(error["code"], error.get("message", "")) for error in found.get("errors", []))


def _json(content: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError as error:
        raise BadManifest(f"{name} is not JSON, so AWS's results can not be read from it.") from error
    if not isinstance(value, dict):
        raise BadManifest(f"{name} holds no JSON object, so AWS's results can not be read from it.")
    return value
