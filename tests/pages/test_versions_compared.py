"""Two models ticked on the Versions page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence

import pytest
from page_photos import HOSTILE
from shelter import Shelter
from visitor import Visitor

from core.aws import evaluations, training, versions
from core.errors import NotReady
from core.evaluation import comparing
from core.types import Evaluation, LabelResult, Version

MADE = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
JOB = "rekognition-custom-labels-evaluation"
EVALUATED = Evaluation(0.9, 0.8, 0.85, tuple(LabelResult(name, 0.5, 0.9, 0.8, 0.85, 10) for name in ("cat", "dog")),
                       40, 20)

Ticked = Callable[..., Visitor]


def model(name: str, day: int) -> Version:
    arn = f"arn:aws:rekognition:us-east-1:1:project/pets/version/{name}/{day}"
    return Version(arn, "pets", name, "STOPPED", "", MADE + dt.timedelta(days=day), f1=0.85, summary_uri="s3://out/s.json")


def snapshot(said: Sequence[tuple[str, str, str]]) -> bytes:
    """AWS's snapshot of test images as (name, truth, what the model said)."""
    lines = []
    for name, truth, answer in said:
        line = {"source-ref": f"s3://photos/{name}"}
        for number, label in enumerate(dict.fromkeys((truth, answer))):
            details = {"is-present-in-ground-truth": label == truth, "is-true-positive": label == truth == answer,
                       "is-false-positive": label == answer != truth, "is-false-negative": label == truth != answer}
            line[f"{JOB}-{number}-metadata"] = {
                "class-name": label, "confidence": 0.9 if label == answer else 0.2, f"{JOB}-details": details}
        lines.append(json.dumps(line))
    return "\n".join(lines).encode()


@pytest.fixture
def ticked(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Ticked:
    """`ticked(one, two)` opens the page with two models ticked, whose tests were answered so."""
    known = [model("two", 2), model("one", 1)]

    def show(one: Sequence[tuple[str, str, str]], two: Sequence[tuple[str, str, str]], how_many: int = 2) -> Visitor:
        tests = {"one": snapshot(one), "two": snapshot(two)}
        monkeypatch.setattr(versions, "list_versions", lambda *_: known)
        monkeypatch.setattr(evaluations, "snapshot", lambda _, version: tests[version.name])
        monkeypatch.setattr(training, "evaluation", lambda *_: EVALUATED)
        visitor.workspace.create("pets")
        visitor.go("model/versions", "pets")
        for box in [box for box in visitor.at.checkbox if box.key.startswith("tick")][:how_many]:
            box.check()
        return visitor.run()

    return show


SAME = [("a.jpg", "cat", "cat"), ("b.jpg", "cat", "dog"), ("c.jpg", "dog", "dog"), ("d.jpg", "dog", "cat")]


def test_figures_stand_side_by_side_with_their_intervals(ticked: Ticked) -> None:
    table = ticked(SAME, SAME).at.table[0].value
    assert list(table.columns) == ["", "one", "two"]
    assert table["one"][0].startswith("0.850 (0.") and table["one"][0].endswith(")")
    assert list(table["two"])[3:] == ["40 photos", "20 photos"]


def test_what_one_gets_right_and_the_other_not_is_shown_both_ways(ticked: Ticked) -> None:
    better = [("a.jpg", "cat", "cat"), ("b.jpg", "cat", "cat"), ("c.jpg", "dog", "cat"), ("d.jpg", "dog", "dog")]
    visitor = ticked(SAME, better)
    assert ("They cannot be told apart, p = 1.0: two is right on 2 photos that one missed, wrong on 1 that one got "
            "right." in visitor.text)
    assert "They disagree on 3 photos; to tell them apart takes 6 or more." in visitor.text
    assert [tile["caption"] for tile in visitor.tiles("compare two")] == ["cat, called dog", "dog, called cat"]
    assert [(tile["id"], tile["note"]) for tile in visitor.tiles("compare one")] == [
        ("s3://photos/c.jpg", "one: dog · two: cat")]
    assert not visitor.at.main.warning


def test_a_difference_that_is_more_than_chance_is_called_one(ticked: Ticked) -> None:
    photos = [(f"{number}.jpg", "cat") for number in range(8)]
    visitor = ticked([(*photo, "dog") for photo in photos], [(*photo, "cat") for photo in photos])
    assert "The difference is more than chance, p = 0.008, and two is better: " in visitor.text


def test_different_test_photos_are_said_and_measuring_both_on_the_same_is_offered(ticked: Ticked) -> None:
    visitor = ticked(SAME, [SAME[0], ("e.jpg", "cat", "cat")])
    assert "They were tested on different photos: only 1 photo is the same." in visitor.at.main.warning[0].value
    assert visitor.links["Measure both on the same photos"] == "evaluate"
    assert "Left out: 4 photos that only one of them was asked about." in visitor.text
    assert "both on the same test photos" not in visitor.text


def test_models_without_a_common_test_photo_are_not_compared(ticked: Ticked) -> None:
    visitor = ticked(SAME, [("e.jpg", "cat", "cat")])
    assert "none is the same" in visitor.at.main.warning[0].value
    assert "McNemar" not in visitor.text


def test_tests_that_can_not_be_read_are_said(ticked: Ticked, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> bytes:
        raise NotReady("AWS has written down no answers of one.")

    visitor = ticked(SAME, SAME, how_many=1)
    monkeypatch.setattr(evaluations, "snapshot", gone)
    [box for box in visitor.at.checkbox if box.key.startswith("tick")][1].check()
    assert "can not be read. AWS has written down no answers of one." in visitor.run().text


def test_one_tick_asks_for_another(ticked: Ticked) -> None:
    assert "Tick another model to compare it with two." in ticked(SAME, SAME, how_many=1).text


def test_hostile_labels_are_shown_letter_for_letter(ticked: Ticked) -> None:
    visitor = ticked([(f"{HOSTILE}.jpg", HOSTILE, "cat")], [(f"{HOSTILE}.jpg", HOSTILE, HOSTILE)])
    assert [tile["caption"] for tile in visitor.tiles("compare two")] == [f"{HOSTILE}, called cat"]
    assert not any(HOSTILE in source for source in visitor.markdown)


def test_a_model_and_its_copy_agree_on_every_test_photo_of_the_engine(keeper: Visitor, shelter: Shelter) -> None:
    from core.evaluation import snapshots

    version = versions.describe(shelter.clients, shelter.arn)
    answers = snapshots.read(evaluations.snapshot(shelter.clients, version))
    found = comparing.compare(answers, answers)
    assert found.photos == training.evaluation(shelter.clients, version).testing_images
    assert not found.differs and found.p == 1.0
