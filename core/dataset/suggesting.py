"""Labels that the embeddings suggest for photos without one, and labels that disagree with their neighbours.

A suggestion is no label: it becomes one when a person confirms it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from core.dataset import kinds, labels, likeness, likeness_file, vocabulary
from core.dataset.names import counted
from core.dataset.photos import photos
from core.dataset.remembering import lately, remembered
from core.images import proposing
from core.images.likeness import Likeness, class_scores
from core.types import Kind, Photo
from core.workspace import Project

FEWEST = 3  # labelled photos that two classes need; from fewer the suggestions are surer than they are right
LIKELY = 0.5  # a label of several is suggested from here
NEAREST = 8  # labelled neighbours that a suspicion is explained with
PATIENCE = 0.05  # seconds that a key may wait for suggestions
OPENING = 5.0  # seconds that a page may wait for its first ones
DOUBTFUL = 0.0  # a label whose photo looks more like another one


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The labels that a photo without one probably has, and how likely it is that all of them are right, 0-1."""

    photo_id: int
    labels: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Suspect:
    """A photo whose label may be wrong: what it looks like instead, how much more, 0-1, and why in words."""

    photo_id: int
    label: str
    other: str
    score: float
    reason: str


def ready(project: Project) -> str:
    """Why there are no suggestions yet, in words for the page; "" when there can be some."""
    if kinds.kind_of(project) == "boxes":
        return "Suggestions are for labels of whole photos; boxes are drawn by hand."
    if likeness.read(project) is None:
        return "The photos have yet to be compared with each other."
    often = Counter(name for photo in photos(project) if not photo.excluded for name in photo.labels)
    if sum(count >= FEWEST for count in often.values()) < 2:
        return f"Label at least {FEWEST} photos of two classes first; five of each suggest most of the rest rightly."
    return ""


def suggestions(project: Project) -> tuple[Suggestion, ...]:
    """A suggestion for each photo without a label, in the order of the photos; none while `ready` says why."""
    make = partial(_suggestions, project)
    return () if ready(project) else remembered(project, "suggestions", make, likeness_file.stamp(project))


def prepare(project: Project) -> None:
    """Make suggestions while a page is opened, so that `latest` has some from its first photo on."""
    _late(project, OPENING)


def latest(project: Project) -> tuple[Suggestion, ...]:
    """`suggestions`, but without waiting for them where they take long: those of a few labels ago then.

    They are for whoever labels one photo after the other, whose next key must not wait. What was labelled, left out,
    or called by another name since is not among them.
    """
    made = _late(project, PATIENCE)
    bare = {photo.id for photo in photos(project) if not photo.labels and not photo.excluded}
    known = set(vocabulary.listed(project))
    return tuple(one for one in made if one.photo_id in bare and known.issuperset(one.labels))


def _late(project: Project, patience: float) -> tuple[Suggestion, ...]:
    if ready(project):
        return ()
    make = partial(_suggestions, project)
    return lately(project, "suggestions", make, patience, likeness_file.stamp(project)) or ()


def surest_first(found: Iterable[Suggestion]) -> list[Suggestion]:
    """For confirming many at once."""
    return sorted(found, key=lambda one: (-one.confidence, one.photo_id))


def doubtful_first(found: Iterable[Suggestion]) -> list[Suggestion]:
    """For work one by one, where each answer teaches most."""
    return sorted(found, key=lambda one: (one.confidence, one.photo_id))


def confirm(project: Project, confirmed: Sequence[Suggestion]) -> int:
    """Make suggestions the labels of their photos, as one step; gives how many photos got one.

    A photo that has got a label meanwhile, or was left out, keeps what it has. RekolabError where a suggested class was
    renamed, merged or removed meanwhile.
    """
    def what(number: int) -> str:
        return f"Confirmed {counted(number, 'suggestion')}"

    return labels.fill(project, what, {one.photo_id: one.labels for one in confirmed})


def suspects(project: Project) -> tuple[Suspect, ...]:
    """Labelled photos that look more like another label than like their own, the most suspicious first.

    Only where a photo has one label: several can all be right.
    """
    if kinds.kind_of(project) != "single":
        return ()
    return remembered(project, "suspects", partial(_suspects, project), likeness_file.stamp(project))


def _suggestions(project: Project) -> tuple[Suggestion, ...]:
    compared = likeness.read(project)
    return tuple(suggested(compared, photos(project), kinds.kind_of(project))) if compared else ()


def suggested(compared: Likeness, listed: Sequence[Photo], kind: Kind) -> list[Suggestion]:
    """Suggestions for those of the photos that have no label, from those that have one."""
    place = {number: row for row, number in enumerate(compared.ids.tolist())}
    kept = [photo for photo in listed if photo.id in place and not photo.excluded]
    known, rest = [photo for photo in kept if photo.labels], [photo for photo in kept if not photo.labels]
    known = [known[at] for at in proposing.chosen(len(known))]
    names = sorted({name for photo in known for name in photo.labels})
    if len(names) < 2 or not rest:
        return []
    wanted = np.array([[name in photo.labels for name in names] for photo in known], np.float64)
    with threadpool_limits(1):
        likely = proposing.proposed(compared.rows[[place[photo.id] for photo in known]], wanted,
                                    compared.rows[[place[photo.id] for photo in rest]], kind == "multi")
    return [_suggestion(photo.id, dict(zip(names, row, strict=True)), kind)
            for photo, row in zip(rest, likely.tolist(), strict=True)]


def _suggestion(photo_id: int, likely: Mapping[str, float], kind: Kind) -> Suggestion:
    best = max(likely, key=likely.__getitem__)
    if kind == "single":
        return Suggestion(photo_id, (best,), likely[best])
    several = tuple(name for name, share in likely.items() if share >= LIKELY) or (best,)
    sure = [share if name in several else 1 - share for name, share in likely.items()]
    return Suggestion(photo_id, several, float(np.prod(sure)))


def _suspects(project: Project) -> tuple[Suspect, ...]:
    compared = likeness.read(project)
    if compared is None:
        return ()
    given = {photo.id: photo.label for photo in photos(project) if photo.label and not photo.excluded}
    return tuple(suspected(compared, given))


def suspected(compared: Likeness, given: Mapping[int, str]) -> list[Suspect]:
    """Photos with these labels that look more like another one, the most suspicious first."""
    found = [(number, other, score) for number, (other, score) in class_scores(compared, given).items()
             if score > DOUBTFUL]
    return [Suspect(number, given[number], other, score, _reason(compared, given, number, other))
            for number, other, score in sorted(found, key=lambda one: -one[2])]


def _reason(compared: Likeness, given: Mapping[int, str], photo_id: int, other: str) -> str:
    """What the labelled photos most like this one are."""
    near = [number for number in likeness.nearest_of(compared, photo_id) if number in given][:NEAREST]
    tally = Counter(given[number] for number in near).most_common()
    said = f"the {len(near)} photos most like it are: " + ", ".join(f"{count} {label}" for label, count in tally) + "."
    if tally and tally[0][0] != other:
        return f"By all labelled photos together it looks like {other}, though {said}"
    return f"It looks like {other}." + (f" T{said[1:]}" if near else "")
