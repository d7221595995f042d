"""The folder docs/lifecycle is what the law and its stories say now."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FOLDER = ROOT / "docs" / "lifecycle"
REMEDY = "write it again: ims-fsm pages --format md --out docs/lifecycle --root ../.."


def test_the_published_pages_are_fresh(markdown: dict[str, str]) -> None:
    stale = [
        name
        for name, text in markdown.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text("utf-8") != text
    ]
    assert stale == [], REMEDY


def test_nothing_is_left_over(markdown: dict[str, str]) -> None:
    there = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}
    assert there == set(markdown), REMEDY
