"""What a report is to include, as a person ticks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PARTS: Mapping[str, str] = {
    "photos": "Photos", "cleaning": "Cleaning", "split": "Labels and split", "manifest": "Manifest", "model": "Model",
    "evaluation": "Evaluation", "mistakes": "Mistakes", "predictions": "Every photo", "costs": "Costs",
}  # the chapters of the HTML, with their titles


@dataclass(frozen=True, slots=True)
class Options:
    """Chapters and pictures of the HTML, the run that is told of, and what stays out of every file unless asked for.

    `run` is the number of a run, None for the newest. The run record always holds everything else.
    """

    parts: tuple[str, ...] = tuple(PARTS)
    pictures: bool = True
    account: bool = False
    places: bool = False
    run: int | None = None

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> Options:
        """From the JSON arguments of a job."""
        chosen = {**values, "parts": tuple(part for part in PARTS if part in values["parts"])} if "parts" in values \
            else dict(values)
        return cls(**chosen)
