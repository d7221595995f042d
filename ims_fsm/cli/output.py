"""How answers look to people: sentences, tables, and a progress bar for work that takes long.

Imports Rich; knows no record and no law.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Timer
from typing import Protocol

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

WIDE = 200
PROSE = 100
GAP = 2
# A cell of text may become this many lines before the table gives way to a block for each row.
TALLEST = 4
PATIENCE_S = 2.0


def console() -> Console:
    """Return a console on standard output; what no terminal reads is not folded to a terminal's width."""
    screen = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
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
    """Print a table that fits: a word, and so a GSTIN or an amount, is never cut.

    A column named with ">" in front stands to the right, and neither it nor one with "=" in front is folded; if no
    column has a name there is no head. Where the columns do not fit beside each other, every row becomes a block.
    """
    names = [name.lstrip(">=") for name in columns]
    cells = [[*row] for row in rows]
    width = console().width - indent
    widths = _widths(columns, names, cells, width)
    if widths is None:
        lines = _blocks(names, cells, width)
    else:
        right = [name.startswith(">") for name in columns]
        head = [*_row(names, widths, right), "─" * (sum(widths) + GAP * (len(widths) - 1))] if any(names) else []
        lines = iter([*head, *(line for row in cells for line in _row(row, widths, right))])
    for line in lines:
        sys.stdout.write((" " * indent + line).rstrip() + "\n")


def _widths(
    columns: Sequence[str], names: Sequence[str], cells: Sequence[Sequence[str]], width: int
) -> list[int] | None:
    """Return how wide the columns are when they fit into a width; None where they do not."""
    room = width - GAP * (len(columns) - 1)
    wanted, least = [], []
    for column, name, texts in zip(
        columns, names, zip(*cells, strict=True) if cells else [()] * len(names), strict=True
    ):
        whole = max(map(cell_len, (name, *texts)))
        words = max((cell_len(word) for text in (name, *texts) for word in text.split()), default=0)
        body = max(map(cell_len, texts), default=0) if column[:1] in {">", "="} else -(-whole // TALLEST)
        wanted.append(whole)
        least.append(max(words, body))
    if sum(least) > room:
        return None
    while sum(wanted) > room:
        widest = max(range(len(wanted)), key=lambda at: (wanted[at] > least[at], wanted[at]))
        wanted[widest] -= 1
    return wanted


def _row(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    folded = [_fold(text, width) for text, width in zip(texts, widths, strict=True)]
    for at in range(max(map(len, folded))):
        pieces = []
        for lines, width, to_the_right in zip(folded, widths, right, strict=True):
            text = lines[at] if at < len(lines) else ""
            blanks = " " * (width - cell_len(text))
            pieces.append(blanks + text if to_the_right else text + blanks)
        yield (" " * GAP).join(pieces)


def _blocks(names: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    label = max(map(cell_len, names)) + GAP
    for number, row in enumerate(cells):
        if number:
            yield ""
        for name, text in zip(names, row, strict=True):
            for at, line in enumerate(_fold(text, width - label)) if text else ():
                yield (name if not at else "").ljust(label) + line


def _fold(text: str, width: int) -> list[str]:
    if cell_len(text) <= width:
        return [text]
    return textwrap.wrap(text, max(width, 1), break_long_words=False, break_on_hyphens=False) or [""]


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "record"), counted(12000, "record"), counted(2, "entry", "entries")
    ('1 record', '12,000 records', '2 entries')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def numbered(ids: Sequence[int]) -> str:
    """Return records by their ids.

    >>> numbered([7]), numbered([7, 9])
    ('record 7', 'records 7, 9')
    """
    return f"{'record' if len(ids) == 1 else 'records'} {', '.join(map(str, ids))}"


class Progress(Protocol):
    """What a piece of work calls to say what it does, how much is done and how much there is."""

    def __call__(self, what: str, done: int | None = None, of: int | None = None) -> None:
        """Report it."""


@contextmanager
def working(what: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a bar on standard error while the block runs, once two seconds have passed; give what moves it.

    It is shown on a terminal only; `quiet` shows none, for what a program reads is watched by nobody.
    """
    screen = Console(file=sys.stderr)
    if quiet or not screen.is_terminal:
        yield _silent
        return
    from rich import progress

    bar = progress.Progress(
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeElapsedColumn(),
        console=screen,
        transient=True,
    )
    task = bar.add_task(what, total=None)
    patience = Timer(PATIENCE_S, bar.start)
    patience.daemon = True

    def report(what: str, done: int | None = None, of: int | None = None) -> None:
        bar.update(task, description=what, completed=done, total=of)

    patience.start()
    try:
        yield report
    finally:
        patience.cancel()
        patience.join()
        bar.stop()


def _silent(what: str, done: int | None = None, of: int | None = None) -> None:
    pass
