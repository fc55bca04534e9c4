"""Pictures on their way to S3: several at once, each checked by S3 on receipt, with patience for what passes.

A picture that can not be sent keeps no other from being sent. What S3 refuses for all of them ends the sending.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from core.aws import storage
from core.aws.calls import Patience, passes
from core.aws.clients import Clients
from core.aws.storage import StoredObject
from core.compute import each
from core.dataset import batches, cleaning_s3, places, synced
from core.dataset.names import counted
from core.dataset.pace import Pace
from core.dataset.trainable import Entry
from core.errors import CLEAN, AwsError, Cure, NotFound, Throttled
from core.jobs import Progress
from core.workspace import Project

THREADS = 8  # these wait for the network, not for a processor
PATIENCE = Patience(seconds=180, first=0.5, longest=15)  # beyond botocore's own five tries
BROWSE = Cure("Look at the photos again", "data/browse")

_TICK = 0.2  # seconds after which a cancelled job is seen while it waits


@dataclass(frozen=True, slots=True)
class Unsent:
    """A picture that could not be sent: why, as the rest of a sentence that begins with its name, and the way on."""

    name: str
    why: str
    cure: Cure


def send(
    progress: Progress, project: Project, clients: Clients, bucket: str, pictures: Mapping[str, Entry]
) -> list[Unsent]:
    """Send the pictures by their keys, and remember each that has arrived; gives those that could not be sent.

    An AwsError that patience does not cure ends it, as a cancelled job does; what has arrived by then is remembered.
    """
    pace = Pace(sum(entry.facts.bytes for entry in pictures.values()))
    courier = Courier(progress, project, clients, bucket, pace)
    unsent: list[Unsent] = []

    def arrived() -> Iterator[StoredObject]:
        for key, item in each(lambda key: courier.send(key, pictures[key]), pictures, progress, threads=THREADS):
            pace.add(pictures[key].facts.bytes)
            progress.say(pace.message)
            if isinstance(item, Unsent):
                unsent.append(item)
            else:
                yield item

    batches.written(arrived(), partial(synced.remember, project, bucket))
    return unsent


def sentence(unsent: list[Unsent], sent: int) -> str:
    """What is to be said of pictures that could not be sent: the first few by name."""
    named = "; ".join(f"{one.name} {one.why}" for one in unsent[:3])
    more = f"; and {counted(len(unsent) - 3, 'other')}" if len(unsent) > 3 else ""
    rest = f" The other {counted(sent, 'photo')} arrived." if sent else ""
    return f"{counted(len(unsent), 'photo')} could not be sent: {named}{more}.{rest}"


@dataclass(frozen=True, slots=True)
class Courier:
    """Takes one picture at a time to the bucket, in whatever thread."""

    progress: Progress
    project: Project
    clients: Clients
    bucket: str
    pace: Pace
    patience: Patience | None = None

    def send(self, key: str, entry: Entry) -> StoredObject | Unsent:
        """The object, once S3 has it whole, or why not; an AwsError that does not pass is raised."""
        patience = self.patience or PATIENCE
        until, pause = time.monotonic() + patience.seconds, patience.first
        while True:
            try:
                return self._try(key, entry)
            except AwsError as error:
                if not _passes(error) or time.monotonic() >= until:
                    raise
                self._wait(error, pause)
                pause = min(2 * pause, patience.longest)

    def _try(self, key: str, entry: Entry) -> StoredObject | Unsent:
        data = self._content(entry)
        if isinstance(data, Unsent):
            return data
        try:
            return storage.put_bytes(self.clients, self.bucket, key, data, sha256=entry.facts.sha256)
        except AwsError as error:
            if error.code != "BadDigest" or hashlib.sha256(data).hexdigest() == entry.facts.sha256:
                raise
        return Unsent(entry.name, "has changed since it was looked at", BROWSE)

    def _content(self, entry: Entry) -> bytes | Unsent:
        """The bytes of its file or object; whether they are still those of the manifest is for S3 to find out."""
        try:
            return places.read_bytes(self.project, entry.file)
        except NotFound:
            cleaning_s3.forget(self.project, str(entry.file))
            return Unsent(entry.name, f"is no longer in S3 ({entry.file})", CLEAN)
        except FileNotFoundError:
            return Unsent(entry.name, f"is no longer there ({entry.file})", BROWSE)
        except OSError as error:
            return Unsent(entry.name, f"can not be read ({entry.file}: {error.strerror})", BROWSE)

    def _wait(self, error: AwsError, seconds: float) -> None:
        why = "S3 asks for fewer requests at once" if isinstance(error, Throttled) else "S3 does not answer"
        end = time.monotonic() + seconds
        with self.pace.waiting(f"{why}; trying again in a moment."):
            self.progress.say(self.pace.message)
            while (rest := end - time.monotonic()) > 0:
                self.progress.check()
                time.sleep(min(_TICK, rest))


def _passes(error: AwsError) -> bool:
    """Whether the same call may well succeed a little later. A BadDigest of right bytes is damage on the way."""
    return passes(error) or error.code == "BadDigest"


def stopped(error: AwsError) -> AwsError:
    """The error that ended a sending, with what has become of the rest; of the same class, with the same cure."""
    message = f"{error.message.rstrip('.')}. What was sent before stays in S3: uploading again goes on from there."
    return type(error)(error.code, error.operation, error.said, message, error.cure)
