"""What came of the repair of a failed training, kept with the project: what was mended, what was not, the verdict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.aws.training import Side
from core.errors import Cure
from core.files import room_needed, write_atomically
from core.workspace import Project


@dataclass(frozen=True, slots=True)
class Mended:
    """A line that is another one now, or was left out without loss: what was done about it."""

    side: Side
    line: int
    name: str
    codes: tuple[str, ...]
    what: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A line that can not be mended and is left out: why, and where a person can put it right."""

    side: Side
    line: int
    name: str
    codes: tuple[str, ...]
    why: str
    cure: Cure | None
    photo_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """The mended manifests of a failed version, what was done, what was not, and the doctor's verdict on them.

    `job` is what `models.train` takes as `mended`, `digest` tells the manifests apart, and `ok` says whether a
    training with them can begin.
    """

    version: str
    digest: str
    job: Mapping[str, Any]
    mended: tuple[Mended, ...]
    lost: tuple[Lost, ...]
    ok: bool
    sentence: str


def keep(project: Project, arn: str, recovery: Recovery) -> None:
    """Write down what came of the repair of the version `arn`, in place of what came of an earlier one."""
    with room_needed("The report of the repair was not kept."):
        write_atomically(_file(project, arn), json.dumps(asdict(recovery)).encode())


def kept(project: Project, arn: str) -> Recovery | None:
    """What came of the last repair of the version; None where there was none, or it can not be read any more."""
    try:
        found = json.loads(_file(project, arn).read_bytes())
        mended = tuple(Mended(**one | {"codes": tuple(one["codes"])}) for one in found["mended"])
        lost = tuple(_lost(one) for one in found["lost"])
        return Recovery(**found | {"mended": mended, "lost": lost})
    except (OSError, LookupError, TypeError, ValueError):
        return None


def forget(project: Project, arn: str) -> None:
    """Repair anew, as if nothing had come of it yet."""
    _file(project, arn).unlink(missing_ok=True)


def _lost(found: dict[str, Any]) -> Lost:
    cure = Cure(**found["cure"]) if found["cure"] else None
    return Lost(**found | {"codes": tuple(found["codes"]), "cure": cure})


def _file(project: Project, arn: str) -> Path:
    return project.manifests / "repaired" / f"{hashlib.sha256(arn.encode()).hexdigest()[:24]}.json"
