"""The grammar of a project policy: IAM's JSON policy language, for a policy that is attached to a resource."""

from __future__ import annotations

import json
import re
from typing import Any

VERSIONS = ("2012-10-17", "2008-10-17")

_MEMBERS = {"Version", "Id", "Statement"}
_PAIRS = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_STATEMENT = {"Sid", "Effect", "Condition", *(name for pair in _PAIRS for name in pair)}
_PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
_FORMS = {"Action": re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+"), "Resource": re.compile(r"\*|arn:[^\s:]+:.+")}


def flaw(document: str) -> str | None:
    """What is wrong with a policy document, in a sentence; None when nothing is."""
    try:
        policy = json.loads(document)
    except (ValueError, RecursionError):
        return "The policy document is not JSON."
    if not isinstance(policy, dict):
        return "The policy document is not a JSON object."
    if unknown := policy.keys() - _MEMBERS:
        return f"The policy document has the unknown element {min(unknown)}."
    if policy.get("Version", VERSIONS[0]) not in VERSIONS:
        return f"Version must be {VERSIONS[0]}."
    statements = policy.get("Statement")
    listed: list[Any] = statements if isinstance(statements, list) else [statements]
    if not listed or not all(isinstance(statement, dict) for statement in listed):
        return "Statement must be one or more JSON objects."
    return next(filter(None, map(_statement_flaw, listed)), None) or _repeated_name(listed)


def _statement_flaw(statement: dict[str, Any]) -> str | None:
    if unknown := statement.keys() - _STATEMENT:
        return f"A statement has the unknown element {min(unknown)}."
    if statement.get("Effect") not in ("Allow", "Deny"):
        return "Effect must be Allow or Deny."
    for names in _PAIRS:
        given = [name for name in names if name in statement]
        if len(given) != 1:
            return f"A statement needs either {names[0]} or {names[1]}."
        if not (_is_principal if names[0] == "Principal" else _is_list_of)(statement[given[0]], names[0]):
            return f"{given[0]} has an invalid value."
    condition = statement.get("Condition", {})
    if not isinstance(condition, dict) or not all(isinstance(test, dict) for test in condition.values()):
        return "Condition must map operators to keys and values."
    return None


def _is_principal(value: Any, _: str) -> bool:
    if isinstance(value, dict):
        return bool(value) and value.keys() <= _PRINCIPALS and all(_texts(item) for item in value.values())
    return bool(value == "*")


def _is_list_of(value: Any, name: str) -> bool:
    texts = _texts(value)
    return bool(texts) and all(_FORMS[name].fullmatch(text) for text in texts)


def _texts(value: Any) -> list[str]:
    """One text, or several, as a list; empty when it is anything else."""
    listed = value if isinstance(value, list) else [value]
    return listed if all(isinstance(item, str) and item for item in listed) else []


def _repeated_name(statements: list[dict[str, Any]]) -> str | None:
    names = [statement["Sid"] for statement in statements if "Sid" in statement]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return "Every Sid must be a text, and used once."
    return None
