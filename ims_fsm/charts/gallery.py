"""The timelines and sequences that are kept with the diagrams: which there are, their files, their part of the page.

Imports the law and the pictures; the pages ask for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ims_fsm.charts.month.days import Recipient
from ims_fsm.charts.sequence.sequence import SEQUENCES, sequence, tale_of
from ims_fsm.charts.timeline import month_page
from ims_fsm.draw.theme import DARK, LIGHT
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.register import Law
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

# A recipient who files quarterly, in Maharashtra, is the example of one.
MONTHLY, QUARTERLY = Recipient(Filing.MONTHLY), Recipient(Filing.QUARTERLY, "27")
# A reader's own setting chooses between the two.
_THEMES = {"svg": LIGHT, "dark.svg": DARK}
_HEADINGS = {
    "timeline": """\
## A tax period in one picture

Every date is the calendar's, every sentence of a note a title of the register. Of any other recipient and tax period:
`ims-fsm timeline --period 2025-10 --quarterly --state 27 --out FILE`, as svg, png or pdf.
""",
    "sequence": """\
## Two stories with their money

The amounts are the credit ledger's, the refusals the law's. With other amounts, for another period:
`ims-fsm sequence amendment --v0 100.00 --v1 80.00 --period 2025-10 --out FILE`, as svg, png, pdf or mmd.
""",
}


class Example(NamedTuple):
    """One kept picture: the name of its files, its title and a sentence, and its texts by their ending."""

    stem: str
    title: str
    says: str
    texts: dict[str, bytes]


def examples(law: Law) -> list[Example]:
    """Return every kept picture of a law; none of any but the shipped one, for no other has a calendar here.

    They are the first tax period of the newest rule set, monthly and quarterly, the first of every older one, and every
    sequence as it is told where nothing else is asked.
    """
    book = shipped_book()
    if law is not book.law:
        return []
    first = book.calendar.first_period
    newest, *older = [(rule_set.id, max(rule_set.since or first, first)) for rule_set in reversed(law.rule_sets)]
    return [
        _timeline(book, "timeline_monthly", newest[1], MONTHLY),
        _timeline(book, "timeline_quarterly", newest[1], QUARTERLY),
        *(_timeline(book, f"timeline_monthly.{rule_set}", period, MONTHLY) for rule_set, period in older),
        *(_sequence(book, name) for name in SEQUENCES),
    ]


def write_examples(law: Law, folder: Path) -> list[Path]:
    """Write every kept picture of a law into a folder that is there; return the files."""
    files = []
    for example in examples(law):
        for ending, text in example.texts.items():
            files.append(folder / f"{example.stem}.{ending}")
            files[-1].write_bytes(text)
    return files


def sections(law: Law) -> Iterator[str]:
    """Give the lines of the page that show the kept pictures, in Markdown."""
    for kind, listed in groupby(examples(law), key=lambda example: example.stem.partition("_")[0]):
        yield _HEADINGS[kind]
        for stem, title, says, texts in listed:
            links = " · ".join(f"[{ending.removesuffix('.svg')}]({stem}.{ending})" for ending in texts)
            yield f"{title}: {says}. {links}\n"
            yield (
                f'<picture><source media="(prefers-color-scheme: dark)" srcset="{stem}.dark.svg">'
                f'<img alt="{title}" src="{stem}.svg"></picture>\n'
            )


def _timeline(book: LawBook, stem: str, period: TaxPeriod, recipient: Recipient) -> Example:
    pages = {ending: month_page(book, period, recipient, theme) for ending, theme in _THEMES.items()}
    page = pages["svg"]
    says = page.says.partition(". ")[0]
    texts = {ending: page.svg().encode() for ending, page in pages.items()}
    return Example(stem, page.title, says[0].lower() + says[1:], texts)


def _sequence(book: LawBook, name: str) -> Example:
    tale = tale_of(book, name)
    texts = {ending: sequence(book, tale, "svg", theme) for ending, theme in _THEMES.items()}
    texts["mmd"] = sequence(book, tale, "mermaid")
    return Example(f"sequence_{name.replace('-', '_')}", tale.title, tale.says, texts)
