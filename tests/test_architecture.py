"""The arrows between the rooms, and what a page may not pay for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A room may import rooms of a smaller rank, and itself.
RANKS = {
    "pages": 9, "ui": 8, "stages": 7, "report": 6, "explanation": 5.5, "evaluation": 5, "dataset": 4, "aws": 3,
    "demo": 2, "images": 2, "exchange": 1.5, "manifest": 1, "compute": 1, "workspace": 1, "clustering": 0.6,
    "learning": 0.5, "jobs": 0.5, "catalogue": 0.4, "older_catalogues": 0.4, "tables": 0.5, "files": 0.3,
    "settings": 0.2, "errors": 0.1, "colours": 0.1, "limits": 0.25, "types": 0,
}
ENGINE_MAY = {"engine", "learning", "manifest", "images", "types", "limits", "settings", "errors", "files"}
ONLY_IN = {
    "streamlit": ("streamlit_app.py", "core/ui/", "pages/"),
    "boto3": ("core/aws/",),
    "botocore": ("core/aws/", "core/engine/"),
    "moto": ("core/engine/",),
    "distributed": ("core/clustering.py",),
}
FILES = [*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "streamlit_app.py"]


def imported(file: Path) -> set[str]:
    """Every module that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(name: str) -> str:
    """ "core.images.cleaning" and "core/images/cleaning.py" -> "images"."""
    parts = name.removesuffix(".py").replace("/", ".").split(".")
    return parts[1] if parts[0] == "core" and len(parts) > 1 else "pages"


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", FILES, ids=place)
def test_every_import_follows_the_arrows(file: Path) -> None:
    here = room(place(file))
    for name in imported(file):
        if name != "core" and name.startswith(("core.", "pages")):
            there = room(name)
            if here == "engine":
                assert there in ENGINE_MAY, f"the engine imports {name}"
            else:
                assert there != "engine", f"{name}: the engine is a process, reached over HTTP"
                assert there == here or RANKS[there] < RANKS[here], f"{here} may not import {name}"


@pytest.mark.parametrize("file", FILES, ids=place)
def test_a_foreign_library_is_imported_only_in_its_room(file: Path) -> None:
    for name in imported(file):
        allowed = ONLY_IN.get(name.split(".")[0])
        assert allowed is None or place(file).startswith(allowed), f"{place(file)} imports {name}"


@pytest.mark.parametrize("file", [*ROOT.glob("pages/**/*.py")], ids=place)
def test_a_page_imports_only_streamlit_core_and_small_libraries(file: Path) -> None:
    allowed = {"core", "streamlit", "pandas", *sys.stdlib_module_names}
    assert {name.split(".")[0] for name in imported(file)} <= allowed


@pytest.mark.parametrize("file", FILES, ids=place)
def test_a_dialog_is_opened_as_one_that_nothing_closes_by_itself(file: Path) -> None:
    assert "st.dialog(" not in file.read_text("utf-8") or place(file) == "core/ui/dialogs.py"


def test_no_page_lies_directly_in_pages() -> None:
    """Streamlit would then run it without the entry script on a cold deep link."""
    assert not list((ROOT / "pages").glob("*.py"))


def test_the_first_view_pays_for_no_heavy_import() -> None:
    """Beyond what Streamlit loads for itself."""
    code = ("import sys, streamlit; own = {*sys.modules}; import core.ui.sidebar, core.ui.gallery;"
            "print(*{*sys.modules} - own)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "core" in loaded
    assert not loaded & {"sklearn", "onnxruntime", "onnx", "moto", "scipy", "flask", "plotly", "pandas", "dask",
                         "distributed"}
