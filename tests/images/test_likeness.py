from __future__ import annotations

import numpy as np
import pytest

from core.images.likeness import DEFAULT_OUTLIER, Likeness, levelled, outlier_scores, reduced

TIGHT, WIDE = "cat", "dog"


def embeddings(count: int, spread: float, kind: int) -> np.ndarray:
    """Skewed features like a network's: what all of a kind share, and what each has of its own."""
    random = np.random.default_rng(kind)
    shared = random.gamma(0.3, 1, 1280)
    return shared + spread * random.gamma(0.3, 1, (count, 1280))


def scored(parts: list[tuple[str, np.ndarray]]) -> list[float]:
    """Their scores, in the order of the rows."""
    rows = reduced(levelled(np.concatenate([rows for _, rows in parts]).astype(np.float32)))
    ids = np.arange(len(rows))
    none = np.empty((len(rows), 0))
    labels = dict(enumerate(label for label, some in parts for _ in some))
    scores = outlier_scores(Likeness(ids, none, none, none, none, rows, ()), labels)
    return [scores[number] for number in ids.tolist() if number in scores]


@pytest.mark.parametrize("sizes", [(8, 8), (20, 20), (120, 90)],
                         ids=["few photos", "whole rows", "rows cut to 128 numbers"])
def test_a_picture_of_another_kind_is_found_in_a_wide_class_as_in_a_tight_one(sizes: tuple[int, int]) -> None:
    tight, wide = embeddings(sizes[0], 0.5, 1), embeddings(sizes[1], 0.9, 2)
    pages = embeddings(4, 0.1, 3)
    found = np.array(scored([(TIGHT, tight), (WIDE, wide), (TIGHT, pages[:1]), (WIDE, pages[1:])]))
    assert (found[-4:] > DEFAULT_OUTLIER).all(), "also the three in one class, which are like each other"
    assert (found[:-4] < DEFAULT_OUTLIER).all()


def test_a_class_of_one_picture_many_times_has_no_outlier() -> None:
    assert scored([(TIGHT, np.repeat(embeddings(1, 0.5, 1), 8, axis=0))]) == pytest.approx([0] * 8, abs=0.05)


def test_a_class_with_too_few_photos_has_no_scores() -> None:
    assert scored([(TIGHT, embeddings(4, 0.5, 1))]) == []
    assert len(scored([(TIGHT, embeddings(4, 0.5, 1)), (WIDE, embeddings(6, 0.9, 2))])) == 6
