"""Lines broken at random: the rules never crash, and never pass what a strict schema refuses."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from manifest_samples import BY_HAND, CREATED, boxed, image, manifest, seen
from manifest_schema import accepts

from core.manifest.dataset import check_dataset, entry_json
from core.manifest.doctor import examine, repair
from core.manifest.rules import check_line
from core.manifest.training import judge
from core.manifest.validation_files import summary, with_validation

VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 50, 255, 1e308, 0.5, -0.0, 10**30, "", "0", "cat", "yes", "no", "Yes", "s3://b/k",
    "S3://b/k", "groundtruth/image-classification", "groundtruth/object-detection", "2026-11-23T00:00:00", "ü" * 256,
    "\x00", "\u2028", [], [[]], [1], {}, {"confidence": 1}, {"0": "cat"}, {"width": 640, "height": 480, "depth": 3},
]
KEYS = ["class", "class-metadata", "box", "box-metadata", "errors", "cl-metadata", "source-ref", "a-metadata-metadata"]
SNIPPETS = [
    "{", "}", "[", "]", '"', ",", ":", "\\", "\\ud800", "NaN", "1e999", "\x00", " ", "9", "-", "é", "'", "\ufeff",
]


def broken(chance: random.Random) -> str:
    """A good line with one to four random changes to its members, then perhaps to its text."""
    line = chance.choice([
        image(), image("x.jpg", "cat", "dog", "indoors"), boxed(), boxed("x.jpg", (0, 0, 9, 9), (5, 5, 300, 300)),
        image() | boxed(), json.loads(BY_HAND)])
    for _ in range(chance.choice([0, 1, 1, 1, 2, 4])):
        change_a_member(line, chance)
    text = json.dumps(line, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.2:
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice([*SNIPPETS, ""]) + text[at + chance.choice([0, 1, 1, 7]):]
    return text.replace("\n", " ")


def change_a_member(line: dict[str, Any], chance: random.Random) -> None:
    holder: Any = line
    while True:
        steps = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not steps:
            return
        step = chance.choice(steps)
        if not isinstance(holder[step], (dict, list)) or chance.random() < 0.3:
            break
        holder = holder[step]
    action = chance.random()
    if action < 0.3:
        del holder[step]
    elif action < 0.4 and isinstance(holder, dict):
        holder[chance.choice([*KEYS, f"{step} ", str(step).upper(), str(step).replace("-", "_")])] = holder.pop(step)
    elif action < 0.6 and isinstance(holder[step], (int, float)):
        holder[step] += chance.choice([-1000, -1, 1, 0.5, 1000])
    else:
        holder[step] = copy.deepcopy(chance.choice(VALUES))


def check(text: str) -> None:
    line = check_line(text, 1)
    assert [line.valid, line.invalid, line.ignored].count(True) == 1, text
    if accepts(text):
        assert line.valid, text
        assert not line.has_errors, text
    else:
        assert not line.valid or line.has_errors, text
    if not line.dropped:
        assert json.loads(entry_json(line))["source-ref"] == line.source_ref


def test_ten_thousand_broken_lines_are_never_called_valid_against_the_schema():
    chance = random.Random(20261123)
    texts = [broken(chance) for _ in range(10_000)]
    for text in texts:
        check(text)
    share = sum(map(accepts, texts)) / len(texts)
    assert 0.1 < share < 0.5  # else the lines would try only one of the two


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_line_that_hypothesis_breaks_is_never_called_valid_against_the_schema(chance: random.Random):
    check(broken(chance))


@settings(max_examples=100, deadline=None)
@given(st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner:
       st.lists(inner) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner)).map(json.dumps))
def test_any_text_at_all_is_judged(text: str):
    check(text)


@settings(max_examples=100, deadline=None)
@given(st.binary() | st.lists(st.randoms(use_true_random=False).map(broken), max_size=8).map(
    lambda texts: "\n".join(texts).encode()))
def test_a_manifest_of_anything_is_judged_and_repaired(data: bytes):
    check_dataset(data)
    judgement = judge(data, None, seen)
    json.dumps(summary(judgement))
    for text in with_validation(judgement.training).split("\n")[:-1]:
        assert isinstance(json.loads(text), dict)
    assert examine(data, data, seen).sentence.endswith(".")


def goodness(text: str) -> int:
    line = check_line(text, 1)
    return 0 if line.dropped else 1 if line.invalid else 2 if line.has_errors else 3


def test_a_repair_never_makes_a_line_worse_and_is_done_the_first_time():
    chance = random.Random(4)
    for _ in range(1_000):
        text = broken(chance)
        mended = repair(manifest(text), CREATED)
        assert repair(mended.text.encode(), CREATED).changes == (), text
        assert goodness(mended.text.removesuffix("\n")) >= goodness(text), text
        if goodness(text) == 3:
            assert mended.changes == ()
