"""Which photos a training has learned from, by their contents: what the project's split says later may be others."""

from __future__ import annotations

import json

from core.dataset.manifests import Built
from core.files import write_atomically
from core.workspace import Project


def keep(project: Project, digest: str, built: Built) -> None:
    """Keep what a training with these manifests learns from, beside their digest.

    Where Amazon chooses the test photos that is all of them, as nobody knows the others before.
    """
    ids = set(built.split.train) or {entry.photo_id for entry in built.pictures.values()}
    hashes = sorted({entry.photo.facts.sha256 for entry in built.pictures.values()
                     if entry.photo_id in ids and entry.photo.facts})
    write_atomically(project.manifests / "learned" / f"{digest}.json", json.dumps(hashes).encode())


def of(project: Project, digest: str) -> frozenset[str] | None:
    """The SHA-256 of the originals that were learned from; None where that is not known."""
    try:
        return frozenset(json.loads((project.manifests / "learned" / f"{digest}.json").read_bytes()))
    except (OSError, ValueError):
        return None
