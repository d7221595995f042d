"""The pages of the shipped law with the stories of tests/scenarios, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.pages.blocks import (
    Anchor,
    Block,
    Break,
    Bullets,
    Line,
    Page,
    Paragraph,
    Quote,
    Section,
    Table,
    blocks_of,
    sections_of,
)
from ims_fsm.pages.collection import collection
from ims_fsm.pages.html import Html
from ims_fsm.pages.material import Material
from ims_fsm.pages.publication import markdown_files, shipped_annexure
from ims_fsm.pages.story import Story, story_of

VOID = frozenset({"meta", "br", "img", "input", "source", "hr", "link"})
ROOT = Path(__file__).resolve().parents[2]


def read_stories() -> tuple[Story, ...]:
    files = sorted((ROOT / "tests" / "scenarios").rglob("*.toml"))
    return tuple(story_of(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files)


@dataclass
class Element:
    """An element with its attributes and what stands in it."""

    tag: str
    attributes: dict[str, str]
    inner: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """Give this element and all inside it, in order."""
        yield self
        for each in self.inner:
            if isinstance(each, Element):
                yield from each.walk()

    def text(self, without: frozenset[str] = frozenset()) -> str:
        """Return the words inside, those of some tags and classes left out."""
        if self.tag in without or without & set(self.attributes.get("class", "").split()):
            return ""
        blank = "" if self.tag in {"a", "b", "strong", "em", "code", "span", "small"} else " "
        inner = "".join(each if isinstance(each, str) else each.text(without) for each in self.inner)
        return f"{blank}{inner}{blank}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inner.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inner.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inner.append(data)


def read(html: str) -> Element:
    """Return a document as its elements; fails where a tag is not closed in its turn."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert [element.tag for element in reader.open] == [""]
    return reader.root


class Look:
    """What a reader sees: the words of lines and blocks, a section by its anchor, HTML as its elements."""

    read = staticmethod(read)

    def words(self, line: Line) -> str:
        """Return a line as a reader reads it; a break is a blank."""
        return "".join(
            inline if isinstance(inline, str) else " " if isinstance(inline, Break) else inline.text
            for inline in line
            if not isinstance(inline, Anchor)
        )

    def texts(self, block: Block) -> list[str]:
        """Return the lines of a block as text, a row of a table as one line."""
        match block:
            case Paragraph():
                return [self.words(block.line)]
            case Bullets():
                return [self.words(line) for item in block.items for line in (item.line, *item.below)]
            case Table():
                return [" | ".join(self.words(cell) for cell in row) for row in block.rows]
            case Quote():
                return [block.words]
            case _:
                return []

    def text_of(self, page: Page) -> str:
        """Return all of a page as text."""
        return "\n".join(text for block in blocks_of(page) for text in self.texts(block))

    def section(self, page: Page, anchor: str) -> Section:
        """Return a section of a page."""
        return next(found for found in sections_of(page) if found.anchor == anchor)


@pytest.fixture(scope="session")
def look() -> Look:
    return Look()


@pytest.fixture(scope="session")
def book() -> LawBook:
    return shipped_book()


@pytest.fixture(scope="session")
def stories() -> tuple[Story, ...]:
    return read_stories()


@pytest.fixture(scope="session")
def material(book: LawBook, stories: tuple[Story, ...]) -> Material:
    return Material(book, shipped_annexure(), stories)


@pytest.fixture(scope="session")
def pages(material: Material) -> tuple[Page, ...]:
    return collection(material)


@pytest.fixture(scope="session")
def page(pages: tuple[Page, ...]) -> Callable[[str], Page]:
    return {each.name: each for each in pages}.__getitem__


@pytest.fixture(scope="session")
def pictures(material: Material) -> dict[str, str]:
    return material.pictures.inline()


@pytest.fixture(scope="session")
def html(pages: tuple[Page, ...], pictures: dict[str, str]) -> str:
    return Html(pictures).write(pages)


@pytest.fixture(scope="session")
def markdown(material: Material, pages: tuple[Page, ...]) -> dict[str, str]:
    """The files of Markdown as a checkout keeps them, by name."""
    return {name: content.decode() for name, content in markdown_files(material, pages, "../..").items()}


@pytest.fixture(scope="session")
def published() -> Path:
    return ROOT / "diagrams"
