"""Measures how many planted twins of photos are found, how many different photos are taken for twins, and how fast.

Prints one JSON object a line: name, value, unit, goal, and with a peer its figure in the same run. Twins are planted
into photos on which nothing was tuned: `python tests/bench/twins.py tune` measures the other half. Each photo gets a
twin of each kind, and kinds are measured apart, as a twin might be found through another one otherwise; a twin counts
as found when it is in one group with its photo, and known to be mirrored when it is. The same is done with sets whose
photos differ only in a subject of 10 to 16 % of the picture, before one background. `twins.false` is the share of the
photos that are in one group with a different one. Takes about three minutes, and needs ../shared. The peer is
imagehash's pHash as CleanVision uses it: 64 bits, which must be equal. It is taken from the Python that
REKOLAB_CLEANVISION_PYTHON names, or from this one; tests/bench/requirements.txt says how.
"""

from __future__ import annotations

import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from shapes import ROOT, say

from core.images import duplicates, verdicts
from core.images.fingerprints import fingerprint

DATA = ROOT.parent / "shared/data"
PETS, RACCOONS = sorted(DATA.glob("pets/*/*/*.jpg")), sorted(DATA.glob("raccoon/**/*.jpg"))
SCENES, SUBJECTS = 4, 40  # backgrounds, and different subjects before each
MANY = 10_000, 40_000  # pictures among which twins are sought for the time that it takes
PEER = os.environ.get("REKOLAB_CLEANVISION_PYTHON", sys.executable)
HASH = """import imagehash, json, pathlib, sys
from PIL import Image
paths = sorted(pathlib.Path(sys.argv[1]).iterdir())
print(json.dumps([str(imagehash.phash(Image.open(path), hash_size=8)) for path in paths]))"""

Change = Callable[[Image.Image, random.Random], Image.Image]


def resized(image: Image.Image, chance: random.Random) -> Image.Image:
    scale = chance.uniform(0.3, 0.8)
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC)


def same(image: Image.Image, chance: random.Random) -> Image.Image:
    return image


def flipped(image: Image.Image, chance: random.Random) -> Image.Image:
    return ImageOps.mirror(image)


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop((round(left * width), round(top * height), round((1 - right) * width),
                       round((1 - bottom) * height)))


def one_side(image: Image.Image, chance: random.Random) -> Image.Image:
    side = chance.randrange(4)
    return cut(image, *(0.1 if side == number else 0 for number in range(4)))


def corner(image: Image.Image, chance: random.Random) -> Image.Image:
    left, top = chance.choice((0, 0.1)), chance.choice((0, 0.1))
    return cut(image, left, top, 0.1 - left, 0.1 - top)


def all_round(image: Image.Image, chance: random.Random) -> Image.Image:
    return cut(image, 0.05, 0.05, 0.05, 0.05)


def every_side(image: Image.Image, chance: random.Random) -> Image.Image:
    return cut(image, 0.1, 0.1, 0.1, 0.1)


def anyhow(image: Image.Image, chance: random.Random) -> Image.Image:
    left, top = chance.uniform(0, 0.1), chance.uniform(0, 0.1)
    return cut(image, left, top, 0.1 - left, 0.1 - top)


