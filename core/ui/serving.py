"""Pictures that the browser fetches by their addresses, as those of st.image: messages stay small, and so do pages."""

from __future__ import annotations

from streamlit import runtime

from core.images import thumbnails


def address(data: bytes, place: str) -> str:
    """Where this session finds a JPEG for as long as it is what was put last at `place`, relative to the app's pages.

    Without a server, as in a test, the address is one that carries the picture.
    """
    if not runtime.exists():
        return thumbnails.data_uri(data)
    return runtime.get_instance().media_file_mgr.add(data, "image/jpeg", place).lstrip("/")
