from __future__ import annotations

import csv
import io

from core.dataset import filtering, listing
from core.dataset.filtering import Filter
from core.types import Facts, Photo, Problem, Quality

BIG = Problem("too_large", "A side is over 4096.")
DARK = Problem("dark", "It is very dark.", "hurts")


def photo(number: int, **fields: object) -> Photo:
    facts = Facts(100 * number, 80, 3, "RGB", "JPEG", 1000, f"{number:064}", captured=f"2026-01-{10 + number}T08:00:00")
    return Photo(**{"id": number, "name": f"cat/{number}.jpg", "path": f"/{number}.jpg", "facts": facts, **fields})


FOUR = filtering.columns([
    photo(1, problems=(BIG,), labels=("cat",), quality=Quality(0.2, 0.5, 0.5)),
    photo(2, problems=(DARK,), folder_label="cat", quality=Quality(0.1, 0.5, 0.5)),
    photo(3, labels=("dog",), quality=Quality(0.3, 0.5, 0.5)), photo(4)])


def chosen(**filters: object) -> list[int]:
    return FOUR.ids[filtering.matching(FOUR, Filter(**filters))].tolist()


def test_filters_narrow_one_another() -> None:
    assert chosen() == [1, 2, 3, 4]
    assert chosen(classes=("cat",)) == [1, 2]
    assert chosen(classes=(None,)) == [4]
    assert chosen(verdicts=("refused", "hurts")) == [1, 2]
    assert chosen(codes=("dark",), classes=("cat",)) == [2]
    assert chosen(text=" CAT/3") == [3]
    assert chosen(text="DOG") == [3]
    assert chosen(sides=(200, 300)) == [2, 3]
    assert chosen(score=("brightness", 0.15, 0.3)) == [1, 3]
    assert chosen(ids=frozenset({2, 4}), classes=("cat",)) == [2]


def test_a_filter_for_what_is_no_longer_there_shows_nothing_and_breaks_nothing() -> None:
    assert chosen(codes=("blurry",)) == chosen(classes=("horse",)) == chosen(ids=frozenset({9})) == []


def test_the_counts_of_a_filter_follow_the_others_and_not_itself() -> None:
    counts = filtering.counts(FOUR, Filter(classes=("cat",), verdicts=("refused",)))
    assert counts.classes == {"cat": 1, "dog": 0, None: 0}
    assert counts.verdicts == {"refused": 1, "hurts": 1, "fine": 0, "waiting": 0, "out": 0}
    assert counts.codes == {"dark": 0, "too_large": 1}


def test_a_photo_that_is_left_out_counts_as_such_and_with_nothing_wrong() -> None:
    known = filtering.columns([photo(1, problems=(BIG,), excluded=True)])
    counts = filtering.counts(known, Filter())
    assert counts.verdicts["out"] == 1 and counts.codes == {}


def test_photos_without_the_number_come_last_in_both_directions() -> None:
    every = filtering.matching(FOUR, Filter())

    def order(by: str, **options: object) -> list[int]:
        return FOUR.ids[filtering.ordered(FOUR, every, by, **options)].tolist()

    assert order("brightness") == [2, 1, 3, 4]
    assert order("brightness", descending=True) == [3, 1, 2, 4]
    assert order("captured", descending=True) == [4, 3, 2, 1]
    assert order("likeness", also={4: 0.0, 2: 1.0}) == [4, 2, 1, 3]
    assert order("name", descending=True) == [4, 3, 2, 1]


def test_no_photos_at_all_are_no_error() -> None:
    none = filtering.columns([])
    assert filtering.matching(none, Filter(text="a", codes=("dark",), sides=(1, 2))).tolist() == []
    assert filtering.counts(none, Filter()).codes == {}
    assert listing.table([]).empty


def test_the_table_has_a_row_for_every_photo_also_without_facts() -> None:
    table = listing.table([photo(1, problems=(BIG,), quality=Quality(0.5, 0.4, 0.3)), photo(2, facts=None)])
    assert table["height"].iloc[0] == 80
    assert table["height"].isna().tolist() == [False, True]
    assert table["problems"].tolist() == ["A side is over 4096.", ""]


def test_no_cell_of_a_csv_is_a_formula() -> None:
    names = ["=1+1.jpg", "+1.jpg", "-2.jpg", "@a.jpg", "\t=a.jpg", "plain.jpg"]
    shown = [photo(1, name=name, labels=("=cmd",), quality=Quality(0.5, 0.4, 0.3, warmth=-0.25)) for name in names]
    rows = list(csv.DictReader(io.StringIO(listing.csv(listing.table(shown)).decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == [*(f"'{name}" for name in names[:-1]), "plain.jpg"]
    assert {row["label"] for row in rows} == {"'=cmd"}
    assert {row["warmth"] for row in rows} == {"-0.25"}  # a number stays one
