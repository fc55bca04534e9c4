"""Jobs that a crash cut off, as the first page after it shows them."""

from __future__ import annotations

import json
from pathlib import Path

from page_photos import draw
from visitor import PATIENCE, Visitor

from core.ui import state


def test_a_job_that_was_cut_off_has_begun_again_before_the_first_page_is_drawn(
    visitor: Visitor, tmp_path: Path
) -> None:
    pets = visitor.workspace.create("pets")
    folder = draw(tmp_path / "photos", ("cat", "dog"), 2)
    entry = {"key": "pets/import", "title": "Reading the folder", "function": "core.dataset.sources:import_folder",
             "arguments": {"home": str(pets.home), "project": "pets", "folder": str(folder)}}
    visitor.workspace.jobs.mkdir()
    (visitor.workspace.jobs / "cut-off.json").write_text(json.dumps(entry))
    visitor.go("data/browse", "pets")
    assert state.job(pets, "import") is not None
    state.jobs().wait("pets/import", PATIENCE)
    visitor.run()
    assert len(visitor.tiles("browse")) == 4
