"""Thresholds that somebody has chosen and named, and which of them the project uses instead of the model's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BadPath
from core.evaluation.thresholds import Thresholds, threshold_of
from core.workspace import Project, now

OWN = "the model's own"
MOST = 60  # letters of a name

_SETS, _USED = "threshold_sets", "threshold_set_used"  # settings of the project


@dataclass(frozen=True, slots=True)
class ThresholdSet:
    """Thresholds by label in percent, chosen at that moment from answers of the model `arn`."""

    name: str
    thresholds: Mapping[str, float]
    arn: str
    at: dt.datetime


def saved(project: Project) -> dict[str, ThresholdSet]:
    """Every set by its name, in alphabetical order."""
    kept: dict[str, dict[str, Any]] = project.get(_SETS, {})
    return {name: _set(name, one) for name, one in sorted(kept.items())}


def save(project: Project, name: str, thresholds: Thresholds, labels: tuple[str, ...], arn: str) -> ThresholdSet:
    """Keep the thresholds of these labels under a name, in place of what had it before; BadPath for an empty name."""
    name = " ".join(name.split())
    if not name or len(name) > MOST or name == OWN:
        raise BadPath(f"Give the thresholds a name of 1 to {MOST} letters, such as “careful”.")
    cuts = {label: threshold_of(label, thresholds) for label in labels}
    kept = {"thresholds": cuts, "arn": arn, "at": now().isoformat()}
    project.add_to(_SETS, name, kept)
    project.note("evaluate", f"Thresholds saved as “{name}”")
    return _set(name, kept)


def delete(project: Project, name: str) -> None:
    """Forget a set. Where it was used, the model's own thresholds are used again."""
    if project.get(_USED) == name:
        use(project, None)
    project.take_from(_SETS, name)


def use(project: Project, name: str | None) -> None:
    """Decide by this set from now on, wherever predictions are shown; None goes back to the model's own."""
    if name != project.get(_USED):
        project.set(_USED, name)
        project.note("evaluate", f"Predictions are decided by {f'the thresholds “{name}”' if name else OWN}")


def used(project: Project) -> ThresholdSet | None:
    """The set that the project uses, None for the model's own thresholds."""
    return saved(project).get(project.get(_USED) or "")


def in_force(project: Project, own: Mapping[str, float]) -> dict[str, float]:
    """What decides for a model with these thresholds of its own: those of the set that is used, for labels it names."""
    chosen = used(project)
    return dict(own) if chosen is None else {label: chosen.thresholds.get(label, cut) for label, cut in own.items()}


def _set(name: str, kept: Mapping[str, Any]) -> ThresholdSet:
    return ThresholdSet(name, kept["thresholds"], kept["arn"], dt.datetime.fromisoformat(kept["at"]))
