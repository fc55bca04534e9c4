"""Operations on project versions, which are models: create, describe, start, stop, delete."""

from __future__ import annotations

import gzip
import json
import sqlite3
from typing import Any

from core.engine import entries, running
from core.engine.awsjson import Ask, Caller
from core.engine.descriptions import PASSING, SEEN_ONCE, as_seen, describe
from core.engine.pages import PAGE
from core.engine.projects import open_project
from core.engine.service import (
    Service,
    datasets_of,
    epoch_milliseconds,
    find_project,
    find_version,
    in_use,
    invalid,
    over_limit,
    over_quota,
)
from core.engine.state import ModelVersion, Project

STARTABLE = ("TRAINING_COMPLETED", "STOPPED", "COPYING_COMPLETED", "FAILED")
OCCUPYING = ("STARTING", "RUNNING", "STOPPING")
DELETABLE = (*STARTABLE, "TRAINING_FAILED", "COPYING_FAILED")


def create_project_version(service: Service, caller: Caller, ask: Ask) -> Ask:
    """CreateProjectVersion: trains with the project's datasets as they are now, or with manifests in S3."""
    _check_places(ask)
    with service.state.transaction() as rows:
        project = open_project(rows, caller, ask["ProjectArn"])
        check_name(service, rows, project, ask["VersionName"])
        if _count(rows, caller, ("TRAINING_IN_PROGRESS",)) >= service.settings.max_trainings:
            raise over_limit(f"{service.settings.max_trainings} models can train at a time. Wait until one has ended.")
        material = _material(rows, project, ask)
        arn = add_version(service, rows, project, ask, "TRAINING_IN_PROGRESS")
        rows.executemany("INSERT INTO material VALUES (?, ?, ?, ?)", [
            (arn, side, gzip.compress("\n".join(lines).encode(), 1), bucket)
            for side, (lines, bucket) in material.items()])
        service.tasks.add(rows, "train", arn, service.settings.training_seconds)
    service.tasks.wake()
    return {"ProjectVersionArn": arn}


def describe_project_versions(service: Service, caller: Caller, ask: Ask) -> Ask:
    """DescribeProjectVersions: newest first; names that do not exist are simply absent."""
    names = ask.get("VersionNames")
    scope = ("DescribeProjectVersions", ask["ProjectArn"], names)
    created, arn = service.pages.after(ask.get("NextToken"), *scope) or (float("inf"), "")
    most = ask.get("MaxResults", PAGE)
    with service.state.reading() as rows:
        project = find_project(rows, caller, ask["ProjectArn"])
        found = [ModelVersion(**row) for row in rows.execute(
            "SELECT * FROM version WHERE project = ? AND (created < ? OR (created = ? AND arn > ?)) "
            "AND (? IS NULL OR name IN (SELECT value FROM json_each(?))) ORDER BY created DESC, arn LIMIT ?",
            (project.arn, created, created, arn, json.dumps(names) if names else None, json.dumps(names or []),
             most + 1))]
    last = found[most - 1] if len(found) > most else None
    token = service.pages.token((last.created, last.arn), *scope) if last else None
    page = found[:most]
    _note_seen(service, page)
    return {"ProjectVersionDescriptions": [describe(as_seen(version)) for version in page], "NextToken": token}


def start_project_version(service: Service, caller: Caller, ask: Ask) -> Ask:
    """StartProjectVersion: of a trained or stopped model, within the account's limits."""
    least, most = ask["MinInferenceUnits"], ask.get("MaxInferenceUnits")
    with service.state.transaction() as rows:
        version = find_version(rows, caller, ask["ProjectVersionArn"])
        if version.status not in STARTABLE:
            raise in_use(f"The model can't be started now: its status is {version.status}.")
        if most is not None and most < least:
            raise invalid("MaxInferenceUnits is smaller than MinInferenceUnits.")
        if max(least, most or 0) > service.settings.max_units:
            raise over_limit(f"A model can have {service.settings.max_units} inference units.")
        if _count(rows, caller, OCCUPYING) >= service.settings.max_running:
            raise over_limit(f"{service.settings.max_running} models can run at a time. Stop one first.")
        rows.execute("UPDATE version SET min_units = ?, max_units = ? WHERE arn = ?", (least, most, version.arn))
        _enter(service, rows, version.arn, "STARTING")
        running.note_started(service, rows, version.arn, least)
        service.tasks.add(rows, "start", version.arn, service.settings.starting_seconds)
    service.tasks.wake()
    return {"Status": "STARTING"}


def stop_project_version(service: Service, caller: Caller, ask: Ask) -> Ask:
    """StopProjectVersion: of a running model."""
    with service.state.transaction() as rows:
        version = find_version(rows, caller, ask["ProjectVersionArn"])
        if version.status != "RUNNING":
            raise in_use(f"The model is not running: its status is {version.status}.")
        _enter(service, rows, version.arn, "STOPPING")
        service.tasks.add(rows, "stop", version.arn)
    service.tasks.wake()
    return {"Status": "STOPPING"}


