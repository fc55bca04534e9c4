"""The validation files that training leaves in S3: each manifest with its errors in place, and the summary of both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.manifest.lines import dump_line
from core.manifest.placing import placed
from core.manifest.training import Judgement, SideVerdict
from core.manifest.types import Line
from core.types import Finding


def with_validation(side: SideVerdict) -> str:
    """The manifest with `errors` and `warnings` where they belong. A line that is no JSON keeps only its error."""
    return "".join(f"{line}\n" for line in _marked(side))


def _marked(side: SideVerdict) -> Iterator[str]:
    for line in side.lines:
        if line.findings or _was_marked(line):
            yield dump_line(placed(line.data or {}, line.findings))
        else:
            yield line.text.strip()


def _was_marked(line: Line) -> bool:
    return any(mark in line.text for mark in ('"errors"', '"warnings"', '"cl-errors"', '"cl-metadata"'))


def summary(judgement: Judgement) -> dict[str, Any]:
    """The manifest summary. Line numbers count from 1 within each manifest as it was judged."""
    return {
        "statistics": {"training": _statistics(judgement.training), "testing": _statistics(judgement.testing)},
        "errors": [_error(found) for found in judgement.findings],
    }


def _statistics(side: SideVerdict) -> dict[str, Any]:
    return {
        "use_case": side.use_case,
        "total_json_lines": side.total,
        "valid_json_lines": side.valid,
        "invalid_json_lines": side.invalid,
        "ignored_json_lines": side.ignored,
        "error_json_line_indices": [index for index, line in enumerate(side.lines, 1) if line.has_errors],
        "errors": [_error(found) for found in side.findings],
    }


def _error(found: Finding) -> dict[str, str]:
    return {"code": found.code, "message": found.message}
