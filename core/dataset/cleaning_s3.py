"""Cleaning photos that stay in S3: read there, written there, by this computer or by the workers of a cluster.

A copy lies under the key that the upload gives to a picture of that content, so that nothing need be sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial

from core.aws import clients as aws
from core.aws import storage
from core.compute import each
from core.dataset import places
from core.dataset.names import content_key
from core.dataset.places import Reach
from core.errors import BadImage, NotFound
from core.images import cleaning as pixels
from core.images.cleaning import Plan, Recipe
from core.jobs import Progress
from core.types import Cleaned, Photo
from core.workspace import Project

Item = tuple[Photo, Plan]


def copies(
    progress: Progress, project: Project, recipe: Recipe, todo: Sequence[Item]
) -> Iterator[tuple[Item, Cleaned]]:
    """Each of these photos with its copy in the project's bucket, which is made when there are any."""
    if todo:
        clients = aws.connect(project.home, project.backend)
        bucket = storage.ensure_bucket(clients, storage.bucket_name(clients, project))
        yield from each(partial(_clean, recipe, places.reach(project), bucket.name, project.name), todo, progress)


def forget(project: Project, uri: str) -> None:
    """A copy turned out to be gone: the next cleaning makes it again."""
    with project.catalogue() as rows:
        rows.execute("DELETE FROM cleaned WHERE path = ?", (uri,))


def _clean(recipe: Recipe, reach: Reach, bucket: str, project: str, item: Item) -> Cleaned:
    photo, plan = item
    if plan.leave_out:
        return Cleaned(photo.id, None, (), plan.leave_out)
    clients = reach.clients()
    try:
        data = storage.get_bytes(clients, *places.parts(photo.path))
        done, format, copy, size = pixels.make(data, photo.name, recipe)
    except (NotFound, BadImage) as error:
        return Cleaned(photo.id, None, (), error.message)
    if copy is None:
        return Cleaned(photo.id, None, (), done.leave_out)
    digest = hashlib.sha256(copy).hexdigest()
    key = f"{project}/{content_key(digest, photo.name, format)}"
    storage.put_bytes(clients, bucket, key, copy)
    return Cleaned(photo.id, storage.uri(bucket, key), done.actions, None, *size, len(copy), digest)
