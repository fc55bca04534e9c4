from __future__ import annotations

import pytest

from core.errors import BadPath
from core.evaluation import threshold_sets
from core.workspace import Project

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"
OWN = {"cat": 60.0, "dog": 55.0}


def test_a_set_that_is_used_decides_for_the_labels_that_it_names(project: Project) -> None:
    made = threshold_sets.save(project, "  very \n careful ", {"cat": 90.0}, ("cat",), ARN)
    assert (made.name, made.arn, made.thresholds) == ("very careful", ARN, {"cat": 90.0})
    assert threshold_sets.in_force(project, OWN) == OWN
    threshold_sets.use(project, "very careful")
    assert threshold_sets.in_force(project, OWN) == {"cat": 90.0, "dog": 55.0}
    threshold_sets.use(project, None)
    assert threshold_sets.in_force(project, OWN) == OWN
    assert "the model's own" in project.events()[0].text


def test_one_threshold_is_saved_for_every_label_and_a_name_is_used_once(project: Project) -> None:
    threshold_sets.save(project, "a", 70.0, ("cat", "dog"), ARN)
    threshold_sets.save(project, "a", 80.0, ("cat", "dog"), ARN)
    assert {name: dict(one.thresholds) for name, one in threshold_sets.saved(project).items()} == {
        "a": {"cat": 80.0, "dog": 80.0}}


def test_a_set_that_another_tab_has_saved_meanwhile_is_kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    threshold_sets.save(project, "a", 70.0, ("cat",), ARN)
    threshold_sets.save(project, "b", 70.0, ("cat",), ARN)
    with monkeypatch.context() as patched:
        patched.setattr(Project, "get", lambda self, key, default=None: default)  # as it was before
        threshold_sets.save(project, "c", 70.0, ("cat",), ARN)
        threshold_sets.delete(project, "b")
    assert list(threshold_sets.saved(project)) == ["a", "c"]


def test_without_its_set_the_project_uses_the_models_own_again(project: Project) -> None:
    threshold_sets.save(project, "a", 70.0, ("cat", "dog"), ARN)
    threshold_sets.use(project, "a")
    threshold_sets.delete(project, "a")
    assert threshold_sets.used(project) is None and threshold_sets.in_force(project, OWN) == OWN


@pytest.mark.parametrize("name", ["", " \t ", "x" * 61, threshold_sets.OWN])
def test_a_name_that_says_nothing_is_refused(project: Project, name: str) -> None:
    with pytest.raises(BadPath, match="Give the thresholds a name"):
        threshold_sets.save(project, name, 50.0, ("cat",), ARN)
