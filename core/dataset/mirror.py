"""Photos that come from S3: a prefix is mirrored into the project's own folder, or only noted where it stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from operator import attrgetter
from os.path import commonpath
from pathlib import Path, PurePosixPath

from core.aws import clients as aws
from core.aws import storage
from core.aws.clients import Clients
from core.aws.storage import StoredObject
from core.compute import each
from core.dataset import batches, synced
from core.dataset.archives import MAX_FILE_BYTES, TOO_HEAVY
from core.dataset.names import counted, disk_path, why_left_out
from core.dataset.photos import Found, Source
from core.dataset.places import stamp_of
from core.errors import NotAllowed, NotFound
from core.files import write_atomically
from core.jobs import Progress
from core.workspace import Project

NOT_THERE = "objects that are no longer in the bucket"
THREADS = 8  # these wait for the network, not for a processor


def copy_prefix(progress: Progress, project: Project, bucket: str, prefix: str) -> Found:
    """Copy the photos under `prefix` that are new or have changed."""
    client = aws.connect(project.home, project.backend)
    wanted, left_out = _listed(progress, client, bucket, prefix)
    _fetch(progress, project, client, bucket, [item for item, _ in wanted])
    sources = [Source(_place(project, bucket, item), str(path)) for item, path in wanted]
    return Found(tuple(sources), left_out)


def find_prefix(progress: Progress, project: Project, bucket: str, prefix: str) -> Found:
    """The photos under `prefix`, which stay in S3 and are read there by whoever works on them."""
    wanted, left_out = _listed(progress, aws.connect(project.home, project.backend), bucket, prefix)
    sources = [Source(storage.uri(bucket, item.key), str(path), stamp=stamp_of(item)) for item, path in wanted]
    return Found(tuple(sources), left_out)


def first_photos(project: Project, bucket: str, prefix: str, most: int) -> list[StoredObject]:
    """The first photos whose keys begin with `prefix`, `most` at most, in the order of their keys; which may be one."""
    client = aws.connect(project.home, project.backend)
    photos = (item for item in _objects(client, bucket, prefix) if not _why_left_out(disk_path(item.key), item))
    return list(islice(photos, most))


def copy_objects(progress: Progress, project: Project, bucket: str, keys: Sequence[str]) -> Found:
    """Copy the photos of these keys that are new or have changed, as they are named under the folder of all of them.

    Where each lies in a folder of its own, as Rekolab keeps them in S3, folders name nothing and are left off.
    """
    client = aws.connect(project.home, project.backend)
    left_out: Counter[str] = Counter()
    paths = {key: disk_path(key) for key in keys}
    top = commonpath([path.parent for path in paths.values()]) if paths else ""
    alone = len(keys) > 1 and len({path.parent for path in paths.values()}) == len(paths)
    progress.begin(len(keys), f"Looking for {counted(len(keys), 'photo')} in the bucket {bucket}")
    wanted = []
    for key, item in each(partial(storage.head, client, bucket), keys, progress, threads=THREADS):
        if reason := NOT_THERE if item is None else _why_left_out(paths[key], item):
            left_out[reason] += 1
        elif item:
            wanted.append(item)
    _fetch(progress, project, client, bucket, sorted(wanted, key=attrgetter("key")))
    return Found(tuple(
        Source(_place(project, bucket, item), paths[item.key].name if alone else str(paths[item.key].relative_to(top)))
        for item in wanted), left_out)


def beginning(project: Project, bucket: str, prefix: str) -> str:
    """How the paths of the photos that copy_prefix makes for `prefix` begin."""
    parts = [part for part in prefix.split("/") if part]
    place = project.originals.joinpath("s3", bucket, *disk_path("/".join(parts)).parts if parts else ())
    return f"{place}/" if not parts or prefix.endswith("/") else str(place)


def _listed(
    progress: Progress, client: Clients, bucket: str, prefix: str
) -> tuple[list[tuple[StoredObject, PurePosixPath]], Counter[str]]:
    """The photos under `prefix` with their paths under it, and how many objects are left out, by the reason."""
    progress.begin(0, f"Listing s3://{bucket}/{prefix}")
    left_out: Counter[str] = Counter()
    wanted = []
    for item in _objects(client, bucket, prefix):
        progress.check()
        path = _relative(item.key, prefix)
        reason = _why_left_out(path, item)
        if reason and not item.key.endswith("/"):
            left_out[reason] += 1
        elif not reason:
            wanted.append((item, path))
    return wanted, left_out


def _why_left_out(path: PurePosixPath, item: StoredObject) -> str | None:
    return why_left_out(path) or (TOO_HEAVY if item.size > MAX_FILE_BYTES else None)


def _objects(client: Clients, bucket: str, prefix: str) -> Iterator[StoredObject]:
    """What lies under `prefix`; an error names the place, and how it can be read after all."""
    try:
        yield from storage.list_objects(client, bucket, prefix)
    except (NotFound, NotAllowed) as error:
        way_on = ("See how the bucket is spelled, or choose one of the list." if isinstance(error, NotFound) else
                  "Reading takes s3:ListBucket for the bucket and s3:GetObject for what is in it.")
        sentence = f"s3://{bucket}/{prefix} can not be read. {error.message.rstrip('.')}. {way_on}"
        raise type(error)(error.code, error.operation, error.said, sentence, error.cure) from error


def _fetch(progress: Progress, project: Project, client: Clients, bucket: str, items: list[StoredObject]) -> None:
    """Copy the objects that are not here, or are another content by now."""
    known = synced.known(project, bucket)
    missing = [item for item in items
               if known.get(item.key) != item.etag or not _is_here(_place(project, bucket, item), item.size)]
    progress.begin(len(missing), f"Copying {counted(len(missing), 'photo')} from the bucket {bucket}")

    def fetch(item: StoredObject) -> None:
        write_atomically(_place(project, bucket, item), storage.get_bytes(client, bucket, item.key))

    fetched = (item for item, _ in each(fetch, missing, progress, threads=THREADS))
    batches.written(fetched, partial(synced.remember, project, bucket))


def _place(project: Project, bucket: str, item: StoredObject) -> Path:
    return project.originals / "s3" / bucket / disk_path(item.key)


def _is_here(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _relative(key: str, prefix: str) -> PurePosixPath:
    """The object's path under the folder that `prefix` names, with or without its slash."""
    base = prefix if key.startswith(prefix.rstrip("/") + "/") else prefix.rpartition("/")[0]
    return disk_path(key.removeprefix(base).strip("/"))
