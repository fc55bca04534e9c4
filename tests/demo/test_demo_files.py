from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.demo import draw, files, project
from core.files import write_atomically


def named(folder: Path, name: str) -> Path:
    return next(folder.rglob(f"{name}.*"))


def tiny(path: Path, side: int = 24) -> np.ndarray:
    return np.asarray(Image.open(path).convert("L").resize((side, side)), np.float32)


def test_forty_labelled_and_twelve_unseen_photos_lie_in_the_folders_of_their_classes(sample: Path) -> None:
    counts = {place: len(list((sample / place).iterdir())) for place in
              ("dataset/cat", "dataset/dog", "unseen/cat", "unseen/dog")}
    assert counts == {"dataset/cat": 20, "dataset/dog": 20, "unseen/cat": 6, "unseen/dog": 6}
    assert {path.name for path in sample.iterdir()} == {"dataset", "unseen"}


def test_the_sample_is_small_enough_to_be_kept_with_every_project(sample: Path) -> None:
    assert sum(path.stat().st_size for path in sample.rglob("*.*")) < 40e6


def test_another_process_draws_the_same_bytes(sample: Path) -> None:
    script = ("import hashlib; from itertools import islice; from core.demo import files\n"
              "for path, data in islice(files(), 3): print(path, hashlib.sha256(data).hexdigest())")
    answers = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                       cwd=Path(__file__).parents[2], env={"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    ]
    assert answers[0] == answers[1]
    assert len(answers[0].splitlines()) == 3


def test_drawing_again_gives_the_same_bytes(sample: Path) -> None:
    for path, data in islice(files(), 4):
        assert (sample / path).read_bytes() == data


def test_drawing_over_a_partial_folder_completes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "take", lambda shot: Image.new("RGB", (96, 64), (shot.seed % 256, 80, 40)))
    monkeypatch.setattr(project, "LONGEST", {})
    draw(tmp_path)
    whole = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    for number, path in enumerate(whole):
        if number % 3 == 0:
            path.unlink()
        elif number % 3 == 1:
            path.write_bytes(b"half")
    draw(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == whole


def test_a_drawing_that_is_cut_off_leaves_only_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(path: Path, data: bytes) -> None:
        if path.stem == "cat-03":
            raise OSError("No space left on device")
        write_atomically(path, data)

    monkeypatch.setattr(project, "take", lambda shot: Image.new("RGB", (96, 64)))
    monkeypatch.setattr(project, "write_atomically", cut_off)
    with pytest.raises(OSError, match="No space"):
        draw(tmp_path)
    left = sorted(path.name for path in tmp_path.rglob("*.*"))
    assert left == ["cat-01.jpg", "cat-02.jpg"]


def test_six_photos_are_larger_than_rekognition_takes(sample: Path) -> None:
    sizes = {path.stem: Image.open(path).size for path in (sample / "dataset").rglob("*.*")}
    assert {name for name, size in sizes.items() if max(size) > 4096} == set(project.LONGEST)
    assert len(project.LONGEST) == 6


def test_one_photo_is_upright_only_with_its_exif_orientation(sample: Path) -> None:
    turned = [path.stem for path in sample.rglob("*.jpg")
              if Image.open(path).getexif().get(project.ORIENTATION, 1) != 1]
    assert turned == [project.TURNED]
    stored = Image.open(named(sample, project.TURNED))
    assert stored.getexif()[project.ORIENTATION] == 6
    assert ImageOps.exif_transpose(stored).size == stored.size[::-1]


def test_one_photo_is_there_twice_and_one_nearly_so(sample: Path) -> None:
    first, second = (named(sample, name) for name in project.EXACT)
    assert first.read_bytes() == second.read_bytes()
    first, second = (named(sample, name) for name in project.NEAR)
    assert Image.open(first).size != Image.open(second).size
    assert np.abs(tiny(first) - tiny(second)).mean() < 2


def test_no_other_photos_look_alike(sample: Path) -> None:
    doubles = {project.EXACT[1], project.NEAR[1], project.TRUNCATED}
    single = [tiny(path) for path in sorted(sample.rglob("*.*")) if path.stem not in doubles]
    closest = min(float(np.abs(one - other).mean()) for i, one in enumerate(single) for other in single[:i])
    assert closest > 8


def test_one_file_is_truncated(sample: Path) -> None:
    path = named(sample, project.TRUNCATED)
    assert Image.open(path).format == "JPEG"
    with pytest.raises(OSError, match="truncated"):
        Image.open(path).load()


def test_one_suffix_lies_and_two_photos_are_png(sample: Path) -> None:
    formats = {path.name: Image.open(path).format for path in sample.rglob("*.*")}
    assert {name for name, kind in formats.items() if kind == "PNG"} == {
        f"{project.LYING}.jpg", *(f"{name}.png" for name in project.PNGS)}


def test_one_unseen_photo_is_faint_and_no_other(sample: Path) -> None:
    spread = {path.stem: float(tiny(path, 64).std()) for path in (sample / "unseen").rglob("*.*")}
    assert spread.pop(project.FAINT) < 10
    assert min(spread.values()) > 20
