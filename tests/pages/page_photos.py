"""Small drawn photos that can be learned, as each label has its own figure; and projects that have taken them in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from core.dataset import cleaning, labels, sources
from core.jobs import Progress
from core.workspace import Project

HOSTILE = "<img src=x> [x](javascript:1) :red[x] $a$ **b**"  # a label and a name that no page may take at its word
LABELS = ("cat", HOSTILE)


def photo(figure: int, number: int, size: tuple[int, int] = (256, 192), format: str = "JPEG") -> bytes:
    """A photo of rings (figure 0), bars (1) or polygons; each number has its own ground, and they stand elsewhere."""
    ground = Image.radial_gradient("L").rotate(37 * number, translate=(61 * number % 150 - 75, 43 * number % 130 - 65))
    image = Image.merge("RGB", (ground, ground.point(lambda light: 255 - light), Image.new("L", ground.size, 90)))
    image = image.resize(size)
    pen = ImageDraw.Draw(image)
    for step in range(3):
        left, top = 10 + (53 * number + 67 * step) % (size[0] - 60), 8 + (31 * number + 41 * step) % (size[1] - 90)
        if figure == 0:
            pen.ellipse((left, top, left + 48, top + 48), outline="white", width=9)
        elif figure == 1:
            pen.rectangle((left, top, left + 12, top + 80), fill="white")
        else:
            pen.regular_polygon((left + 24, top + 30, 24), figure + 1, rotation=number, fill="black")
    file = io.BytesIO()
    image.save(file, format, quality=90)
    return file.getvalue()


def draw(folder: Path, labels: Sequence[str], count: int, first: int = 0) -> Path:
    """`count` photos for each label in a folder of that name; those of a hostile label have hostile names."""
    for figure, label in enumerate(labels):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(first, first + count):
            name = f"{HOSTILE} #{number} 50%.jpg" if label == HOSTILE else f"{number}.jpg"
            (folder / label / name).write_bytes(photo(figure, number))
    return folder


def take_in(project: Project, folder: Path, *, labelled: bool = False, clean: bool = False) -> Project:
    """Import the folder as Browse does; and what follows, where it is asked for."""
    sources.import_folder(Progress(), str(project.home), project.name, str(folder))
    if labelled:
        labels.label_by_folder(project)
    if clean:
        cleaning.clean_all(Progress(), str(project.home), project.name)
    return project
