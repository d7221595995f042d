"""A machine of another field, as a folder of declarations."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def purchases(tmp_path, purchase_folder) -> Path:
    """A folder beside the documentation that declares a purchase."""
    return Path(shutil.copytree(purchase_folder, tmp_path / "purchases"))
