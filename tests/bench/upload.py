"""Measures the upload of 2,000 photos of 300 KB to the engine, beside `aws s3 cp --recursive` and `aws s3 sync`.

Ours is the whole job of the page, on a project whose catalogue has the photos: the bucket, both manifests, and the
look at the end whether all of it is there. The three take turns, each time with an empty bucket in a new engine and in
a process of its own, and the best of two turns counts. Of ours the job is timed, which runs in an app that is there
already and whose page has just shown the manifests; of AWS's the whole command, whose start alone is told as
upload.aws_start_s.

Prints one JSON object a line: name, value, unit, goal, and with a peer its figure in the same run and the ratio.
Runs alone, in a few minutes: `python tests/bench/upload.py`. An `aws` that is not there is said, and left out.
"""

from __future__ import annotations

import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from shapes import connect, say

from core.aws.engine_process import Engine, ensure_engine
from core.dataset import labels, manifests, sources, upload
from core.jobs import Progress
from core.workspace import Project, Workspace

PHOTOS, WEIGHT = 2_000, 300_000  # bytes each
SIDE = 480  # pixels: the photos are looked at once, and their number is what this is about
TURNS = 2
BUCKET = "bench"
PEERS = {"cp": ("s3", "cp", "--recursive"), "sync": ("s3", "sync")}


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way took in one turn: seconds, and those of a processor on its own side and in the engine."""

    seconds: float
    cpu: float
    engine_cpu: float
    again: float = 0.0


def main() -> None:
    if len(sys.argv) > 1:
        return ours()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"REKOLAB_HOME": f"{folder}/home", "REKOLAB_ROOTS": folder, "REKOLAB_ENGINE_PORT": "0"}
        make_project(Path(folder))
        compare(Path(folder))
    return None


def make_project(folder: Path) -> None:
    """A project with the photos in its catalogue, half of them cats."""
    photos = folder / "photos"
    for label in ("cat", "dog"):
        (photos / label).mkdir(parents=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: draw(photos, number), range(PHOTOS)))
    project = Workspace(folder / "home").create(BUCKET)
    sources.import_folder(Progress(), str(project.home), project.name, str(photos))
    labels.label_by_folder(project)
    project.set("bucket", BUCKET)


def draw(photos: Path, number: int) -> None:
    """A picture like no other; what a camera writes after a picture makes it weigh what the others weigh."""
    chance = np.random.default_rng(number)
    image = Image.fromarray(chance.integers(0, 256, (6, 8, 3), np.uint8)).resize((SIDE, SIDE * 3 // 4))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    data = file.getvalue() + random.Random(number).randbytes(WEIGHT - file.tell())
    (photos / ("cat", "dog")[number % 2] / f"{number}.jpg").write_bytes(data)


def compare(folder: Path) -> None:
    ways = ["ours", *(PEERS if shutil.which("aws") else ())]
    if len(ways) == 1:
        print("`aws` is not on the PATH: no peer is measured.", file=sys.stderr)
    best: dict[str, Figures] = {}
    for turn in range(TURNS):
        for way in ways[turn % len(ways):] + ways[:turn % len(ways)]:
            found = measure(way, folder)
            best[way] = min(best.get(way, found), found, key=lambda figures: figures.seconds)
    tell(best)


def measure(way: str, folder: Path) -> Figures:
    """One turn against a new engine that holds an empty bucket."""
    root = folder / "home/engine"
    engine = ensure_engine(root, port=0, wait=60)
    try:
        connect(engine).s3.create_bucket(Bucket=BUCKET)
        before, began, engine_before = children_cpu(), time.perf_counter(), cpu_of(engine.pid)
        if way == "ours":
            said = json.loads(run([sys.executable, __file__, "ours"], engine).splitlines()[-1])
            return Figures(said["seconds"], said["cpu"], said["engine_cpu"], said["again"])
        run(["aws", *PEERS[way], str(folder / "photos"), f"s3://{BUCKET}/photos", "--only-show-errors"], engine)
        seconds = time.perf_counter() - began
        return Figures(seconds, children_cpu() - before, cpu_of(engine.pid) - engine_before)
    finally:
        os.kill(engine.pid, signal.SIGKILL)
        forget(root, Workspace(folder / "home").open(BUCKET))


def run(command: list[str], engine: Engine) -> str:
    keys = {"AWS_ENDPOINT_URL": engine.url, "AWS_ACCESS_KEY_ID": engine.access_key,
            "AWS_SECRET_ACCESS_KEY": engine.secret_key, "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    done = subprocess.run(command, env=os.environ | keys, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def forget(root: Path, project: Project) -> None:
    """Let the next turn begin with nothing."""
    while root.exists():  # the engine is on its way out
        shutil.rmtree(root, ignore_errors=True)
    with project.catalogue() as rows:
        rows.execute("DELETE FROM synced")
        rows.execute("DELETE FROM setting WHERE key = 'upload'")


def ours() -> None:
    """The job, and the job once more when everything is there, as one turn in this process."""
    project = Workspace(Path(os.environ["REKOLAB_HOME"])).open(BUCKET)
    engine = ensure_engine(project.home / "engine", port=0)
    cpu, engine_cpu = time.process_time(), cpu_of(engine.pid)
    seconds = timed(project, PHOTOS)
    cpu, engine_cpu = time.process_time() - cpu, cpu_of(engine.pid) - engine_cpu
    again = timed(project, 0)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "engine_cpu": engine_cpu, "again": again}))


def timed(project: Project, sent: int) -> float:
    manifests.build(project, BUCKET)
    began = time.perf_counter()
    done = upload.upload(Progress(), str(project.home), project.name)
    seconds = time.perf_counter() - began
    assert (done.sent, done.sent + done.kept) == (sent, PHOTOS), done
    return seconds


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_of(pid: int) -> float:
    """Seconds of a processor that another process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tell(best: dict[str, Figures]) -> None:
    mine = best["ours"]
    peers = {way: found.seconds for way, found in best.items() if way != "ours"}
    say("upload.seconds", mine.seconds, "s")
    say("upload.mb_per_s", PHOTOS * WEIGHT / 1e6 / mine.seconds, "MB/s")
    if peers:
        best_peer = min(peers, key=lambda way: peers[way])
        ratio = mine.seconds / peers[best_peer]
        say("upload.vs_best_aws_cli", ratio, "ratio", goal=1, peer=f"aws s3 {best_peer}",
            peer_value=round(peers[best_peer], 3), ratio=round(ratio, 3))
    say("upload.again", mine.again / mine.seconds, "ratio", goal=0.1)
    say("upload.again_s", mine.again, "s")
    for way, found in best.items():
        if way != "ours":
            say(f"upload.aws_{way}_s", found.seconds, "s")
        say(f"upload.{way}_cpu_s", found.cpu, "s")
        say(f"upload.{way}_engine_cpu_s", found.engine_cpu, "s")
    if peers:
        began = time.perf_counter()
        version = subprocess.run(["aws", "--version"], check=True, capture_output=True, text=True).stdout.strip()
        say("upload.aws_start_s", time.perf_counter() - began, "s", peer=version.split()[0])


if __name__ == "__main__":
    main()
