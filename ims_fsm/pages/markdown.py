"""Pages as GitHub's Markdown: one file a page, anchors as they stand, folds as its own.

Imports the blocks; knows where pictures and stories lie, because a page of Markdown links to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from ims_fsm.pages.blocks import (
    Anchor,
    Aside,
    Badge,
    Block,
    Break,
    Bullets,
    Code,
    Figure,
    Fold,
    Inline,
    Line,
    Link,
    Listing,
    Outside,
    Page,
    Paragraph,
    Quote,
    Section,
    Strong,
    Table,
)

# The folder of pictures beside the pages, and the one in which a checkout keeps those of its machines.
PICTURES, PUBLISHED = "pictures", "diagrams"
# What Markdown or HTML would take for its own; an underscore inside a word it leaves alone.
_MARKUP = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What begins a list, a heading or a rule at the beginning of a line.
_BEGINNING = re.compile(r"^(\d+)([.)])(?=\s)|^([#+-])(?=\s)")


@dataclass(frozen=True, slots=True)
class Markdown:
    """How pages are written: `pages` holds each anchor's page, `tree` is the address of a checkout as a page sees it.

    With a `tree` the pictures that it has (`published`) and the files of stories are linked there; without one every
    picture is in the folder beside the pages, and a story's file stands in its page.
    """

    pages: Mapping[str, str]
    published: frozenset[str]
    tree: str | None = None

    def write(self, page: Page) -> str:
        """Return a page as Markdown."""
        head = [_anchor(page.name), f"# {escaped(page.title)}", *self._blocks(page, page.blocks)]
        body = (part for section in page.sections for part in self._section(page, section, 2))
        return "\n\n".join(["<!-- Generated from machines/; do not edit. -->", *head, *body]) + "\n"

    def _section(self, page: Page, section: Section, level: int) -> Iterator[str]:
        note = f" {self.line(page, section.note)}" if section.note else ""
        yield _anchor(section.anchor)
        yield f"{'#' * min(level, 6)} {_safe_beginning(escaped(section.title))}{note}"
        yield from self._blocks(page, section.blocks)
        for inner in section.sections:
            yield from self._section(page, inner, level + 1)

    def _blocks(self, page: Page, blocks: Iterable[Block]) -> Iterator[str]:
        for block in blocks:
            yield self._block(page, block)

    def _block(self, page: Page, block: Block) -> str:
        match block:
            case Paragraph():
                return _safe_beginning(self.line(page, block.line))
            case Quote():
                return f"> {_safe_beginning(escaped(block.words))}\n>\n> {self.line(page, block.source)}"
            case Bullets():
                return "\n".join(self._items(page, block))
            case Table():
                return "\n".join(self._rows(page, block))
            case Figure():
                return f"{self._picture(block)}\n\n*{self.line(page, block.caption)}*"
            case Listing() | Fold():
                return self._folded(page, block)

    def _items(self, page: Page, bullets: Bullets) -> Iterator[str]:
        for number, item in enumerate(bullets.items, start=1):
            mark = f"{number}. " if bullets.ordered else "- "
            yield mark + _safe_beginning(self.line(page, item.line))
            yield from (f"{' ' * len(mark)}- {_safe_beginning(self.line(page, below))}" for below in item.below)

    def _rows(self, page: Page, table: Table) -> Iterator[str]:
        yield f"| {' | '.join(escaped(name) for name in table.head)} |"
        yield f"|{'---|' * len(table.head)}"
        above: Line = ()
        for row in table.rows:
            first, *others = row
            shown = "" if first == above else self.line(page, first)
            above = first
            yield f"| {' | '.join([shown, *(self.line(page, cell) for cell in others)])} |"

    def _picture(self, figure: Figure) -> str:
        folder = f"{self.tree}/{PUBLISHED}" if self.tree and figure.stem in self.published else PICTURES
        source = f"{folder}/{figure.stem}"
        dark = f'<source media="(prefers-color-scheme: dark)" srcset="{source}.dark.svg">'
        return f'<picture>{dark}<img alt="{escape(figure.alt)}" src="{source}.svg"></picture>'

    def _folded(self, page: Page, block: Listing | Fold) -> str:
        if isinstance(block, Fold):
            inner = "\n\n".join(self._blocks(page, block.blocks))
            summary = "".join(_in_summary(inline) for inline in block.summary)
            return f"<details>\n<summary>{summary}</summary>\n\n{inner}\n\n</details>"
        if self.tree is not None:
            return f"The file: [{escaped(block.path)}]({self.tree}/{block.path})"
        fence = "`" * (max((len(run) for run in re.findall(r"`{3,}", block.text)), default=2) + 1)
        return f"The file, `{block.path}`:\n\n{fence}{block.language}\n{block.text.rstrip()}\n{fence}"

    def line(self, page: Page, line: Line) -> str:
        """Return a line as Markdown."""
        return "".join(self._inline(page, inline) for inline in line).strip()

    def _inline(self, page: Page, inline: Inline) -> str:
        match inline:
            case str():
                return escaped(inline)
            case Link():
                return f"[{escaped(inline.text)}]({self.address(page, inline.to)})"
            case Outside():
                return f"[{escaped(inline.text)}](<{inline.address}>)"
            case Anchor():
                return _anchor(inline.name)
            case Break():
                return "<br>"
            case _:
                return _looking(inline)

    def address(self, page: Page, anchor: str) -> str:
        """Return the address of an anchor as a page sees it."""
        home = self.pages[anchor]
        if anchor == home:
            return f"{home}.md"
        return f"#{anchor}" if home == page.name else f"{home}.md#{anchor}"


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is.

    >>> escaped("[*] and a_b < c")
    '\\[\\*\\] and a_b &lt; c'
    """
    plain = re.sub("[&<>]", lambda found: _ENTITIES[found[0]], text)
    return _MARKUP.sub(lambda found: f"\\{found[0]}", plain)


def _looking(inline: Code | Strong | Aside | Badge) -> str:
    match inline:
        case Code():
            return f"`{inline.text}`"
        case Aside():
            return _stressed("*", inline.text)
        case Strong() | Badge():
            return _stressed("**", inline.text)


def _stressed(mark: str, text: str) -> str:
    """Return stressed text; blanks at its ends would break the stress, so they stand outside."""
    inner = text.strip()
    if not inner:
        return text
    before, _, after = text.partition(inner)
    return f"{before}{mark}{escaped(inner)}{mark}{after}"


def _anchor(name: str) -> str:
    return f'<a id="{name}"></a>'


def _safe_beginning(line: str) -> str:
    return _BEGINNING.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", line)


def _in_summary(inline: Inline) -> str:
    match inline:
        case str():
            return re.sub("[&<>]", lambda found: _ENTITIES[found[0]], inline)
        case Strong():
            return f"<b>{_in_summary(inline.text)}</b>"
        case Link() | Outside() | Code() | Aside() | Badge():
            return _in_summary(inline.text)
        case _:
            return ""
