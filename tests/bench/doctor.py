"""Measures the doctor on manifests of 1,000, 10,000 and 100,000 lines: with photos not looked at yet, and known ones.

Prints one JSON object a line: name, value, unit, goal. Cold photos are read over HTTP from the engine's S3, by their
headers, and from a folder; each line names a photo of its own. Warm is a second examination: a moment later (`warm`),
and when S3 has to be asked which photos are still the same (`warm_asked`). `faulty` is a manifest in which two lines of
three have a defect and the photo of one is missing; `mend` mends it. Memory is the most that a process holds above what
it held when it began, one process for each size and way; `memory_growth_mb` is what 100,000 lines hold more than 1,000.
Seconds are those of a wall clock, so other work on the computer counts; `cpu` is this process's own share.

S3 is filled while the engine is down, by rows that its own index writes: the objects share the bodies of a hundred
that came over HTTP. Runs alone, in about ten minutes, or with sizes of one's own, and without S3:
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from core.aws import clients as aws  # noqa: E402
from core.aws.engine_process import find_engine  # noqa: E402
from core.dataset import examining, headers  # noqa: E402
from core.engine.s3_index import Index  # noqa: E402
from core.jobs import Progress  # noqa: E402
from core.manifest.lines import dump_line, image_line  # noqa: E402
from core.types import Backend  # noqa: E402
from core.workspace import Workspace, now  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
BUCKET, FOLDER, BODIES = "bench", 1_000, 100
MOST_GROWTH_MB = 6.0


class Turn(NamedTuple):
    """One way to examine, or to mend. `goal` are seconds a 1,000 lines."""

    name: str
    where: str
    goal: float
    faulty: bool = False


IN_S3 = (Turn("cold", "s3", 2.0), Turn("warm", "s3", 0.1), Turn("warm_asked", "asked", 0.1))
HERE = (Turn("cold_folder", "folder", 2.0), Turn("lines_alone", "nowhere", 0.1),
        Turn("faulty", "folder", 2.0, faulty=True), Turn("mend", "mend", 1.0, faulty=True))


def main() -> None:
    if "--turn" in sys.argv:
        return turn(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    sizes = tuple(int(size) for size in sys.argv[1:] if size.isdecimal()) or SIZES
    turns = HERE if "--folder" in sys.argv else IN_S3 + HERE
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder), max(sizes), stored=turns != HERE):
        memory = {size: measure(Path(folder), size, turns) for size in sizes}
    for one in turns:
        grown = max(memory[size][one.name] for size in sizes) - memory[sizes[0]][one.name]
        say("doctor.memory_growth_mb", grown, "MB", way=one.name, lines=[sizes[0], sizes[-1]], goal=MOST_GROWTH_MB)
    return None


@contextmanager
def prepared(folder: Path, count: int, stored: bool) -> Iterator[None]:
    """A folder with that many photos, and where they are to be `stored` an engine with the same in S3."""
    os.environ |= {"REKOLAB_HOME": str(folder / "home"), "REKOLAB_ROOTS": str(folder), "REKOLAB_ENGINE_PORT": "0"}
    home = Workspace(folder / "home")
    home.create("bench")
    for number in range(count):
        file = folder / "photos" / key(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        if number % FOLDER:
            os.link(file.with_name(f"{number - number % FOLDER:06d}.jpg"), file)
        else:
            file.write_bytes(picture())
    try:
        if stored:
            fill(home, count)
        yield
    finally:
        stop(home)


def fill(home: Workspace, count: int) -> None:
    """Put the first objects over HTTP, and the rest as their copies into the index of the engine."""
    clients = aws.connect(home.root, Backend())
    clients.s3.create_bucket(Bucket=BUCKET)
    for number in range(BODIES):
        clients.s3.put_object(Bucket=BUCKET, Key=key(number), Body=picture())
    stop(home)
    index = Index(home.engine / "s3" / "s3.sqlite")
    bodies = [state for _, _, state in index.objects()]
    with index.transaction():
        for number in range(BODIES, count):
            index.set_object(BUCKET, key(number), [bodies[number % BODIES]])
    index.close()


def stop(home: Workspace) -> None:
    """End the engine; one that this process has started is gone then."""
    if engine := find_engine(home.engine):
        os.kill(engine.pid, signal.SIGTERM)
        with suppress(ChildProcessError):
            os.waitpid(engine.pid, 0)


def picture() -> bytes:
    """A photo with the EXIF block of a camera; small, because no more than its header is ever read."""
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x927C] = "Maker", b"\0" * 12_000
    Image.effect_noise((200, 200), 60).convert("RGB").save(file, "JPEG", quality=60, exif=exif)
    return file.getvalue()


def key(number: int) -> str:
    return f"photos/{number // FOLDER:03d}/{number:06d}.jpg"


def line(number: int) -> dict[str, Any]:
    return image_line(f"s3://{BUCKET}/{key(number)}", [f"label {number % 12}"], now())


def faulty(number: int) -> dict[str, Any]:
    """Every third line as it should be; the others lack a confidence, or their photo."""
    made = line(number)
    if number % 3 == 1:
        del made["class-metadata"]["confidence"]
        made["class"] = f"label {number % 12}"
    elif number % 3 == 2:
        made["source-ref"] = f"s3://{BUCKET}/gone/{number}.jpg"
    return made


def write(file: Path, made: Callable[[int], dict[str, Any]], size: int) -> Path:
    with file.open("w") as lines:
        lines.writelines(f"{dump_line(made(number))}\n" for number in range(size))
    return file


def measure(folder: Path, size: int, turns: tuple[Turn, ...]) -> dict[str, float]:
    """All turns with a manifest of that size; gives the memory of each."""
    good = write(folder / f"{size}.manifest", line, size)
    bad = write(folder / f"{size}-faulty.manifest", faulty, size)
    memory = {}
    for one in turns:
        if one.name == "cold":
            for kept in (folder / "home").glob("headers-*"):
                kept.unlink()
        found = run(bad if one.faulty else good, size, one.where)
        memory[one.name] = found["memory_mb"]
        say(f"doctor.{one.name}_s_per_1000", found["seconds"] / size * 1000, "s", lines=size, goal=one.goal,
            cpu=round(found["cpu"] / size * 1000, 4))
        say("doctor.memory_mb", found["memory_mb"], "MB", way=one.name, lines=size,
            manifest_mb=round(good.stat().st_size / 1024**2, 2))
    return memory


def run(manifest: Path, size: int, where: str) -> dict[str, float]:
    """One examination, or mending, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, str(manifest), str(size), where, "--turn"], check=True,
                          stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def turn(manifest: Path, size: int, where: str) -> None:
    home = Path(os.environ["REKOLAB_HOME"])
    if where in ("s3", "asked"):
        aws.connect(home, Backend()).s3.head_bucket(Bucket=BUCKET)  # so that making clients counts nowhere
    if where == "asked":
        with headers._changing(headers.file_of(home, Backend())) as rows:
            rows.execute("UPDATE header SET seen = 1")
    given = {"file": str(manifest), "name": "x.manifest"}
    idle, began, worked = resident(), time.perf_counter(), time.process_time()
    if where == "mend":
        done, = examining.mend(Progress(), str(home), "bench", [given])
        assert done.changed == len(range(1, size, 3)), done
    else:
        checkup = examining.examine(
            Progress(), str(home), "bench", given, None,
            "s3" if where == "asked" else where, str(manifest.parent / "photos"))  # type: ignore[arg-type]
        assert checkup.images == size or "faulty" in manifest.name, checkup.images
        assert checkup.examination.ok is ("faulty" not in manifest.name), checkup.examination.sentence
        assert checkup.hidden == ""
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked,
                      "memory_mb": resident("VmHWM") - idle}))


def resident(which: str = "VmRSS") -> float:
    """Megabytes of this process that are in memory now, or (VmHWM) were at most."""
    return int(Path("/proc/self/status").read_text().partition(f"{which}:")[2].split()[0]) / 1024


def say(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"name": name, "value": round(value, 4), "unit": unit, **more}), flush=True)


if __name__ == "__main__":
    main()
