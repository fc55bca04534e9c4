"""The shortcut check: does one plain property of the photos, such as brightness or camera, give their class away?

A model learns such a property instead of what the photos show, is right on every photo of its set, and wrong outside.
Whether that is so is tested by giving the labels to the photos at random many times over. This holds for 40 photos as
for 40,000, and however the properties are spread. A property only counts as found when it tells the classes apart
better than the best of all properties usually does by chance (Westfall and Young's min-p), so that having many of them
raises no false alarm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset.photos import photos
from core.dataset.properties import PROPERTIES, Property
from core.dataset.remembering import remembered
from core.dataset.selecting import label_of
from core.types import Photo
from core.workspace import Project

FEWEST = 4  # photos of a class; what has fewer can't be tested
SHUFFLES = 4_000  # of a set of 40; the fewer the more photos there are, but never under FEWEST_SHUFFLES
FEWEST_SHUFFLES = 500
ENOUGH = 4_000  # photos for the test; with so many it finds differences that are far too small for an alarm
SURE = 0.05  # the highest p-value of an alarm, so the share of clean sets that raise one
TELLING = 0.6  # the lowest accuracy of an alarm
ENDS = 6  # photos shown of each end

_IN_ALL = 60_000_000  # values shuffled, about half a second
_KINDS = 20  # cameras or formats told apart, the most frequent

Values = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """How well one property alone tells a class of a set from the rest, for the class where it does best.

    accuracy: the share of photos (0-1) that it puts on the right side, each judged by the others, where both sides
    count alike: 0.5 is guessing. p: the share of shuffled sets, 0-1, in which any property tells as much. low, high:
    ids of the photos at both ends, the outermost first; for a camera or format photos that have it and that have not.
    """

    code: str
    title: str
    label: str
    accuracy: float
    p: float
    alarm: bool
    sentence: str
    low: Ids
    high: Ids


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """n photos in order of class. sizes: (k) photos of each of `classes`; starts: (k) where each begins."""

    photos: Sequence[Photo]
    classes: tuple[str, ...]
    sizes: Ints
    starts: Ints


def shortcuts(project: Project) -> tuple[Shortcut, ...]:
    """Every property, the most suspect first; none when there are no two classes with enough photos."""
    return remembered(project, "shortcuts", lambda: check(photos(project)))


def check(listed: Sequence[Photo], seed: int = 0) -> tuple[Shortcut, ...]:
    """`shortcuts` of any photos: those with a class that were looked at and are not left out."""
    tested = _tested(listed)
    if len(tested.classes) < 2:
        return ()
    columns = [_columns(tested.photos, each) for each in PROPERTIES]
    sample, places = _sampled(tested)
    chances = _corrected(_telling(sample, [values[places] for values in columns], seed))
    found = [_shortcut(tested, each, values, float(p))
             for each, values, p in zip(PROPERTIES, columns, chances, strict=True)]
    return tuple(sorted(found, key=lambda one: (not one.alarm, one.p, -one.accuracy)))


def _tested(listed: Sequence[Photo]) -> _Set:
    known = [(label, photo) for photo in listed
             if photo.facts and photo.quality and not photo.excluded and (label := label_of(photo))]
    counts = Counter(label for label, _ in known)
    classes = tuple(sorted(label for label, count in counts.items() if count >= FEWEST))
    sizes = np.array([counts[label] for label in classes], np.int64)
    members = sorted((pair for pair in known if pair[0] in classes), key=lambda pair: pair[0])
    return _Set([photo for _, photo in members], classes, sizes, np.cumsum(sizes) - sizes)


def _columns(members: Sequence[Photo], each: Property) -> Values:
    """The property in numbers (n, c) of mean 0 and variance 1: normal scores, or a column for each kind."""
    if each.kinds:
        raw = [each.value(photo) for photo in members]
        kinds = [kind for kind, _ in Counter(raw).most_common(_KINDS)]
        values = np.array([[value == kind for kind in kinds] for value in raw], np.float64)
    else:
        values = np.stack([_normal_scores(np.array([number(photo) for photo in members], np.float64))
                           for number in (each.value, *each.beside)], axis=1)
    values -= values.mean(axis=0)
    spread = values.std(axis=0)
    return np.divide(values, spread, out=np.zeros_like(values), where=spread > 1e-9)


def _normal_scores(values: Values) -> Values:
    """Where each value would lie if they were spread normally: outliers then weigh no more than they should."""
    from scipy.special import ndtri

    last, sharing = _ranks(values)
    return ndtri((last - sharing / 2) / len(values))


def _ranks(values: Values) -> tuple[Ints, Ints]:
    """Of each value how many are no higher, and how many are the same, with itself."""
    _, place, sharing = np.unique(values, return_inverse=True, return_counts=True)
    return np.cumsum(sharing)[place], sharing[place]


def _telling(tested: _Set, columns: Sequence[Values], seed: int) -> NDArray[np.float32]:
    """How far the classes lie apart in each property: (1 + shuffles, p), the first row with the labels as they are.

    It is the variance between the classes, and of a property with many columns that of the best.
    """
    values = np.hstack(columns).astype(np.float32)
    firsts = np.cumsum([0] + [part.shape[1] for part in columns[:-1]])
    random = np.random.default_rng(seed)
    shuffles = max(FEWEST_SHUFFLES, min(SHUFFLES, _IN_ALL // values.size))
    rows = [_between(tested, values)]
    rows += [_between(tested, values.take(random.permutation(len(values)), axis=0)) for _ in range(shuffles)]
    return np.maximum.reduceat(np.stack(rows), firsts, axis=1)


def _between(tested: _Set, values: NDArray[np.float32]) -> NDArray[np.float32]:
    sums = np.add.reduceat(values, tested.starts, axis=0)
    return (sums**2 / tested.sizes[:, None]).sum(axis=0)


def _sampled(tested: _Set) -> tuple[_Set, Ints]:
    """The set without the photos that add nothing to what thousands show, evenly from every class; and their places."""
    step = -(-len(tested.photos) // ENOUGH)
    places = np.concatenate([np.arange(start, start + size, step)
                             for start, size in zip(tested.starts, tested.sizes, strict=True)])
    sizes = -(-tested.sizes // step)
    return _Set([tested.photos[place] for place in places], tested.classes, sizes, np.cumsum(sizes) - sizes), places


def _corrected(telling: NDArray[np.float32]) -> Values:
    """The p-value (p) of each property in the first row, corrected for the number of them."""
    rounded = -telling.astype(np.float64).round(4)
    rare = np.stack([_ranks(column)[0] for column in rounded.T], axis=1)  # how many rows tell as much as each row does
    return (rare.min(axis=1)[:, None] <= rare[0]).mean(axis=0)


def _outermost(tested: _Set, values: Values) -> Mask:
    """Which photos (n) belong to the class that lies furthest from the rest."""
    sums, sizes = np.add.reduceat(values, tested.starts, axis=0), tested.sizes
    place = int((sums**2 / (sizes * (len(values) - sizes))[:, None]).max(axis=1).argmax())
    inside = np.zeros(len(values), np.bool_)
    inside[tested.starts[place] :][: sizes[place]] = True
    return inside


def _accuracy(values: Values, inside: Mask) -> float:
    """The accuracy of `Shortcut`: each photo is put on the side whose mean, which is taken without it, is nearer."""
    far = []
    for side in (inside, ~inside):
        without = side[:, None].astype(float)
        means = (values[side].sum(axis=0) - values * without) / (side.sum() - without)
        far.append(((values - means) ** 2).sum(axis=1))
    lead = np.where(inside, far[1] - far[0], far[0] - far[1])
    right = np.where(np.abs(lead) < 1e-9, 0.5, lead > 0)
    return float((right[inside].mean() + right[~inside].mean()) / 2)


def _shortcut(tested: _Set, each: Property, columns: Values, p: float) -> Shortcut:
    inside = _outermost(tested, columns)
    accuracy = _accuracy(columns, inside)
    place = int(np.searchsorted(tested.starts, inside.argmax()))
    label = tested.classes[place]
    rest = tested.classes[1 - place] if len(tested.classes) == 2 else "the rest"
    low, high, difference = (_kind_ends if each.kinds else _value_ends)(tested, each, inside, label, rest)
    alarm = p <= SURE and accuracy >= TELLING
    figures = f"in {100 * accuracy:.0f} photos of 100, where guessing is right in 50 (p = {p:.3f})."
    sentence = (f"{each.title} alone tells {label} from {rest} {figures} {difference} "
                "A model may learn that instead of what the photos show." if alarm else
                f"{each.title} gives no class away: it tells {label} from {rest} {figures}")
    return Shortcut(each.code, each.title, label, accuracy, p, alarm, sentence, low, high)


def _value_ends(tested: _Set, each: Property, inside: Mask, label: str, rest: str) -> tuple[Ids, Ids, str]:
    """Ids of the photos with the lowest values and with the highest, and how the class differs from the rest."""
    values = np.array([each.value(photo) for photo in tested.photos], np.float64)
    order = [tested.photos[place].id for place in np.argsort(values, kind="stable").tolist()]
    here, there = float(np.median(values[inside])), float(np.median(values[~inside]))
    difference = (f"Photos of {label} are {each.words[here > there]} than those of {rest}: {each.said(here)} against "
                  f"{each.said(there)} in the middle.")
    return tuple(order[:ENDS]), tuple(order[: -ENDS - 1 : -1]), difference


def _kind_ends(tested: _Set, each: Property, inside: Mask, label: str, rest: str) -> tuple[Ids, Ids, str]:
    """Ids of photos of the kind that tells most and of photos of others, and how much of each side is of that kind."""
    kinds = np.array([each.value(photo) or "" for photo in tested.photos])
    names = sorted(kind for kind, _ in Counter(kinds.tolist()).most_common(_KINDS))
    shares = [((kinds[inside] == name).mean(), (kinds[~inside] == name).mean()) for name in names]
    best = max(range(len(names)), key=lambda place: (abs(shares[place][0] - shares[place][1]), place))
    ids, has = np.array([photo.id for photo in tested.photos]), kinds == names[best]
    difference = (f"{names[best] or each.nothing}: {100 * shares[best][0]:.0f} % of the photos of {label}, "
                  f"{100 * shares[best][1]:.0f} % of those of {rest}.")
    return tuple(ids[has][:ENDS].tolist()), tuple(ids[~has][:ENDS].tolist()), difference
