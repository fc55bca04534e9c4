"""What the manifest room knows of one line. Values only; the rules that fill them are in rules.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from core.manifest.codes import BOX_ERRORS, DROPPING
from core.types import Box, Finding

UseCase = Literal["IMAGE_LEVEL_LABELS", "OBJECT_LOCALIZATION", "NOT_DETERMINED"]


class Defect(NamedTuple):
    """A broken rule: AWS's code, the member of the line that holds it, and what exactly is wrong, for people.

    `about` fills the gap in AWS's message.
    """

    code: str
    place: str
    reason: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One checked line of a manifest. `labels` and `boxes` hold what is valid; `reasons` runs beside `findings`.

    `number` counts from 1. A line is exactly one of valid, invalid and ignored. The properties look at `findings` for
    emptiness first: almost every line has none, and a manifest may have 250,000.
    """

    number: int
    text: str
    source_ref: str | None = None
    labels: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    findings: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any] | None:
        """The line's members, read anew from the text (a large manifest kept as objects would fill the memory)."""
        members: dict[str, Any] | None = json.loads(self.text) if self.readable else None
        return members

    @property
    def readable(self) -> bool:
        """Whether the line is a JSON object at all."""
        return not self.findings or all(found.code != "ERROR_INVALID_JSON_LINE" for found in self.findings)

    @property
    def use_case(self) -> UseCase:
        """What the line could train; one with both kinds of label counts as image-level here."""
        if self.labels:
            return "IMAGE_LEVEL_LABELS"
        return "OBJECT_LOCALIZATION" if self.boxes else "NOT_DETERMINED"

    @property
    def dropped(self) -> bool:
        """Whether dataset creation leaves the line out without a word."""
        return bool(self.findings) and any(found.code in DROPPING for found in self.findings)

    @property
    def has_errors(self) -> bool:
        return bool(self.findings) and any(not found.warning for found in self.findings)

    @property
    def invalid(self) -> bool:
        """Whether training can't use the line. A bad box alone does not do that while another box is good."""
        return bool(self.findings) and any(
            not found.warning and found.code not in BOX_ERRORS for found in self.findings)

    @property
    def labeled(self) -> bool:
        """Whether something valid is left of its labels."""
        return bool(self.labels or self.boxes)

    @property
    def ignored(self) -> bool:
        """Whether training passes over the line because it has no label, which is no error."""
        return not self.labeled and not self.invalid

    @property
    def valid(self) -> bool:
        return self.labeled and not self.invalid

    @property
    def bucket(self) -> str | None:
        return self.source_ref.split("/", 3)[2] if self.source_ref else None

    @property
    def names(self) -> tuple[str, ...]:
        """Every distinct label, of the image and of its boxes."""
        return tuple(dict.fromkeys((*self.labels, *(box.label for box in self.boxes)))) if self.boxes else self.labels

    def labels_for(self, use_case: UseCase) -> tuple[str, ...]:
        """The line's distinct labels that a model of `use_case` would learn."""
        if use_case == "OBJECT_LOCALIZATION":
            return tuple(dict.fromkeys(box.label for box in self.boxes))
        return self.labels if use_case == "IMAGE_LEVEL_LABELS" else ()
