from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from composites import ARN, RedOnes, clients

from core.dataset import labels, photos, sources
from core.errors import BadImage
from core.evaluation.thresholds import decide
from core.explanation import asking, drafting, explaining, missing, trained
from core.jobs import Progress
from core.types import Prediction, Score
from core.workspace import Project

CUTS = {"cat": 60.0, "dog": 60.0}


@pytest.fixture
def kept(project: Project, photo_folder: Callable[..., Path]) -> Project:
    """A project with training photos that have been looked at."""
    sources.import_folder(Progress(), str(project.home), project.name, str(photo_folder(cat=10, dog=10)))
    labels.label_by_folder(project)
    trained.compare_trained(Progress(), str(project.home), project.name)
    return project


def prediction(file: Path, truth: str | None = "cat", **scores: float) -> Prediction:
    listed = tuple(sorted((Score(name, value) for name, value in (scores or {"dog": 90.0, "cat": 10.0}).items()),
                          key=lambda one: -one.confidence))
    return Prediction(f"cat/{file.name}", str(file), truth, listed, *decide(listed, CUTS))


def explain(project: Project, file: Path, **scores: float) -> explaining.Explanation:
    return explaining.explain(project, prediction(file, **scores), CUTS, ARN, file.read_bytes())


@pytest.fixture
def file(kept: Project) -> Path:
    return Path(photos.photos(kept)[0].path)


def test_training_photos_are_looked_at_once(kept: Project) -> None:
    assert trained.pending(kept) == 0
    assert trained.compare_trained(Progress(), str(kept.home), kept.name) == 0
    known = trained.trained(kept)
    assert len(known.photos) == len(known.measures) == len(known.rows) == len(known.distances) >= 18


def test_before_anything_was_looked_at_the_card_says_less_and_nothing_wrong(
    project: Project, photo_folder: Callable[..., Path]
) -> None:
    file = photo_folder(cat=1) / "cat" / "cat1.jpg"
    told = explain(project, file)
    assert (told.near, told.neighbours, told.causes) == (None, (), ())
    assert told.verdict.kinds == ("wrong",)
    assert explaining.needs(trained.trained(project), told) == (None, None, None)


def test_a_photo_is_measured_as_the_training_photos_are(kept: Project, file: Path) -> None:
    told = explain(kept, file)
    photo, similarity = told.neighbours[0]
    assert similarity == pytest.approx(1, abs=0.01)
    place = trained.trained(kept).photos.index(photo)
    known = trained.trained(kept).measures[place]
    assert told.look.measures.contrast == pytest.approx(known.contrast, rel=0.03)
    assert told.look.measures.resolution == known.resolution


def test_what_was_announced_is_asked_and_the_card_knows_more_then(
    kept: Project, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = explain(kept, file)
    assert (before.to_ask, before.answers, before.tried, before.map("cat")) == (54, {}, (), None)
    rekognition = RedOnes()
    monkeypatch.setattr(explaining, "connect", lambda home, backend: clients(rekognition))
    made = explaining.ask_closely(Progress(), str(kept.home), kept.name, ARN, str(file))
    assert made == rekognition.calls == before.to_ask
    after = explain(kept, file)
    assert after.to_ask == 0
    assert after.map("red") is not None and len(after.tried) == 12
    assert after.again.scores != before.prediction.scores  # of the smaller picture, with which changes are compared


def test_a_lent_photo_is_given_back_once_it_was_asked_about(
    kept: Project, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explaining, "connect", lambda home, backend: clients(RedOnes()))
    lent = explaining.lend(kept, file.read_bytes())
    assert Path(lent).read_bytes() == file.read_bytes()
    explaining.ask_closely(Progress(), str(kept.home), kept.name, ARN, lent)
    assert not Path(lent).exists()
    assert len(asking.kept(kept, asking.content_of(file.read_bytes()), ARN)) == 54
    explaining.ask_closely(Progress(), str(kept.home), kept.name, ARN, str(file))
    assert file.exists()  # for a photo of the user's stays where it is


def test_the_draft_says_what_the_card_shows(kept: Project, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "connect", lambda home, backend: clients(RedOnes()))
    told = explain(kept, file)
    text = drafting.draft(told)
    assert text.startswith(f"{file.name}, known to be cat, was answered as dog. The model said dog with 90.0 %")
    assert "The 5 training photos most like it are: " in text
    assert "it looked at" not in text
    explaining.ask_closely(Progress(), str(kept.home), kept.name, ARN, str(file))
    needed = missing.sentences(*explaining.needs(trained.trained(kept), told))
    text = drafting.draft(explain(kept, file, red=70.0, other=30.0), needed)
    assert "red" in text and "changes that" in text and text.endswith(needed[-1])


def test_a_failed_call_and_an_empty_answer_are_explained_too(kept: Project, file: Path) -> None:
    failed = Prediction("a.jpg", str(file), "cat", (), "Unknown", 0.0, error="Throttled: wait")
    told = explaining.explain(kept, failed, CUTS, ARN, file.read_bytes())
    assert told.verdict.kind == "failed" and "got no answer" in drafting.draft(told)
    nothing = Prediction("a.jpg", str(file), None, (), "Unknown", 0.0)
    told = explaining.explain(kept, nothing, CUTS, ARN, file.read_bytes())
    assert (told.verdict.kind, told.label) == ("nothing", None)
    assert drafting.draft(told).startswith("a.jpg was answered as Unknown. The model returned no label at all")


def test_what_is_no_photo_is_refused(kept: Project) -> None:
    with pytest.raises(BadImage):
        explaining.explain(kept, prediction(Path("a.jpg")), CUTS, ARN, b"no photo")
