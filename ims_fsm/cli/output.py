"""How answers look: JSON for programs, sentences and tables for people.

Imports Rich; knows no record and no law.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 200
PROSE = 100


class _Screen(Console):
    """A console that leaves it to the way in what a broken pipe means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def emit(answer: Any) -> None:
    """Print an answer as JSON: members in the order given, two blanks of indent."""
    sys.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")


def emit_each(head: Mapping[str, Any], name: str, entries: Iterable[Any]) -> None:
    """Print an answer as `emit` does whose last member is a list, written entry by entry as they come."""
    opened = json.dumps({**head, name: []}, indent=2, ensure_ascii=False).removesuffix("]\n}")
    sys.stdout.write(opened)
    separator = "\n"
    for entry in entries:
        text = json.dumps(entry, indent=2, ensure_ascii=False)
        sys.stdout.write(separator + textwrap.indent(text, "    "))
        separator = ",\n"
    sys.stdout.write("]\n}\n" if separator == "\n" else "\n  ]\n}\n")


def console() -> Console:
    """Return a console on standard output; what no terminal reads is not folded to a terminal's width."""
    screen = _Screen(file=sys.stdout, markup=False, highlight=False, emoji=False)
    if not screen.is_terminal and "COLUMNS" not in os.environ:
        screen.width = WIDE
    return screen


def say(*sentences: str, indent: int = 0, hang: int = 0, style: str = "") -> None:
    """Print sentences, each on lines of its own, folded at words; what is folded hangs so many blanks further in."""
    screen = console()
    width = min(screen.width, PROSE)
    first, rest = " " * indent, " " * (indent + hang)
    for sentence in sentences:
        folded = textwrap.fill(
            sentence,
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        screen.print(Text(folded, style=style), soft_wrap=True)


def verbatim(text: str, indent: int = 0) -> None:
    """Print a command or a path as it is, never folded, so that it can be copied."""
    console().print(Text(" " * indent + text), soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, indent: int = 0) -> None:
    """Print a table; a column named with ">" in front stands to the right, and no name at all leaves out the head."""
    named = any(name.strip(">") for name in columns)
    shown = Table(
        box=box.SIMPLE_HEAD if named else None,
        pad_edge=False,
        collapse_padding=True,
        show_edge=False,
        padding=(0, 1 if named else 2),
        show_header=named,
    )
    for name in columns:
        right = name.startswith(">")
        shown.add_column(name.removeprefix(">"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*map(Text, row))
    screen = console()
    with screen.capture() as drawn:
        screen.print(shown, width=screen.width - indent)
    for line in drawn.get().splitlines():
        sys.stdout.write((" " * indent + line).rstrip() + "\n")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "record"), counted(12000, "record"), counted(2, "entry", "entries")
    ('1 record', '12,000 records', '2 entries')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
