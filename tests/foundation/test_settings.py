"""Settings from the environment and a file, and the check of paths."""

from pathlib import Path

import pytest

from core.errors import BadPath, BadSetting
from core.settings import allowed_folder, load


def test_without_anything_set_the_home_folder_is_used(tmp_path: Path) -> None:
    found = load({}, tmp_path / "none.toml")
    assert found.home == (Path.home() / "rekolab").resolve() and found.unit_hour_usd == 4.0


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "rekolab.toml"
    file.write_text(f'home = "{tmp_path}/file"\nroots = ["{tmp_path}"]\nunit_hour_usd = 5.0\n')
    found = load({"REKOLAB_HOME": f"{tmp_path}/env", "REKOLAB_ENGINE_PORT": "5001"}, file)
    assert (found.home, found.unit_hour_usd, found.engine_port) == ((tmp_path / "env").resolve(), 5.0, 5001)
    assert found.roots == (tmp_path.resolve(), found.home)


def test_several_roots_are_taken_apart(tmp_path: Path) -> None:
    found = load({"REKOLAB_HOME": str(tmp_path), "REKOLAB_ROOTS": f"{tmp_path}/a:{tmp_path}/b"}, tmp_path / "none")
    assert [root.name for root in found.roots[:2]] == ["a", "b"]


def test_a_folder_inside_a_root_is_allowed_however_it_is_spelled(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    assert allowed_folder(f"  {tmp_path}/photos/../photos ", (tmp_path.resolve(),)) == (tmp_path / "photos").resolve()


def test_a_folder_outside_is_refused_even_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "secret")
    for text in (f"{tmp_path}/root/../secret", f"{tmp_path}/root/link", "/etc"):
        with pytest.raises(BadPath, match="outside"):
            allowed_folder(text, ((tmp_path / "root").resolve(),))


@pytest.mark.parametrize(("name", "words"), [("none", "does not exist"), ("file.txt", "is a file")])
def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file.txt").touch()
    with pytest.raises(BadPath, match=words):
        allowed_folder(str(tmp_path / name), (tmp_path.resolve(),))


@pytest.mark.parametrize("text", ["", "   ", "a\0b"])
def test_no_folder_at_all_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadPath, match="Name a folder"):
        allowed_folder(text, (tmp_path,))


@pytest.mark.parametrize(("name", "text", "kind"), [
    ("UNIT_HOUR_USD", "four", "a number of US dollars"), ("UNIT_HOUR_USD", "nan", "a number of US dollars"),
    ("TRAINING_HOUR_USD", "-1", "a number of US dollars"), ("TRAINING_HOUR_USD", "inf", "a number of US dollars"),
    ("ENGINE_PORT", "4599.5", "a whole number"),
    ("PRICES_CHECKED", "yesterday", "a day, such as 2026-11-23")])
def test_a_setting_that_is_none_is_named_with_what_it_must_be(tmp_path: Path, name: str, text: str, kind: str) -> None:
    with pytest.raises(BadSetting, match=f"REKOLAB_{name} is “{text}”, and must be {kind}"):
        load({f"REKOLAB_{name}": text}, tmp_path / "none")


def test_a_file_of_settings_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "rekolab.toml").write_text("home = ")
    with pytest.raises(BadSetting, match=r"rekolab\.toml can not be read.*Mend the file, or remove it"):
        load({}, tmp_path / "rekolab.toml")


def test_what_the_file_says_more_than_is_known_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "rekolab.toml").write_text("colour = 'blue'\nprices_checked = 2026-10-01\n")
    assert load({}, tmp_path / "rekolab.toml").prices_checked == "2026-10-01"
