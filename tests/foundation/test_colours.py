from __future__ import annotations

from core.colours import GREY, colour_of, of_classes
from core.types import UNKNOWN


def test_a_class_keeps_its_colour_and_unknown_is_grey() -> None:
    colours = of_classes(f"class {number}" for number in range(20))
    assert [*colours.values()][:2] == ["#0072B2", "#E69F00"]
    assert len(set(colours.values())) == 20
    assert len(set(of_classes(f"class {number}" for number in range(250)).values())) == 28  # and none as good as black
    assert colour_of("class 1", colours) == "#E69F00"
    assert colour_of(UNKNOWN, colours) == colour_of(None, colours) == colour_of("cow", colours) == GREY


def test_a_chosen_colour_takes_no_other_class_its_own() -> None:
    plain, chosen = of_classes("abc"), of_classes("abc", {"b": "#123456", "z": "#654321"})
    assert chosen == {**plain, "b": "#123456"}
