"""The timelines and sequences that are kept with the diagrams: which there are, their files, their part of the page.

Imports the law and the pictures; `gallery` asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ims_fsm.charts.month.days import Recipient
from ims_fsm.charts.sequence.sequence import SEQUENCES, sequence, tale_of
from ims_fsm.charts.timeline import month_page
from ims_fsm.draw.theme import DARK, LIGHT
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.register import Law
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

# An example of a recipient who files quarterly: in Maharashtra.
STATE = "27"
# A reader's own setting chooses between the two.
_THEMES = {"svg": LIGHT, "dark.svg": DARK}
_TIMELINES = """\
## A tax period in one picture

Every date is the calendar's, every sentence of a note a title of the register. Of any other recipient and tax period:
`ims-fsm timeline --period 2025-10 --quarterly --state 27 --out FILE`, as svg, png or pdf.
"""
_SEQUENCES = """\
## Two stories with their money

The amounts are the credit ledger's, the refusals the law's. With other amounts, for another period:
`ims-fsm sequence amendment --v0 100.00 --v1 80.00 --period 2025-10 --out FILE`, as svg, png, pdf or mmd.
"""


@dataclass(frozen=True, slots=True)
class Example:
    """One kept picture: the name of its files, its title and a sentence, and its texts by their ending."""

    stem: str
    title: str
    says: str
    texts: dict[str, bytes]


def timelines(book: LawBook) -> list[Example]:
    """Return the first tax period of the newest rule set, monthly and quarterly, and the first of every older one."""
    newest, *older = [_first(book, rule_set.since) for rule_set in reversed(book.law.rule_sets)]
    monthly, quarterly = Recipient(Filing.MONTHLY), Recipient(Filing.QUARTERLY, STATE)
    return [
        _timeline(book, "timeline_monthly", newest, monthly),
        _timeline(book, "timeline_quarterly", newest, quarterly),
        *(_timeline(book, f"timeline_monthly.{_rule_set(book, period)}", period, monthly) for period in older),
    ]


def sequences(book: LawBook) -> list[Example]:
    """Return every sequence as it is told where nothing else is asked."""
    listed = []
    for name in SEQUENCES:
        tale = tale_of(book, name)
        texts = {ending: sequence(book, tale, "svg", theme) for ending, theme in _THEMES.items()}
        texts["mmd"] = sequence(book, tale, "mermaid")
        listed.append(Example(f"sequence_{name.replace('-', '_')}", tale.title, tale.says, texts))
    return listed


def examples(law: Law) -> list[Example]:
    """Return every kept picture of a law; none of any but the shipped one, for no other has a calendar here."""
    book = shipped_book()
    return [*timelines(book), *sequences(book)] if law is book.law else []


def write_examples(law: Law, folder: Path) -> list[Path]:
    """Write every kept picture of a law into a folder that is there; return the files."""
    files = {
        folder / f"{example.stem}.{ending}": text for example in examples(law) for ending, text in example.texts.items()
    }
    for file, text in files.items():
        file.write_bytes(text)
    return list(files)


def sections(law: Law) -> Iterator[str]:
    """Give the lines of the page that show the kept pictures, in Markdown."""
    book = shipped_book()
    if law is not book.law:
        return
    for heading, listed in ((_TIMELINES, timelines(book)), (_SEQUENCES, sequences(book))):
        yield heading
        for example in listed:
            links = " · ".join(f"[{ending.removesuffix('.svg')}]({example.stem}.{ending})" for ending in example.texts)
            yield f"{example.title}: {example.says}. {links}\n"
            yield (
                f'<picture><source media="(prefers-color-scheme: dark)" srcset="{example.stem}.dark.svg">'
                f'<img alt="{example.title}" src="{example.stem}.svg"></picture>\n'
            )


def _timeline(book: LawBook, stem: str, period: TaxPeriod, recipient: Recipient) -> Example:
    pages = {ending: month_page(book, period, recipient, theme) for ending, theme in _THEMES.items()}
    page = pages["svg"]
    says = page.says.partition(". ")[0]
    texts = {ending: each.svg().encode() for ending, each in pages.items()}
    return Example(stem, page.title, says[0].lower() + says[1:], texts)


def _first(book: LawBook, since: TaxPeriod | None) -> TaxPeriod:
    return max(since or book.calendar.first_period, book.calendar.first_period)


def _rule_set(book: LawBook, period: TaxPeriod) -> str:
    return next(rule_set.id for rule_set in book.law.rule_sets if rule_set.holds_at(period))
