"""Photos that come from S3: a prefix is mirrored into the project's own folder."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path, PurePosixPath

from core.aws import clients as aws
from core.aws import storage
from core.aws.storage import StoredObject
from core.compute import each
from core.dataset.archives import MAX_FILE_BYTES, TOO_HEAVY
from core.dataset.names import class_of, disk_path, why_left_out
from core.dataset.photos import Found, Source
from core.files import write_atomically
from core.jobs import Progress
from core.workspace import Project

THREADS = 8  # these wait for the network, not for a processor


def copy_prefix(progress: Progress, project: Project, bucket: str, prefix: str) -> Found:
    """Copy the photos under `prefix` that are new or have changed; classes are the folders right under it."""
    client = aws.connect(project.home, project.backend)
    progress.begin(0, f"Listing s3://{bucket}/{prefix}")
    left_out: Counter[str] = Counter()
    wanted = []
    for item in storage.list_objects(client, bucket, prefix):
        progress.check()
        path = _relative(item.key, prefix)
        reason = why_left_out(path) or (TOO_HEAVY if item.size > MAX_FILE_BYTES else None)
        if reason and not item.key.endswith("/"):
            left_out[reason] += 1
        elif not reason:
            wanted.append((item, path))
    folder = project.originals / "s3" / bucket
    sources = [Source(folder / disk_path(item.key), str(path), class_of(path)) for item, path in wanted]

    def fetch(pair: tuple[StoredObject, Source]) -> None:
        write_atomically(pair[1].path, storage.get_bytes(client, bucket, pair[0].key))

    missing = [(item, source) for (item, _), source in zip(wanted, sources, strict=True)
               if not same_content(source.path, item)]
    progress.begin(len(missing), f"Copying {len(missing):,} photos from s3://{bucket}/{prefix}")
    for _ in each(fetch, missing, progress, threads=THREADS):
        pass
    return Found(tuple(sources), left_out)


def same_content(path: Path, item: StoredObject) -> bool:
    """Whether the object holds what the file holds: by size, and by MD5 where the ETag is one."""
    if not path.is_file() or path.stat().st_size != item.size:
        return False
    etag = item.etag.strip('"')
    return not re.fullmatch(r"[0-9a-f]{32}", etag) or etag == md5(path)


def md5(path: Path) -> str:
    """The file's MD5 in hex, which is what S3 gives as ETag of an object that was put in one piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _relative(key: str, prefix: str) -> PurePosixPath:
    """The object's path under the folder that `prefix` names, with or without its slash."""
    base = prefix if key.startswith(prefix.rstrip("/") + "/") else prefix.rpartition("/")[0]
    return disk_path(key.removeprefix(base).strip("/"))
