"""How answers look to people: sentences, tables, refusals, and a progress bar for work that takes long.

Imports Rich; the face's values for types only.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from threading import Timer
from typing import TYPE_CHECKING, Protocol

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ims_fsm.cli.failures import in_commands, in_lines
from ims_fsm.terms.characters import visible

if TYPE_CHECKING:
    from ims_fsm import Told

WIDE, NARROW = 200, 20
PROSE = 100
GAP = 2
# A cell of text may become this many lines before the table gives way to a block for each row.
TALLEST = 4
PATIENCE_S = 2.0
# So many refused records are printed under a rule.
MOST_REFUSED = 5


def console() -> Console:
    """Return a console on standard output; what no terminal reads is not folded to a terminal's width."""
    screen = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    if not screen.is_terminal and "COLUMNS" not in os.environ:
        screen.width = WIDE
    screen.width = max(screen.width, NARROW)
    return screen


def at_a_terminal() -> bool:
    """Say whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def say(*sentences: str, indent: int = 0, hang: int = 0, style: str = "") -> None:
    """Print sentences, each on lines of its own, folded at words; what is folded hangs so many blanks further in.

    What the face would have called is told as the command.
    """
    screen = console()
    for sentence in sentences:
        line = " " * indent + in_lines(in_commands(sentence.replace("\n", " "))) if sentence else ""
        folded = _fold(line, min(screen.width, PROSE), " " * (indent + hang))
        screen.print(Text("\n".join(folded), style=style), soft_wrap=True)


def verbatim(text: str, indent: int = 0) -> None:
    """Print a command or a path as it is, never folded, so that it can be copied."""
    console().print(Text(" " * indent + in_lines(text)), soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, indent: int = 0) -> None:
    """Print a table that fits: a word, and so a GSTIN or an amount, is never cut.

    A column named with ">" in front stands to the right, and neither it nor one with "=" in front is folded; if no
    column has a name there is no head. Where the columns do not fit beside each other, every row becomes a block.
    """
    names = [name.lstrip(">=") for name in columns]
    cells = [[visible(text.replace("\n", " ")) for text in row] for row in rows]
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
    for line in zip_longest(*folded, fillvalue=""):
        blanks = [" " * (width - cell_len(text)) for text, width in zip(line, widths, strict=True)]
        pieces = zip(line, blanks, right, strict=True)
        yield (" " * GAP).join(blank + text if to_right else text + blank for text, blank, to_right in pieces)


def _blocks(names: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    label = max(map(cell_len, names)) + GAP
    for number, row in enumerate(cells):
        if number:
            yield ""
        for name, text in zip(names, row, strict=True):
            for at, line in enumerate(_fold(text, width - label)) if text else ():
                yield (name if not at else "").ljust(label) + line


def _fold(text: str, width: int, hang: str = "") -> list[str]:
    if cell_len(text) <= width:
        return [text]
    folded = textwrap.wrap(text, max(width, 1), subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
    return folded or [""]


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


def tell_refused(
    entries: Iterable[tuple[str, Iterable[Told]]],
    counts: Mapping[str, int] | None = None,
    rest: str = "--json lists all",
    *,
    noun: str = "record",
) -> None:
    """Print refused records by rule, at most five of each; a record stands under each rule that refuses it.

    `entries` are what is refused, in words, with the refusals; `counts` how many there are by rule, where the entries
    are only some; `rest` says where to see the others, `noun` what they are.
    """
    by_rule: dict[str, list[tuple[str, Told]]] = defaultdict(list)
    for name, refusals in entries:
        for refusal in refusals:
            by_rule[refusal.rule].append((name, refusal))
    numbers = Counter({rule: len(group) for rule, group in by_rule.items()}) if counts is None else counts
    for rule, group in by_rule.items():
        say("", f"{rule}: {counted(numbers[rule], noun)}", style="bold")
        remedies = {refusal.remedy for _, refusal in group}
        for name, refusal in group[:MOST_REFUSED]:
            say(f"{name}: {refusal.sentence}.", indent=2, hang=2)
            if len(remedies) > 1:
                _tell_remedy(refusal.remedy)
        if more := numbers[rule] - len(group[:MOST_REFUSED]):
            say(f"… and {more:,} more; {rest}.", indent=2)
        if len(remedies) == 1:
            _tell_remedy(*remedies)


def tell_refusals(refusals: Iterable[Told], *, indent: int = 2) -> None:
    """Print the refusals of one record: sentence, rule and remedy."""
    for refusal in refusals:
        say(f"{refusal.sentence} ({refusal.rule}); {refusal.remedy}.", indent=indent, hang=2)


def _tell_remedy(remedy: str) -> None:
    say(f"→ {remedy}.", indent=4, hang=2)


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
        progress.TextColumn("{task.description}", markup=False),
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
        bar.update(task, description=visible(what), completed=done, total=of)

    patience.start()
    try:
        yield report
    finally:
        patience.cancel()
        patience.join()
        bar.stop()


def _silent(what: str, done: int | None = None, of: int | None = None) -> None:
    pass
