"""The MkDocs hook: a fenced block ```{ims-machine} credit_note becomes the machine's picture or table.

Imports MkDocs and the embedding. A file of one line makes it a hook: `from ims_fsm.writers.mkdocs import *`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from ims_fsm.errors import ImsFsmError, InputError, Problem
from ims_fsm.law.register import Law
from ims_fsm.writers.embedding import COLUMNS, NAME, Asked, cells, drawn, figure, law_in, mermaid_figure

__all__ = ["on_page_content", "on_page_markdown"]

# The folder of declarations, under `extra` in mkdocs.yml; without it the shipped law is drawn.
CONFIG = "ims_machines"
MERMAID = (
    "Mermaid is not loaded here, so %s stands as text; run pip install mkdocs-material and set theme: material, "
    "or name a mermaid.min.js in extra_javascript"
)
# MkDocs counts the warnings of its own loggers, so that --strict ends the build.
_log = logging.getLogger("mkdocs.hooks.ims_fsm")
_PLACE = re.compile(rf'<div class="{NAME}" id="{NAME}-(\d+)"></div>')
_OPENS = re.compile(r"(?P<fence>`{3,}|~{3,}|:{3,})[ \t]*(?P<info>.*)")
_ASKS = re.compile(r"\{" + re.escape(NAME) + r"\}(?P<machine>.*)")
_OPTION = re.compile(r":(?P<name>[^:]+):(?P<value>.*)")


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - MkDocs'
    """Replace every block of a page by a table, by Mermaid, or by the place of a picture.

    Raises `PluginError`, which ends the build, naming the page and the line of what cannot be drawn.
    """
    figures: list[str] = []
    line = 1
    try:
        written = []
        for part in parts(markdown):
            if isinstance(part, Block):
                line = part.line
                written.append(_written(_law(config), part, figures, loads_mermaid=_loads_mermaid(config)))
            else:
                written.append(part)
    except ImsFsmError as error:
        raise PluginError(f"{page.file.src_uri}, line {line}: {error}") from error
    page.meta[NAME] = figures
    return "".join(written)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - MkDocs'
    """Put every picture in its place, untouched by Markdown."""
    figures: list[str] = page.meta.get(NAME, [])
    return _PLACE.sub(lambda place: figures[int(place[1])], html)


def _law(config: MkDocsConfig) -> Law:
    named = config.extra.get(CONFIG)
    beside = Path(config.config_file_path).parent if config.config_file_path else Path()
    return law_in(beside / named if named else None)


def _loads_mermaid(config: MkDocsConfig) -> bool:
    """Say whether a page loads Mermaid: Material does by itself, else a plugin or a script brings it."""
    brought = (*config.plugins, *map(str, config.extra_javascript))
    return config.theme.name == "material" or any("mermaid" in name for name in brought)


def _written(law: Law, block: Block, figures: list[str], *, loads_mermaid: bool) -> str:
    if block.is_open:
        raise InputError(NAME, [Problem("the block", "is never closed", f"end it with {block.fence}")])
    asked = Asked.read(block.machine, block.options)
    if asked.fmt == "table":
        return "\n".join(_table(law, asked)) + "\n"
    if asked.fmt == "mermaid" and not loads_mermaid:
        _log.warning(MERMAID, asked.machine)
        return f"```mermaid\n{drawn(law, asked, 'mermaid').decode()}```\n"
    figures.append(mermaid_figure(law, asked) if asked.fmt == "mermaid" else figure(law, asked, len(figures)))
    return f'<div class="{NAME}" id="{NAME}-{len(figures) - 1}"></div>\n'


def _table(law: Law, asked: Asked) -> Iterator[str]:
    yield from (f"**{asked.caption}**", "") if asked.caption else ()
    yield f"| {' | '.join(COLUMNS)} |"
    yield f"|{' --- |' * len(COLUMNS)}"
    for row in cells(law, asked):
        yield f"| {' | '.join(words.replace('|', '&#124;') for words in row)} |"


@dataclass(frozen=True, slots=True)
class Block:
    """A block that asks for a machine: the line it begins on, its fence, what it names, its options.

    A text that ends before the block does leaves it open.
    """

    line: int
    fence: str
    machine: str
    options: dict[str, str]
    is_open: bool = False


def parts(markdown: str) -> Iterator[str | Block]:
    """Give a text in order: its lines as they are, with their ends, and its blocks."""
    lines = iter(enumerate(markdown.splitlines(keepends=True), 1))
    for number, line in lines:
        opened = _OPENS.match(line)
        if opened is None:
            yield line
            continue
        asks = _ASKS.match(opened["info"])
        inside: list[str] = []
        closed = ""
        for _, later in lines:
            if later.strip().startswith(opened["fence"]) and not later.strip().strip(opened["fence"][0]):
                closed = later
                break
            inside.append(later)
        if asks is None:
            yield from (line, *inside, closed)
        else:
            yield Block(number, opened["fence"], asks["machine"].strip(), _options(inside), is_open=not closed)


def _options(lines: list[str]) -> dict[str, str]:
    options = (_OPTION.match(line.strip()) for line in lines)
    return {option["name"].strip(): option["value"].strip() for option in options if option}
