from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from core.dataset import shortcuts
from core.dataset.shortcuts import Shortcut, check
from core.types import Facts, Photo, Quality

Spoil = Callable[[dict[str, object]], dict[str, object]]


@pytest.fixture(autouse=True)
def few_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortcuts, "SHUFFLES", 500)


def pile(seed: int, sizes: Sequence[int] = (20, 20), spoil: Spoil | None = None) -> list[Photo]:
    """Photos of classes a, b ... in a random order, alike in everything but for what `spoil` does to those of b."""
    random = np.random.default_rng(seed)
    labels = random.permutation([chr(97 + place) for place, size in enumerate(sizes) for _ in range(size)]).tolist()
    found = []
    for number, label in enumerate(labels):
        scores = np.clip(random.normal(0.45, 0.1, 11), 0, 1).tolist()
        known: dict[str, object] = {"width": int(random.integers(400, 800)), "height": int(random.integers(400, 800)),
                                    "bytes": int(random.integers(20_000, 90_000)), "camera": None, "scores": scores}
        if spoil and label == "b":
            known = spoil(known)
        scores = known.pop("scores")
        facts = Facts(**known, channels=3, mode="RGB", format="JPEG", sha256=str(number))
        found.append(Photo(number, f"{number}.jpg", "", facts=facts, quality=Quality(*scores),
                           labels=(label,) if label else ()))
    return found


def brighter(known: dict[str, object]) -> dict[str, object]:
    scores = list(known["scores"])
    for place in (0, 3, 4):  # brightness, shadows, highlights
        scores[place] += 0.15
    return {**known, "scores": scores}


def alarms(listed: list[Photo]) -> list[str]:
    return [found.code for found in check(listed) if found.alarm]


def by_code(listed: list[Photo]) -> dict[str, Shortcut]:
    return {found.code: found for found in check(listed)}


def test_photos_that_differ_by_chance_only_raise_hardly_any_alarm() -> None:
    assert sum(bool(alarms(pile(seed))) for seed in range(40)) <= 4


def test_a_class_that_is_15_points_brighter_is_found_among_40_photos() -> None:
    assert sum("brightness" in alarms(pile(seed, spoil=brighter)) for seed in range(10)) >= 9


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("camera", lambda known: {**known, "camera": "Canon EOS 80D"}),
        ("size", lambda known: {**known, "width": known["width"] * 2, "height": known["height"] * 2}),
        ("aspect", lambda known: {**known, "width": known["width"] * 2, "height": known["height"] // 2}),
        ("bytes", lambda known: {**known, "bytes": known["bytes"] * 4}),
        ("sharpness", lambda known: {**known, "scores": [*known["scores"][:2], 0.9, *known["scores"][3:]]}),
        ("warmth", lambda known: {**known, "scores": [*known["scores"][:7], 0.9, *known["scores"][8:]]}),
        ("border", lambda known: {**known, "scores": [*known["scores"][:9], 0.9, known["scores"][10]]}),
    ],
)
def test_each_property_that_tells_the_classes_apart_is_named_first_and_alone(code: str, spoil: Spoil) -> None:
    assert alarms(pile(3, spoil=spoil)) == [code]


def test_an_alarm_says_in_words_what_tells_the_classes_apart() -> None:
    found = by_code(pile(1, spoil=lambda known: {**known, "camera": "Canon EOS 80D"}))["camera"]
    assert found.accuracy == 1
    assert found.sentence.startswith("Camera alone tells a from b in 100 photos of 100, where guessing is right in 50 ")
    assert "Canon EOS 80D: 0 % of the photos of a, 100 % of those of b." in found.sentence


def test_the_photos_at_both_ends_come_outermost_first() -> None:
    listed = pile(2, spoil=brighter)
    found = by_code(listed)["brightness"]
    order = [photo.id for photo in sorted(listed, key=lambda photo: photo.quality.brightness)]
    assert found.low == tuple(order[:6])
    assert found.high == tuple(order[:-7:-1])
    assert "Photos of b are brighter than those of a" in found.sentence or "Photos of a are darker" in found.sentence


def test_one_of_several_classes_that_is_brighter_is_found() -> None:
    listed = pile(4, sizes=(20, 20, 20, 20), spoil=brighter)
    found = by_code(listed)["brightness"]
    assert found.alarm
    assert found.sentence.startswith("Brightness alone tells b from the rest in ")


def test_a_tiny_difference_is_no_alarm_however_many_photos_show_it() -> None:
    listed = pile(5, sizes=(1500, 1500), spoil=lambda known: {
        **known, "scores": [score + 0.02 for score in known["scores"]]})
    found = by_code(listed)["brightness"]
    assert found.p <= 0.05
    assert not found.alarm


def test_classes_with_too_few_photos_and_photos_left_out_are_not_tested() -> None:
    assert check(pile(6, sizes=(20, 3))) == ()
    assert check([]) == ()
    dark = Photo(99, "99.jpg", "", facts=pile(6)[0].facts, quality=Quality(0, 0, 0), labels=("a",), excluded=True)
    assert 99 not in by_code([*pile(6), dark])["brightness"].low


def test_the_same_photos_give_the_same_answer() -> None:
    assert check(pile(7)) == check(pile(7))
