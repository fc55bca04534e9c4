"""A map of photos: every one a point, and like ones close together."""

from __future__ import annotations

import numpy as np

from core.images.likeness import Floats


def drawn(rows: Floats) -> Floats:
    """Places (n, 2), each 0-1, of photos with these embeddings (n, d)."""
    centred = rows - rows.mean(axis=0) if len(rows) else rows
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    return _stretched(np.pad(centred @ axes.T, ((0, 0), (0, 2 - len(axes)))))


def _stretched(points: Floats) -> Floats:
    """Moved and scaled to fill 0-1 in its longer direction, with the centre at the middle."""
    if not len(points):
        return points.astype(np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    span = max(float((high - low).max()), 1e-9)
    return ((points - (low + high) / 2) / span + 0.5).astype(np.float32)
