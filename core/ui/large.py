"""Photos in large, for the screen: made once while they stay the same, and made ready before they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import streamlit as st

from core.dataset import places
from core.errors import BadImage
from core.images import thumbnails
from core.ui import state


def picture(path: str, longest: int = 1280) -> bytes:
    """A photo for the screen, as a JPEG that is made once while the photo stays the same; BadImage when it can't be.

    S3 is asked each time whether an object is still the same: who labels it must see what will be trained with.
    """
    if places.in_s3(path):
        return _made(path, longest, places.etag(state.required(), path))
    file = Path(path)
    return _made(path, longest, str(file.stat().st_mtime_ns) if file.is_file() else "")


def prepare(paths: Sequence[str], longest: int) -> None:
    """Make ready the files that are likely to be asked for next as `picture`, without waiting for it."""
    for path in paths:
        if not places.in_s3(path):
            _ahead().submit(_prepared, path, longest)


def _prepared(path: str, longest: int) -> None:
    with suppress(BadImage):
        picture(path, longest)


@st.cache_resource
def _ahead() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="ahead")


@lru_cache(maxsize=32)  # and not st.cache_data, which threads without a page can not use
def _made(path: str, longest: int, version: str) -> bytes:
    return thumbnails.preview(source(path), longest)


def source(path: str) -> Path | bytes:
    """The file, or what the chosen project's S3 holds at that URI."""
    return places.source(state.required(), path) if places.in_s3(path) else Path(path)
