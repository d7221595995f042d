"""The shipped folders: in a checkout, in a wheel, beside a stranger, and missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm import resources
from ims_fsm.errors import ImsFsmError
from ims_fsm.resources import ResourceMissingError, machines_folder, samples_folder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay the package out in an empty folder."""
    folder = tmp_path / "ims_fsm"
    folder.mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", folder)
    return folder


def test_the_checkout_has_its_machines_at_the_top() -> None:
    assert machines_folder() == ROOT / "machines"
    assert (machines_folder() / "rules.toml").is_file()


def test_the_samples_are_json() -> None:
    assert list(samples_folder().rglob("*.json"))


def test_a_wheel_is_asked_before_the_checkout(package: Path) -> None:
    (package.parent / "pyproject.toml").touch()
    (package.parent / "machines").mkdir()
    assert machines_folder() == package.parent / "machines"
    (package / "machines").mkdir()
    assert machines_folder() == package / "machines"


def test_a_strangers_machines_folder_is_not_read(package: Path) -> None:
    (package.parent / "machines").mkdir()
    with pytest.raises(ResourceMissingError) as caught:
        machines_folder()
    assert caught.value.looked_in == (package / "machines",)


def test_a_missing_folder_says_where_it_was_looked_for_and_what_to_do(package: Path) -> None:
    with pytest.raises(ImsFsmError) as caught:
        samples_folder()
    expected = f"the folder formats/samples, which ships with ims-fsm, is not at {package / 'formats' / 'samples'}; "
    assert str(caught.value) == expected + "install ims-fsm again"
    assert caught.value.as_dict() == {"code": "resource_missing", "message": str(caught.value)}
