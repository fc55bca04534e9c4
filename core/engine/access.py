"""The one access key of a workspace's engine, made once and kept where only its owner may read it."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from core.errors import EngineError
from core.files import write_atomically


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What AWS calls access key id and secret access key. Whoever knows the id is let in."""

    id: str
    secret: str

    def matches(self, claimed: str) -> bool:
        """Whether `claimed` is the id, in a time that tells nothing about it."""
        return hmac.compare_digest(claimed.encode("utf-8", "replace"), self.id.encode())


def access_key(root: Path) -> AccessKey:
    """The key of the engine in `root`; the first call makes it."""
    file = root / "key.json"
    if not file.exists():
        made = {"id": "RKLB" + base64.b32encode(secrets.token_bytes(10)).decode(), "secret": secrets.token_urlsafe(30)}
        write_atomically(file, json.dumps(made).encode(), mode=0o600)
    try:
        known = json.loads(file.read_bytes())
        return AccessKey(known["id"], known["secret"])
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(f"{file} is damaged. Delete it, and the engine makes a new key.") from error
