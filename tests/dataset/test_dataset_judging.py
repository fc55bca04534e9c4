from __future__ import annotations

from dataclasses import replace

import pytest

from core.dataset import judging, photos
from core.images import verdicts
from core.images.duplicates import Duplicates
from core.images.verdicts import Thresholds
from core.types import Facts, Photo, Quality
from core.workspace import Project

GOOD = Quality(0.5, 0.5, 0.6)
USUAL = Thresholds()


def photo(number: int, width: int = 400, height: int = 300, quality: Quality | None = GOOD, **known: object) -> Photo:
    facts = Facts(width, height, 3, "RGB", "JPEG", 1000, f"{number:064}")
    return Photo(**{"id": number, "name": f"cat/{number:02}.jpg", "path": "", "facts": facts, "quality": quality,
                    **known})


def codes(found: list[Photo]) -> dict[int, list[str]]:
    return {photo.id: [problem.code for problem in photo.problems] for photo in found if photo.problems}


def judge(shown: list[Photo], limits: Thresholds = USUAL, **known: object) -> list[Photo]:
    return judging.judge(judging.evidence(shown, **known), limits)


def test_a_moved_threshold_changes_the_verdicts_and_reads_no_image(pets: Project, monkeypatch) -> None:
    monkeypatch.setattr(verdicts, "inspect", lambda *_, **__: pytest.fail("an image was read"))
    before = judging.judged(pets)
    judging.set_thresholds(pets, Thresholds(blurry=1))
    assert judging.thresholds_of(pets) == Thresholds(blurry=1)
    assert sum("blurry" in found for found in codes(judging.judged(pets)).values()) == len(before)
    judging.set_thresholds(pets, Thresholds())
    assert judging.judged(pets) == before
    assert photos.photos(pets)[0].quality == before[0].quality


def test_judging_many_photos_says_of_each_what_judging_it_alone_says() -> None:
    shown = [photo(number, quality=replace(GOOD, highlights=number / 20, sharpness=number / 20))
             for number in range(20)]
    assert [found.problems for found in judge(shown)] == [verdicts.hurts(found.quality) for found in shown]


def test_a_verdict_says_the_score_and_the_threshold_also_when_they_are_close() -> None:
    said = [verdicts.hurts(replace(GOOD, sharpness=score))[0].message for score in (0.21, 0.3199)]
    assert said == ["It is blurred: sharpness 21 %, under 32 %.", "It is blurred: sharpness 31.99 %, under 32.00 %."]


def test_a_size_is_odd_only_beside_the_others_of_its_set() -> None:
    usual = [photo(number, 400 + 10 * number) for number in range(20)]
    assert codes(judge([*usual, photo(20, 100, 75), photo(21, 4000, 3000), photo(22, 300, 200)])) == {
        20: ["odd_size"], 21: ["odd_size"]}
    varied = [photo(number, 100 * 2 ** (number % 5), 75 * 2 ** (number % 5)) for number in range(20)]
    assert codes(judge(varied)) == {}
    assert codes(judge([photo(1, 100, 75), photo(2, 4000, 3000)])) == {}, "two photos have no usual size"


def test_an_odd_size_is_said_with_what_is_usual() -> None:
    said = judge([*(photo(number, 400, 400) for number in range(20)), photo(20, 100, 100)])[-1].problems[0].message
    assert said == ("Its size is odd for this set: 100 x 100 pixels, 4.0 times smaller than the usual 400 a side, "
                    "where up to 2.5 times is ordinary.")


def test_a_shape_is_unusual_only_beside_the_others_of_its_set() -> None:
    usual = [photo(number, *((400, 300) if number % 3 else (300, 400))) for number in range(20)]
    assert codes(judge([*usual, photo(20, 800, 200), photo(21, 390, 390)])) == {20: ["unusual_aspect"]}
    wide = [photo(number, 800, 200) for number in range(20)]
    assert codes(judge([*wide, photo(20, 400, 400)])) == {20: ["unusual_aspect"]}


def test_a_shape_that_rekognition_refuses_is_not_accused_twice() -> None:
    usual = [photo(number) for number in range(20)]
    assert "unusual_aspect" not in codes(judge([*usual, photo(20, 2000, 90)])).get(20, [])


def test_each_duplicate_but_the_best_of_its_group_names_the_best() -> None:
    shown = [photo(1), photo(2, 500, 375), photo(3)]
    marked = judge(shown, groups=[Duplicates("exact", (1, 3)), Duplicates("near", (1, 2, 3))])
    assert codes(marked) == {1: ["near_duplicate"], 3: ["duplicate", "near_duplicate"]}
    assert [problem.message for problem in marked[2].problems] == [
        "The same file as cat/01.jpg.", "Almost the same picture as cat/02.jpg."]
    assert not any(found.refused for found in marked)


def test_a_mirrored_copy_is_said_to_be_one_whichever_is_the_best() -> None:
    shown = [photo(1), photo(2, 500, 375), photo(3)]
    marked = judge(shown, groups=[Duplicates("near", (1, 2, 3), mirrored=(2,))])
    assert [problem.message for found in marked for problem in found.problems] == [
        "The mirror image of cat/02.jpg, or almost."] * 2
    marked = judge(shown, groups=[Duplicates("near", (1, 2, 3), mirrored=(2, 3))])
    assert [problem.message for found in marked for problem in found.problems] == [
        "The mirror image of cat/02.jpg, or almost.", "Almost the same picture as cat/02.jpg."]


def test_a_stranger_in_its_class_is_named_with_its_score() -> None:
    cats = [photo(number, labels=("cat",)) for number in (1, 2)]
    marked = judge(cats, Thresholds(outlier=0.5, looks_like_other=0.5),
                   outliers={1: 0.4, 2: 0.9}, others={1: ("dog", 0.8)})
    assert [problem.message for found in marked for problem in found.problems] == [
        "It looks like dog, not like cat: 80 %, over 50 %.",
        "It is unlike the other photos of cat: 90 %, over 50 %."]


def test_photos_that_could_not_be_looked_at_are_passed_over() -> None:
    unseen = [photo(number, quality=None, facts=None) for number in range(3)]
    assert judge(unseen) == unseen
    assert judge([]) == []
