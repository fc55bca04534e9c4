"""Measures the doctor on manifests of 1,000, 10,000 and 100,000 lines: with photos not looked at yet, and known ones.

Prints one JSON object a line: name, value, unit, goal. Cold photos are read from the engine's S3 by their headers, and
from a folder; each line names a photo of its own. Warm is a second examination: a moment later (`warm`), and when S3
has to be asked which photos are still the same (`warm_asked`). Memory is the most that a process holds above what it
held when it began, one process for each size; `growth` is what a line adds to it: less than the line held twice.
Seconds are those of a wall clock, so other work on the computer counts; `cpu` is this process's own share.
Runs alone, in about ten minutes, most of which is filling S3, or with sizes of one's own, and without S3:
`python tests/bench/doctor.py 1000 10000 --folder`.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from core.aws import clients as aws  # noqa: E402
from core.aws.engine_process import find_engine  # noqa: E402
from core.dataset import examining, headers  # noqa: E402
from core.jobs import Progress  # noqa: E402
from core.manifest.lines import dump_line, image_line  # noqa: E402
from core.types import Backend  # noqa: E402
from core.workspace import Workspace, now  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
TURNS = (("cold", "s3", 2.0), ("warm", "s3", 0.1), ("warm_asked", "asked", 0.1), ("cold_folder", "folder", 2.0),
         ("lines_alone", "nowhere", 0.1))
BUCKET, PUTTERS, FOLDER = "bench", 8, 1_000


def main() -> None:
    if "--turn" in sys.argv:
        return turn(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    sizes = tuple(int(size) for size in sys.argv[1:] if size.isdecimal()) or SIZES
    turns = TURNS[3:] if "--folder" in sys.argv else TURNS
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder), max(sizes), stored=turns == TURNS):
        memory = {size: measure(Path(folder), size, turns) for size in sizes}
        for way in memory[sizes[0]]:
            grown = (memory[sizes[-1]][way] - memory[sizes[0]][way]) * 1024**2 / max(1, sizes[-1] - sizes[0])
            say(f"doctor.growth_{way}", grown, "bytes a line", goal=2 * len(line(0)), manifest_line=len(line(0)) + 1)
    return None


@contextmanager
def prepared(folder: Path, count: int, stored: bool) -> Iterator[None]:
    """A folder with that many photos, and where they are to be `stored` an engine with the same in S3."""
    os.environ |= {"REKOLAB_HOME": str(folder / "home"), "REKOLAB_ROOTS": str(folder), "REKOLAB_ENGINE_PORT": "0"}
    home = Workspace(folder / "home")
    home.create("bench")
    clients = aws.connect(home.root, Backend())
    clients.s3.create_bucket(Bucket=BUCKET)
    photo = picture()
    for number in range(count):
        file = folder / "photos" / key(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(photo)
    try:
        with ThreadPoolExecutor(PUTTERS) as pool:
            list(pool.map(lambda number: clients.s3.put_object(Bucket=BUCKET, Key=key(number), Body=photo),
                          range(count if stored else 0)))
        yield
    finally:
        if engine := find_engine(home.engine):
            os.kill(engine.pid, signal.SIGTERM)


def picture() -> bytes:
    """A photo with the EXIF block of a camera; small, because no more than its header is ever read."""
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x927C] = "Maker", b"\0" * 12_000
    Image.effect_noise((640, 480), 60).convert("RGB").save(file, "JPEG", quality=70, exif=exif)
    return file.getvalue()


def key(number: int) -> str:
    return f"photos/{number // FOLDER:03d}/{number:06d}.jpg"


def line(number: int) -> str:
    return dump_line(image_line(f"s3://{BUCKET}/{key(number)}", [f"label {number % 12}"], now()))


def measure(folder: Path, size: int, turns: tuple[tuple[str, str, float], ...]) -> dict[str, float]:
    """All turns with a manifest of that size; gives the memory of the cold ones."""
    manifest = folder / f"{size}.manifest"
    with manifest.open("w") as file:
        file.writelines(f"{line(number)}\n" for number in range(size))
    memory = {}
    for name, where, goal in turns:
        if name == "cold":
            for kept in (folder / "home").glob("headers-*"):
                kept.unlink()
        found = run(manifest, size, where)
        say(f"doctor.{name}_s_per_1000", found["seconds"] / size * 1000, "s", lines=size, goal=goal,
            cpu=round(found["cpu"] / size * 1000, 4))
        if name.startswith("cold"):
            memory[where] = found["memory_mb"]
            say("doctor.memory_mb" if where == "s3" else "doctor.memory_folder_mb", found["memory_mb"], "MB",
                lines=size, manifest_mb=round(manifest.stat().st_size / 1024**2, 2))
    return memory


def run(manifest: Path, size: int, where: str) -> dict[str, float]:
    """One examination in a process of its own."""
    done = subprocess.run([sys.executable, __file__, str(manifest), str(size), where, "--turn"], check=True,
                          capture_output=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def turn(manifest: Path, size: int, where: str) -> None:
    home = Path(os.environ["REKOLAB_HOME"])
    aws.connect(home, Backend()).s3.head_bucket(Bucket=BUCKET)  # so that making clients counts nowhere
    if where == "asked":
        with headers._changing(headers.file_of(home, Backend())) as rows:
            rows.execute("UPDATE header SET seen = 1")
    idle, began, worked = resident(), time.perf_counter(), time.process_time()
    done = examining.examine(
        Progress(), str(home), "bench", {"file": str(manifest), "name": "x.manifest"}, None,
        "s3" if where == "asked" else where, str(manifest.parent / "photos"))  # type: ignore[arg-type]
    found = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked,
             "memory_mb": resident("VmHWM") - idle}
    assert done.examination.ok, done.examination.sentence
    assert done.images == size
    print(json.dumps(found))


def resident(which: str = "VmRSS") -> float:
    """Megabytes of this process that are in memory now, or (VmHWM) were at most."""
    return int(Path("/proc/self/status").read_text().partition(f"{which}:")[2].split()[0]) / 1024


def say(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"name": name, "value": round(value, 4), "unit": unit, **more}), flush=True)


if __name__ == "__main__":
    main()
