"""The ETags of S3 objects that held the same as a file here when they were sent or fetched.

An ETag is the content's MD5 only in a bucket without a KMS key; what was noted once tells the same in any bucket.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.aws import storage
from core.aws.storage import StoredObject
from core.workspace import Project


def known(project: Project, bucket: str) -> dict[str, str]:
    """ETag by key of what was sent to the bucket or fetched from it."""
    start = storage.uri(bucket, "")
    with project.reading() as rows:
        found = rows.execute("SELECT uri, etag FROM synced WHERE substr(uri, 1, ?) = ?", (len(start), start)).fetchall()
    return {row["uri"].removeprefix(start): row["etag"] for row in found}


def remember(project: Project, bucket: str, items: Iterable[StoredObject]) -> None:
    """Note that each object now holds the same as the file here."""
    with project.catalogue() as rows:
        rows.executemany("INSERT OR REPLACE INTO synced VALUES (?, ?)",
                         [(storage.uri(bucket, item.key), item.etag) for item in items])
