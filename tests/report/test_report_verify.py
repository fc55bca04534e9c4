from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BadReport
from core.report import bundle, making, verifying
from core.report.__main__ import main
from core.report.bundle import SEAL, SUMS
from core.report.contents import Contents

REPEATED = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def whole(told: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a report in a folder, an added one among them. Tests put back what they change."""
    folder = tmp_path_factory.mktemp("report") / "2026-11-23T12-00-00Z"
    for name, data in making.files(told).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def report(whole: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


@pytest.fixture
def names(whole: Path) -> Iterator[list[str]]:
    yield list(bundle.opened(whole).names)


def test_a_report_as_it_was_made_is_fine(whole: Path) -> None:
    verdict = verifying.verify(whole)
    assert verdict.ok
    assert verdict.sentence == f"All {verdict.files} files are as they were made."
    assert verdict.fingerprint == bundle.fingerprint((whole / SUMS).read_bytes())
    assert verifying.verify(whole, verdict.fingerprint.upper()).ok


@REPEATED
@given(st.data())
def test_one_flipped_bit_anywhere_is_named_with_its_file_alone(whole: Path, names: list[str], data: st.DataObject
                                                                ) -> None:
    name = data.draw(st.sampled_from(names))
    file = whole / name
    before = file.read_bytes()
    place, bit = data.draw(st.integers(0, len(before) - 1)), data.draw(st.integers(0, 7))
    spoiled = bytearray(before)
    spoiled[place] ^= 1 << bit
    file.write_bytes(spoiled)
    try:
        verdict = verifying.verify(whole)
        assert (verdict.changed, verdict.missing, verdict.extra) == ((name,), (), ())
        assert not verdict.ok and name in verdict.sentence
    finally:
        file.write_bytes(before)


@REPEATED
@given(st.data())
def test_one_flipped_byte_of_a_zip_changes_no_file_unseen(whole: Path, data: st.DataObject) -> None:
    """Dates in a zip are nothing that a report says, so a flip there may go unseen; what is in the files may not."""
    packed = bytearray(bundle.packed(whole))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    place = whole.parent / "flipped.zip"
    place.write_bytes(packed)
    try:
        fine = verifying.verify(place).ok
    except BadReport:
        fine = False
    if fine:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for name in bundle.opened(whole).names:
                assert archive.read(f"{whole.name}/{name}") == (whole / name).read_bytes()


def test_missing_changed_and_extra_files_are_told_apart(report: Path) -> None:
    (report / "predictions.csv").unlink()
    (report / "plots" / "own.svg").write_text("<svg/>")
    (report / "report.html").write_text("another")
    verdict = verifying.verify(report)
    assert (verdict.missing, verdict.changed, verdict.extra) == (("predictions.csv",), ("report.html",),
                                                                 ("plots/own.svg",))
    assert verdict.sentence == (
        "This is not the report as it was made. 1 file changed: report.html. 1 file missing: predictions.csv. "
        "1 file not part of it: plots/own.svg.")


def test_a_file_and_the_list_both_changed_to_fit_are_found_by_the_seal(report: Path) -> None:
    (report / "predictions.csv").write_text("photo,truth\n")
    made = {name: bundle.opened(report).sha256(name) for name in bundle.opened(report).names
            if name not in (SUMS, SEAL)}
    (report / SUMS).write_text(bundle.sums(made))
    assert not verifying.verify(report).ok


def test_everything_changed_to_fit_is_found_by_the_fingerprint_from_elsewhere(report: Path, whole: Path) -> None:
    (report / "predictions.csv").write_text("photo,truth\n")
    made = {name: bundle.opened(report).sha256(name) for name in bundle.opened(report).names
            if name not in (SUMS, SEAL)}
    (report / SUMS).write_text(bundle.sums(made))
    (report / SEAL).write_text(bundle.seal(bundle.sums(made)))
    assert verifying.verify(report).ok
    known = verifying.verify(whole).fingerprint
    assert f"and not {known}" in verifying.verify(report, known).sentence


def test_links_to_elsewhere_and_lost_seals_are_named(report: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    (report / "added").mkdir(exist_ok=True)
    (report / "added" / "link").symlink_to(tmp_path / "outside")
    (report / SEAL).unlink()
    said = verifying.verify(report).sentence
    assert "added/link is a link to somewhere else" in said and f"{SEAL} (missing)" in said


def test_what_is_no_report_is_said(tmp_path: Path, report: Path) -> None:
    (report / SUMS).unlink()
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 nothing")
    for place in (report, tmp_path / "no.zip", tmp_path / "nowhere"):
        with pytest.raises(BadReport):
            verifying.verify(place)


def test_a_zip_is_verified_without_being_unpacked(whole: Path, tmp_path: Path) -> None:
    place = tmp_path / "report.zip"
    place.write_bytes(bundle.packed(whole))
    assert bundle.packed(whole) == place.read_bytes()  # the same bytes every time
    verdict = verifying.verify(place)
    assert verdict.ok and verdict.fingerprint == verifying.verify(whole).fingerprint


def test_members_of_a_zip_that_lie_outside_or_twice_are_named(whole: Path, tmp_path: Path) -> None:
    place = tmp_path / "report.zip"
    place.write_bytes(bundle.packed(whole))
    with zipfile.ZipFile(place, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("../../evil.txt", "out")
        archive.writestr(f"{whole.name}/predictions.csv", "other")
    said = verifying.verify(place).sentence
    assert "../../evil.txt lies outside the report" in said
    assert "predictions.csv is in the zip more than once" in said


def test_a_zip_bomb_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 1000)
    place = tmp_path / "bomb.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SUMS, b"\0" * 5000)
    with pytest.raises(BadReport, match="would unpack to more"):
        verifying.verify(place)


def test_sums_are_as_sha256sum_takes_them(whole: Path) -> None:
    hashes, bad = bundle.read_sums((whole / SUMS).read_text("utf-8"))
    assert not bad and set(hashes) == set(bundle.opened(whole).names) - {SUMS, SEAL}
    assert bundle.sums(hashes) == (whole / SUMS).read_text("utf-8")


def test_the_command_says_it_and_ends_with_a_code(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(report)]) == 0
    assert "are as they were made." in capsys.readouterr().out
    (report / "report.html").write_text("another")
    assert main(["verify", str(report)]) == 1
    assert "1 file changed: report.html" in capsys.readouterr().out
    assert main(["verify", str(report / "nowhere")]) == 2
    assert "is not there" in capsys.readouterr().err
