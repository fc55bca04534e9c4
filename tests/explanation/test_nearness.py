from __future__ import annotations

import numpy as np

from core.explanation.nearness import FEWEST, left_out, nearness
from core.images.embedding import normalised
from core.images.likeness import Floats


def cloud(count: int, seed: int, spread: float = 0.4, centre: int = 0) -> Floats:
    """Rows around one direction."""
    dice = np.random.default_rng(seed)
    return normalised((np.eye(64)[centre] + spread * dice.standard_normal((count, 64)) / 8).astype(np.float32))


def test_distances_of_training_photos_leave_the_photo_itself_out() -> None:
    rows = cloud(40, 1)
    plain = [1 - np.sort(np.delete(rows @ row, place))[-3:].mean() for place, row in enumerate(rows)]
    assert np.allclose(left_out(rows, rows), plain, atol=1e-5)


def test_a_photo_like_the_others_is_rarely_far_and_one_of_another_kind_always_is() -> None:
    rows = cloud(200, 1)
    own = left_out(rows, rows)
    ordinary = [nearness(row, rows, own) for row in cloud(200, 2)]
    assert sum(one.far for one in ordinary if one) / 200 <= 0.1  # 0.05, and what chance adds to it
    assert all(one and one.far for one in (nearness(row, rows, own) for row in cloud(20, 3, centre=9)))


def test_so_few_photos_that_nothing_can_be_told_are_never_far() -> None:
    rows = cloud(FEWEST - 1, 1)
    found = nearness(cloud(1, 2, centre=9)[0], rows, left_out(rows, rows))
    assert found and found.further == 0 and not found.far
    assert nearness(rows[0], rows[:1], np.empty(0, np.float32)) is None


def test_the_nearest_come_first_with_their_similarity() -> None:
    rows = cloud(30, 1)
    found = nearness(rows[7], rows, left_out(rows, rows))
    assert found and found.nearest[0][0] == 7
    assert len(found.nearest) == 5
    assert [one for _, one in found.nearest] == sorted((one for _, one in found.nearest), reverse=True)


def test_twins_in_the_training_set_are_left_out_as_any_others() -> None:
    rows = np.vstack([cloud(20, 1), cloud(20, 1)])
    assert np.allclose(left_out(rows, rows)[:20], left_out(rows, rows)[20:], atol=1e-5)
