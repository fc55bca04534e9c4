"""All that is known of why a photo was answered as it was; and the job that asks the model the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from core.aws.clients import connect
from core.dataset import places
from core.evaluation.thresholds import Thresholds
from core.explanation import asking, changes, kinds, missing, nearness, occlusion
from core.explanation import causes as measuring
from core.explanation.causes import Cause
from core.explanation.changes import Tried
from core.explanation.kinds import Verdict
from core.explanation.missing import Alike, Within, Worth
from core.explanation.nearness import Nearness
from core.explanation.occlusion import Map
from core.explanation.trained import Look, Trained, look, trained
from core.files import write_atomically
from core.images import altering, subjects
from core.images.altering import WHOLE, Alteration
from core.jobs import Progress
from core.types import UNKNOWN, Photo, Prediction
from core.workspace import Project, open_project


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """One photo explained. What needs the model is empty until it has been asked: `answers`, `tried`, and the maps.

    `photo` is the picture as it is altered and sent, and `again` what the model says of that, which is smaller than the
    photo that was asked about first. `label` is the class that the photo is compared with: its truth, or else the label
    that came nearest.
    """

    prediction: Prediction
    again: Prediction
    label: str | None
    photo: Image.Image
    look: Look
    verdict: Verdict
    near: Nearness | None
    neighbours: tuple[tuple[Photo, float], ...]
    causes: tuple[Cause, ...]
    mask: subjects.Mask
    answers: asking.Answers
    tried: tuple[Tried, ...]
    to_ask: int

    def map(self, label: str) -> Map | None:
        """Where the model looked for a label; None before it has been asked."""
        return occlusion.read(self.answers, label)

    @property
    def shown(self) -> str | None:
        """The label whose map tells most: the answer, or the class that it should have had, if that fell short."""
        if "below" in self.verdict.kinds:
            return self.label
        if self.prediction.answer != UNKNOWN:
            return self.prediction.answer
        return self.label

    @property
    def nearest_labels(self) -> Counter[str]:
        """How many of the nearest training photos have each label."""
        return Counter(photo.label or "no label" for photo, _ in self.neighbours)


def explain(project: Project, prediction: Prediction, thresholds: Thresholds, arn: str, data: bytes) -> Explanation:
    """Put together what is known about a photo, `data` being its file; asks nobody. BadImage when it can't be read."""
    seen, known = look(data), trained(project, arn)
    near = nearness.nearness(seen.row, known.rows, known.distances)
    verdict = kinds.verdict(prediction, thresholds, near)
    nearest = verdict.best.label if verdict.best else None
    label = nearest if prediction.truth in (None, UNKNOWN) else prediction.truth
    picture = altering.opened(data)
    answers = asking.kept(project, seen.sha256, arn)
    wanted = everything(picture)
    again = changes.after_reading_again(prediction, thresholds, answers)
    return Explanation(
        prediction, again, label, picture, seen, verdict, near,
        tuple((known.photos[place], similarity) for place, similarity in (near.nearest if near else ())),
        measuring.causes(seen.measures, label, known.labelled), subjects.estimate(picture), answers,
        _tried(picture, again, thresholds, answers), len(asking.missing(wanted, answers)))


def everything(picture: Image.Image) -> list[Alteration]:
    """Every picture that the model is asked about to explain one photo."""
    return [*occlusion.asked(), *altering.changes(picture)]


def needs(known: Trained, told: Explanation) -> tuple[Within | None, Alike | None, Worth | None]:
    """What is missing among the training photos; it takes a second, and is worth keeping."""
    if told.label is None:
        return None, None, None
    labels = [photo.label for photo in known.photos]
    single = all(len(photo.labels) <= 1 for photo in known.photos)
    first = told.causes[0] if told.causes else None
    return (missing.within(told.look.row, known.rows, labels, told.label),
            missing.alike(told.look.measures, told.label, known.labelled, first),
            missing.worth(known.rows, labels, told.label) if single else None)


def ask_closely(progress: Progress, home: str, project: str, arn: str, path: str, units: int = 1) -> int:
    """Job: ask the model about every altered copy of a photo that it has not been asked about; gives the calls made."""
    owner = open_project(home, project)
    data = places.read_bytes(owner, path)
    progress.say("Asking the model about the photo with one part after the other hidden, and changed")
    made = asking.ask(progress, owner, connect(Path(home), owner.backend), arn, data,
                      everything(altering.opened(data)), units)
    if _lent(owner).joinpath(Path(path).name) == Path(path):
        Path(path).unlink(missing_ok=True)
    return made


def lend(project: Project, data: bytes) -> str:
    """Keep a photo that is in no folder, such as a dropped one, until the job has asked about it; gives its path."""
    file = _lent(project) / asking.content_of(data)
    write_atomically(file, data)
    return str(file)


def _lent(project: Project) -> Path:
    return project.folder / "lent"


def _tried(
    picture: Image.Image, again: Prediction, thresholds: Thresholds, answers: asking.Answers
) -> tuple[Tried, ...]:
    """The changes with their answers, once all have been asked about."""
    wanted = altering.changes(picture)
    if any(one.key not in answers for one in (WHOLE, *wanted)):
        return ()
    return changes.tried(again, thresholds, answers, wanted, changes.similarities(picture, wanted))
