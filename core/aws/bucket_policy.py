"""What a bucket's policy forbids or opens, as far as that can be told without asking IAM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

# What the upload, the training and the reading of its results ask for.
ON_BUCKET = ("s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketAcl")
ON_OBJECTS = ("s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:PutObject")
REKOGNITION = "rekognition.amazonaws.com"

Statement = Mapping[str, Any]


def denials(policy: Mapping[str, Any], account: str, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
    """(actions, condition) of each statement that may deny something needed; the condition is "" where it always does.

    `prefix` is where the objects are, without a slash at its end.

    A condition that only wants encrypted connections denies nothing: all of ours are.
    """
    needed = {bucket: ON_BUCKET, f"{bucket}/{prefix}/images/photo.jpg": ON_OBJECTS}
    for statement in _statements(policy):
        if statement.get("Effect") != "Deny" or not _concerns(statement, account) or _wants_only_tls(statement):
            continue
        denied = [action for place, actions in needed.items() if _is_about(statement, place)
                  for action in actions if _covers(statement, action)]
        if denied:
            yield ", ".join(denied), ", ".join(_conditions(statement))


def denies(policy: Mapping[str, Any], account: str, action: str, place: str) -> bool:
    """Whether a statement denies the action at a place, "bucket/key", under no condition."""
    return any(statement.get("Effect") == "Deny" and _concerns(statement, account) and not _conditions(statement)
               and _is_about(statement, place) and _covers(statement, action) for statement in _statements(policy))


def opens(policy: Mapping[str, Any]) -> bool:
    """Whether a statement lets in everybody, under no condition."""
    return any(statement.get("Effect") == "Allow" and "*" in _principals(statement) and not statement.get("Condition")
               for statement in _statements(policy))


def _statements(policy: Mapping[str, Any]) -> list[Statement]:
    found = policy.get("Statement", [])
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, Mapping)]


def _principals(statement: Statement) -> set[str]:
    """Whom a statement names: "*", accounts, ARNs and services."""
    named = statement.get("Principal", {})
    if isinstance(named, str):
        return {named}
    return {one for value in named.values() for one in _listed(value)} if isinstance(named, Mapping) else set()


def _concerns(statement: Statement, account: str) -> bool:
    """Whether it can be about these credentials or about Rekognition. Who is excepted can not be told from here."""
    if "NotPrincipal" in statement:
        return True
    return any(one in ("*", account, REKOGNITION) or f":{account}:" in one for one in _principals(statement))


def _is_about(statement: Statement, place: str) -> bool:
    """Whether it names a place, "bucket" or "bucket/key"; what it names all but is all that we have."""
    if "NotResource" in statement:
        return True
    return any(fnmatchcase(place, resource.rpartition(":::")[2]) for resource in _listed(statement.get("Resource", [])))


def _covers(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not _matches(statement["NotAction"], action)
    return _matches(statement.get("Action", []), action)


def _matches(patterns: Any, action: str) -> bool:
    return any(fnmatchcase(action.lower(), str(pattern).lower()) for pattern in _listed(patterns))


def _conditions(statement: Statement) -> list[str]:
    """The keys on which a statement depends; whom or what it does not name counts, too."""
    named = statement.get("Condition")
    keys = [key for test in named.values() if isinstance(test, Mapping) for key in test] if isinstance(
        named, Mapping) else []
    return sorted({*keys, *(part for part in ("NotPrincipal", "NotResource") if part in statement)})


def _wants_only_tls(statement: Statement) -> bool:
    keys = {key.lower() for key in _conditions(statement)}
    return bool(keys) and keys <= {"aws:securetransport", "s3:tlsversion"}


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
