"""A map of photos: every one a point, and like ones close together."""

from __future__ import annotations

import numpy as np

from core.images.likeness import Floats, Ints

NEAR = 15  # neighbours that pull a photo to themselves; fewer in a small set, so that it does not become one heap
STEPS = 200
OTHERS = 5  # photos that push it away at each step, each as strongly as all together pull
REACH = 4.0  # the longest way in one step, in units in which photos that pull each other end up about 1 apart


def drawn(rows: Floats, neighbours: Ints, similarities: Floats) -> Floats:
    """Places (n, 2), each 0-1, of photos with these embeddings (n, d) and nearest neighbours (n, k), -1 for none.

    Begun with the two main directions of the embeddings, then as UMAP does it (McInnes and others, 2018): neighbours
    pull each other, photos at random push each other away, ever less far. The same photos give the same map.
    """
    points = _main_directions(rows)
    if len(points) < 4:
        return _fitted(points)
    near = max(2, min(NEAR, len(points) // 4))
    others, pulls = neighbours[:, :near], _pulls(neighbours[:, :near], similarities[:, :near])
    pushes = pulls.sum(axis=1, keepdims=True)
    chance = np.random.default_rng(0)
    points = points + chance.normal(0, 1e-3, points.shape).astype(np.float32)
    for step in range(STEPS):
        move = _pulled(points, others, pulls)
        for shift in chance.integers(1, len(points), OTHERS):
            move += pushes * _pushed(points, np.roll(points, shift, axis=0))
        points = points + np.clip(move, -REACH, REACH) * np.float32(1 - step / STEPS)
    return _fitted(points)


def _main_directions(rows: Floats) -> Floats:
    """The rows seen from where they differ most, (n, 2), within -10 to 10."""
    if len(rows) < 2:
        return np.zeros((len(rows), 2), np.float32)
    centred = rows - rows.mean(axis=0)
    turn = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]
    points = centred @ turn
    return (points / max(float(np.abs(points).max()), 1e-9) * 10).astype(np.float32)


def _pulls(neighbours: Ints, similarities: Floats) -> Floats:
    """How strongly each neighbour pulls: 1 for the nearest, less the further it is, on the scale of those around."""
    there = neighbours >= 0
    further = np.where(there, similarities[:, :1] - similarities, 0)
    usual = further.sum(axis=1, keepdims=True) / np.maximum(there.sum(axis=1, keepdims=True), 1)
    return np.where(there, np.exp(-further / np.maximum(usual, 1e-4)), 0).astype(np.float32)


def _pulled(points: Floats, neighbours: Ints, pulls: Floats) -> Floats:
    way = points[neighbours] - points[:, None]
    strength = pulls * 2 / (1 + (way**2).sum(axis=2))
    return (way * strength[:, :, None]).sum(axis=1)


def _pushed(points: Floats, others: Floats) -> Floats:
    way = points - others
    apart = (way**2).sum(axis=1, keepdims=True)
    return way * 2 / ((0.01 + apart) * (1 + apart))


def _fitted(points: Floats) -> Floats:
    """Moved and scaled to fill 0-1 in the longer direction, with the middle of the other at the middle."""
    if not len(points):
        return points
    low, high = points.min(axis=0), points.max(axis=0)
    return ((points - (low + high) / 2) / max(float((high - low).max()), 1e-9) + 0.5).astype(np.float32)
