"""Measures the one pass over photos beside CleanVision's checks on the same files, and what it finds of planted faults.

Prints one JSON object a line: name, value, unit, goal, and with a peer its figure in the same run and the ratio.
Both take turns, each with two threads or processes, and the quicker of two turns counts. Ours is the whole job of the
page, from the files to the catalogue with thumbnails, and the search for near duplicates. CleanVision's is
`find_issues`. Faults are planted into photos on which no threshold was tuned, but that of outliers was chosen for sets
of several sizes of all the pets, these among them, and of raccoons. Takes about six minutes, alone, and needs
../shared: `python tests/bench/browse.py`. CleanVision is taken from the Python that REKOLAB_CLEANVISION_PYTHON names,
or from this one; tests/bench/requirements.txt says how. Without it only our own figures are printed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import faults
from PIL import Image
from shapes import ROOT, say

from core.compute import each
from core.dataset import judging, likeness, sources
from core.dataset.photos import photos
from core.images import duplicates, reading, thumbnails, verdicts
from core.images.embedding import embed
from core.jobs import Progress
from core.types import Photo
from core.workspace import Project, Workspace

SHARED = ROOT.parent / "shared"
TOOL = SHARED / "tools/full_size_photos.py"
PETS = sorted((SHARED / "data/pets").glob("*/*/*.jpg"))
KEPT_BACK = PETS[1::2]  # the thresholds were tuned on the others and on raccoons; only `outlier` on these too
LABELS = ("cat", "dog")
SMALL, SIDE, TURNS, EMBEDDED = 2_000, 500, 2, 200
EACH, ROUNDS = 20, 5  # planted photos of a kind, and sets that those which depend on their set are spread over

# Our codes for what CleanVision looks for.
THEIRS = {"dark": "dark", "light": "light", "blurry": "blurry", "low_information": "low_information",
          "odd_size": "odd_size", "unusual_aspect": "odd_aspect_ratio", "odd_aspect": "odd_aspect_ratio",
          "duplicate": "exact_duplicates", "near_duplicate": "near_duplicates"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What CleanVision said of a folder: seconds, and the issues of each file by its path in there."""

    seconds: float
    found: dict[str, list[str]]


@dataclass(slots=True)
class Tally:
    """Planted photos by kind: how many there are, which were missed, and how many CleanVision found."""

    planted: Counter[str] = field(default_factory=Counter)
    missed: dict[str, list[str]] = field(default_factory=dict)
    theirs: Counter[str] = field(default_factory=Counter)
    only_theirs: list[str] = field(default_factory=list)

    def count(self, kind: str, name: str, ours: list[str], theirs: list[str]) -> None:
        self.planted[kind] += 1
        named = THEIRS.get(kind) in theirs
        self.theirs[kind] += named
        if kind not in ours:
            self.missed.setdefault(kind, []).append(f"{name}: {', '.join(ours) or 'nothing'}")
            self.only_theirs += [name] if named else []


def main() -> None:
    if not TOOL.is_file():
        sys.exit("../shared is not there, and with it the photos that this measures.")
    if PEER is None:
        print("CleanVision is not installed here: only our own figures follow.", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        home = Workspace(Path(folder, "home"))
        os.environ |= {"REKOLAB_HOME": str(home.root), "REKOLAB_ROOTS": folder}
        full, small = Path(folder, "full"), Path(folder, "small")
        subprocess.run([sys.executable, TOOL, full], check=True)
        measure(home, full, "full", 0.125)
        make_small(small)
        measure_embedding(measure(home, small, "small", 0.25))
        plant(home, Path(folder, "faults"))


def find_peer() -> tuple[str, str] | None:
    """The Python that has CleanVision, and CleanVision's name and version."""
    python = os.environ.get("REKOLAB_CLEANVISION_PYTHON", sys.executable)
    asked = subprocess.run([python, "-c", "import cleanvision; print(cleanvision.__version__)"], capture_output=True,
                           text=True)
    return None if asked.returncode else (python, f"CleanVision {asked.stdout.strip()}")


PEER = find_peer()


def checked(folder: Path) -> Checked | None:
    if PEER is None:
        return None
    done = subprocess.run([PEER[0], ROOT / "tests/bench/cleanvision_run.py", folder], check=True, capture_output=True)
    said = json.loads(done.stdout.splitlines()[-1])
    return Checked(said["seconds"], said["found"])


def make_small(folder: Path) -> None:
    """2,000 photos of 500 pixels, each another quarter of one of the pets in another light: few are alike."""

    def make(number: int) -> None:
        chance, path = random.Random(number), PETS[number % len(PETS)]
        image = faults.resized(reading.open_upright(path), SIDE * 2)
        left, top = (chance.uniform(0, side * 0.5) for side in image.size)
        part = image.crop((int(left), int(top), int(left + image.width * 0.5), int(top + image.height * 0.5)))
        light = chance.uniform(0.8, 1.2)
        made = part.point(lambda value: value * light)
        faults.write(folder / path.parent.name, f"{number:04}", faults.jpeg(made))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, range(SMALL)))


def measure(home: Workspace, folder: Path, name: str, goal: float) -> Project:
    """Seconds of ours and theirs, in turns, and how many photos each names for what."""
    taken: list[float] = []
    checks: list[Checked] = []
    for turn in range(TURNS):
        project = home.create(f"{name}-{turn}")
        duplicates._known.cache_clear()  # the turn before has sought the same pictures
        began = time.perf_counter()
        look(project, folder)
        duplicates.groups(photos(project))
        taken.append(time.perf_counter() - began)
        checks += [found for found in [checked(folder)] if found]
    say(f"browse.{name}_s", min(taken), "s")
    codes = Counter(problem.code for photo in judging.judged(project) for problem in photo.problems)
    for code, count in sorted(codes.items()):
        say(f"browse.{name}_{code}", count, "photos")
    if checks:
        tell_peer(name, min(taken), checks, goal)
    return project


