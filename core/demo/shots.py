"""Which pictures are taken: decks of poses, places, coats and sizes, the same for cats and dogs, shuffled for each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import cycle, islice
from typing import TypeVar

from core.demo.coats import COATS
from core.demo.heads import MUZZLES
from core.demo.picture import Shot, View
from core.demo.scenes import SCENES
from core.demo.skeletons import Species

Card = TypeVar("Card")

EACH = 25  # pictures of each species: 19 to learn from, 6 unseen
LEARNED = 19

VIEWS = (
    View("sitting", turn=20, above=9, look=10),
    View("sitting", turn=60, above=9, look=22),
    View("standing", turn=68, above=8, look=34),
    View("lying", turn=55, above=10, look=15),
    View("sitting", turn=10, above=5, look=14, nod=4, part="face"),
    View("curled", turn=-20, above=26, look=12, nod=14),
    View("walking", turn=35, above=9, look=12),
    View("sitting", turn=25, above=11, look=12, nod=8, part="half"),
    View("stretching", turn=62, above=10, look=25),
    View("sitting", turn=15, above=36, look=8, nod=2),
    View("lying", turn=22, above=13, look=8, nod=10, part="half"),
    View("sitting", turn=165, above=9, look=140),
)
SIZES = ((1024, 768), (1088, 612), (750, 1000), (864, 864), (1152, 648), (960, 720), (640, 480), (768, 960))
IRISES: dict[Species, tuple[str, ...]] = {"cat": ("green", "amber", "blue", "copper"), "dog": ("brown",)}
EARS = ("floppy", "pricked", "tipped", "long")


def shots(species: Species, seed: int) -> list[Shot]:
    """The pictures of one species, in order; other seeds give other pictures from the same decks."""
    dice = random.Random(f"{species} {seed}")
    scenes = _dealt(tuple(SCENES), dice)
    met: Counter[str] = Counter()
    taken = []
    for index, (view, scene, coat, size) in enumerate(
        zip(_dealt(VIEWS, dice), scenes, _dealt(tuple(COATS), dice), _dealt(SIZES, dice), strict=True)
    ):
        lights = SCENES[scene].lights
        taken.append(Shot(
            species, view, scene, coat, dice.choice(IRISES[species]), EARS[index % len(EARS)],
            tuple(MUZZLES)[index % len(MUZZLES)], lights[met[scene] % len(lights)], size,
            seed=dice.randrange(10**6), filling=dice.uniform(0.72, 0.9),
        ))
        met[scene] += 1
    return taken


def _dealt(cards: Sequence[Card], dice: random.Random) -> list[Card]:
    """As many cards as pictures are taken, each as often as any other, in random order."""
    deck = list(islice(cycle(cards), EACH))
    dice.shuffle(deck)
    return deck
