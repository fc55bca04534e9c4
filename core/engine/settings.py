"""How the built-in engine behaves: the quotas of its account and the time that its work takes, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from core import limits
from core.errors import EngineError

PREFIX = "REKOLAB_ENGINE_"


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Variables are REKOLAB_ENGINE_MAX_PROJECTS and so on, and docs/engine.md has a table. Quotas are AWS's at first.

    Rates are requests per second and 0 is no limit. `training_seconds` and `starting_seconds` come before the work.
    An `instant` engine has done all work before it answers, so that waiters return at their first look.
    `others_buckets` names the buckets of another account, with commas between them; each may have wildcards.
    """

    max_projects: int = limits.MAX_PROJECTS
    max_versions: int = limits.MAX_VERSIONS
    max_trainings: int = limits.MAX_TRAININGS
    max_running: int = limits.MAX_RUNNING
    max_units: int = limits.MAX_UNITS
    max_policies: int = 5
    max_tags: int = 200
    calls_per_second: int = 0
    tag_calls_per_second: int = 0
    detections_per_second: int = 0
    detections_per_unit: int = 0
    training_seconds: float = 0.0
    starting_seconds: float = 0.0
    others_buckets: str = ""
    instant: bool = False


def load(environment: Mapping[str, str] = os.environ) -> EngineSettings:
    """The settings in force; EngineError names a variable whose value is none."""
    given = {field.name: (PREFIX + field.name.upper(), type(field.default)) for field in fields(EngineSettings)}
    values: dict[str, Any] = {name: _parsed(variable, environment[variable], kind)
                              for name, (variable, kind) in given.items() if environment.get(variable)}
    return EngineSettings(**values)


def _parsed(variable: str, text: str, kind: type) -> int | float | bool | str:
    if kind is str:
        return text
    if kind is bool:
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if (word := words.get(text.strip().lower())) is not None:
            return word
        raise EngineError(f"{variable} is “{text}”. Set it to 1 or 0.")
    try:
        number = kind(text)
        if 0 <= number < 2**31:  # not for NaN either
            return number
    except ValueError:
        pass
    raise EngineError(f"{variable} is “{text}”. Set it to {'a whole' if kind is int else 'a'} number from 0 up.")
