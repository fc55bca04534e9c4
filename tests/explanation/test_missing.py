from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.mistakes import Standing
from core.explanation.causes import Cause
from core.explanation.missing import Worth, alike, sentences, within, worth
from core.images.embedding import normalised
from core.images.likeness import Floats
from core.images.subjects import Measures

LABELS = ["cat"] * 24 + ["dog"] * 24


def kinds(of: int, each: int, spread: float, seed: int = 1) -> Floats:
    """`each` photos of `of` kinds: photos of a kind lie around one direction of their own, and share one with all."""
    dice = np.random.default_rng(seed)
    rows = [np.eye(96)[0] + 1.2 * np.eye(96)[1 + kind] + spread * dice.standard_normal(96) / 9
            for kind in range(of) for _ in range(each)]
    return normalised(np.maximum(np.array(rows, np.float32), 0))


def classes(spread: float = 0.5, of: int = 6) -> Floats:
    """Two classes of several kinds each."""
    cats, dogs = kinds(of, 24 // of, spread), kinds(of, 24 // of, spread, seed=2)
    return normalised(np.vstack([cats, np.roll(dogs, 40, axis=1)]))


def looks(subject: tuple[str, ...], ground: str, contrast: float = 40.0) -> Measures:
    return Measures(contrast, 0.5, 0.5, 0.3, 0.1, 1.0, 1.0, subject, (ground,))


def test_a_photo_of_a_kind_that_was_trained_has_as_many_within_reach_as_its_like() -> None:
    rows = classes()
    found = within(rows[0], rows, LABELS, "cat")
    assert found and found.photos == 24 and not found.lacking
    assert found.count >= found.usual


def test_a_photo_of_a_kind_that_was_not_trained_has_none() -> None:
    found = within(normalised(np.eye(96, dtype=np.float32)[[70]])[0], classes(), LABELS, "cat")
    assert found and found.count == 0 and found.lacking


def test_photos_that_look_as_the_one_does_are_counted_by_colours_and_by_the_named_cause() -> None:
    training = [("dog", looks(("brown",), "green")), ("dog", looks(("white", "black"), "grey")),
                ("dog", looks(("black", "white"), "grey", 9.0)), ("cat", looks(("black", "white"), "grey"))]
    found = alike(looks(("black", "white"), "grey", 8.0), "dog", training)
    assert found and (found.words, found.count, found.photos) == ("black and white on grey ground", 2, 3)
    faint = Cause("contrast", 8.0, Standing(3, 0, 3), 0.001, " of dog")
    found = alike(looks(("black", "white"), "grey", 8.0), "dog", training, faint)
    assert found and (found.words, found.count) == ("black and white on grey ground, with little contrast", 1)
    assert alike(looks((), "grey"), "dog", training) is None


def test_near_photos_are_worth_more_than_others_where_a_class_has_kinds() -> None:
    found = worth(classes(), LABELS, "cat")
    assert found and 3 < found.low <= found.others <= found.high


def test_where_there_are_few_photos_or_no_other_class_nothing_is_claimed() -> None:
    assert worth(classes()[20:], LABELS[20:], "cat") is None
    assert worth(classes()[:24], LABELS[:24], "cat") is None


@pytest.mark.parametrize("stand_in", [False, True])
def test_what_is_missing_is_said_with_what_was_counted(stand_in: bool) -> None:
    rows = classes()
    near = within(np.eye(96, dtype=np.float32)[70], rows, LABELS, "cat")
    look = alike(looks(("black",), "grey"), "cat", [("cat", looks(("white",), "green"))] * 24)
    said = sentences(near, look, Worth("cat", 4.0, 7.4, 11.0), stand_in)
    assert said[0] == "No training photo of cat is black on grey ground, by its measured colours."
    assert said[1].startswith("0 of the 24 training photos of cat are within reach of it, where one of them usually has")
    assert said[1].endswith("so it is photos like this one that are missing.")
    assert said[2].startswith("3 such would help it about as much as 7 others of cat (4 to 11), measured by ")
    assert ("stands in for AWS's" in said[2]) == stand_in


def test_a_few_are_not_praised_where_photos_like_it_are_there() -> None:
    rows = classes()
    assert len(sentences(within(rows[0], rows, LABELS, "cat"), None, Worth("cat", 4.0, 7.4, 11.0))) == 1
    assert sentences(None, None, None) == []
