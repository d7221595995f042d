"""All pages as one HTML file that needs nothing beside it: style, script and pictures stand inside.

Imports markdown-it-py, which reads the pages, and Jinja2 for what stands around them. Also the colours of the file:
those of the pictures, for light pages, dark ones and print. A picture is drawn once, light, and recoloured by the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from ims_fsm.draw.theme import DARK, LIGHT, PRINT, Paint, Palette
from ims_fsm.pages.collection import Page

_READER = MarkdownIt("commonmark", {"html": True}).enable("table")
_DEEPEST = 6
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_FIGURE = re.compile(r'<img alt="[^"]*" src="picture:([^"]+)">\s*<p><em>(.*?)</em></p>', re.DOTALL)
_QUESTION = re.compile(r'^## <a id="(faq-\d+)"></a>(\d+)', re.MULTILINE)
_FILE = re.compile(r"\nfile:(.+)</p>$", re.MULTILINE)
# A story is found by the search on its own.
_STORY = '<details class="entry story">'
# A picture inside a page has neither a prolog nor a size, and its ids are its own: what Graphviz numbers by itself is
# numbered alike in every picture, and nothing refers to it. A link leads within the page, and needs no target.
_PROLOG = re.compile(r"<\?xml[^>]*\?>\s*")
_ROOT = re.compile(r"<svg\b[^>]*>")
_SIZE = re.compile(r'\s(?:width|height)="[^"]*"')
_APART = re.compile(r'\sid="(?:a_)?(?:graph|clust|node|edge)\d+(?:-label)?"|\starget="_top"')


@dataclass(frozen=True, slots=True)
class Html:
    """How the file is written: `pictures` holds the SVG of each drawing, `stories` each story's TOML by its path."""

    pictures: Mapping[str, str]
    stories: Mapping[str, str]

    def write(self, pages: Sequence[Page]) -> str:
        """Return all pages as one document; the first gives it its name."""
        loader = FileSystemLoader(Path(__file__).with_name("templates"))
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        style, script = (loader.get_source(environment, name)[0] for name in ("page.css", "page.js"))
        groups = [(group, [*listed]) for group, listed in groupby(pages, key=lambda page: page.group)]
        articles = {page.name: Markup(self._article(page, int(page is not pages[0]))) for page in pages}  # noqa: S704
        return environment.get_template("page.html.j2").render(
            pages=pages,
            groups=groups,
            articles=articles,
            questions=[question for page in pages for question in _QUESTION.findall(page.text)],
            style=Markup(styled(style)),  # noqa: S704 - shipped beside this file
            script=Markup(script),  # noqa: S704 - shipped beside this file
        )

    def _article(self, page: Page, deeper: int) -> str:
        html = _READER.renderer.render([*_arranged(_READER.parse(page.text), deeper)], _READER.options, {})
        return _FILE.sub(self._file, _FIGURE.sub(self._figure, html))

    def _figure(self, match: re.Match[str]) -> str:
        wide = f'<div class="wide" role="region" aria-label="Picture: {match[1]}" tabindex="0">'
        picture = f"{wide}{inlined(self.pictures[match[1]])}</div>"
        return f'<figure class="picture">{picture}<figcaption>{match[2]}</figcaption></figure>'

    def _file(self, match: re.Match[str]) -> str:
        text = escape(self.stories[match[1]].rstrip(), quote=False)
        summary = f"<summary>The file <code>{match[1]}</code></summary>"
        return f'</p><details class="file">{summary}<pre><code>{text}</code></pre></details>'


def _arranged(tokens: list[Token], deeper: int) -> Iterator[Token]:
    """Give the tokens of a page with its sections, with ids for its headings, and with tables that can be scrolled."""
    yield _html('<div class="entry intro">')
    heading, closing = "", "</div>"
    for place, token in enumerate(tokens):
        if token.tag == "h2" and token.type == "heading_open":
            yield _html(f'{closing}\n<section class="entry">')
            closing = "</section>"
        elif token.content.startswith(_STORY):
            yield _html(closing)
            closing = ""
        if token.type == "heading_open":
            heading = _anchored(token, tokens[place + 1])
        if token.tag in _HEADINGS:
            token.tag = f"h{min(int(token.tag[1]) + deeper, _DEEPEST)}"
        if not token.meta.get("covered"):
            yield from _scrolled(tokens, place, heading)
    yield _html(closing)


