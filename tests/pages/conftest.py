"""The pages of the shipped law with the stories of tests/scenarios, made once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ims_fsm.law.book import LawBook
from ims_fsm.pages.collection import Page, collection, environment_of
from ims_fsm.pages.material import Material
from ims_fsm.pages.publication import html_file, markdown_files, shipped_annexure
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
        for part in self.inner:
            if isinstance(part, Element):
                yield from part.walk()

    def text(self, without: frozenset[str] = frozenset()) -> str:
        """Return the words inside, those of some tags and classes left out."""
        if self.tag in without or without & set(self.attributes.get("class", "").split()):
            return ""
        blank = "" if self.tag in {"a", "b", "strong", "em", "code", "span", "small"} else " "
        inner = "".join(part if isinstance(part, str) else part.text(without) for part in self.inner)
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
    """What a reader sees: the words of a line of Markdown, the lines of a section, HTML as its elements."""

    read = staticmethod(read)

    def words(self, markdown: str) -> str:
        """Return Markdown as a reader reads it; a break is a blank."""
        text = re.sub(r"<br>", " ", re.sub(r'<a id="[^"]*"></a>', "", markdown))
        text = re.sub(r"</?[a-z][^>]*>", "", text)
        text = re.sub(r"(?<!\\)\[((?:\\.|[^\]\\])*)\]\([^)]*\)", r"\1", text)
        return unescape(re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)[*`]", "", text)))

    def rows(self, markdown: str) -> list[list[str]]:
        """Return the rows of all tables, each with its cells, without heads; an empty first cell is that above."""
        rows: list[list[str]] = []
        lines = markdown.splitlines()
        for line, below in zip(lines, [*lines[1:], ""], strict=False):
            if line.startswith("| ") and not below.startswith("|---"):
                cells = [self.words(cell).strip() for cell in line.strip("|").split(" | ")]
                rows.append([cells[0] or rows[-1][0], *cells[1:]])
        return rows

    def texts(self, markdown: str) -> list[str]:
        """Return the lines of Markdown as text, without bullets and numbers, a row of a table as one line."""
        rows = iter(self.rows(markdown))
        lines = markdown.splitlines()
        texts = []
        for line, below in zip(lines, [*lines[1:], ""], strict=False):
            if line.startswith("| ") and not below.startswith("|---"):
                texts.append(" | ".join(next(rows)))
            elif line.strip() and not line.startswith("|"):
                texts.append(self.words(re.sub(r"^\s*(?:- |\d+\. |#+ |> )", "", line)))
        return texts

    def section(self, page: Page, anchor: str) -> str:
        """Return a section of a page without its heading: all to the next heading that is not below it."""
        lines = page.text.splitlines()
        start = next(place for place, line in enumerate(lines) if line.startswith("#") and f'id="{anchor}"' in line)
        level = lines[start].partition(" ")[0]
        end = (place for place, line in enumerate(lines) if place > start and re.match(rf"#{{1,{len(level)}}} ", line))
        return "\n".join(lines[start + 1 : next(end, len(lines))])


@pytest.fixture(scope="session")
def look() -> Look:
    return Look()


@pytest.fixture(scope="session")
def stories() -> tuple[Story, ...]:
    return read_stories()


@pytest.fixture(scope="session")
def material(book: LawBook, stories: tuple[Story, ...]) -> Material:
    return Material(book, shipped_annexure(), stories)


@pytest.fixture(scope="session")
def parts(material: Material) -> Callable[[str], Any]:
    """The macros of a template, by its name."""
    templates = environment_of(material)
    return lambda name: templates.get_template(f"{name}.md.j2").module


@pytest.fixture(scope="session")
def pages(material: Material) -> tuple[Page, ...]:
    return collection(material)


@pytest.fixture(scope="session")
def page(pages: tuple[Page, ...]) -> Callable[[str], Page]:
    return {page.name: page for page in pages}.__getitem__


@pytest.fixture(scope="session")
def pictures(material: Material) -> dict[str, str]:
    return material.pictures.inline()


@pytest.fixture(scope="session")
def html(material: Material, pages: tuple[Page, ...]) -> str:
    return html_file(material, pages)


@pytest.fixture(scope="session")
def markdown(material: Material, pages: tuple[Page, ...]) -> dict[str, str]:
    """The files of Markdown as a checkout keeps them, by name."""
    return {name: content.decode() for name, content in markdown_files(material, pages, "../..").items()}
