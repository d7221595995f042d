"""A page as plain data: sections of blocks, blocks of lines, lines of words and links.

Imports nothing of the package; the writers of Markdown and HTML know how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an anchor of these pages."""

    text: str
    to: str


@dataclass(frozen=True, slots=True)
class Outside:
    """Words that lead to an address elsewhere."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Code:
    """A declared name or value, as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that are stressed."""

    text: str


@dataclass(frozen=True, slots=True)
class Aside:
    """Words said in passing: smaller where that can be shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A word that is told by its colour as well; `look` names the colour, and the word says it without one."""

    text: str
    look: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place that links lead to."""

    name: str


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line inside a cell or an item."""


Inline = str | Link | Outside | Code | Strong | Aside | Badge | Anchor | Break
Line = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a `lead` is the first thing to be read."""

    line: Line
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a source, and which."""

    words: str
    source: Line


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a list with the lines below it."""

    line: Line
    below: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; one that is `ordered` is numbered."""

    items: tuple[Item, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; the first cell of each row is what the row is about."""

    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture by the name of its drawing; `alt` says what is to be seen, `caption` stands below."""

    stem: str
    alt: str
    caption: Line


@dataclass(frozen=True, slots=True)
class Listing:
    """A file's text as it is; `path` says where it lies."""

    path: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are shown when they are asked for."""

    summary: Line
    blocks: tuple[Block, ...]
    kind: Literal["story", "more"] = "more"


Block = Paragraph | Quote | Bullets | Table | Figure | Listing | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with an anchor, what is said below it, and the sections below that; `note` stands behind the title."""

    anchor: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    note: Line = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `name` is its file's and its anchor, `group` where the contents list it, `short` how."""

    name: str
    title: str
    group: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()
    short: str = ""

    @property
    def label(self) -> str:
        """The page's name in the contents."""
        return self.short or self.title


def sections_of(page: Page) -> Iterator[Section]:
    """Give every section of a page, the outer before the inner."""
    waiting = list(page.sections)
    while waiting:
        section = waiting.pop(0)
        yield section
        waiting[:0] = section.sections


def blocks_of(page: Page) -> Iterator[Block]:
    """Give every block of a page, those inside folds too."""
    waiting: list[Block] = [*page.blocks, *(block for section in sections_of(page) for block in section.blocks)]
    while waiting:
        block = waiting.pop(0)
        yield block
        if isinstance(block, Fold):
            waiting[:0] = block.blocks


def lines_of(page: Page) -> Iterator[Line]:
    """Give every line of a page."""
    yield from (section.note for section in sections_of(page))
    for block in blocks_of(page):
        match block:
            case Paragraph():
                yield block.line
            case Quote():
                yield block.source
            case Bullets():
                yield from (line for item in block.items for line in (item.line, *item.below))
            case Table():
                yield from (cell for row in block.rows for cell in row)
            case Figure():
                yield block.caption
            case Fold():
                yield block.summary


def anchors_of(page: Page) -> Iterator[str]:
    """Give every anchor of a page: its own, those of its sections, those inside its lines."""
    yield page.name
    yield from (section.anchor for section in sections_of(page))
    yield from (inline.name for line in lines_of(page) for inline in line if isinstance(inline, Anchor))


def figures_of(pages: Iterable[Page]) -> Iterator[str]:
    """Give the name of every picture that pages show."""
    yield from (block.stem for page in pages for block in blocks_of(page) if isinstance(block, Figure))


def links_of(page: Page) -> Iterator[str]:
    """Give the anchor that each link of a page leads to."""
    yield from (inline.to for line in lines_of(page) for inline in line if isinstance(inline, Link))
