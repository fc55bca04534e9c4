from __future__ import annotations

import numpy as np
import pytest

from core.images import proposing
from core.images.embedding import normalised


def heap(count: int, of: int, spread: float = 0.6, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Rows of length 1 around `of` centres, the same number around each, and the centre of each row."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(of, 32))
    own = np.arange(count) % of
    return normalised((centres[own] + spread * chance.normal(size=(count, 32))).astype(np.float32)), own


def test_the_rest_follows_from_a_few_of_each_and_what_is_surer_is_more_often_right():
    rows, own = heap(240, of=3, spread=2.0)
    likely = proposing.proposed(rows[:15], np.eye(3)[own[:15]], rows[15:])
    assert np.allclose(likely.sum(axis=1), 1)
    right = likely.argmax(axis=1) == own[15:]
    sure = likely.max(axis=1)
    assert right.mean() > 0.6
    assert right[sure > np.median(sure)].mean() > right[sure <= np.median(sure)].mean()


def test_several_labels_are_each_likely_by_themselves():
    rows, own = heap(60, of=4)
    wanted = np.array([[at in (0, 1), at in (1, 2)] for at in own], float)  # each has none, one or both
    likely = proposing.proposed(rows[:24], wanted[:24], rows[24:], several=True)
    assert ((likely > 0.5) == (wanted[24:] > 0)).mean() > 0.9


def test_labels_that_lie_make_every_proposal_less_sure():
    rows, own = heap(90, of=2, spread=1.0)
    lying = own[:60].copy()
    lying[::4] = 1 - lying[::4]
    honest = proposing.proposed(rows[:60], np.eye(2)[own[:60]], rows[60:]).max(axis=1).mean()
    doubted = proposing.proposed(rows[:60], np.eye(2)[lying], rows[60:]).max(axis=1).mean()
    assert doubted < honest


@pytest.mark.parametrize("count", [0, 1, 7, 5_000])
def test_a_fit_learns_from_as_many_as_it_needs_and_from_none_twice(count):
    places = proposing.chosen(count)
    assert len(places) == len(set(places.tolist())) == min(count, proposing.MOST)
    assert all(0 <= place < count for place in places)


def test_no_photo_to_propose_for_gives_no_row():
    rows, own = heap(10, of=2)
    assert proposing.proposed(rows, np.eye(2)[own], rows[:0]).shape == (0, 2)
