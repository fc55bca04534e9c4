"""Which names S3 gives to buckets and objects. moto takes almost any, and reads an escaped bucket name as it stands."""

from __future__ import annotations

import ipaddress
import re

from core.engine.refusal import Refusal

KEY_BYTES = 1024

_BUCKET = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def check_place(raw_path: str, key: str) -> None:
    """Refuse a path whose bucket is escaped, which no bucket's name needs, and a key that S3 has no room for."""
    if "%" in raw_path.partition("?")[0].removeprefix("/").partition("/")[0]:
        raise _bad_bucket()
    if len(key.encode()) > KEY_BYTES:
        raise Refusal("KeyTooLongError", "Your key is too long", 400)


def check_new_bucket(name: str) -> None:
    """Refuse a name that S3 gives to no new bucket."""
    if not _BUCKET.fullmatch(name) or _is_address(name):
        raise _bad_bucket()
    if name.startswith(_RESERVED_STARTS) or name.endswith(_RESERVED_ENDS):
        raise _bad_bucket()


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.IPv4Address(name))
    except ValueError:
        return False


def _bad_bucket() -> Refusal:
    return Refusal("InvalidBucketName", "The specified bucket is not valid.", 400)
