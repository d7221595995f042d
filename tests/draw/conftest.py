"""A small machine of another field."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.law.loading import load_own
from ims_fsm.law.register import Law


@pytest.fixture(scope="session")
def approval(purchase_folder: Path) -> Law:
    return load_own(purchase_folder)
