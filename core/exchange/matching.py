"""Which image of a project a foreign name means: by its whole path, by as much of its end as fits, by its file name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.exchange.types import Annotated, Remark, shown

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_DRIVE = re.compile(r"[A-Za-z]:(?=/)")
_WHOLE = 1_000  # how well a name fits that is the same from end to end; else, how many of its last parts are
_LONGEST = 6  # parts at the end of a name that are compared
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """The record of each image that was found, by the image's id; those found by their file name alone; the rest.

    The place of a remark in `missing` is the name as its record has it.
    """

    found: Mapping[int, Annotated]
    by_file_name: tuple[int, ...]
    missing: tuple[Remark, ...]


def match(records: Iterable[Annotated], known: Mapping[int, Sequence[str]]) -> Matched:
    """Find the images of `records` among `known`: the names of each, the best one first.

    Where several records mean one image, the one that fits best counts; if several fit equally well, none.
    """
    finder = _Finder(known)
    claims: dict[int, list[tuple[int, Annotated]]] = {}
    missing: list[Remark] = []
    for record in records:
        ids, fit = finder.find(parts(record.image))
        if len(ids) == 1:
            claims.setdefault(ids[0], []).append((fit, record))
        else:
            missing.append(Remark(record.image, _why_not([known[number][0] for number in ids])))
    found: dict[int, Annotated] = {}
    weak = []
    for number, rivals in claims.items():
        best = max(fit for fit, _ in rivals)
        winners = [record for fit, record in rivals if fit == best]
        losers = [record for fit, record in rivals if fit < best] if len(winners) == 1 else [one for _, one in rivals]
        missing += [Remark(one.image, f"it is not the only one that may mean “{shown(known[number][0])}”")
                    for one in losers]
        if len(winners) == 1:
            found[number] = winners[0]
            weak += [number] if best == 1 else []
    return Matched(found, tuple(weak), tuple(missing))


def parts(name: str) -> Parts:
    """A path, a URI or a key as its parts, however its slashes lean: no scheme, no drive, no "." and no empty part."""
    plain = _DRIVE.sub("", _SCHEME.sub("", unicodedata.normalize("NFC", name.replace("\\", "/")), count=1), count=1)
    return tuple(part for part in plain.split("/") if part not in ("", "."))


class _Finder:
    """Looks names up by their ends. Almost every end has one image, so those that several share are kept apart."""

    def __init__(self, known: Mapping[int, Sequence[str]]) -> None:
        self._whole: dict[Parts, dict[int, None]] = {}
        self._one: dict[Parts, int] = {}
        self._several: dict[Parts, dict[int, None]] = {}
        self._deepest = 0
        for number, names in known.items():
            for whole in dict.fromkeys(map(parts, names)):
                self._deepest = max(self._deepest, len(whole))
                self._whole.setdefault(whole, {})[number] = None
                for length in range(1, min(len(whole), _LONGEST) + 1):
                    first = self._one.setdefault(whole[-length:], number)
                    if first != number:
                        self._several.setdefault(whole[-length:], {first: None})[number] = None

    def find(self, name: Parts) -> tuple[list[int], int]:
        """(the images that fit best, how well they do).

        Of several with the same end, the one that has no folder besides is meant: "bucket/a.jpg" is "a.jpg".
        """
        for length in range(min(len(name), self._deepest), 0, -1):
            end = name[-length:]
            if end in self._whole:
                return list(self._whole[end]), _WHOLE if length == len(name) else length
            if length <= _LONGEST and end in self._one:
                return list(self._several.get(end, (self._one[end],))), length
        return [], 0


def _why_not(candidates: Sequence[str]) -> str:
    if not candidates:
        return "no photo of the project is called so"
    first = " and ".join(f"“{shown(name, 40)}”" for name in candidates[:2])
    more = f" and {len(candidates) - 2:,} more" if len(candidates) > 2 else ""
    return f"several photos may be meant: {first}{more}"
