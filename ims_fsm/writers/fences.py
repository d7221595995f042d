"""The fenced blocks of a Markdown text that ask for a machine, told apart from those that only show how it is asked.

Imports the embedding's name alone; knows no documentation tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ims_fsm.writers.embedding import NAME

_OPENS = re.compile(r"(?P<fence>`{3,}|~{3,}|:{3,})[ \t]*(?P<info>.*)")
_ASKS = re.compile(r"\{" + re.escape(NAME) + r"\}(?P<machine>.*)")
_OPTION = re.compile(r":(?P<name>[^:]+):(?P<value>.*)")


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
