"""Measures cleaning 40 full-size photos to 1280 pixels, beside the plain loop of a notebook, and libvips' thumbnail.

Prints one JSON object a line: name, value, unit, goal, and with a peer its figure in the same run and the ratio. The
three take turns, each time in a process of its own, and the quickest turn of each counts. Memory is the most that a
process holds above what it held when it began to work. The difference is that of the pictures, in 256 steps of light,
from the photo decoded whole and reduced by Lanczos. Runs alone, in about two minutes: `python tests/bench/clean.py`.
It needs ../shared.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from core.dataset import cleaning, sources  # noqa: E402
from core.images.reading import open_upright  # noqa: E402
from core.jobs import Progress  # noqa: E402
from core.workspace import Workspace  # noqa: E402

TOOL = ROOT.parent / "shared/tools/full_size_photos.py"
LONGEST, QUALITY, THREADS, TURNS = 1280, 90, 2, 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way took in one turn: seconds, and megabytes of memory above those before the work."""

    seconds: float
    memory_mb: float


def main() -> None:
    if len(sys.argv) > 1:
        return turn(WAYS[sys.argv[1]], *map(Path, sys.argv[2:]))
    if not TOOL.is_file():
        sys.exit("../shared is not there, and with it the photos that this measures.")
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder))
    return None


def compare(folder: Path) -> None:
    photos = folder / "photos"
    subprocess.run([sys.executable, TOOL, photos], check=True)
    os.environ |= {"REKOLAB_HOME": str(folder / "home"), "REKOLAB_ROOTS": str(folder)}
    project = Workspace(folder / "home").create("bench")
    sources.import_folder(Progress(), str(project.home), project.name, str(photos))
    outs = {"ours": project.cleaned, **{way: folder / way for way in ("loop", "libvips")}}
    best: dict[str, Figures] = {}
    for _ in range(TURNS):
        for way, out in outs.items():
            shutil.rmtree(out, ignore_errors=True)
            found = run(way, photos, out)
            best[way] = min(best.get(way, found), found, key=lambda figures: figures.seconds)
    tell(best, {way: weight(out) for way, out in outs.items()})
    tell_differences(photos, outs)


def run(way: str, photos: Path, out: Path) -> Figures:
    """One turn in a process of its own."""
    done = subprocess.run([sys.executable, __file__, way, str(photos), str(out)], check=True, capture_output=True)
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def turn(work: Callable[[list[Path], Path], None], photos: Path, out: Path) -> None:
    listed = sorted(photos.rglob("*.jpg"))
    before, began = resident(), time.perf_counter()
    work(listed, out)
    seconds = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "memory_mb": most - before}))


def resident() -> float:
    """Megabytes of this process that are in memory now."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def ours(photos: list[Path], out: Path) -> None:
    """The job of the page, on the project that has the photos in its catalogue."""
    project = Workspace(Path(os.environ["REKOLAB_HOME"])).open("bench")
    done = cleaning.clean_all(Progress(), str(project.home), project.name, LONGEST, "keep", QUALITY)
    assert done.made == len(photos), done


def loop(photos: list[Path], out: Path) -> None:
    """What a notebook would hold."""
    for photo in photos:
        image = Image.open(photo).convert("RGB")
        image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        image.save(place(photo, out), quality=QUALITY)


def libvips(photos: list[Path], out: Path) -> None:
    """libvips' own thumbnail, the photos spread over threads."""
    import pyvips

    def reduce(photo: Path) -> None:
        small = pyvips.Image.thumbnail(str(photo), LONGEST, height=LONGEST, size="down")
        small.jpegsave(str(place(photo, out)), Q=QUALITY, keep="none")

    pyvips.concurrency_set(1)  # a picture; it is faster so
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(reduce, photos))


WAYS = {"ours": ours, "loop": loop, "libvips": libvips}


def place(photo: Path, out: Path) -> Path:
    path = out / photo.parent.name / photo.name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def weight(out: Path) -> int:
    return sum(file.stat().st_size for file in out.rglob("*.jpg"))


def tell(best: dict[str, Figures], weights: dict[str, int]) -> None:
    for way, found in best.items():
        say(f"clean.{way}_s", found.seconds, "s")
    for peer, goal in (("loop", 0.167), ("libvips", 1.1)):
        ratio = best["ours"].seconds / best[peer].seconds
        say(f"clean.vs_{peer}", ratio, "ratio", goal=goal, peer=peer, peer_value=best[peer].seconds, ratio=ratio)
    say("clean.memory_mb", best["ours"].memory_mb, "MB", goal=300)
    for way in ("loop", "libvips"):
        say(f"clean.{way}_memory_mb", best[way].memory_mb, "MB")
    for way, bytes_ in weights.items():
        say(f"clean.{way}_bytes", bytes_, "bytes")


def tell_differences(photos: Path, outs: dict[str, Path]) -> None:
    """How far each way's pictures are from the best reduction that there is."""
    listed = sorted(photos.rglob("*.jpg"))
    found: dict[str, list[float]] = {way: [] for way in outs}
    for photo in listed:
        whole = open_upright(photo)
        for way, out in outs.items():
            copy = Image.open(place(photo, out))
            right = np.asarray(whole.resize(copy.size, Image.Resampling.LANCZOS), np.int16)
            found[way].append(float(np.abs(np.asarray(copy, np.int16) - right).mean()))
    for way, differences in found.items():
        say(f"clean.{way}_difference", statistics.mean(differences), "steps of 256")


def say(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"name": name, "value": round(value, 4), "unit": unit, **more}), flush=True)


if __name__ == "__main__":
    main()