def delete_project_version(service: Service, caller: Caller, ask: Ask) -> Ask:
    """DeleteProjectVersion: of a model that neither trains nor runs."""
    with service.state.transaction() as rows:
        version = find_version(rows, caller, ask["ProjectVersionArn"])
        if version.status not in DELETABLE:
            raise in_use(f"The model can't be deleted now: its status is {version.status}.")
        _enter(service, rows, version.arn, "DELETING")
        service.tasks.add(rows, "delete version", version.arn)
    service.tasks.wake()
    return {"Status": "DELETING"}


def check_name(service: Service, rows: sqlite3.Connection, project: Project, name: str) -> None:
    """Whether the project can have one more version, with that name."""
    names = {row["name"] for row in rows.execute("SELECT name FROM version WHERE project = ?", (project.arn,))}
    if name in names:
        raise in_use(f"The project has a version with the name {name} already.")
    if len(names) >= service.settings.max_versions:
        raise over_quota(f"A project can have {service.settings.max_versions} models. Delete one first.")


def add_version(service: Service, rows: sqlite3.Connection, project: Project, request: Ask, status: str) -> str:
    """A version in the state that its request brings it to; returns its ARN."""
    made, name = epoch_milliseconds(), request["VersionName"]
    arn = f"{project.arn.rpartition('/')[0]}/version/{name}/{made}"
    rows.execute("INSERT INTO version (arn, project, region, name, created, status, message, request, tags) "
                 "VALUES (?, ?, ?, ?, ?, '', '', ?, ?)", (arn, project.arn, project.region, name, made / 1000,
                                                          json.dumps(request), json.dumps(request.get("Tags", {}))))
    _enter(service, rows, arn, status)
    return arn


def _enter(service: Service, rows: sqlite3.Connection, arn: str, status: str) -> None:
    unseen = status if status in SEEN_ONCE and not service.settings.instant else None
    rows.execute("UPDATE version SET status = ?, message = ?, unseen = ? WHERE arn = ?",
                 (status, PASSING[status], unseen, arn))


def _note_seen(service: Service, page: list[ModelVersion]) -> None:
    seen = [(version.arn, version.unseen) for version in page if version.unseen]
    if seen:
        with service.state.transaction() as rows:
            rows.executemany("UPDATE version SET unseen = NULL WHERE arn = ? AND unseen = ?", seen)


def _check_places(ask: Ask) -> None:
    if not ask["OutputConfig"].get("S3Bucket"):
        raise invalid("OutputConfig needs an S3Bucket for the results.")
    if ask.get("FeatureConfig"):
        raise invalid("FeatureConfig is for adapters. Leave it out of a Custom Labels model.")
    training, testing = ask.get("TrainingData"), ask.get("TestingData")
    if (training is None) != (testing is None):
        raise invalid("TrainingData and TestingData are given together, or not at all.")
    if training is None or testing is None:
        return
    _check_manifest("TrainingData", training.get("Assets", []))
    if testing.get("AutoCreate"):
        if testing.get("Assets"):
            raise invalid("TestingData takes a manifest or AutoCreate, not both.")
    else:
        _check_manifest("TestingData", testing.get("Assets", []))


def _check_manifest(name: str, assets: list[dict[str, Any]]) -> None:
    if len(assets) != 1:
        raise invalid(f"{name} needs one manifest; it has {len(assets)}.")
    place = assets[0].get("GroundTruthManifest", {}).get("S3Object", {})
    if not place.get("Bucket") or not place.get("Name"):
        raise invalid(f"The manifest of {name} needs an S3Object with Bucket and Name.")


def _material(rows: sqlite3.Connection, project: Project, ask: Ask) -> dict[str, tuple[list[str], str | None]]:
    """The lines of the project's datasets, kept for the training, and the buckets of the manifests that they were
    made of; none when it reads manifests in S3."""
    datasets = {dataset.type: dataset for dataset in datasets_of(rows, project.arn)}
    if "TrainingData" in ask:
        if datasets:
            raise invalid("The project has datasets, and trains with them. Leave TrainingData and TestingData out.")
        return {}
    if "TRAIN" not in datasets:
        raise invalid("The project has no training dataset. Create one, or give TrainingData and TestingData.")
    for dataset in datasets.values():
        if dataset.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
            raise in_use(f"The {dataset.type} dataset is busy: its status is {dataset.status}.")
        if not dataset.settled:
            raise invalid(f"The {dataset.type} dataset was not created. Delete it and create it anew.")
    return {kind: (list(entries.texts(rows, dataset.arn).values()), dataset.bucket)
            for kind, dataset in datasets.items()}


def _count(rows: sqlite3.Connection, caller: Caller, states: tuple[str, ...]) -> int:
    return int(rows.execute("SELECT COUNT(*) FROM version WHERE region = ? AND status IN "
                            "(SELECT value FROM json_each(?))", (caller.region, json.dumps(states))).fetchone()[0])
