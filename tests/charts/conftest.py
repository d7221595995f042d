"""A law of another field, and where words stand in a finished SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from ims_fsm.law.loading import load_own
from ims_fsm.law.register import Law

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
# What a font's letters reach above and below their baseline, in parts of their size.
ASCENT, DESCENT = 0.74, 0.22


class Words(NamedTuple):
    """A line of words in an SVG, with the place that its own length gives it in every font."""

    words: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Words) -> bool:
        # Lengths are written to a tenth of a point.
        across = self.left + 0.1 < other.right and other.left + 0.1 < self.right
        return across and self.top + 0.1 < other.bottom and other.top + 0.1 < self.bottom


def words_of(svg: str | bytes) -> list[Words]:
    """Return every line of words; one without a length is an error."""
    return list(_words(ET.fromstring(svg)))  # noqa: S314 - our own picture


def _words(root: ET.Element) -> Iterator[Words]:
    for text in root.iter(f"{SVG}text"):
        x, y, wide, size = (float(text.attrib[name]) for name in ("x", "y", "textLength", "font-size"))
        assert size >= 7
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
        yield Words(text.text, left, y - ASCENT * size, left + wide, y + DESCENT * size)


def faults_of(svg: str | bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """Return which words cover others, and which leave the picture."""
    words = words_of(svg)
    *_, width, height = map(float, ET.fromstring(svg).attrib["viewBox"].split())  # noqa: S314 - our own picture
    covered = [(a.words, b.words) for a, b in combinations(words, 2) if a.covers(b)]
    outside = [line.words for line in words if min(line[1:]) < 0 or line.right > width or line.bottom > height]
    return covered, outside


@pytest.fixture(scope="session")
def lettering() -> Callable[[str | bytes], list[Words]]:
    return words_of


@pytest.fixture(scope="session")
def faults() -> Callable[[str | bytes], tuple[list[tuple[str, str]], list[str]]]:
    return faults_of


@pytest.fixture(scope="session")
def approval() -> Law:
    """A law of another field."""
    return load_own(ROOT / "docs" / "examples" / "purchase_approval.toml")
