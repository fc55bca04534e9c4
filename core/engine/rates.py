"""Requests per second, as Rekognition counts them: for each operation of an account, and for a model's units."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Hashable

from core.engine.awsjson import ApiError, Caller
from core.engine.settings import EngineSettings
from core.engine.state import ModelVersion

_TAGGING = ("TagResource", "UntagResource", "ListTagsForResource")


class Rates:
    """The requests of the last second, where settings limit them."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._times: defaultdict[Hashable, deque[float]] = defaultdict(deque)

    def take_call(self, caller: Caller) -> None:
        """Count a request; ProvisionedThroughputExceededException when its operation has had enough."""
        if caller.operation in _TAGGING:
            most = self._settings.tag_calls_per_second
        elif caller.operation == "DetectCustomLabels":
            most = self._settings.detections_per_second
        else:
            most = self._settings.calls_per_second
        self._take((caller.region, caller.operation), most)

    def take_detection(self, version: ModelVersion) -> None:
        """Count a detection; the same error when the units of the model have had enough."""
        units = version.max_units or version.min_units or 1
        self._take(version.arn, self._settings.detections_per_unit * units)

    def _take(self, key: Hashable, most: int) -> None:
        if most == 0:
            return
        now = time.monotonic()
        with self._lock:
            times = self._times[key]
            while times and times[0] <= now - 1:
                times.popleft()
            if len(times) >= most:
                raise ApiError("ProvisionedThroughputExceededException", "Provisioned Rate exceeded.")
            times.append(now)
