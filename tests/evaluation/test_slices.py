from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from core.evaluation import curve_charts, scores, slices
from core.evaluation.scores import Scores
from core.types import UNKNOWN, Prediction, Score


def run(rights: list[bool], names: list[str] | None = None, truth: str = "cat") -> tuple[Scores, np.ndarray]:
    """A run of so many photos with its answers."""
    known = scores.scores([
        Prediction((names or [f"{number:03}.jpg" for number in range(len(rights))])[number], "", truth,
                   (Score("cat" if hit else "dog", 90.0),), UNKNOWN, 0.0) for number, hit in enumerate(rights)],
        ["cat", "dog"])
    return known, scores.decide(known, np.array([50.0, 50.0]))


def test_photos_are_parted_by_folder_and_in_thirds_of_what_was_measured() -> None:
    known, answers = run([True] * 6, [f"{source}/cat/{n}.jpg" for source in ("attic", "yard") for n in range(3)])
    brightness = np.array([0.1, 0.2, 0.3, 0.4, 0.5, np.nan])
    found = slices.parts(known, {"brightness": brightness, "size": np.full(6, 640.0)})
    assert [(part.by, part.name, int(part.photos.sum())) for part in found] == [
        ("source", "attic", 3), ("source", "yard", 3), ("brightness", "0.10 to 0.20 (lowest third)", 2),
        ("brightness", "0.30 (middle third)", 1), ("brightness", "0.40 to 0.50 (highest third)", 2)]
    assert all(not one.worse for one in slices.slices(known, answers, found))


def test_equal_measures_stay_together_and_two_parts_are_not_called_thirds() -> None:
    known, _ = run([True] * 12)
    found = slices.parts(known, {"size": np.array([300.0] * 4 + [500.0] * 8)})
    assert [(part.name, int(part.photos.sum())) for part in found] == [
        ("300 pixels (lower)", 4), ("500 pixels (higher)", 8)]
    assert slices.parts(known, {"size": np.array([300.0, 500.0] + [np.nan] * 10)}) == []


def test_photos_in_no_folder_are_a_source_beside_one_that_has_a_name() -> None:
    known, _ = run([True] * 3, ["cat/a.jpg", "b.jpg", "yard/cat/c.jpg"])
    assert [(part.by, part.name, int(part.photos.sum())) for part in slices.parts(known, {})] == [
        ("source", "no folder", 2), ("source", "yard", 1)]


def test_the_worst_slice_comes_first_and_is_named_when_chance_does_not_explain_it() -> None:
    known, answers = run([False] * 9 + [True] + [True] * 60, [f"{'dark' if n < 10 else 'light'}/{n}.jpg"
                                                               for n in range(70)])
    found = slices.slices(known, answers, slices.parts(known, {}))
    assert [(one.name, one.right.hits, one.right.total, one.worse) for one in found] == [
        ("dark", 1, 10, True), ("light", 60, 60, False)]
    assert list(curve_charts.slice_figures(found, 0.87).data[0].y) == [0, 1]


def test_the_chance_of_being_so_much_worse_is_fishers() -> None:
    for some, size, hits, total in ((1, 10, 61, 70), (0, 4, 8, 12), (4, 4, 8, 12), (0, 3, 0, 9)):
        table = [[some, size - some], [hits - some, total - size - hits + some]]
        assert slices._worse_by_chance(some, size, hits, total) == pytest.approx(
            fisher_exact(table, alternative="less").pvalue)


def test_p_values_are_corrected_for_their_number() -> None:
    assert slices.holm([0.01, 0.5, 0.02]) == pytest.approx([0.03, 0.5, 0.04])
    assert slices.holm([]) == [] and slices.holm([0.9, 0.8]) == [1.0, 1.0]


def test_slices_that_are_as_good_as_the_rest_are_seldom_called_worse() -> None:
    claims = 0
    for seed in range(200):
        chance = np.random.default_rng(seed)
        known, answers = run((chance.random(60) < 0.8).tolist())
        measured = {name: chance.random(60) for name in ("size", "sharpness", "brightness", "contrast")}
        claims += any(one.worse for one in slices.slices(known, answers, slices.parts(known, measured)))
    assert claims <= 10


def test_one_class_from_one_place_leaves_nothing_to_slice() -> None:
    known, answers = run([True, False])
    assert slices.slices(known, answers, slices.parts(known, {})) == []
