from __future__ import annotations

import numpy as np
import pytest
from composites import ARN, RedOnes, clients, jpeg
from PIL import Image, ImageDraw

from core.explanation import asking, occlusion
from core.images import altering
from core.jobs import Progress
from core.types import Score
from core.workspace import Project

SIZE = (400, 300)


def ball(left: int, top: int, ground: str = "darkgreen", across: int = 60) -> tuple[bytes, np.ndarray]:
    """A red ball on a striped ground, and where it is."""
    photo, mask = Image.new("RGB", SIZE, ground), Image.new("L", SIZE)
    pen = ImageDraw.Draw(photo)
    for stripe in range(0, SIZE[0], 40):
        pen.rectangle((stripe, 0, stripe + 18, SIZE[1]), fill=(40, 60 + stripe // 4, 120))
    box = (left, top, left + across, top + across)
    pen.ellipse(box, fill=(210, 30, 30))
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return jpeg(photo), np.asarray(mask) > 0


def map_of(project: Project, data: bytes, rekognition: RedOnes, label: str = "red") -> occlusion.Map:
    asking.ask(Progress(), project, clients(rekognition), ARN, data, occlusion.asked())
    found = occlusion.read(asking.kept(project, asking.content_of(data), ARN), label)
    assert found is not None
    return found


def test_the_hottest_part_lies_on_what_the_model_goes_by_and_the_calls_are_those_announced(project: Project) -> None:
    dice, hits = np.random.default_rng(1), 0
    for number in range(10):
        data, mask = ball(int(dice.integers(0, 340)), int(dice.integers(0, 240)), across=60 + number)
        rekognition = RedOnes()
        announced = len(asking.missing(occlusion.asked(), {}))
        down, across = map_of(project, data, rekognition).hottest
        hits += bool(mask[int(down * SIZE[1]), int(across * SIZE[0])])
        assert rekognition.calls == announced == 42
    assert hits >= 8


def test_what_speaks_for_one_label_speaks_against_the_other(project: Project) -> None:
    data, _ = ball(40, 40)
    red = map_of(project, data, RedOnes())
    other = map_of(project, data, RedOnes(), "other")
    assert np.allclose(red.heat, -other.heat, atol=1e-3)
    assert red.speaks
    assert occlusion.words(other).startswith("No part of the photo speaks for other")


@pytest.mark.parametrize(("left", "top", "side"), [
    (10, 10, "upper left"), (170, 120, "middle"), (330, 230, "lower right"), (10, 120, "left"), (170, 235, "bottom")])
def test_the_map_is_told_in_words_for_who_can_not_see_it(project: Project, left: int, top: int, side: str) -> None:
    data, mask = ball(left, top)
    found = map_of(project, data, RedOnes())
    assert occlusion.places(found)[0][0] == side
    assert f"For red it looked at the {side}" in occlusion.words(found)
    assert occlusion.on_subject(found, mask) > 3 * mask.mean()


def test_there_is_no_map_before_every_answer_is_there() -> None:
    answers = {one.key: (Score("cat", 90.0),) for one in occlusion.asked()[:-1]}
    assert occlusion.read(answers, "cat") is None


def test_an_answer_without_the_label_counts_as_none_of_it_and_a_sure_one_is_no_infinity() -> None:
    assert occlusion.confidence((), "cat") == 0.0
    assert np.isfinite(occlusion.log_odds((), "cat"))
    assert np.isfinite(occlusion.log_odds((Score("cat", 100.0),), "cat"))


def test_the_parts_of_each_grid_cover_the_photo_once() -> None:
    area = sum((right - left) * (bottom - top) for left, top, right, bottom in
               (one.box for one in occlusion.hidden() if one.box))
    assert area == pytest.approx(len(occlusion.GRIDS))
    assert len({one.key for one in occlusion.asked()}) == len(occlusion.asked())
    assert occlusion.asked()[0] == altering.WHOLE
