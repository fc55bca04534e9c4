"""A model that was trained with another split, other labels and other copies than the project has now."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from core.aws.clients import Clients
from core.dataset import cleaning, labels, learned, manifests, photos, repaired, sources, split, testset
from core.dataset.examining import Foreign
from core.dataset.testset import Plan
from core.jobs import Progress
from core.report import gathering, making, replaying
from core.report.__main__ import main
from core.report.bundle import RECORD
from core.report.contents import Contents
from core.workspace import Project, Workspace

BUCKET = "rekolab-custom-labels-123456789012-us-east-1"


@pytest.fixture
def project(told: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The photos of the story, labelled and cleaned in a project that nobody else has."""
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    folder = Path(shutil.copytree(Path(told.photos[0].path).parents[1], tmp_path / "photos"))
    made = Workspace(tmp_path / "home").create("pets")
    sources.import_folder(Progress(), str(made.home), made.name, str(folder))
    labels.label_by_folder(made)
    cleaning.clean_all(Progress(), str(made.home), made.name)
    return made


@pytest.fixture
def report(project: Project, told: Contents, client: Clients, tmp_path: Path) -> Callable[[Plan], Path]:
    """`report(plan)`: a report about the project as it is then, whose model was trained by that plan before."""

    def make(given: Plan) -> Path:
        digest = manifests.digest(given.built)
        gathered = gathering.gather(project, client, BUCKET)
        assert told.model
        as_now = bool(gathered.built and manifests.digest(gathered.built) == digest)
        model = replace(told.model, as_now=as_now, digest=digest, trained_on=partial(learned.dataset, project, digest))
        for name, data in making.files(gathering.measured(replace(gathered, model=model), Progress())).items():
            (tmp_path / "report" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "report" / name).write_bytes(data)
        return tmp_path / "report"

    return make


def trained(project: Project, way: testset.Way = "split") -> Plan:
    """What a training gets now, kept as at its beginning."""
    testset.choose(project, way)
    given = testset.plan(project, BUCKET)
    learned.keep(project, manifests.digest(given.built), given)
    return given


def change(project: Project) -> None:
    """Another split, a label that is another one, a photo less, and copies by another recipe."""
    split.choose(project, 9, 0.4)
    listed = photos.photos(project)
    labels.assign(project, [next(one.id for one in listed if one.name == "dog/dog0.jpg")], "cat")
    labels.leave_out(project, [next(one.id for one in listed if one.name == "cat/cat2.jpg")])
    cleaning.clean_all(Progress(), str(project.home), project.name, longest=200, quality=60)


def states(report: Path, originals: Path | None = None) -> dict[str, str]:
    return {outcome.what: outcome.state for outcome in replaying.replay(report, originals)}


@pytest.mark.parametrize("way", ["split", "distribute"])
def test_the_manifests_that_a_model_was_trained_with_are_made_again_whatever_was_changed_since(
    project: Project, report: Callable[[Plan], Path], way: testset.Way, tmp_path: Path
) -> None:
    given = trained(project, way)
    change(project)
    made = report(given)
    assert manifests.build(project, BUCKET).training != given.built.training
    record = json.loads((made / RECORD).read_bytes())
    hidden = BUCKET.replace("123456789012", "*" * 12)
    assert record["model"]["trained_on"]["manifests"]["training"]["text"] == given.built.training.replace(
        BUCKET, hidden)
    found = states(made, tmp_path / "photos")
    assert found.pop("Figures") == "not possible"  # as no photo was tried
    assert set(found.values()) == {"same"}
    assert {"Manifest, training", "Manifest, training, as one was trained", "Cleaned copies, as one was trained",
            "Split, train side, as one was trained"} <= set(found)
    assert ("What one was trained with" in found) == (way == "split")
    assert main(["replay", str(made)]) == 0


