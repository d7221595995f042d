"""All pages as one HTML file that needs nothing beside it: style, script and pictures stand inside.

Imports the blocks and the standard library's escaping; every word of a page goes through it. A page has few kinds of
blocks, and each is a function that the type checker reads; no template engine is needed for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

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
    Item,
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
from ims_fsm.pages.colours import styled
from ims_fsm.pages.inlining import inlined
from ims_fsm.pages.navigation import navigation

_STYLE, _SCRIPT = (Path(__file__).with_name(name) for name in ("page.css", "page.js"))
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Html:
    """How pages are written: `pictures` holds the SVG of each drawing."""

    pictures: Mapping[str, str]

    def write(self, pages: Sequence[Page]) -> str:
        """Return all pages as one document; the first gives it its name."""
        style = styled(_STYLE.read_text("utf-8"))
        first = pages[0]
        body = "\n".join(self._page(page, 1 if page is first else 2) for page in pages)
        return "\n".join(
            [
                "<!DOCTYPE html>",
                '<html lang="en">',
                "<head>",
                '<meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                '<meta name="color-scheme" content="light dark">',
                f"<title>{escape(first.title)}</title>",
                f"<style>\n{style}</style>",
                "</head>",
                "<body>",
                '<a class="skip" href="#main">Skip to the text</a>',
                navigation(pages),
                f'<main id="main">\n{body}\n</main>',
                f"<script>\n{_SCRIPT.read_text('utf-8')}</script>",
                "</body>",
                "</html>",
                "",
            ]
        )

    def _page(self, page: Page, level: int) -> str:
        intro = "\n".join(self._blocks(page.blocks))
        sections = "\n".join(self._section(section, level + 1, entry=True) for section in page.sections)
        name = escape(page.name)
        return (
            f'<article class="page" id="{name}">\n<h{level}>{escape(page.title)}</h{level}>\n'
            f'<div class="entry intro">\n{intro}\n</div>\n{sections}\n</article>'
        )

    def _section(self, section: Section, level: int, *, entry: bool) -> str:
        tag = f"h{min(level, _DEEPEST)}"
        note = f' <span class="note">{self._line(section.note)}</span>' if section.note else ""
        name = escape(section.anchor)
        here = f'<a class="here" href="#{name}" aria-label="Link to this section">#</a>'
        inner = [
            *self._blocks(section.blocks),
            *(self._section(each, level + 1, entry=False) for each in section.sections),
        ]
        opening = f'<section class="entry" id="{name}">' if entry else f'<section id="{name}">'
        return "\n".join([opening, f"<{tag}>{escape(section.title)}{note} {here}</{tag}>", *inner, "</section>"])

    def _blocks(self, blocks: Iterable[Block]) -> Iterator[str]:
        for block in blocks:
            yield self._block(block)

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph():
                opening = '<p class="lead">' if block.lead else "<p>"
                return f"{opening}{self._line(block.line)}</p>"
            case Quote():
                words = f"<p>{escape(block.words)}</p>"
                return f"<blockquote>{words}<footer>{self._line(block.source)}</footer></blockquote>"
            case Bullets():
                tag = "ol" if block.ordered else "ul"
                return f"<{tag}>\n{''.join(self._item(item) for item in block.items)}</{tag}>"
            case Table():
                return self._table(block)
            case Figure():
                return self._figure(block)
            case Listing() | Fold():
                return self._folded(block)

    def _item(self, item: Item) -> str:
        below = "".join(f"<li>{self._line(line)}</li>" for line in item.below)
        return f"<li>{self._line(item.line)}{f'<ul>{below}</ul>' if below else ''}</li>\n"

    def _table(self, table: Table) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.head)
        caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
        rows = "\n".join(self._rows(table.rows))
        inner = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"
        named = escape(table.caption or table.head[0])
        return f'<div class="wide" role="region" aria-label="{named}" tabindex="0">{inner}</div>'

    def _rows(self, rows: Sequence[tuple[Line, ...]]) -> Iterator[str]:
        """Give the rows of a table; a first cell that is that of the row above stands once, over both."""
        for place, (first, *others) in enumerate(rows):
            head = ""
            if not place or rows[place - 1][0] != first:
                span = next((n for n, row in enumerate(rows[place:]) if row[0] != first), len(rows) - place)
                over = f' rowspan="{span}"' if span > 1 else ""
                head = f'<th scope="row"{over}>{self._line(first)}</th>'
            yield f"<tr>{head}{''.join(f'<td>{self._line(cell)}</td>' for cell in others)}</tr>"

    def _figure(self, figure: Figure) -> str:
        picture = inlined(self.pictures[figure.stem])
        named = escape(f"Picture: {figure.stem}")
        shown = f'<div class="wide" role="region" aria-label="{named}" tabindex="0">{picture}</div>'
        return f'<figure class="picture">{shown}<figcaption>{self._line(figure.caption)}</figcaption></figure>'

    def _folded(self, block: Listing | Fold) -> str:
        if isinstance(block, Fold):
            inner, summary = "\n".join(self._blocks(block.blocks)), self._line(block.summary)
            return f'<details class="{block.kind}"><summary>{summary}</summary>\n{inner}\n</details>'
        summary = f"The file <code>{escape(block.path)}</code>"
        text = f"<pre><code>{escape(block.text.rstrip(), quote=False)}</code></pre>"
        return f'<details class="file"><summary>{summary}</summary>{text}</details>'

    def _line(self, line: Line) -> str:
        return "".join(_inline(inline) for inline in line)


def _inline(inline: Inline) -> str:
    match inline:
        case str():
            return escape(inline, quote=False)
        case Link():
            return f'<a href="#{escape(inline.to)}">{escape(inline.text)}</a>'
        case Outside():
            return f'<a class="outside" href="{escape(inline.address)}">{escape(inline.text)}</a>'
        case Anchor():
            return f'<span class="anchor" id="{escape(inline.name)}"></span>'
        case Break():
            return "<br>"
        case _:
            return _looking(inline)


def _looking(inline: Code | Strong | Aside | Badge) -> str:
    text = escape(inline.text, quote=False)
    match inline:
        case Code():
            return f"<code>{text}</code>"
        case Strong():
            return f"<strong>{text}</strong>"
        case Aside():
            return f"<small>{text}</small>"
        case Badge():
            return f'<span class="badge {escape(inline.look.replace("_", "-"))}">{text}</span>'
