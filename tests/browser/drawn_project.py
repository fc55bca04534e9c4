"""A small project of drawn photos that a model can be trained on in a moment."""

from __future__ import annotations

from pathlib import Path

from person import App
from PIL import Image, ImageDraw

from core.dataset import cleaning, labels, sources
from core.jobs import Progress
from core.workspace import Project, Workspace


def ready_to_train(app: App, folder: Path) -> Project:
    """A project of twelve clean, labelled photos: rings, and bars."""
    for figure, name in enumerate(("ring", "bar")):
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(6):
            _photo(figure, number).save(folder / "photos" / name / f"{number}.jpg", quality=90)
    project = Workspace(app.home.resolve()).create("shapes")
    sources.import_folder(Progress(), str(project.home), project.name, str(folder / "photos"))
    labels.label_by_folder(project)
    cleaning.clean_all(Progress(), str(project.home), project.name)
    return project


def _photo(figure: int, number: int) -> Image.Image:
    image = Image.effect_noise((256, 192), 60 + 9 * number).convert("RGB")
    pen = ImageDraw.Draw(image)
    for step in range(3):
        left, top = 10 + (53 * number + 67 * step) % 190, 8 + (31 * number + 41 * step) % 100
        if figure == 0:
            pen.ellipse((left, top, left + 48, top + 48), outline="white", width=9)
        else:
            pen.rectangle((left, top, left + 12, top + 80), fill="white")
    return image
