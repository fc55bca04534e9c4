"""What AWS wrote of trained models to S3, read when it is first needed and kept: it never changes again."""

from __future__ import annotations

import time
from collections.abc import Iterable

from core.aws import storage, training, versions
from core.aws.clients import Clients
from core.compute import each
from core.errors import NotReady, RekolabError
from core.jobs import Progress
from core.types import Evaluation, Version

THREADS = 8  # these wait for the network
AGAIN = 60.0  # seconds after which a summary that could not be read is tried again


class Evaluations:
    """The evaluation summaries of one backend's models. Safe in every thread."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], Evaluation] = {}
        self._failed: dict[tuple[str, str], tuple[float, RekolabError]] = {}

    def of(self, clients: Clients, listed: Iterable[Version]) -> dict[str, Evaluation | RekolabError]:
        """ARN -> the evaluation, or why it can not be read, of those models that have one; several at once."""
        wanted = {(one.arn, one.summary_uri): one for one in listed if one.summary_uri}
        missing = [one for key, one in wanted.items() if key not in self._read and not self._failed_lately(key)]
        for one, found in each(lambda one: _read(clients, one), missing, Progress(), threads=THREADS):
            key = (one.arn, str(one.summary_uri))
            if isinstance(found, Evaluation):
                self._read[key] = found
            else:
                self._failed[key] = (time.monotonic(), found)
        return {key[0]: self._read[key] if key in self._read else self._failed[key][1] for key in wanted}

    def _failed_lately(self, key: tuple[str, str | None]) -> bool:
        return key in self._failed and time.monotonic() - self._failed[key][0] < AGAIN


def _read(clients: Clients, version: Version) -> Evaluation | RekolabError:
    try:
        return training.evaluation(clients, version)
    except RekolabError as error:
        return error


def snapshot(clients: Clients, version: Version) -> bytes:
    """The JSON Lines in which AWS wrote what the new model said of each test image; NotReady where there are none."""
    output = versions.description(clients, version.arn).get("TestingDataResult", {}).get("Output", {})
    for asset in output.get("Assets", []):
        if place := asset.get("GroundTruthManifest", {}).get("S3Object"):
            return storage.get_bytes(clients, place["Bucket"], place["Name"])
    raise NotReady(f"AWS has written down no answers of {version.name} to test photos.")
