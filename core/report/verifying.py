"""Whether a report is still what was made: every file by its hash, and the list of hashes by its seal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.dataset.names import counted
from core.errors import BadReport
from core.report import bundle
from core.report.bundle import SEAL, SUMS, Bundle


@dataclass(frozen=True, slots=True)
class Verdict:
    """What differs from what was made: files by name, and in words what is wrong. Empty when nothing is."""

    files: int
    fingerprint: str
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not (self.missing or self.changed or self.extra or self.notes)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        if self.ok:
            return f"All {counted(self.files, 'file')} are as they were made."
        kinds = ((self.changed, "changed"), (self.missing, "missing"), (self.extra, "not part of it"))
        named = [f"{counted(len(found), 'file')} {word}: {_listed(found)}" for found, word in kinds if found]
        return f"This is not the report as it was made. {'. '.join([*named, *self.notes])}."


def verify(place: Path, fingerprint: str | None = None) -> Verdict:
    """Check a report's folder or zip, also against a fingerprint that is known from elsewhere.

    BadReport when it is no report, or its list of hashes is gone.
    """
    found = bundle.opened(place)
    if SUMS not in found.names:
        raise BadReport(f"{place} has no {SUMS}, which every report has: it is no report, or that file is missing.")
    listed = found.read(SUMS)
    hashes, bad = bundle.read_sums(listed.decode("utf-8", "replace"))
    here = {name: _sha256(found, name) for name in found.names if name not in (SUMS, SEAL)}
    there = {name for name, digest in here.items() if digest is not None}
    missing = sorted(set(hashes) - set(here))
    changed = sorted(name for name in set(hashes) & set(here) if hashes[name] != here[name])
    extra = sorted(set(here) - set(hashes))
    notes = [f"{name} {why}" for name, why in sorted(found.strange.items())]
    notes += [f"{name} can not be read" for name in sorted(set(here) - there)]
    own = bundle.fingerprint(listed)
    if fingerprint and fingerprint.lower() != own:
        notes.append(f"The fingerprint is {own}, and not {fingerprint.lower()[:64]}")
    if trouble := _seal_trouble(found, own, here, bool(missing or changed or extra or bad)):
        if trouble == SUMS:
            return Verdict(len(here), own, (), (SUMS,), (), (*notes, *_intact(found, here)))
        changed.append(trouble)
    return Verdict(len(here), own, tuple(missing), tuple(changed), tuple(extra), tuple(notes))


def _seal_trouble(found: Bundle, own: str, here: Mapping[str, str | None], apart: bool) -> str | None:
    """Which of the two lists was changed, or is missing, if any: the files themselves tell which one it is."""
    if SEAL not in found.names:
        return f"{SEAL} (missing)"
    sealed = found.read(SEAL)
    if sealed == f"{own}  {SUMS}\n".encode():
        return None
    return SUMS if apart or not _canonical(found, here) else SEAL


def _canonical(found: Bundle, here: Mapping[str, str | None]) -> bool:
    """Whether the list is just what would be written for these files."""
    return found.read(SUMS) == bundle.sums({name: digest or "" for name, digest in here.items()}).encode()


def _intact(found: Bundle, here: Mapping[str, str | None]) -> tuple[str, ...]:
    """What can be said of the other files where the list itself was changed, which the seal still knows."""
    again = bundle.sums({name: digest or "" for name, digest in here.items()}).encode()
    if found.read(SEAL) == f"{hashlib.sha256(again).hexdigest()}  {SUMS}\n".encode():
        return ("Every other file is as it was made",)
    hashes, _ = bundle.read_sums(found.read(SUMS).decode("utf-8", "replace"))
    unlike = sorted(name for name in {*hashes, *here} if hashes.get(name) != here.get(name))
    return (f"Other files may have changed too: {_listed(unlike)}",) if unlike else ()


def _sha256(found: Bundle, name: str) -> str | None:
    try:
        return found.sha256(name)
    except BadReport:
        return None


def _listed(names: tuple[str, ...] | list[str], most: int = 20) -> str:
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most:,} more" if len(names) > most else "")
