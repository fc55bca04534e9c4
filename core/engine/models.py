"""Trained models on disk, and those that answer requests in memory."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from core.files import write_atomically
from core.learning import learner


class Models:
    """The models of one engine, by the ARN of their version. A model is read once, however many requests need it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: dict[str, learner.Model] = {}

    def save(self, arn: str, model: learner.Model) -> None:
        write_atomically(self._file(arn), learner.dump(model))

    def get(self, arn: str) -> learner.Model:
        """The model, from memory if it can be; OSError or ValueError when its file is gone or damaged."""
        with self._lock:
            if arn not in self._loaded:
                self._loaded[arn] = learner.load(self._file(arn).read_bytes())
            return self._loaded[arn]

    def copy(self, source: str, target: str) -> None:
        """Give `target` the model of `source`; FileNotFoundError when there is none."""
        write_atomically(self._file(target), self._file(source).read_bytes())

    def unload(self, arn: str) -> None:
        with self._lock:
            self._loaded.pop(arn, None)

    def delete(self, arn: str) -> None:
        self.unload(arn)
        self._file(arn).unlink(missing_ok=True)

    def _file(self, arn: str) -> Path:
        """Names in ARNs can be longer than a file name."""
        return self._folder / f"{hashlib.sha256(arn.encode()).hexdigest()[:40]}.npz"
