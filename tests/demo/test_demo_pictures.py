from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.demo import project
from core.demo.camera import LIGHTS
from core.demo.coats import COATS
from core.demo.heads import EARS, MUZZLES
from core.demo.picture import Shot, take
from core.demo.scenes import SCENES
from core.demo.shots import VIEWS, shots
from core.demo.skeletons import POSES

Features = Callable[[list[Image.Image]], np.ndarray]
Photos = dict[Path, Image.Image]


def read(folder: Path) -> Photos:
    """The photos that can be read, upright and not too large."""
    photos = {}
    for path in sorted(folder.rglob("*.*")):
        if path.stem != project.TRUNCATED:
            image = Image.open(path)
            image.draft("RGB", (700, 700))
            photos[path] = ImageOps.exif_transpose(image).convert("RGB")
    return photos


@pytest.fixture(scope="module")
def photos(sample: Path) -> tuple[Photos, Photos]:
    return read(sample / "dataset"), read(sample / "unseen")


def taught(features: Features, photos: tuple[Photos, Photos]) -> dict[str, float]:
    """How much a model of these features believes in the right class of each unseen photo, 0-1."""
    from sklearn.linear_model import LogisticRegression

    labelled, unseen = photos
    model = LogisticRegression(C=10, max_iter=2000)
    model.fit(features(list(labelled.values())), [path.parent.name for path in labelled])
    chances = model.predict_proba(features(list(unseen.values())))
    return {path.stem: chance[list(model.classes_).index(path.parent.name)]
            for path, chance in zip(unseen, chances, strict=True)}


def looks(images: list[Image.Image]) -> np.ndarray:
    """Colours and brightness by place, which is all that a shortcut would need."""
    rows = np.stack([np.asarray(image.resize((6, 6), Image.Resampling.BOX), np.float32).ravel() for image in images])
    return rows / 255


def test_a_model_learns_cats_from_dogs_and_stumbles_over_the_faint_one(photos: tuple[Photos, Photos]) -> None:
    from core.images.embedding import embed

    belief = taught(embed, photos)
    assert sum(chance > 0.5 for chance in belief.values()) >= 10
    assert belief[project.FAINT] < 0.6


def test_colours_and_backgrounds_give_no_class_away(photos: tuple[Photos, Photos]) -> None:
    assert sum(chance > 0.5 for chance in taught(looks, photos).values()) <= 9


@pytest.mark.parametrize("trait", ["view", "scene", "coat", "size"])
def test_cats_and_dogs_are_dealt_the_same_cards(trait: str) -> None:
    cats, dogs = (Counter(getattr(shot, trait) for shot in shots(species, seed))
                  for species, seed in project.SEEDS.items())
    assert cats == dogs
    assert max(cats.values()) <= 4


def test_cats_and_dogs_are_lit_alike() -> None:
    cats, dogs = (Counter((shot.scene, shot.light) for shot in shots(species, seed))
                  for species, seed in project.SEEDS.items())
    assert cats == dogs


def test_every_table_names_what_is_there() -> None:
    assert {light for scene in SCENES.values() for light in scene.lights} <= set(LIGHTS)
    assert {(species, view.pose) for species in project.SEEDS for view in VIEWS} <= set(POSES)


@pytest.fixture(scope="module")
def shot() -> Shot:
    return Shot("dog", VIEWS[0], "beach", "gold", "brown", "floppy", "medium", "bright", (320, 240), seed=5)


def test_the_same_shot_is_the_same_picture_and_another_seed_is_not(shot: Shot) -> None:
    assert take(shot).tobytes() == take(shot).tobytes()
    assert take(shot).tobytes() != take(replace(shot, seed=6)).tobytes()


@pytest.mark.parametrize("scene", SCENES)
def test_every_place_can_be_drawn_from_low_and_from_high(shot: Shot, scene: str) -> None:
    for above in (4.0, 38.0):
        picture = take(replace(shot, scene=scene, view=replace(shot.view, above=above), size=(200, 150)))
        assert picture.size == (200, 150)
        assert np.asarray(picture.convert("L")).std() > 8


def test_every_coat_looks_different_and_dark_ones_are_dark(shot: Shot) -> None:
    bodies = {coat: np.asarray(take(replace(shot, coat=coat)).convert("L"), np.float32) for coat in COATS}
    assert len({body.tobytes() for body in bodies.values()}) == len(COATS)
    shades = [bodies[coat].mean() for coat in ("black", "chocolate", "slate", "gold")]
    assert shades == sorted(shades)


@pytest.mark.parametrize(("species", "ears", "muzzle"), [
    *(("dog", ears, muzzle) for ears in EARS if ears != "cat" for muzzle in MUZZLES), ("cat", "cat", "short"),
])
def test_every_head_can_be_turned_all_the_way_round(shot: Shot, species: str, ears: str, muzzle: str) -> None:
    turned = [take(replace(shot, species=species, ears=ears, muzzle=muzzle, size=(160, 160),
                           view=replace(shot.view, look=look, part="face"))) for look in (0.0, 90.0, 180.0)]
    assert len({picture.tobytes() for picture in turned}) == 3
