from __future__ import annotations

from core.evaluation import bases, runs
from core.evaluation.comparing import Answer
from core.evaluation.photosets import PhotoSet
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project

LEFT, RIGHT = (f"arn:aws:rekognition:us-east-1:123456789012:project/pets/version/{name}/1" for name in ("one", "two"))
UNSEEN, MORE = PhotoSet("folder", "/photos/unseen"), PhotoSet("folder", "/photos/more")


def ran(project: Project, arn: str, source: PhotoSet, **said: str) -> int:
    """A run of a model over photos of cats, which said so of each."""
    with project.catalogue() as rows:
        made = rows.execute("INSERT INTO run (at, title, source, arn, thresholds, total) VALUES (?, ?, ?, ?, ?, ?)",
                            ("2026-11-23T00:00:00+00:00", source.title, source.dump(), arn,
                             '{"cat": 50.0, "dog": 50.0}', len(said)))
        number = int(made.lastrowid or 0)
    for name, label in said.items():
        runs.keep(project, number, Prediction(name, f"/photos/{name}.jpg", "cat", (Score(label, 90.0),), UNKNOWN, 0.0))
    return number


def answer(name: str, right: bool) -> Answer:
    return Answer(f"s3://photos/{name}", frozenset({"cat"}), ("cat" if right else "dog",), right)


def test_the_last_runs_of_both_over_the_same_photos_are_a_basis(project: Project) -> None:
    ran(project, LEFT, UNSEEN, a="dog", b="dog")
    ran(project, RIGHT, UNSEEN, a="cat", b="dog", c="cat")
    ran(project, LEFT, UNSEEN, a="cat", b="cat")
    [basis] = bases.recorded(project, LEFT, RIGHT)
    assert (basis.title, basis.whole, basis.found.apart) == ("unseen", False, 1)
    assert [pair.name for pair in basis.found.left_only] == ["b"]
    assert [pair.name for pair in basis.found.both] == ["a"]
    assert basis.paths["a"] == "/photos/a.jpg"


def test_photos_that_only_one_was_asked_about_are_no_basis(project: Project) -> None:
    ran(project, LEFT, UNSEEN, a="cat")
    ran(project, RIGHT, MORE, a="cat")
    assert bases.recorded(project, LEFT, RIGHT) == []


def test_sets_without_a_common_photo_are_no_basis(project: Project) -> None:
    ran(project, LEFT, UNSEEN, a="cat")
    ran(project, RIGHT, UNSEEN, b="cat")
    assert bases.recorded(project, LEFT, RIGHT) == []


def test_the_set_that_was_used_last_comes_first(project: Project) -> None:
    for source in (UNSEEN, MORE):
        for arn in (LEFT, RIGHT):
            ran(project, arn, source, a="cat")
    assert [basis.title for basis in bases.recorded(project, LEFT, RIGHT)] == ["more", "unseen"]
    assert all(basis.whole for basis in bases.recorded(project, LEFT, RIGHT))


def test_what_aws_tested_is_whole_only_where_both_had_the_same_photos() -> None:
    left, right = [answer("a", True), answer("b", False)], [answer("a", True), answer("b", True)]
    assert bases.tested(left, right).whole
    apart = bases.tested(left, right[:1])
    assert not apart.whole and apart.found.photos == 1
    assert apart.paths["s3://photos/a"] == "s3://photos/a"
