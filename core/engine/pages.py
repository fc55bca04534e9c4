"""Pages of a list, with tokens that say nothing to their holder and are worth nothing to another list."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from typing import Any

from core.engine.awsjson import ApiError

PAGE = 100
_SEAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class Pages:
    """Makes and reads the tokens of one engine."""

    secret: bytes

    def after(self, token: str | None, *scope: Any) -> Any:
        """The place where the last page of `scope` ended, None at its beginning.

        `scope` is the operation with all its filters. A token of another scope, or one that was tampered with, raises
        InvalidPaginationTokenException. The empty token is the beginning, as scripts of AWS's guide send it.
        """
        if not token:
            return None
        try:
            place = base64.urlsafe_b64decode(token.encode("ascii"))[_SEAL_BYTES:]
        except (UnicodeEncodeError, binascii.Error):
            raise _invalid() from None
        if not hmac.compare_digest(token, self._sealed(place, scope)):
            raise _invalid()
        return json.loads(place)

    def token(self, place: Any, *scope: Any) -> str:
        """The token with which `scope` goes on after `place`, any JSON value."""
        return self._sealed(json.dumps(place).encode(), scope)

    def _sealed(self, place: bytes, scope: tuple[Any, ...]) -> str:
        message = json.dumps(scope, sort_keys=True).encode() + b"\0" + place
        seal = hmac.digest(self.secret, message, "sha256")[:_SEAL_BYTES]
        return base64.urlsafe_b64encode(seal + place).decode()


def _invalid() -> ApiError:
    return ApiError("InvalidPaginationTokenException", "Invalid Token")
