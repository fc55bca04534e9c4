from __future__ import annotations

import io

import numpy as np
import pytest

from core.learning import learner


def clouds(counts: list[int], spread: float = 0.5, size: int = 32, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(features, truth): so many points of each class around a direction of its own, on the unit sphere."""
    generator = np.random.default_rng(seed)
    classes = np.repeat(np.arange(len(counts)), counts)
    points = np.eye(size)[classes] + generator.normal(0, spread, (len(classes), size))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points.astype(np.float32), np.eye(len(counts), dtype=bool)[classes]


def test_confidences_of_one_image_add_up_and_name_its_label() -> None:
    features, truth = clouds([20, 20, 20], spread=0.1)
    model = learner.fit(features, truth, ("a", "b", "c"))
    unseen, expected = clouds([30, 30, 30], spread=0.1, seed=1)
    confidences = model.confidences(unseen)
    assert confidences.sum(axis=1) == pytest.approx(1)
    assert (confidences.argmax(axis=1) == expected.argmax(axis=1)).mean() > 0.97
    assert not model.independent


@pytest.mark.parametrize(("counts", "spread"), [([20, 20], 0.25), ([40, 40, 40], 0.25), ([150, 50], 0.4)])
def test_confidences_are_about_as_high_as_they_are_right(counts: list[int], spread: float) -> None:
    model = learner.fit(*clouds(counts, spread), tuple("abc"[:len(counts)]))
    unseen, truth = clouds([400] * len(counts), spread, seed=1)
    confidences = model.confidences(unseen)
    right = (confidences.argmax(axis=1) == truth.argmax(axis=1)).mean()
    assert confidences.max(axis=1).mean() == pytest.approx(right, abs=0.08)


def test_a_handful_of_easy_images_does_not_make_certain() -> None:
    features, truth = clouds([5, 5], spread=0.02)
    confidences = learner.fit(features, truth, ("a", "b")).confidences(features)
    assert 0.75 < confidences.max(axis=1).mean() < 0.97


def test_one_image_a_label_is_enough_to_learn() -> None:
    features, truth = clouds([1, 1], spread=0.01)
    model = learner.fit(features, truth, ("a", "b"))
    assert (model.confidences(features).argmax(axis=1) == [0, 1]).all()
    assert (learner.fit(*clouds([1, 8, 8], spread=0.1), ("a", "b", "c")).confidences(features) > 0).all()


def test_images_with_several_labels_are_learned_label_by_label() -> None:
    features, truth = clouds([30, 30, 30], spread=0.1)
    truth[:, 2] |= truth[:, 1]
    truth = np.hstack([truth, np.ones((90, 1), bool)])
    model = learner.fit(features, truth, ("a", "b", "c", "always"))
    said = model.confidences(clouds([10, 10, 10], spread=0.1, seed=1)[0]) > 0.5
    assert model.independent
    assert (said[10:20] == [False, True, True, True]).mean() > 0.95
    assert (said[20:] == [False, False, True, True]).mean() > 0.95
    assert model.confidences(features)[:, 3] == pytest.approx(91 / 92)


def test_a_model_comes_back_from_its_bytes_without_pickle() -> None:
    features, truth = clouds([10, 10])
    model = learner.fit(features, truth, ("größe", "犬")).with_thresholds(np.array([0.3, 0.7]))
    again = learner.load(learner.dump(model))
    assert again.labels == ("größe", "犬")
    assert (again.confidences(features) == model.confidences(features)).all()
    assert again.thresholds.tolist() == [0.3, 0.7]
    with np.load(io.BytesIO(learner.dump(model)), allow_pickle=False) as file:
        assert all(array.dtype != object for array in file.values())


def test_the_same_images_give_the_same_model() -> None:
    features, truth = clouds([12, 9, 7])
    first, second = (learner.fit(features, truth, ("a", "b", "c")) for _ in range(2))
    assert (first.weights == second.weights).all()