def tell_peer(name: str, seconds: float, checks: list[Checked], goal: float) -> None:
    theirs = min(check.seconds for check in checks)
    peer = {"peer": PEER[1] if PEER else "", "peer_value": round(theirs, 3)}
    say(f"browse.{name}_vs_cleanvision", seconds / theirs, "ratio", goal=goal, ratio=round(seconds / theirs, 3), **peer)
    issues = Counter(issue for found in checks[0].found.values() for issue in found)
    for issue, count in sorted(issues.items()):
        say(f"browse.{name}_cleanvision_{issue}", count, "photos")


def look(project: Project, folder: Path) -> None:
    sources.import_folder(Progress(), str(project.home), project.name, str(folder))


def measure_embedding(project: Project) -> None:
    """Milliseconds for each photo, with as many threads as there are processors, from the thumbnail that is kept."""

    def one(photo: Photo) -> None:
        kept = thumbnails.find(project.thumbnails, photo.facts.sha256) if photo.facts else None
        embed([reading.open_upright(kept or b"", thumbnails.LONGEST)])

    some = photos(project)[:EMBEDDED]
    one(some[0])  # the model is loaded
    began = time.perf_counter()
    list(each(one, some, Progress()))
    say("browse.embed_ms", (time.perf_counter() - began) * 1000 / len(some), "ms")


def plant(home: Workspace, folder: Path) -> None:
    """Faults of every kind, and whether each is found; and the photos that were left as they are, and are accused."""
    tally, accused, clean = Tally(), Counter[str](), 0
    plant_single(folder / "single", tally)
    for number in range(ROUNDS):
        found = plant_set(home.create(f"faults-{number}"), folder / f"set{number}", random.Random(number), tally)
        clean += len(found)
        accused.update(",".join(codes) for codes in found if codes)
    for kind, count in tally.planted.items():
        peer = {"peer": PEER[1], "peer_value": tally.theirs[kind]} if PEER and kind in THEIRS else {}
        missed = tally.missed.get(kind, [])
        say(f"faults.{kind}", count - len(missed), "photos", of=count, missed=missed, **peer)
    every, lost = tally.planted.total(), sum(map(len, tally.missed.values()))
    say("faults.found", (every - lost) / every, "share", goal=1.0, of=every)
    say("faults.false", accused.total() / clean, "share", goal=0.01, of=clean, accused=dict(accused))
    if PEER:
        say("faults.only_by_cleanvision", len(tally.only_theirs), "photos", goal=0, which=tally.only_theirs)


def plant_single(folder: Path, tally: Tally) -> None:
    """Faults that a photo has by itself."""
    for kind, spoil in faults.SINGLE.items():
        chance = random.Random(kind)
        for number, path in enumerate(chance.sample(KEPT_BACK, EACH)):
            faults.write(folder / kind, f"{number:02}", spoil(Image.open(path).convert("RGB"), chance))
        theirs = checked(folder / kind) if kind in THEIRS else None
        for path in sorted((folder / kind).iterdir()):
            seen = verdicts.inspect(path, path.name)
            problems = (*seen.problems, *(verdicts.hurts(seen.quality) if seen.quality else ()))
            tally.count(kind, f"{kind}/{path.name}", [problem.code for problem in problems],
                        theirs.found.get(path.name, []) if theirs else [])


def plant_set(project: Project, folder: Path, chance: random.Random, tally: Tally) -> list[list[str]]:
    """Faults that a photo has among others, a few of each kind; gives what the clean photos are accused of."""
    few = EACH // ROUNDS
    pets = chance.sample(KEPT_BACK, len(KEPT_BACK))
    spoilt, clean = pets[: 3 * few], pets[3 * few :]
    for path in clean:
        faults.write(folder / path.parent.name, f"clean-{path.stem}", (path.read_bytes(), ".jpg"))
    for number in range(few):
        kinds = {"odd_size": spoilt[number], "unusual_aspect": spoilt[few + number], "near_duplicate": clean[number]}
        for kind, path in kinds.items():
            made = getattr(faults, kind)(Image.open(path).convert("RGB"), chance)
            faults.write(folder / path.parent.name, f"{kind}-{number}", made)
        faults.write(folder / chance.choice(LABELS), f"outlier-{number}", faults.no_animal(chance))
        swapped, twin = spoilt[2 * few + number], clean[few + number]
        other = LABELS[swapped.parent.name == "cat"]
        for kind, label, path in (("looks_like_other", other, swapped), ("duplicate", twin.parent.name, twin)):
            name = f"{kind}-{number}-copy-of-{path.stem}"  # longer than the original's, as a copy's name is
            faults.write(folder / label, name, (path.read_bytes(), ".jpg"))
    look(project, folder)
    likeness.compare(Progress(), str(project.home), project.name)
    return tallied(judging.judged(project), checked(folder), folder.name, tally)


def tallied(listed: list[Photo], theirs: Checked | None, name: str, tally: Tally) -> list[list[str]]:
    """Counts the planted photos of a set; gives the codes of each clean one. Of two twins either may be accused."""
    clean = []
    for photo in listed:
        kind, codes = Path(photo.name).stem.split("-")[0], [problem.code for problem in photo.problems]
        if kind == "clean":
            clean.append(codes)
        else:
            said = theirs.found.get(photo.name, []) if theirs else []
            tally.count(kind, f"{name}/{photo.name}", codes, said)
    return clean


if __name__ == "__main__":
    main()
