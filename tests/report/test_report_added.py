from __future__ import annotations

import io
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import RekolabError
from core.report import added, bundle
from core.report.options import Options
from core.workspace import Project

ACCOUNT = "123456789012"
GPS = 0x8825


def held(project: Project, name: str, data: bytes) -> set[str]:
    kept = added.add(project, name, data)
    return set(next(one.holds for one in added.listed(project, ACCOUNT) if one.name == kept))


def photo(**gps: object) -> bytes:
    exif = Image.Exif()
    if gps:
        exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    file = io.BytesIO()
    Image.new("RGB", (80, 80), "teal").save(file, "JPEG", exif=exif)
    return file.getvalue()


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_stays_in_its_folder(name: str) -> None:
    safe = added.safe_name(name)
    assert safe == added.safe_name(safe)
    assert 0 < len(safe.encode()) <= added.LONGEST_NAME
    assert not set(safe) & set('/\\<>:"|?*\n\r\0') and not safe.startswith(".") and not safe.endswith((".", " "))
    assert not [letter for letter in safe if unicodedata.category(letter) in ("Cc", "Cf", "Cs")]
    assert bundle.read_sums(bundle.sums({f"added/{safe}": "0" * 64})) == ({f"added/{safe}": "0" * 64}, [])


@pytest.mark.parametrize(("name", "safe"), [
    ("../../etc/passwd", "passwd"), ("C:\\Users\\me\\screen.png", "screen.png"), ("con.txt", "_con.txt"),
    ("gpj\u202egnp.exe", "gpjgnp.exe"), ("  a  b .txt ", "a b .txt"), ("", "file"), ("....", "file"),
    ("a\nb.txt", "ab.txt"), ("Grüße.ipynb", "Grüße.ipynb"), ("x" * 300 + ".png", "x" * 146 + ".png"),
])
def test_hostile_names_are_made_plain(name: str, safe: str) -> None:
    assert added.safe_name(name) == safe


def test_files_of_one_name_are_all_kept_and_the_same_file_once(project: Project) -> None:
    assert added.add(project, "screen.png", b"one") == "screen.png"
    assert added.add(project, "Screen.PNG", b"two") == "Screen (2).PNG"
    assert added.add(project, "screen.png", b"one") == "screen.png"
    assert added.add(project, "Screen.PNG", b"two") == "Screen (2).PNG"
    assert [one.name for one in added.listed(project, ACCOUNT)] == ["Screen (2).PNG", "screen.png"]
    added.remove(project, "../added/screen.png")
    assert [one.name for one in added.listed(project, ACCOUNT)] == ["Screen (2).PNG"]


def test_too_much_is_refused_with_the_limit(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(added, "MOST_BYTES", 2**20)
    monkeypatch.setattr(added, "MOST_TOGETHER", 2 * 2**20)
    monkeypatch.setattr(added, "MOST_FILES", 3)
    with pytest.raises(RekolabError, match="has at most 1"):
        added.add(project, "large", bytes(2**20 + 1))
    added.add(project, "a", bytes(2**20))
    added.add(project, "b", bytes(2**20 - 1))
    with pytest.raises(RekolabError, match="more than 2 MB together"):
        added.add(project, "c", b"12")
    added.add(project, "c", b"1")
    with pytest.raises(RekolabError, match="3 files already"):
        added.add(project, "d", b"")


@pytest.mark.parametrize("data", [
    b"key = AKIAIOSFODNN7EXAMPLE", b'{"aws_secret_access_key": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"}',
    "AWS_SESSION_TOKEN=FwoGZXIvYXdzEJr//////////wEaDA".encode("utf-16"), b"-----BEGIN RSA PRIVATE KEY-----\nMII",
    b"https://b.s3.amazonaws.com/k?X-Amz-Signature=0123456789abcdef0123456789abcdef",
])
def test_a_secret_never_goes_along_whatever_is_ticked(project: Project, data: bytes) -> None:
    assert held(project, "notes.txt", data) == {"secret"}
    one = added.listed(project, ACCOUNT)[0]
    assert "never sent" in (one.why_not(Options(account=True, places=True)) or "")


def test_accounts_and_places_go_along_where_they_are_ticked(project: Project) -> None:
    assert held(project, "a.txt", b"arn:aws:iam::123456789012:user/me") == {"account"}
    assert held(project, "b.txt", b"9123456789012345") == set()
    assert held(project, "c.jpg", photo(gps=True)) == {"place"}
    assert held(project, "d.jpg", photo()) == set()
    one = {file.name: file for file in added.listed(project, ACCOUNT)}
    assert one["a.txt"].why_not(Options()) and one["a.txt"].why_not(Options(account=True)) is None
    assert one["c.jpg"].why_not(Options()) and one["c.jpg"].why_not(Options(places=True)) is None
    assert replace(one["c.jpg"], holds=frozenset()).why_not(Options()) is None


def test_a_zip_is_looked_into_and_a_damaged_one_harms_nothing(project: Project) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", "AKIAIOSFODNN7EXAMPLE " * 20)
        packed.writestr("media/photo.jpg", photo(gps=True))
    assert held(project, "notes.docx", file.getvalue()) == {"secret", "place"}
    assert held(project, "damaged.docx", file.getvalue()[:-40]) == set()


def test_a_project_without_added_files_has_none(project: Project) -> None:
    assert added.listed(project, ACCOUNT) == []
    (added.folder(project) / "folder").mkdir(parents=True)
    (added.folder(project) / ".part").write_bytes(b"")
    assert added.listed(project, ACCOUNT) == []
    assert Path(added.folder(project)).is_dir()
