"""The examples of some pages run; `make types` has a strict type checker look at every documented example."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "examples.py"
DOCS = PROGRAM.parent.parent / "docs"

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the documentation lies in the checkout")


def blocks(page: Path) -> list[str]:
    spec = importlib.util.spec_from_file_location("examples", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    examples = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(examples)
    return list(examples.blocks(page))


@pytest.mark.parametrize(("name", "count"), [("embedding", 7), ("watching", 3)])
def test_the_examples_of_a_page_run(name: str, count: int) -> None:
    page = DOCS / f"{name}.md"
    assert len(blocks(page)) == count
    for block in blocks(page):
        exec(compile(block, str(page), "exec"), {})  # noqa: S102 -- the page's own examples


@pytest.mark.parametrize("name", ["permissions", "signoff"])
def test_the_example_of_a_page_says_what_the_page_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = DOCS / f"{name}.md"
    for block in blocks(page):
        exec(compile(block, str(page), "exec"), {})  # noqa: S102 -- the page's own example
        said = capsys.readouterr().out
        assert said
        assert said in page.read_text("utf-8")
