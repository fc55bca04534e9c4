"""The checksums of S3, all five. Python has three of them; the other two are computed here, in lanes with numpy."""

from __future__ import annotations

import base64
import functools
import hashlib
import zlib

import numpy as np
import numpy.typing as npt

_LANES = 1024  # a power of two


def compute_checksum(body: bytes, algorithm: str, encode_base64: bool = True) -> bytes:
    """The checksum of `body` as S3 writes it. `algorithm` is S3's own name, such as "CRC64NVME"; KeyError if unknown.

    The signature is moto's, whose place this takes.
    """
    digest = _ALGORITHMS[algorithm.upper()](body)
    return base64.b64encode(digest) if encode_base64 else digest


def crc(data: bytes, polynomial: int, width: int) -> int:
    """A reflected CRC of 32 or 64 bits that begins with all ones and is inverted at the end."""
    ones = 2**width - 1
    table = _table(polynomial, width)
    length = len(data) // _LANES
    state = ones
    if length:
        state = _crc_in_lanes(data[:length * _LANES], state, polynomial, width)
    for byte in data[length * _LANES:]:
        state = int(table[(state ^ byte) & 0xFF]) ^ (state >> 8)
    return state ^ ones


def _crc_in_lanes(data: bytes, state: int, polynomial: int, width: int) -> int:
    """The state of the register after `data`, whose length is a multiple of the lanes.

    A CRC is linear: a lane's register can be moved over the bytes that follow it, and combined with theirs by XOR.
    """
    table = _table(polynomial, width)
    columns = np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(_LANES, -1).T)
    lanes = np.zeros(_LANES, np.uint64)
    lanes[0] = state
    for column in columns:
        lanes = table[(lanes ^ column) & np.uint64(0xFF)] ^ (lanes >> np.uint64(8))
    move = _move_over(len(columns), polynomial, width)
    while len(lanes) > 1:
        lanes = _apply(move, lanes[0::2]) ^ lanes[1::2]
        move = _apply(move, move)
    return int(lanes[0])


@functools.cache
def _table(polynomial: int, width: int) -> npt.NDArray[np.uint64]:
    """What each value of the lowest byte of the register does to the rest of it."""
    table = np.arange(256, dtype=np.uint64)
    for _ in range(8):
        table = np.where(table & np.uint64(1), (table >> np.uint64(1)) ^ np.uint64(polynomial), table >> np.uint64(1))
    return table


def _move_over(count: int, polynomial: int, width: int) -> npt.NDArray[np.uint64]:
    """What `count` zero bytes do to the register, as a matrix over two elements: the images of its single bits."""
    bits = np.uint64(1) << np.arange(width, dtype=np.uint64)
    step = _table(polynomial, width)[bits & np.uint64(0xFF)] ^ (bits >> np.uint64(8))
    result = bits
    while count:
        if count & 1:
            result = _apply(step, result)
        step = _apply(step, step)
        count >>= 1
    return result


def _apply(matrix: npt.NDArray[np.uint64], vectors: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    result = np.zeros_like(vectors)
    for bit, image in enumerate(matrix):
        result ^= np.where((vectors >> np.uint64(bit)) & np.uint64(1), image, np.uint64(0))
    return result


_ALGORITHMS = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "CRC32C": lambda data: crc(data, 0x82F63B78, 32).to_bytes(4, "big"),
    "CRC64NVME": lambda data: crc(data, 0x9A6C9329AC4BC9B5, 64).to_bytes(8, "big"),
    "SHA1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
}
ALGORITHMS = tuple(_ALGORITHMS)
