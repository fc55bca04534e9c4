"""Until when a link is good whose signature stands in its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from core.engine.refusal import Refusal

LONGEST = 7 * 24 * 3600  # seconds that a link may last by AWS's present signature


def check(query: Mapping[str, Sequence[str]], now: dt.datetime) -> None:
    """Refuse a link that has expired, in S3's words, and one that lasts longer than S3 lets any."""
    given = {name: values[0] for name, values in query.items()}
    try:
        until = _until(given)
    except (ValueError, OverflowError):
        raise _bad("X-Amz-Date and X-Amz-Expires, or Expires, must say when the link expires") from None
    if until is None:
        raise _bad("Query-string authentication needs X-Amz-Date and X-Amz-Expires, or Expires")
    if now >= until:
        raise Refusal("AccessDenied", "Request has expired")


def _until(given: Mapping[str, str]) -> dt.datetime | None:
    if "X-Amz-Date" in given and "X-Amz-Expires" in given:
        lasts = int(given["X-Amz-Expires"])
        if not 0 <= lasts <= LONGEST:
            raise _bad(f"X-Amz-Expires must be from 0 to {LONGEST} seconds")
        signed = dt.datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
        return signed + dt.timedelta(seconds=lasts)
    if "Expires" in given:
        return dt.datetime.fromtimestamp(int(given["Expires"]), dt.UTC)
    return None


def _bad(message: str) -> Refusal:
    return Refusal("AuthorizationQueryParametersError", f"{message}.", 400)
