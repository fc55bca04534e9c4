"""Mends what can be mended in a manifest, and shows each line before and after."""

from __future__ import annotations

import ast
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import unquote

from core import limits
from core.manifest.lines import dump_line
from core.manifest.mending import Classes, mend_labels
from core.manifest.opening import texts
from core.manifest.placing import bare
from core.manifest.repeats import meeting
from core.manifest.reshaping import one_a_line
from core.manifest.rules import check_line
from core.manifest.types import Line

# https://bucket.s3.eu-central-1.amazonaws.com/key, and the older https://s3.eu-central-1.amazonaws.com/bucket/key
_HOSTED = re.compile(r"https?://([a-z0-9.-]+)\.s3[.-](?:[a-z0-9.-]+\.)?amazonaws\.com/(.+)", re.IGNORECASE)
_PATHED = re.compile(r"https?://s3[.-](?:[a-z0-9.-]+\.)?amazonaws\.com/([^/]+)/(.+)", re.IGNORECASE)
_HADOOP = re.compile(r"s3[an]?://", re.IGNORECASE)


class Change(NamedTuple):
    """A line that differs: its number in the original from 1, the text before and after, and what was wrong with it.

    `after` is empty for a line that was dropped.
    """

    number: int
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Repair:
    """The mended manifest, and every line that differs from the original."""

    text: str
    changes: tuple[Change, ...]

    @property
    def dropped(self) -> int:
        return sum(not change.after for change in self.changes)


def repair(
    manifest: bytes, created: dt.datetime | None = None, leave_out: Mapping[int, str] | None = None
) -> Repair:
    """The manifest with what can be mended mended; the rest stays as it is. Repairing twice changes nothing more.

    `created` is written where a label has no readable creation-date (default: now). `leave_out` are lines to drop, by
    number, with the reason. Raises BadManifest when the manifest is no text.
    """
    kept: list[str] = []
    changes: list[Change] = []
    for after, change in repaired(io.BytesIO(manifest), created, leave_out):
        kept.extend(() if after is None else (f"{after}\n",))
        changes.extend((change,) if change else ())
    return Repair("".join(kept), tuple(changes))


def repaired(
    manifest: BinaryIO, created: dt.datetime | None = None, leave_out: Mapping[int, str] | None = None
) -> Iterator[tuple[str | None, Change | None]]:
    """`repair` a line at a time, of a manifest that can be read twice: the line to write, None for one that is dropped,
    and how it differs, None where it does not."""
    moment = (created or dt.datetime.now(dt.UTC)).strftime("%Y-%m-%dT%H:%M:%S")
    with one_a_line(manifest) as (stream, reshaped), meeting() as met:
        classes = _classes(_whole(stream))
        for number, before in enumerate(_whole(stream), 1):
            checked = check_line(before, number)
            after = _mended(before, checked, moment, classes)
            source_ref = checked.source_ref if after is before else check_line(after, number).source_ref
            first = met.first(source_ref, number) if source_ref else number
            if why := _why_dropped(number, after, first, leave_out or {}):
                yield None, Change(number, before, "", why)
            elif after != before or reshaped:
                yield after, Change(number, "" if reshaped else before, after, reshaped or "; ".join(checked.reasons))
            else:
                yield after, None


def _whole(stream: BinaryIO) -> Iterator[str]:
    stream.seek(0)
    return texts(stream, whole=True)


def _why_dropped(number: int, text: str, first: int, leave_out: Mapping[int, str]) -> str:
    if not text.strip():
        return "it is blank"
    if text.strip().removeprefix("\ufeff") in ("[", "]"):
        return "it is the bracket of a list, and a manifest is none"
    if first != number:
        return f"it repeats the photo of line {first:,}, and Rekognition takes only that one"
    return leave_out.get(number, "")


def _mended(text: str, checked: Line, moment: str, classes: Classes) -> str:
    """The line after every mend, or the text itself when it needs none or none helps."""
    members = _members(text) if checked.has_errors else None
    if members is None:
        return text
    try:
        after = dump_line(mend_labels(_with_source_ref(bare(members)), moment, classes))
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
    if "source-ref" not in members:
        alike = [key for key in members if re.sub(r"[\W_]", "", key).lower() == "sourceref"]
        alike = alike or [key for key, value in members.items() if isinstance(value, str) and _HADOOP.match(value)]
        if len(alike) == 1:
            members = {("source-ref" if key == alike[0] else key): value for key, value in members.items()}
    value = members.get("source-ref")
    return {**members, "source-ref": _uri(value.strip())} if isinstance(value, str) else members


def _uri(place: str) -> str:
    if match := _PATHED.fullmatch(place) or _HOSTED.fullmatch(place):
        return f"s3://{match[1]}/{unquote(match[2].partition('?')[0])}"
    return _HADOOP.sub("s3://", place, count=1) if _HADOOP.match(place) else place


def _classes(texts: Iterable[str]) -> Classes:
    """The label of each class_id by attribute, as far as all lines of the manifest agree on it."""
    said: dict[str, dict[str, set[str]]] = {}
    for text in texts:
        if '"class-map"' not in text:
            continue
        for key, value in (_members(text) or {}).items():
            names = value.get("class-map") if key.endswith("-metadata") and isinstance(value, dict) else None
            for number, label in names.items() if isinstance(names, dict) else ():
                if isinstance(label, str):
                    said.setdefault(key.removesuffix("-metadata"), {}).setdefault(number, set()).add(label)
    return {attribute: {number: next(iter(labels)) for number, labels in numbers.items() if len(labels) == 1}
            for attribute, numbers in said.items()}
