"""What was made again, and whether it came out the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["same", "differs", "not possible"]
_SHOWN = 10  # names of what differs


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made again, whether it came out the same, and the details in words."""

    what: str
    state: State
    detail: str = ""


def compared(what: str, fine: str, unlike: list[str], absent: Iterable[str] = ()) -> Outcome:
    """The same, described as `fine`; or else what is `unlike`, or could not be made again, by name."""
    gone = list(absent)
    if unlike:
        return Outcome(what, "differs", listed(unlike) + (f"; not there: {listed(gone)}" if gone else ""))
    return Outcome(what, "not possible", f"{fine}, not there: {listed(gone)}") if gone else Outcome(what, "same", fine)


def listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