def _scrolled(tokens: list[Token], place: int, heading: str) -> Iterator[Token]:
    """Give the token at a place; a table with its heads, in a region that is named by the heading above it."""
    if tokens[place].type == "table_open":
        _head_cells(tokens[place:])
        yield _html(f'<div class="wide" role="region" aria-label="Table: {escape(heading)}" tabindex="0">')
    yield tokens[place]
    if tokens[place].type == "table_close":
        yield _html("</div>")


def _anchored(opening: Token, inline: Token) -> str:
    """Return the words of a heading; the anchor that stands in it becomes its id, with a link to it."""
    children = inline.children or []
    match = re.fullmatch(r'<a id="(.+)">', children[0].content) if children else None
    if match is not None:
        here = f' <a class="here" href="#{match[1]}" aria-label="Link to this section">#</a>'
        opening.attrs = {"id": match[1]}
        inline.children = children = [*children[2:], Token("html_inline", "", 0, content=here)]
    return "".join(child.content for child in children if child.type in {"text", "text_special", "code_inline"})


def _head_cells(tokens: list[Token]) -> None:
    """Make heads of the first cells of a table's rows; one that is empty is covered by the one above it."""
    above: Token | None = None
    span = 1
    for place, token in enumerate(tokens):
        if token.type == "table_close":
            return
        if token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "td_open" and tokens[place - 1].type == "tr_open":
            cell = tokens[place : place + 3]
            if above is not None and not cell[1].content:
                span += 1
                above.attrSet("rowspan", str(span))
                for part in cell:
                    part.meta["covered"] = True
            else:
                above, span = token, 1
                token.tag = cell[2].tag = "th"
                token.attrSet("scope", "row")


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=f"{content}\n")


def inlined(svg: str) -> str:
    """Return an SVG to stand in a page.

    >>> inlined('<?xml version="1.0"?><svg width="9pt" height="8pt" viewBox="0 0 9 8"><g id="node1"/></svg>')
    '<svg viewBox="0 0 9 8"><g/></svg>'
    """
    text = _APART.sub("", _PROLOG.sub("", svg))
    return _ROOT.sub(lambda root: _SIZE.sub("", root[0]), text, count=1).strip()


def _colours(palette: Palette) -> Iterator[str]:
    for field in fields(palette):
        colour = getattr(palette, field.name)
        yield from (colour.fill, colour.line) if isinstance(colour, Paint) else (colour,)


# For every colour of a light picture the one that stands for it by night.
BY_NIGHT: Mapping[str, str] = dict(zip(_colours(LIGHT.palette), _colours(DARK.palette), strict=True))


def styled(style: str) -> str:
    """Return a style sheet with its colours: each comment that names a palette is replaced by what it names."""
    palettes = {"/* light */": LIGHT.palette, "/* dark */": DARK.palette, "/* print */": PRINT.palette}
    for comment, palette in palettes.items():
        style = style.replace(comment, _variables(palette))
    night = (
        f'.picture [{part}="{light}"]{{{part}:{dark}}}'
        for light, dark in sorted(BY_NIGHT.items())
        for part in ("fill", "stroke")
    )
    return style.replace("/* pictures by night */", "\n".join(night))


def _variables(palette: Palette) -> str:
    variables: list[str] = []
    for field in fields(palette):
        colour = getattr(palette, field.name)
        pair = {"": colour.line, "-tint": colour.fill} if isinstance(colour, Paint) else {"": colour}
        variables += (f"--{field.name}{part}: {value};" for part, value in pair.items())
    return " ".join(variables)
