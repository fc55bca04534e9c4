"""Puts findings into a copy of their line, each at the member that AWS puts it at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from core.types import Finding

# What a service writes beside the labels. It is taken off first, because a marked manifest may be fed back.
_MARKS = ("errors", "warnings", "cl-errors", "cl-metadata")
_BOX = re.compile(r"(.*)\.annotations\.(\d+)", re.DOTALL)


def bare(members: dict[str, Any]) -> dict[str, Any]:
    """A copy without what a service wrote: on the line, its attributes, their metadata and their boxes."""
    return {key: _unmarked(value) for key, value in _unmarked(members).items()}


def _unmarked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    copy = {key: item for key, item in value.items() if key not in _MARKS}
    if isinstance(copy.get("annotations"), list):
        copy["annotations"] = [_unmarked(item) for item in copy["annotations"]]
    return copy


def placed(
    members: dict[str, Any], findings: Iterable[Finding], errors: str = "errors", warnings: str = "warnings"
) -> dict[str, Any]:
    """A bare copy of the line with the findings in it; `errors` and `warnings` name the lists that hold them."""
    copy = bare(members)
    for found in findings:
        spot = _spot(copy, found.place)
        spot.setdefault(warnings if found.warning else errors, []).append(
            {"code": found.code, "message": found.message})
    return copy


def _spot(members: dict[str, Any], place: str) -> dict[str, Any]:
    """The object that `place` names. The line itself stands in for one that is not there, or can't hold a list."""
    spot: Any = members.get(place, members) if place else members
    if place not in members and (box := _BOX.fullmatch(place)):
        annotations = members[box[1]]["annotations"]
        spot = annotations[int(box[2])]
    return spot if isinstance(spot, dict) else members
