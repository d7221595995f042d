"""The shipped law, and the folder of the published pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.law.loading import shipped_law
from ims_fsm.law.own import load_own
from ims_fsm.law.register import Law

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def law() -> Law:
    return shipped_law()


@pytest.fixture(scope="session")
def approval() -> Law:
    """A law of another field."""
    return load_own(ROOT / "docs" / "examples" / "purchase_approval.toml")


@pytest.fixture(scope="session")
def published() -> Path:
    return ROOT / "diagrams"
