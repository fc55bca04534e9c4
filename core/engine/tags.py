"""Operations on the tags of models, and of projects and datasets, which take tags when they are made."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable

from core.engine.awsjson import Ask, Caller
from core.engine.service import Service, find_dataset, find_project, find_version, invalid, missing, over_quota
from core.engine.state import Dataset, ModelVersion, Project

_ARN = re.compile(r"arn:[a-z\d-]+:rekognition:[a-z\d-]+:\d{12}:(.+)")
_FIND: dict[re.Pattern[str], tuple[Callable[..., Project | Dataset | ModelVersion], str]] = {
    re.compile(r"project/[^/]+/\d+"): (find_project, "UPDATE project SET tags = ? WHERE arn = ?"),
    re.compile(r"project/[^/]+/dataset/.+"): (find_dataset, "UPDATE dataset SET tags = ? WHERE arn = ?"),
    re.compile(r"project/[^/]+/version/.+"): (find_version, "UPDATE version SET tags = ? WHERE arn = ?"),
}


def tag_resource(service: Service, caller: Caller, ask: Ask) -> None:
    """TagResource: adds tags, and gives known keys new values."""
    with service.state.transaction() as rows:
        known, update = _find(rows, caller, ask["ResourceArn"])
        tags = known | ask["Tags"]
        if len(tags) > service.settings.max_tags:
            raise over_quota(f"A resource can have {service.settings.max_tags} tags. Remove some first.")
        rows.execute(update, (json.dumps(tags), ask["ResourceArn"]))


def untag_resource(service: Service, caller: Caller, ask: Ask) -> None:
    """UntagResource: keys that the resource does not have are no error."""
    with service.state.transaction() as rows:
        known, update = _find(rows, caller, ask["ResourceArn"])
        kept = {key: value for key, value in known.items() if key not in ask["TagKeys"]}
        rows.execute(update, (json.dumps(kept), ask["ResourceArn"]))


def list_tags_for_resource(service: Service, caller: Caller, ask: Ask) -> Ask:
    """ListTagsForResource: all of them, in no pages."""
    with service.state.reading() as rows:
        tags, _ = _find(rows, caller, ask["ResourceArn"])
    return {"Tags": tags}


def _find(rows: sqlite3.Connection, caller: Caller, arn: str) -> tuple[dict[str, str], str]:
    """The tags of a resource, and the statement that sets them."""
    named = _ARN.fullmatch(arn)
    if named is None:
        raise invalid(f"{arn} is not the ARN of a resource of Rekognition.")
    for pattern, (find, update) in _FIND.items():
        if pattern.fullmatch(named[1]):
            return json.loads(find(rows, caller, arn).tags), update
    raise missing(arn)
