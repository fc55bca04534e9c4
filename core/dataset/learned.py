"""What a training has learned from: what the project's photos, labels and split are later may be others."""

from __future__ import annotations

import gzip
import json
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.dataset import recording
from core.dataset.known import Known
from core.dataset.testset import Plan
from core.files import write_atomically
from core.manifest.rules import check_line
from core.workspace import Project


def keep(project: Project, digest: str, given: Plan) -> None:
    """Keep what a training with these manifests learns from, beside their digest: the photos of the training one.

    Where Amazon chooses the test photos that is all of them, as nobody knows the others before. The dataset is kept
    too, from which the manifests can be made again.
    """
    built = given.built
    known = Known(project, built.bucket)
    named = (check_line(text, number).source_ref for number, text in enumerate(built.training.split("\n"), 1))
    learned_from = (known.photo(ref) for ref in named if ref)
    hashes = sorted({photo.facts.sha256 for photo in learned_from if photo and photo.facts})
    folder = project.manifests / "learned"
    write_atomically(folder / f"{digest}.json", json.dumps(hashes).encode())
    _read.cache_clear()
    if dataset(project, digest):
        return  # by a training with the same manifests; sent once more in a repair, they would tell less
    told = recording.dump(recording.current(project), built, undivided=given.way != "split")
    write_atomically(folder / f"{digest}.dataset.json.gz", gzip.compress(json.dumps(told).encode(), mtime=0))


def of(project: Project, digest: str) -> frozenset[str] | None:
    """The SHA-256 of the originals that were learned from; None where that is not known."""
    try:
        return _read(project.manifests / "learned" / f"{digest}.json")
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=16)
def _read(file: Path) -> frozenset[str]:
    return frozenset(json.loads(file.read_bytes()))


def dataset(project: Project, digest: str) -> dict[str, Any] | None:
    """The dataset (`recording.dump`) as it was learned from; None where it was not kept, or does not give the manifests
    again, as where they had been mended."""
    try:
        told: dict[str, Any] = json.loads(gzip.decompress(
            (project.manifests / "learned" / f"{digest}.dataset.json.gz").read_bytes()))
        return told if recording.comes_out(told) else None
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return None
