from __future__ import annotations

import json

import numpy as np
import pytest

from core.evaluation import expecting, forecast, learning_curve
from core.evaluation.forecast import Material
from core.evaluation.learning_curve import DRAWS
from core.learning import learner, unseen

CERTAIN = np.ones(expecting.DRAWS)


@pytest.fixture(autouse=True)
def less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer trainings than a person gets, which show the same."""
    monkeypatch.setattr(unseen, "MOST_REPEATS", 2)
    monkeypatch.setattr(unseen, "FOLDS", 5)


def clouds(counts: list[int], spread: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(features, truth): points of each class around a direction of its own."""
    chance = np.random.default_rng(seed)
    classes = np.repeat(np.arange(len(counts)), counts)
    points = np.eye(24)[classes] + chance.normal(0, spread, (len(classes), 24))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), np.eye(len(counts), dtype=bool)[
        classes]


def material(counts: list[int], spread: float = 0.3, seed: int = 0, labels: str = "abcd") -> Material:
    features, truth = clouds(counts, spread, seed)
    count = len(truth)
    tested = np.arange(count) % 5 == 0
    return Material(range(100, 100 + count), labels[:len(counts)], features, truth, np.arange(count), tested)


def answers(right: int, total: int, repeats: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """(truth, said) of two labels: the last photos are mistaken, each time."""
    truth = np.eye(2, dtype=bool)[np.arange(total) % 2]
    said = np.where((np.arange(total) < right)[:, None], truth, ~truth)
    return truth, np.repeat(said[None], repeats, axis=0)


def test_the_range_narrows_with_the_photos_of_the_past_and_of_the_future() -> None:
    few, many = (expecting.expected(*answers(9 * size, 10 * size), 1000, CERTAIN).f1 for size in (2, 20))
    assert few.low < many.low < 0.9 < many.high < few.high
    soon = expecting.expected(*answers(180, 200), 8, CERTAIN).f1
    assert soon.low < many.low and soon.high == 1.0


def test_what_was_always_right_is_not_certain_to_stay_so() -> None:
    found = expecting.expected(*answers(20, 20), 100, CERTAIN)
    assert 0.6 < found.f1.low < 0.9 < found.f1.value < 1.0 == found.f1.high
    assert found.accuracy.low == pytest.approx(found.f1.low, abs=0.05)


def test_repeats_that_disagree_widen_the_range() -> None:
    truth, said = answers(80, 100, 4)
    other = said.copy()
    other[::2, 40:80] = ~other[::2, 40:80]
    other[1::2, 80:] = ~other[1::2, 80:]
    calm, torn = (expecting.expected(truth, one, 1000, CERTAIN).f1 for one in (said, other))
    assert torn.high - torn.low > 1.5 * (calm.high - calm.low)


def test_many_labels_that_are_all_right_are_not_pulled_down_by_their_number() -> None:
    truth = np.repeat(np.eye(20, dtype=bool), 10, axis=0)
    assert expecting.expected(truth, truth[None], 200, CERTAIN).f1.value > 0.98


def test_errors_that_may_never_go_away_leave_it_open_whether_more_photos_help() -> None:
    truth = np.eye(2, dtype=bool)[np.arange(40) % 2]
    shares = np.array([0.6, 0.7, 0.8])[:, None, None]
    curve = truth * shares + ~truth * (1 - shares)
    fits = learning_curve.fits(truth, curve, np.array([4.0, 8.0, 16.0]))
    gain = fits.gain(16)
    assert 0 <= gain.low < 0.03 < gain.value < gain.high < 0.2
    assert fits.f1(36).value > fits.measured()[-1].value


def test_f1_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import f1_score

    chance = np.random.default_rng(3)
    truth, said = chance.random((40, 3)) < 0.4, chance.random((40, 3)) < 0.5
    assert expecting.macro_f1(truth, said) == pytest.approx(f1_score(truth, said, average="macro"))


def test_the_law_of_errors_is_found_again() -> None:
    photos = np.array([4.0, 8.0, 16.0])
    scale, speed = learning_curve._laws(photos, np.tile(0.4 * photos**-0.5, (DRAWS, 1)))
    assert (scale[0], speed[0]) == pytest.approx((0.4, 0.5), abs=0.01)
    fits = learning_curve.Fits(photos, np.zeros((DRAWS, 3)), np.zeros(DRAWS), scale, speed, speed)
    assert fits.f1(64).value == pytest.approx(0.95, abs=0.005)
    assert fits.gain(16, 48).value == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize("counts", [[16, 16], [9, 12, 11]])
def test_the_range_contains_what_comes_of_it(counts: list[int]) -> None:
    held = []
    for seed in range(4):
        one = material(counts, 0.35, seed)
        made = forecast.forecast(one)
        model = learner.fit(one.features[~one.tested], one.truth[~one.tested], tuple(one.labels), calibrated=False)
        rows, truth = clouds([200] * len(counts), 0.35, 1000 + seed)
        f1 = expecting.macro_f1(truth, np.eye(len(counts), dtype=bool)[model.scores(rows).argmax(axis=1)])
        held.append(made.new.f1.low <= f1 <= made.new.f1.high)
    assert sum(held) >= 3


def test_mistaken_labels_are_named_with_their_photos() -> None:
    one = material([20, 20, 20], 0.15)
    one.truth[[1, 2]] = [False, True, False]  # two of "a" are labelled "b"
    made = forecast.forecast(one)
    assert {risk.photo_id for risk in made.risks[:2]} == {101, 102}
    assert {risk.taken_for for risk in made.risks[:2]} == {("a",)} and made.risks[0].share > 0.5
    assert all(not risk.taken_for for risk in made.risks if not risk.share)
    assert (made.confused[0].truth, made.confused[0].answer, made.confused[0].of) == ("b", "a", 22)
    assert made.confused[0].photos == pytest.approx(2, abs=0.7)
    assert made.new.photos == 100 and made.test is not None and made.test.photos == 12


def test_several_labels_a_photo_are_measured_label_by_label() -> None:
    one = material([20, 20, 20], 0.15)
    one.truth[:20, 1] = True
    one.truth[3] = [False, False, True]
    made = forecast.forecast(one)
    assert 0.7 < made.new.f1.low < made.new.f1.high <= 1.0
    assert made.risks[0].photo_id == 103 and set(made.risks[0].taken_for) == {"a", "b"}
    assert all("" in (pair.truth, pair.answer) for pair in made.confused)


def test_a_forecast_is_kept_as_json() -> None:
    made = forecast.forecast(material([12, 12]), left_out=1)
    assert forecast.load(json.loads(json.dumps(forecast.dump(made)))) == made
