"""Measures the built-in engine: training, detection, S3 rates, start-up and memory, beside plain moto where that can.

Prints one JSON object a line: name, value, unit, and where there is one the goal on two processors. With a peer, plain
moto did the same in the same run: peer_value is its figure, and ratio is value / peer_value.
Runs alone, in a few minutes: `python tests/bench/engine.py`. It needs ../shared.
"""

from __future__ import annotations

import io
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from load import memory
from PIL import Image
from shapes import CREATED, ROOT, Clients, connect, say, state_of, until

from core.aws.engine_process import Engine, ensure_engine, find_engine
from core.engine.observing import DETAIL, THREADS
from core.images.reading import open_upright
from core.manifest.lines import dump, image_line

PHOTOS = ROOT.parent / "shared/data/pets"
BUCKET = "bench"
PHOTO = random.Random(0).randbytes(300_000)  # S3 does not look into it
STORED = 2_000
ALONE = 200  # of those, put by one client
TRAININGS = {40: 3.0, 400: None, 4_000: 75.0}  # images: goal in seconds
SIDE = 500  # pixels of the longer side of a training image
OBJECTS = 10_000
DETECTIONS = {1: 60, 8: 240}  # clients: requests
STARTS = 3


def main() -> None:
    if not PHOTOS.is_dir():
        sys.exit("../shared is not there, and with it the photos that this measures.")
    os.environ["REKOLAB_ENGINE_PORT"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "engine")
        engine = ensure_engine(root, port=0, wait=60)
        moto, process = start_moto()
        try:
            measure_storage(connect(engine), connect(moto))
        finally:
            process.kill()
            process.wait()
        clients = connect(restart(engine, root))  # nothing is loaded, as after a start
        measure_detection(clients, *measure_training(clients))
        measure_start(clients, root)
        os.kill(connect(ensure_engine(root)).engine.pid, signal.SIGTERM)


def start_moto() -> tuple[Engine, subprocess.Popen[bytes]]:
    """Plain moto as `moto_server` serves it, on a free loopback port."""
    script = ("from moto.server import ThreadedMotoServer as Server\n"
              "import logging, time; logging.getLogger('werkzeug').disabled = True\n"
              "server = Server('127.0.0.1', 0, verbose=False); server.start()\n"
              "print(server.get_host_and_port()[1], flush=True); time.sleep(3600)")
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout
    port = int(process.stdout.readline())
    return Engine(f"http://127.0.0.1:{port}", "key", "secret", process.pid), process


def restart(engine: Engine, root: Path) -> Engine:
    os.kill(engine.pid, signal.SIGKILL)
    until(lambda: find_engine(root), lambda found: found is None)
    return ensure_engine(root, port=0, wait=60)


def compare(name: str, ours: float, moto: float, unit: str, **more: Any) -> None:
    say(name, ours, unit, **more, peer=f"moto {version('moto')}", peer_value=round(moto, 3),
        ratio=round(ours / moto, 3))


def measure_storage(ours: Clients, moto: Clients) -> None:
    """PUT and GET of 300 KB by 1 and 8 clients, turn about, and the memory that this leaves in use."""
    both = (ours, moto)
    for aws in both:
        aws.s3.create_bucket(Bucket=BUCKET)
    for threads, keys in ((1, range(ALONE)), (8, range(ALONE, STORED))):
        rates = [per_second(threads, keys, lambda key, aws=aws: put(aws, f"stored/{key}", PHOTO)) for aws in both]
        compare(f"engine.put_{threads}_per_s", *rates, "1/s")
    for threads, keys in ((1, range(ALONE)), (8, range(ALONE, 4 * ALONE))):
        rates = [per_second(threads, keys, lambda key, aws=aws: get(aws, f"stored/{key}")) for aws in both]
        compare(f"engine.get_{threads}_per_s", *rates, "1/s")
    compare("engine.memory_2000_mb", *(memory(aws.engine.pid) for aws in both), "MB", goal=200)


def put(aws: Clients, key: str, body: bytes) -> None:
    aws.s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def get(aws: Clients, key: str) -> None:
    assert aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == PHOTO


def per_second(threads: int, keys: Sequence[int], ask: Callable[[int], None]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(ask, keys))
    return len(keys) / (time.perf_counter() - began)


def measure_training(aws: Clients) -> tuple[str, str]:
    """Train with 40, 400 and 4,000 photos, the first of them in an engine that has loaded nothing yet.

    A training's share of decoding is what it takes to decode its photos with as many threads as the engine has,
    against the whole time. Returns the ARNs of the project and of its first model.
    """
    photos = varied(max(TRAININGS))
    decoding = decode_seconds([data for _, data in photos[:400]])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: put(aws, key_of(number), photos[number][1]), range(len(photos))))
    project = aws.rekognition.create_project(ProjectName="pets")["ProjectArn"]
    arns = []
    for count, goal in TRAININGS.items():
        lines = [image_line(f"s3://{BUCKET}/{key_of(number)}", [photos[number][0]], CREATED)
                 for number in range(count)]
        put(aws, f"{count}.manifest", dump(lines).encode())
        arn, seconds = train(aws, project, count)
        say(f"engine.train_{count}_s", seconds, "s", **({"goal": goal} if goal else {}))
        say(f"engine.train_{count}_decode_share", decoding * count / seconds, "share")
        arns.append(arn)
    return project, arns[0]