def test_the_model_of_the_manifests_of_now_is_known_by_their_digest(
    project: Project, report: Callable[[Plan], Path]
) -> None:
    made = report(trained(project))
    record = json.loads((made / RECORD).read_bytes())
    assert record["model"]["trained_on"] is None
    assert states(made)["What one was trained with"] == "same"
    record["model"]["manifests_digest"] = "0" * 16
    (made / RECORD).write_text(json.dumps(record))
    assert states(made)["What one was trained with"] == "differs"


def test_one_byte_less_in_what_was_trained_with_is_named(
    project: Project, report: Callable[[Plan], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    given = trained(project)
    change(project)
    made = report(given)
    record = json.loads((made / RECORD).read_bytes())
    record["model"]["trained_on"]["photos"][0]["labels"] = ["dog"]
    (made / RECORD).write_text(json.dumps(record))
    assert main(["replay", str(made)]) == 1
    assert "as one was trained" in capsys.readouterr().out.splitlines()[-1]


def test_a_test_manifest_from_elsewhere_is_kept_and_not_made_again(
    project: Project, report: Callable[[Plan], Path], tmp_path: Path
) -> None:
    whole = manifests.build(project, BUCKET)
    own = tmp_path / "own.manifest"
    own.write_text(whole.testing)
    testset.choose(project, "own", Foreign(str(own), own.name))
    given = trained(project, "own")
    assert given.repeated
    change(project)
    found = states(report(given))
    assert found["Manifest, training, as one was trained"] == "same"
    assert found["Manifest, testing, as one was trained"] == "not possible"


@pytest.mark.parametrize("kept", [None, b"", b"no gzip", b"\x1f\x8b\x08"])
def test_where_nothing_of_it_was_kept_that_is_said(
    project: Project, report: Callable[[Plan], Path], kept: bytes | None
) -> None:
    given = trained(project)
    file = project.manifests / "learned" / f"{manifests.digest(given.built)}.dataset.json.gz"
    file.unlink() if kept is None else file.write_bytes(kept)
    change(project)
    made = report(given)
    (said,) = [one for one in replaying.replay(made) if one.what == "What one was trained with"]
    assert said.state == "not possible" and "other manifests than those above" in said.detail
    assert main(["replay", str(made)]) == 0


def test_mended_manifests_can_not_be_made_again_which_is_said(
    project: Project, report: Callable[[Plan], Path]
) -> None:
    built = manifests.build(project, BUCKET)
    mended = replace(built, training=built.training.replace('"confidence": 1', '"confidence": 0.9'))
    assert mended.training != built.training
    given = repaired.plan(project, BUCKET, repaired.keep(project, mended))
    learned.keep(project, manifests.digest(given.built), given)
    assert states(report(given))["What one was trained with"] == "not possible"


def test_no_sign_within_a_line_of_mended_manifests_ends_it(project: Project) -> None:
    built = manifests.build(project, BUCKET)
    ends = built.training.replace('"confidence": 1', '"confidence": 1, "note": "one\u2028two"')
    assert ends != built.training
    for digest, training in (("plain", built.training), ("ends", ends)):
        learned.keep(project, digest, repaired.plan(project, BUCKET, repaired.keep(
            project, replace(built, training=training))))
    assert learned.of(project, "ends") == learned.of(project, "plain") != frozenset()


def test_a_dataset_whose_file_is_damaged_is_one_that_was_not_kept(project: Project) -> None:
    digest = manifests.digest(trained(project).built)
    assert learned.dataset(project, digest)
    file, = (project.manifests / "learned").glob("*.gz")
    file.write_bytes(file.read_bytes()[:10] + b"\xff" * 100)
    assert learned.dataset(project, digest) is None


def test_a_model_from_elsewhere_is_said_to_be_unknown(told: Contents, tmp_path: Path) -> None:
    assert told.model
    strange = replace(told, model=replace(told.model, as_now=None, digest=None))
    for name, data in making.files(gathering.measured(strange, Progress())).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (said,) = [one for one in replaying.replay(tmp_path) if one.what == "What one was trained with"]
    assert said.state == "not possible" and "trained elsewhere" in said.detail
