"""The examples of docs/embedding.md run, and a strict type checker has nothing to say of any documented example."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "examples.py"
PAGE = PROGRAM.parent.parent / "docs" / "embedding.md"

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the documentation lies in the checkout")


def blocks() -> list[str]:
    spec = importlib.util.spec_from_file_location("examples", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    examples = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(examples)
    return list(examples.blocks(PAGE))


def test_the_examples_of_embedding_run() -> None:
    assert len(blocks()) == 6
    for block in blocks():
        exec(compile(block, str(PAGE), "exec"), {})  # noqa: S102 -- the page's own examples


@pytest.mark.slow
@pytest.mark.long
def test_every_example_is_typed() -> None:
    done = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
