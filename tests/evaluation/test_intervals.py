from __future__ import annotations

import pytest
from scipy.stats import binom, binomtest

from core.evaluation.intervals import clopper_pearson, needed, percent, promise, proportion, sentence, span


@pytest.mark.parametrize(("hits", "total"), [(0, 8), (8, 8), (11, 12), (1, 1), (7, 200), (500, 1000)])
def test_the_interval_is_the_exact_one(hits: int, total: int) -> None:
    expected = binomtest(hits, total).proportion_ci(0.95, method="exact")
    assert clopper_pearson(hits, total) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_no_photos_leave_every_rate_possible() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    assert not proportion(0, 0).known
    assert sentence(proportion(0, 0)) == "No photos, so nothing can be said about what is right."


def test_more_hits_than_photos_are_refused() -> None:
    with pytest.raises(ValueError, match="13 of 12"):
        clopper_pearson(13, 12)


@pytest.mark.parametrize("total", [8, 12, 40])
@pytest.mark.parametrize("rate", [0.5, 0.8, 0.93, 0.99])
def test_the_interval_holds_the_true_rate_at_least_95_times_in_100(rate: float, total: int) -> None:
    held = sum(binom.pmf(hits, total, rate) for hits in range(total + 1)
               if clopper_pearson(hits, total)[0] <= rate <= clopper_pearson(hits, total)[1])
    assert held >= 0.95


def test_eleven_of_twelve_in_words() -> None:
    said = "11 of 12 right (92 %; with 12 photos the true rate lies between 62 and 100 %)"
    assert sentence(proportion(11, 12)) == said
    assert span(proportion(11, 12)) == "62 to 100 %"
    assert sentence(proportion(1, 1)).startswith("1 of 1 right (100 %; with 1 photo the true rate")


@pytest.mark.parametrize(("share", "said"), [
    (1.0, "100 %"), (0.0, "0 %"), (0.9967, "99.7 %"), (0.99999, "99.9 %"), (0.0001, "0.1 %"), (0.916, "92 %")])
def test_a_share_is_never_rounded_up_to_all_or_down_to_nothing(share: float, said: str) -> None:
    assert percent(share) == said


def test_what_eight_test_photos_can_show_in_words() -> None:
    assert promise(8) == ("8 test photos can show little: even if all are right, the true rate lies anywhere between "
                          "63 and 100 %. To show that it is at least 90 % takes 36 photos, all of them right.")
    assert promise(1).startswith("1 test photo can show little: even if it is right, the true rate lies anywhere ")
    assert promise(100) == "If all 100 test photos are right, the true rate is at least 96 %."
    assert promise(0).startswith("Without test photos")


@pytest.mark.parametrize("rate", [0.5, 0.63, 0.9, 0.99])
def test_the_photos_needed_are_the_fewest_that_show_the_rate(rate: float) -> None:
    count = needed(rate)
    assert clopper_pearson(count, count)[0] >= rate > clopper_pearson(count - 1, count - 1)[0]
