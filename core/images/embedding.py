"""What a photo shows, as 1280 numbers: photos that look alike to a person have rows that point the same way."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SIZE = (1280,)
SIDE = 224  # pixels; photos are squashed to a square, which did better than cropping or padding
BATCH = 8  # images a call, so that memory stays small

Embeddings = NDArray[np.float32]

_building = threading.Lock()


def embed(images: Sequence[Image.Image]) -> Embeddings:
    """One row of 1280 numbers an image, of length 1. Images in RGB, of any size; safe from several threads."""
    rows = [np.empty((0, *SIZE), np.float32)]
    for start in range(0, len(images), BATCH):
        batch = np.stack([pixels_for_network(image) for image in images[start : start + BATCH]])
        rows.append(_session().run(["embedding"], {"image": batch})[0])
    return normalised(np.concatenate(rows))


def pixels_for_network(image: Image.Image) -> NDArray[np.float32]:
    """The image as the network was trained to see it: (3, 224, 224), values about -1 to 1."""
    small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return ((np.asarray(small, dtype=np.float32) - 127.0) / 128.0).transpose(2, 0, 1)


def normalised(rows: Embeddings) -> Embeddings:
    """Each row scaled to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(lengths, 1e-12)).astype(np.float32)


def _session() -> InferenceSession:
    """The network, built at first use and then shared: a session may be run from several threads at once."""
    with _building:
        return _build_session()


@functools.cache
def _build_session() -> InferenceSession:
    from onnxruntime import InferenceSession, SessionOptions

    from core.images import backbone, weights

    options = SessionOptions()
    options.intra_op_num_threads = 1  # several threads spin, and slow each other down when the machine is busy
    options.inter_op_num_threads = 1
    return InferenceSession(backbone.build(weights.load()), options, providers=["CPUExecutionProvider"])
