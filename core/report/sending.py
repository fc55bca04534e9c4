"""A report's files on their way to S3: only what is not there yet, each read back and compared, the seal at last."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from core.aws import storage
from core.aws.clients import Clients
from core.aws.storage import StoredObject
from core.compute import each
from core.errors import RekolabError
from core.jobs import Progress
from core.report import bundle
from core.report.bundle import SEAL, SUMS

THREADS = 4
_TYPES = {".html": "text/html; charset=utf-8", ".csv": "text/csv; charset=utf-8", ".json": "application/json",
          ".ipynb": "application/x-ipynb+json", ".svg": "image/svg+xml", "": "text/plain; charset=utf-8"}


def send(progress: Progress, clients: Clients, bucket: str, prefix: str, folder: Path) -> int:
    """Send what S3 does not have yet of the report in `folder`; gives how many files that were.

    RekolabError when something did not arrive whole. Done again it sends nothing twice.
    """
    names = bundle.opened(folder).names
    there = {item.key: item for item in storage.list_objects(clients, bucket, f"{prefix}/")}
    progress.begin(len(names), "Sending it to S3")
    last = [name for name in names if name in (SUMS, SEAL)]  # whoever sees them finds everything else

    def arrived(name: str) -> bool:
        return _arrived(clients, bucket, f"{prefix}/{name}", folder / name, there.get(f"{prefix}/{name}"))

    sent = 0
    for some in ([name for name in names if name not in last], last):
        sent += sum(new for _, new in each(arrived, some, progress, threads=THREADS))
    return sent


def differences(clients: Clients, bucket: str, prefix: str, folder: Path) -> list[str]:
    """What S3 has otherwise than the report in `folder` was made, in words; nothing when it is the same."""
    made = bundle.read_sums((folder / SUMS).read_text("utf-8", "replace"))[0]
    made |= {name: _hash((folder / name).read_bytes()) for name in (SUMS, SEAL) if (folder / name).is_file()}
    names = sorted(made)
    there = {item.key.removeprefix(f"{prefix}/"): item for item in storage.list_objects(clients, bucket, f"{prefix}/")}
    found = [f"{name} is missing in S3" for name in names if name not in there]
    found += [f"{name} is in S3, and not part of the report" for name in sorted(set(there) - set(names))]
    return found + [f"{name} has another content in S3" for name in names if name in there
                    and _stored_hash(clients, bucket, there[name]) != made[name]]


def _arrived(clients: Clients, bucket: str, key: str, file: Path, there: StoredObject | None) -> bool:
    """Whether the file had to be sent; afterwards S3 has it for sure."""
    data = file.read_bytes()
    digest = _hash(data)
    if there and there.size == len(data) and _stored_hash(clients, bucket, there) == digest:
        return False
    kind = _TYPES.get(PurePosixPath(key).suffix.lower()) if not _added(key) else None
    storage.put_bytes(clients, bucket, key, data, kind, digest)
    if _hash(storage.get_bytes(clients, bucket, key)) != digest:
        raise RekolabError(f"{key} did not arrive whole in {bucket}. Send the report once more.")
    return True


def _stored_hash(clients: Clients, bucket: str, item: StoredObject) -> str:
    """The SHA-256 that S3 keeps of the object, or else of its content as it comes."""
    return storage.sha256_of(clients, bucket, item) or _hash(storage.get_bytes(clients, bucket, item.key))


def _added(key: str) -> bool:
    """Whether it is a file that somebody added: what a browser would run of it is nothing that we wrote."""
    return f"/{bundle.ADDED}/" in key


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


