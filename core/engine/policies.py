"""Operations on project policies: put, list, delete.

The engine is one account, so a policy decides nothing here: it is kept, checked and given back as AWS does it.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from typing import Any

from core.engine import policy_document
from core.engine.awsjson import ApiError, Ask, Caller
from core.engine.service import Service, find_project, over_quota

PAGE = 5


def put_project_policy(service: Service, caller: Caller, ask: Ask) -> Ask:
    """PutProjectPolicy: a new policy without a revision id, a new revision of the policy with its latest one."""
    name, known, now = ask["PolicyName"], ask.get("PolicyRevisionId"), time.time()
    revision = secrets.token_hex(16)
    with service.state.transaction() as rows:
        project = find_project(rows, caller, ask["ProjectArn"])
        if flaw := policy_document.flaw(ask["PolicyDocument"]):
            raise ApiError("MalformedPolicyDocumentException", flaw)
        policy = _find(rows, project.arn, name)
        if known is not None:
            _check_revision(policy, known)
        elif policy:
            raise ApiError("ResourceAlreadyExistsException",
                           f"The project has a policy with the name {name} already. Its revision id updates it.")
        elif _count(rows, project.arn) >= service.settings.max_policies:
            raise over_quota(f"A project can have {service.settings.max_policies} policies. Delete one first.")
        rows.execute(
            "INSERT INTO policy VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "revision = excluded.revision, document = excluded.document, updated = excluded.updated",
            (project.arn, name, revision, ask["PolicyDocument"], now, now))
    return {"PolicyRevisionId": revision}


def list_project_policies(service: Service, caller: Caller, ask: Ask) -> Ask:
    """ListProjectPolicies: oldest first."""
    scope = ("ListProjectPolicies", ask["ProjectArn"])
    created, name = service.pages.after(ask.get("NextToken"), *scope) or (0.0, "")
    most = ask.get("MaxResults", PAGE)
    with service.state.reading() as rows:
        project = find_project(rows, caller, ask["ProjectArn"])
        found = rows.execute("SELECT * FROM policy WHERE project = ? AND (created, name) > (?, ?) "
                             "ORDER BY created, name LIMIT ?", (project.arn, created, name, most + 1)).fetchall()
    last = found[most - 1] if len(found) > most else None
    token = service.pages.token((last["created"], last["name"]), *scope) if last else None
    return {"ProjectPolicies": [_description(row) for row in found[:most]], "NextToken": token}


def delete_project_policy(service: Service, caller: Caller, ask: Ask) -> None:
    """DeleteProjectPolicy: a revision id, when it is given, must be the latest."""
    name, known = ask["PolicyName"], ask.get("PolicyRevisionId")
    with service.state.transaction() as rows:
        project = find_project(rows, caller, ask["ProjectArn"])
        policy = _find(rows, project.arn, name)
        if policy is None:
            raise ApiError("ResourceNotFoundException", f"The project has no policy with the name {name}.")
        if known is not None:
            _check_revision(policy, known)
        rows.execute("DELETE FROM policy WHERE project = ? AND name = ?", (project.arn, name))


def _find(rows: sqlite3.Connection, project: str, name: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = rows.execute(
        "SELECT * FROM policy WHERE project = ? AND name = ?", (project, name)).fetchone()
    return found


def _check_revision(policy: sqlite3.Row | None, known: str) -> None:
    if policy is None or policy["revision"] != known.lower():
        raise ApiError("InvalidPolicyRevisionIdException", "The revision id is not that of the policy's latest "
                       "revision. ListProjectPolicies shows it.")


def _count(rows: sqlite3.Connection, project: str) -> int:
    return int(rows.execute("SELECT COUNT(*) FROM policy WHERE project = ?", (project,)).fetchone()[0])


def _description(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "ProjectArn": row["project"], "PolicyName": row["name"], "PolicyRevisionId": row["revision"],
        "PolicyDocument": row["document"], "CreationTimestamp": row["created"], "LastUpdatedTimestamp": row["updated"],
    }
