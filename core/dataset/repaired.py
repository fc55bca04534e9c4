"""Mended manifests on their way into a training: in files of the project, named by a job's arguments."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.dataset.known import Known
from core.dataset.manifests import Built
from core.dataset.split import Split
from core.dataset.testset import Plan
from core.errors import NotReady
from core.files import room_needed, write_atomically
from core.manifest.lines import split_lines
from core.manifest.rules import check_line
from core.workspace import Project


def keep(project: Project, built: Built) -> dict[str, Any]:
    """Write the manifests to files; gives what `plan` takes, as JSON values."""
    job: dict[str, Any] = {"keys": list(built.pictures)}
    for side, text in (("training", built.training), ("testing", built.testing)):
        data = text.encode()
        file = project.manifests / "repaired" / f"{hashlib.sha256(data).hexdigest()[:24]}.manifest"
        with room_needed("The mended manifest was not kept."):
            write_atomically(file, data)
        job[side] = str(file)
    return job


def plan(project: Project, bucket: str, job: Mapping[str, Any]) -> Plan:
    """What a training with mended manifests gets. NotReady when the project's photos have changed since.

    Without a test manifest Amazon chooses the test photos.
    """
    known = Known(project, bucket)
    try:
        training, testing = (Path(job[side]).read_bytes().decode() for side in ("training", "testing"))
    except OSError as error:
        raise NotReady("The mended manifests are no longer here. Repair once more.") from error
    if any(key not in known.by_key for key in job["keys"]):
        raise NotReady("The project's photos have changed since the repair. Repair once more.")
    pictures = {key: known.by_key[key] for key in job["keys"]}
    built = Built(bucket, project.name, training, testing, pictures, Split((), ()), ())
    tests = sum(check_line(line, number).valid for number, line in enumerate(split_lines(testing.encode()), 1))
    return Plan("own" if testing else "distribute", built, tests)