def key_of(number: int) -> str:
    return f"photos/{number}.jpg"


def varied(count: int) -> list[tuple[str, bytes]]:
    """(label, JPEG) of so many photos of cats and dogs, made from the few that there are: no two are alike."""
    sources = [(path.parent.name, open_upright(path)) for path in sorted(PHOTOS.glob("*/*/*.jpg"))]
    random.Random(0).shuffle(sources)

    def vary(number: int) -> tuple[str, bytes]:
        """Another part of a photo, mirrored now and then, in another light."""
        chance, (label, image) = random.Random(number), sources[number % len(sources)]
        left, top = (side * chance.uniform(0, 0.15) for side in image.size)
        right, bottom = (side * chance.uniform(0.85, 1) for side in image.size)
        box = (right, top, left, bottom) if chance.random() < 0.5 else (left, top, right, bottom)
        size = (round(SIDE * image.width / max(image.size)), round(SIDE * image.height / max(image.size)))
        light = chance.uniform(0.8, 1.2)
        seen = image.transform(size, Image.Transform.EXTENT, box, Image.Resampling.BILINEAR)
        return label, jpeg(seen.point(lambda value: value * light), 90)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(vary, range(count)))


def jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def decode_seconds(photos: Sequence[bytes]) -> float:
    """Seconds that the decoding of one photo adds to a training."""
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda data: open_upright(data, DETAIL), photos))
    return (time.perf_counter() - began) / len(photos)


def train(aws: Clients, project: str, count: int) -> tuple[str, float]:
    """A model of the first `count` photos, a fifth of which test it: its ARN and the seconds until a client sees it."""
    began = time.perf_counter()
    arn = aws.rekognition.create_project_version(
        ProjectArn=project, VersionName=f"v{count}", OutputConfig={"S3Bucket": BUCKET, "S3KeyPrefix": "out"},
        TrainingData={"Assets": [{"GroundTruthManifest": {"S3Object": {
            "Bucket": BUCKET, "Name": f"{count}.manifest"}}}]}, TestingData={"AutoCreate": True})["ProjectVersionArn"]
    while (state := state_of(aws, project, f"v{count}")) == "TRAINING_IN_PROGRESS":
        time.sleep(0.05)
    assert state == "TRAINING_COMPLETED", state
    return arn, time.perf_counter() - began


def measure_detection(aws: Clients, project: str, arn: str) -> None:
    """Milliseconds of DetectCustomLabels for a photo of about 300 KB, by 1 and 8 clients, in the request and in S3."""
    data = large_photo()
    put(aws, "large.jpg", data)
    aws.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    until(lambda: state_of(aws, project, arn.split("/")[3]), "RUNNING".__eq__)
    images = {"bytes": {"Bytes": data}, "s3": {"S3Object": {"Bucket": BUCKET, "Name": "large.jpg"}}}
    for way, image in images.items():
        for clients, count in DETECTIONS.items():
            taken = milliseconds(clients, count, lambda image=image: aws.rekognition.detect_custom_labels(
                ProjectVersionArn=arn, Image=image, MinConfidence=0))
            name = f"engine.detect_{way}" + ("" if clients == 1 else f"_{clients}_clients")
            say(f"{name}_p50_ms", statistics.median(taken), "ms", **({"goal": 40} if clients == 1 else {}))
            say(f"{name}_p95_ms", statistics.quantiles(taken, n=20)[-1], "ms")


def large_photo() -> bytes:
    """A photo of 1280 pixels and about 300 KB, as the app sends it."""
    image = open_upright(next((PHOTOS / "unseen/cat").glob("*.jpg")))
    image = image.resize([round(side * 1280 / max(image.size)) for side in image.size], Image.Resampling.BICUBIC)
    grain = Image.effect_noise(image.size, 12).convert("RGB")
    return min((jpeg(Image.blend(image, grain, 0.15), quality) for quality in range(60, 98, 3)),
               key=lambda data: abs(len(data) - 300_000))


def milliseconds(clients: int, count: int, ask: Callable[[], object]) -> list[float]:
    """How long each of `count` requests took."""

    def one(_: int) -> float:
        began = time.perf_counter()
        ask()
        return (time.perf_counter() - began) * 1000

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(one, range(clients)))  # connections are made, models are loaded
        return list(pool.map(one, range(count)))


def measure_start(aws: Clients, root: Path) -> None:
    """Seconds from the start of the process to its first answer, with 10,000 objects that a killed one has left."""
    pages = aws.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    missing = OBJECTS - sum(page["KeyCount"] for page in pages)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: put(aws, f"small/{number}", b"%d" % number), range(missing)))
    engine, taken = aws.engine, []
    for _ in range(STARTS):
        os.kill(engine.pid, signal.SIGKILL)
        until(lambda: find_engine(root), lambda found: found is None)
        began = time.perf_counter()
        engine = ensure_engine(root, port=0, wait=60)
        taken.append(time.perf_counter() - began)
    say("engine.start_10000_s", statistics.median(taken), "s", goal=1.5)


if __name__ == "__main__":
    main()