# By kind what is done one after the other, and the JPEG quality.
KINDS: dict[str, tuple[tuple[Change, ...], int]] = {
    "resized": ((resized,), 90), "encoded_again": ((same,), 40), "flipped": ((flipped,), 90),
    "cropped_one_side": ((one_side,), 90), "cropped_corner": ((corner,), 90), "cropped_anyhow": ((anyhow,), 90),
    "cropped_all_round": ((all_round,), 90), "cropped_every_side": ((every_side,), 90),
    "resized_encoded": ((resized,), 40), "cropped_resized_encoded": ((anyhow, resized), 40),
    "flipped_resized_encoded": ((flipped, resized), 40), "flipped_cropped": ((flipped, anyhow), 75),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo that is measured: its name, and the bytes of its file."""

    name: str
    data: bytes


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def half(paths: Sequence[Path], tune: bool) -> list[Path]:
    return list(paths)[0 if tune else 1 :: 2]


def ordinary(tune: bool) -> list[Shown]:
    return [Shown(path.stem, path.read_bytes()) for path in (*half(PETS, tune), *half(RACCOONS, tune))]


def twin(photo: Shown, kind: str) -> Shown:
    steps, quality = KINDS[kind]
    image, chance = Image.open(io.BytesIO(photo.data)).convert("RGB"), random.Random(f"{photo.name} {kind}")
    for step in steps:
        image = step(image, chance)
    return Shown(f"{photo.name} {kind}", jpeg(image, quality))


def scenes(tune: bool) -> Iterator[list[Shown]]:
    """Sets of photos from one place each: another animal, the rest but for noise, light and JPEG's traces the same."""
    pets, grounds = half(PETS, tune), half(RACCOONS, tune)
    for number, ground in enumerate(random.Random(1).sample(grounds, SCENES)):
        chance = random.Random(number)
        place = (chance.uniform(0.3, 0.7), chance.uniform(0.3, 0.7)) if number % 2 else None
        yield [staged(ground, subject, place, chance) for subject in chance.sample(pets, SUBJECTS)]


def staged(ground: Path, subject: Path, place: tuple[float, float] | None, chance: random.Random) -> Shown:
    """A photo of a subject before a ground, at a place in shares of the sides or anywhere."""
    picture, animal = (Image.open(path).convert("RGB") for path in (ground, subject))
    share = chance.uniform(0.10, 0.16)  # of the picture, by the ellipse that is seen of the subject
    side = round((share * picture.width * picture.height * 4 / np.pi) ** 0.5)
    across, down = place or (chance.uniform(0.2, 0.8), chance.uniform(0.2, 0.8))
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    corner = (round((picture.width - side) * across), round((picture.height - side) * down))
    middle = ImageOps.fit(animal, (side, side), Image.Resampling.BICUBIC)
    picture.paste(middle, corner, mask.filter(ImageFilter.GaussianBlur(side / 60)))
    light, noise = chance.uniform(0.95, 1.05), np.random.default_rng(chance.randrange(2**32))
    values = np.asarray(picture, np.float32) * light + noise.normal(0, 3, (picture.height, picture.width, 1))
    made = Image.fromarray(values.clip(0, 255).astype(np.uint8))
    return Shown(f"{ground.stem} {subject.stem}", jpeg(made, chance.choice((75, 85, 95))))


@dataclass(slots=True)
class Tally:
    """By kind how many twins were planted and found, and how many photos there are that have a false twin."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    photos: int = 0
    accused: int = 0
    pairs: list[str] = field(default_factory=list)
    accused_by_peer: int = 0


def main(tune: bool) -> None:
    if not PETS:
        sys.exit("../shared is not there, and with it the photos that this measures.")
    peer = not subprocess.run([PEER, "-c", "import imagehash"], capture_output=True).returncode
    every = Tally()
    for name, sets in (("ordinary", [ordinary(tune)]), ("one_background", [*scenes(tune)])):
        tally = Tally()
        for photos in sets:
            plant(photos, tally, peer)
        tell(name, tally, peer)
        for kind in KINDS:
            every.planted[f"{name}_{kind}"], every.found[f"{name}_{kind}"] = tally.planted[kind], tally.found[kind]
        every.theirs += tally.theirs
        every.photos, every.accused = every.photos + tally.photos, every.accused + tally.accused
        every.accused_by_peer += tally.accused_by_peer
    tell("", every, peer)
    measure_time()


def plant(photos: Sequence[Shown], tally: Tally, peer: bool) -> None:
    """The twins of each kind of some photos, and what is found of them; and which photos are taken for twins."""
    count, own, hashes = len(photos), prints(photos), phashes(photos) if peer else []
    numbers = duplicates.alike(tuple(own)).numbers
    false = [(one, other) for one in range(count) for other in range(one) if numbers[one] == numbers[other] >= 0]
    tally.photos += count
    tally.accused += len({place for pair in false for place in pair})
    tally.accused_by_peer += sum(hashes.count(one) > 1 for one in hashes)
    tally.pairs += [f"{photos[one].name} = {photos[other].name}" for one, other in false]
    for kind in KINDS:
        with ThreadPoolExecutor(2) as pool:
            twins = list(pool.map(lambda photo, kind=kind: twin(photo, kind), photos))
        found = duplicates.alike((*own, *prints(twins)))
        tally.planted[kind] += count
        tally.found[kind] += sum(
            found.numbers[place] == found.numbers[count + place] >= 0
            and (found.mirrored[place] != found.mirrored[count + place]) == kind.startswith("flipped")
            for place in range(count))
        if peer:
            tally.theirs[kind] += sum(one == other for one, other in zip(hashes, phashes(twins), strict=True))


def prints(photos: Sequence[Shown]) -> list[str]:
    with ThreadPoolExecutor(2) as pool:
        return [seen.fingerprint or "" for seen in pool.map(lambda photo: verdicts.inspect(photo.data), photos)]


def phashes(photos: Sequence[Shown]) -> list[str]:
    """The peer's hashes."""
    with tempfile.TemporaryDirectory() as folder:
        for number, photo in enumerate(photos):
            Path(folder, f"{number:04}.jpg").write_bytes(photo.data)
        done = subprocess.run([PEER, "-c", HASH, folder], check=True, capture_output=True)
    hashes: list[str] = json.loads(done.stdout)
    return hashes


def tell(name: str, tally: Tally, peer: bool) -> None:
    """Found: the share of the kind of which least was found, of several sets together that of the worst of all."""
    dot = f"twins.{name}_" if name else "twins."
    shares = {kind: round(tally.found[kind] / count, 4) for kind, count in tally.planted.items()}
    planted = tally.planted.total()
    theirs = {"peer": "imagehash pHash", "peer_value": round(tally.theirs.total() / planted, 4)} if peer else {}
    say(f"{dot}found", min(shares.values()), "share of the worst kind", goal=0.95,
        of_all=round(tally.found.total() / planted, 4), kinds=shares, **theirs)
    accused = {"peer_value": round(tally.accused_by_peer / tally.photos, 4)} if peer else {}
    say(f"{dot}false", tally.accused / tally.photos, "share of the photos", goal=0.01, of=tally.photos,
        pairs=tally.pairs, **accused)


def measure_time() -> None:
    """Seconds, and megabytes over what there was, to find all twins among pictures that are blends of photos."""
    small = [Image.open(path).convert("RGB").resize((96, 96), Image.Resampling.BOX) for path in (*PETS, *RACCOONS)]
    many = tuple(blended(small, random.Random(number)) for number in range(max(MANY)))
    for count in MANY:
        before, began, cpu = peak(), time.perf_counter(), time.process_time()
        found = duplicates.alike(many[:count])
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        say(f"twins.seconds_{count}", seconds, "s", cpu=round(cpu, 2), memory_mb=round(peak() - before),
            twins=int((found.numbers >= 0).sum()))


def blended(photos: Sequence[Image.Image], chance: random.Random) -> str:
    """The fingerprint of parts of two photos, one shining through the other."""
    parts = []
    for photo in chance.choices(photos, k=2):
        side = chance.randint(40, 96)
        left, top = chance.randint(0, 96 - side), chance.randint(0, 96 - side)
        part = photo.resize((48, 48), Image.Resampling.BILINEAR, (left, top, left + side, top + side))
        parts.append(ImageOps.mirror(part) if chance.random() < 0.5 else part)
    return fingerprint(Image.blend(*parts, chance.uniform(0.2, 0.5)))


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main("tune" in sys.argv[1:])
