"""Which photos a training has learned from, by their contents: what the project's split says later may be others."""

from __future__ import annotations

import json

from core.dataset.known import Known
from core.dataset.manifests import Built
from core.files import write_atomically
from core.manifest.rules import check_line
from core.workspace import Project


def keep(project: Project, digest: str, built: Built) -> None:
    """Keep what a training with these manifests learns from, beside their digest: the photos of the training one.

    Where Amazon chooses the test photos that is all of them, as nobody knows the others before.
    """
    known = Known(project, built.bucket)
    named = (check_line(text, number).source_ref for number, text in enumerate(built.training.splitlines(), 1))
    learned_from = (known.photo(ref) for ref in named if ref)
    hashes = sorted({photo.facts.sha256 for photo in learned_from if photo and photo.facts})
    write_atomically(project.manifests / "learned" / f"{digest}.json", json.dumps(hashes).encode())


def of(project: Project, digest: str) -> frozenset[str] | None:
    """The SHA-256 of the originals that were learned from; None where that is not known."""
    try:
        return frozenset(json.loads((project.manifests / "learned" / f"{digest}.json").read_bytes()))
    except (OSError, ValueError):
        return None
