"""Operations on projects: create, describe, delete."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from core.engine.awsjson import ApiError, Ask, Caller
from core.engine.pages import PAGE
from core.engine.service import (
    Service,
    datasets_of,
    epoch_milliseconds,
    find_project,
    in_use,
    invalid,
    missing,
    over_limit,
)
from core.engine.state import Dataset, Project
from core.engine.tasks import Task
from core.learning import learner


def create_project(service: Service, caller: Caller, ask: Ask) -> Ask:
    """CreateProject: a name is used once in a region."""
    if ask.get("Feature", "CUSTOM_LABELS") != "CUSTOM_LABELS":
        raise ApiError("AccessDeniedException", "The built-in engine has Custom Labels only. Use AWS for adapters.")
    if "AutoUpdate" in ask:
        raise invalid("AutoUpdate is for adapters. Leave it out of a Custom Labels project.")
    name, made = ask["ProjectName"], epoch_milliseconds()
    arn = caller.arn(f"project/{name}/{made}")
    with service.state.transaction() as rows:
        if rows.execute("SELECT 1 FROM project WHERE region = ? AND name = ?", (caller.region, name)).fetchone():
            raise in_use(f"A project with the name {name} exists already.")
        if _count(rows, caller.region) >= service.settings.max_projects:
            raise over_limit(f"An account can have {service.settings.max_projects} projects. Delete one first.")
        rows.execute("INSERT INTO project VALUES (?, ?, ?, ?, 'CREATING', ?)",
                     (arn, caller.region, name, made / 1000, json.dumps(ask.get("Tags", {}))))
        service.tasks.add(rows, "create project", arn)
    service.tasks.wake()
    if not service.settings.instant:
        learner.warm_up()  # who makes a project is about to train
    return {"ProjectArn": arn}


def describe_projects(service: Service, caller: Caller, ask: Ask) -> Ask:
    """DescribeProjects: oldest first; names that do not exist are simply absent."""
    names, features = ask.get("ProjectNames", []), ask.get("Features", ["CUSTOM_LABELS"])
    scope = ("DescribeProjects", caller.region, names, features)
    created, arn = service.pages.after(ask.get("NextToken"), *scope) or (0.0, "")
    most = ask.get("MaxResults", PAGE)
    with service.state.reading() as rows:
        found = [Project(**row) for row in rows.execute(
            "SELECT * FROM project WHERE region = ? AND (created, arn) > (?, ?) ORDER BY created, arn",
            (caller.region, created, arn))]
        wanted = [one for one in found if "CUSTOM_LABELS" in features and (not names or one.name in names)]
        page = [_description(one, datasets_of(rows, one.arn)) for one in wanted[:most]]
    last = wanted[most - 1] if len(wanted) > most else None
    token = service.pages.token((last.created, last.arn), *scope) if last else None
    return {"ProjectDescriptions": page, "NextToken": token}


def delete_project(service: Service, caller: Caller, ask: Ask) -> Ask:
    """DeleteProject: only when its models and datasets are gone."""
    with service.state.transaction() as rows:
        project = find_project(rows, caller, ask["ProjectArn"])
        if project.status == "DELETING":
            raise in_use("The project is being deleted already.")
        if rows.execute("SELECT 1 FROM version WHERE project = ?", (project.arn,)).fetchone():
            raise in_use("The project still has models. Delete them first.")
        if datasets_of(rows, project.arn):
            raise in_use("The project still has datasets. Delete them first.")
        rows.execute("UPDATE project SET status = 'DELETING' WHERE arn = ?", (project.arn,))
        service.tasks.add(rows, "delete project", project.arn)
    service.tasks.wake()
    return {"Status": "DELETING"}


def finish_creation(task: Task) -> None:
    with task.finish() as rows:
        rows.execute("UPDATE project SET status = 'CREATED' WHERE arn = ? AND status = 'CREATING'", (task.arn,))


def finish_deletion(task: Task) -> None:
    with task.finish() as rows:
        rows.execute("DELETE FROM project WHERE arn = ?", (task.arn,))


def open_project(rows: sqlite3.Connection, caller: Caller, arn: str) -> Project:
    """The project, to be added to: one that is being deleted is as good as gone."""
    project = find_project(rows, caller, arn)
    if project.status == "DELETING":
        raise missing(arn)
    return project


def _count(rows: sqlite3.Connection, region: str) -> int:
    return int(rows.execute("SELECT COUNT(*) FROM project WHERE region = ?", (region,)).fetchone()[0])


def _description(project: Project, datasets: list[Dataset]) -> dict[str, Any]:
    return {
        "ProjectArn": project.arn,
        "CreationTimestamp": project.created,
        "Status": project.status,
        "Datasets": [{
            "CreationTimestamp": dataset.created, "DatasetType": dataset.type, "DatasetArn": dataset.arn,
            "Status": dataset.status, "StatusMessage": dataset.message, "StatusMessageCode": dataset.code,
        } for dataset in datasets],
    }
