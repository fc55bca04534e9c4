from __future__ import annotations

import io

from composites import RedOnes, jpeg
from PIL import Image, ImageDraw

from core.evaluation.thresholds import decide
from core.explanation import changes
from core.images import altering
from core.images.altering import WHOLE, Alteration
from core.types import UNKNOWN, Prediction, Score

CUTS = {"red": 60.0, "other": 60.0}
STRONG, WEAK = Alteration("contrast", 2.5), Alteration("contrast", 1.3)


def photo(across: int = 70) -> Image.Image:
    image = Image.new("RGB", (400, 300), "darkgreen")
    ImageDraw.Draw(image).ellipse((150, 110, 150 + across, 110 + across), fill=(210, 30, 30))
    return altering.opened(jpeg(image))


def answered(image: Image.Image, change: Alteration = WHOLE) -> tuple[Score, ...]:
    said = RedOnes().said(altering.sent(altering.altered(image, change)))
    return tuple(sorted((Score(*one) for one in said), key=lambda one: -one.confidence))


def prediction(truth: str | None, **scores: float) -> Prediction:
    listed = tuple(sorted((Score(name, value) for name, value in scores.items()), key=lambda one: -one.confidence))
    return Prediction("a.jpg", "", truth, listed, *decide(listed, CUTS))


def test_the_smallest_change_that_turns_the_answer_really_turns_it() -> None:
    image = photo()
    tried = altering.changes(image)
    answers = {WHOLE.key: answered(image), **{change.key: answered(image, change) for change in tried}}
    asked = changes.after_reading_again(prediction("red", red=1.0, other=50.0), CUTS, answers)
    assert asked.answer != "red"
    found = changes.tried(asked, CUTS, answers, tried, changes.similarities(image, tried))
    turned = changes.smallest(found)
    assert turned is not None and turned.change.kind == "cropped"  # the ball is then more of the picture
    assert decide(answered(image, turned.change), CUTS)[0] == turned.answer == "red"
    assert all(not one.flips for one in found if one.similarity > turned.similarity)
    assert "The smallest of 12 changes that turns the answer: cropped to the subject" in changes.words(found, asked)


def test_as_many_changes_are_tried_for_every_photo() -> None:
    assert {len(altering.changes(Image.new("RGB", size, "tan"))) for size in ((64, 64), (800, 64), (500, 700))} == {12}


def test_the_smaller_change_is_the_one_after_which_the_photo_looks_more_like_itself() -> None:
    image = photo()
    weak, strong = changes.similarities(image, [Alteration("background", 0.01), Alteration("background", 0.08)])
    assert 1 >= weak > strong


def test_for_a_mistake_only_the_truth_turns_it_and_for_an_unknown_without_truth_any_label() -> None:
    answers = {WEAK.key: (Score("other", 70.0), Score("red", 30.0)), STRONG.key: (Score("red", 70.0),)}
    similar = [0.95, 0.8]
    for truth, turned in (("red", STRONG), (None, WEAK)):
        unknown = prediction(truth, red=50.0, other=50.0)
        assert unknown.answer == UNKNOWN
        found = changes.tried(unknown, CUTS, answers, [STRONG, WEAK], [similar[1], similar[0]])
        first = changes.smallest(found)
        assert first is not None and first.change == turned


def test_where_nothing_turns_it_the_change_that_came_nearest_is_said() -> None:
    answers = {WEAK.key: (Score("other", 70.0), Score("red", 30.0)), STRONG.key: (Score("red", 55.5),)}
    wrong = prediction("red", other=90.0, red=10.0)
    found = changes.tried(wrong, CUTS, answers, [WEAK, STRONG], [0.9, 0.8])
    assert changes.smallest(found) is None
    assert changes.words(found, wrong) == (
        "None of the 2 changes that were tried gives another answer; contrast raised 2.5 times came nearest, "
        "with 55.5 %.")
    assert changes.words((), wrong) == "No change has been tried yet."


def test_a_change_is_sent_as_a_picture_that_rekognition_takes() -> None:
    image = altering.opened(jpeg(Image.new("RGB", (900, 70), "tan")))
    for change in (WHOLE, *altering.changes(image)):
        sent = Image.open(io.BytesIO(altering.sent(altering.altered(image, change))))
        assert min(sent.size) >= 64 and max(sent.size) <= 4096
