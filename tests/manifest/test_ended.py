from __future__ import annotations

import pytest

from core.manifest import ended
from core.manifest.codes import FILE_ERRORS, MESSAGES, finding
from core.manifest.plain import MANIFEST


@pytest.mark.parametrize("code", list(MANIFEST))
def test_every_sentence_that_ends_a_training_is_explained_with_a_way_on(code: str) -> None:
    found = ended.ending(finding(code, about=50).message)
    assert MESSAGES[found.code or ""] == MESSAGES[code]
    assert found.plain.endswith(".") and found.cure
    assert found.unread == (code in FILE_ERRORS)


@pytest.mark.parametrize("message", ["", "Internal server error", "The manifest file is empty. And more."])
def test_any_other_sentence_is_said_to_be_none_of_them(message: str) -> None:
    found = ended.ending(message)
    assert (found.code, found.cure, found.unread) == (None, None, False)
    assert "Training again often helps" in found.plain
