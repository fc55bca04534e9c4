"""Mends what can be mended in a manifest, and shows each line before and after."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import Any

from core import limits
from core.manifest.lines import dump_line, split_lines
from core.manifest.mending import mend_labels
from core.manifest.placing import bare
from core.manifest.rules import check_line

# https://bucket.s3.eu-central-1.amazonaws.com/key, and the older https://s3.eu-central-1.amazonaws.com/bucket/key
_HOSTED = re.compile(r"https?://([a-z0-9.-]+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com/(.+)", re.IGNORECASE)
_PATHED = re.compile(r"https?://s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com/([^/]+)/(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Repair:
    """The mended manifest, and each changed line as (number in the original from 1, before, after).

    `after` is empty for a line that was dropped.
    """

    text: str
    changes: tuple[tuple[int, str, str], ...]


def repair(manifest: bytes, created: dt.datetime | None = None) -> Repair:
    """The manifest with what can be mended mended; the rest stays as it is. Repairing twice changes nothing more.

    `created` is written where a label has no readable creation-date (default: now). Raises BadManifest when the
    manifest is not UTF-8.
    """
    moment = (created or dt.datetime.now(dt.UTC)).strftime("%Y-%m-%dT%H:%M:%S")
    kept: list[str] = []
    changes: list[tuple[int, str, str]] = []
    seen: set[str] = set()
    for number, before in enumerate(split_lines(manifest), 1):
        after = _mended(before, moment)
        source_ref = check_line(after, number).source_ref
        if source_ref in seen or not after.strip():
            changes.append((number, before, ""))
            continue
        kept.append(after)
        if source_ref:
            seen.add(source_ref)
        if after != before:
            changes.append((number, before, after))
    return Repair("".join(f"{line}\n" for line in kept), tuple(changes))


def _mended(text: str, moment: str) -> str:
    """The line after every mend, or the text itself when it needs none or none helps."""
    checked = check_line(text, 1)
    members = _members(text) if checked.has_errors else None
    if members is None:
        return text
    try:
        after = dump_line(mend_labels(_with_source_ref(bare(members)), moment))
        after.encode()  # half a character can be read, but not written
        return text if checked.readable and after == dump_line(members) else after
    except (ValueError, RecursionError):
        return text


def _members(text: str) -> dict[str, Any] | None:
    """The line as an object, forgiving a mark at the start, a comma at the end, and an object printed by Python."""
    tidy = text.strip().removeprefix("\ufeff").rstrip(",")
    if len(tidy) > limits.MAX_LINE_LENGTH:
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            # once through JSON, so that a tuple is a list and every key a text
            members = json.loads(json.dumps(read(tidy)))
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(members, dict):
            return members
    return None


def _with_source_ref(members: dict[str, Any]) -> dict[str, Any]:
    """The line with a misspelt source-ref renamed, and an S3 web address written as s3://."""
    alike = [key for key in members if re.sub(r"[\W_]", "", key).lower() == "sourceref"]
    if "source-ref" not in members and len(alike) == 1:
        members = {("source-ref" if key == alike[0] else key): value for key, value in members.items()}
    value = members.get("source-ref")
    if isinstance(value, str):
        place = value.strip()
        if match := _PATHED.fullmatch(place) or _HOSTED.fullmatch(place):
            place = f"s3://{match[1]}/{match[2]}"
        elif place[:5].lower() == "s3://":
            place = f"s3://{place[5:]}"
        members = {**members, "source-ref": place}
    return members
