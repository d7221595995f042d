"""Sequences as pictures with the money: an amended invoice (FAQ 13) and a rejected credit note (FAQ 34, Annexure-A).

Imports the law, the tales and what writes them down; amounts come in rupees and are exact.
"""

from __future__ import annotations

from decimal import Decimal

from ims_fsm.charts.paper.picture import DRAWN, drawn
from ims_fsm.charts.sequence.drawing import page_of
from ims_fsm.charts.sequence.mermaid import mermaid_of
from ims_fsm.charts.sequence.story import Tale
from ims_fsm.charts.sequence.tales import TALES
from ims_fsm.draw.theme import LIGHT, Theme
from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.terms.money import paise
from ims_fsm.terms.period import TaxPeriod

SUBJECT = "sequence"
SEQUENCES = tuple(TALES)
FORMATS = (*DRAWN, "mermaid")
DOCUMENT = "100.00"
# Where nothing else is asked: an invoice amended to more, a credit note furnished again as it was.
AMENDED = {"amendment": "120.00", "rejected-credit-note": DOCUMENT}
Rupees = str | int | Decimal


def sequence(book: LawBook, tale: Tale, fmt: str = "svg", theme: Theme = LIGHT) -> bytes:
    """Return a tale as svg, png or pdf, or as the mermaid text of a sequence diagram; text is UTF-8.

    Raises `InputError` for another format, and what drawing a page raises.
    """
    if fmt not in FORMATS:
        raise InputError(SUBJECT, [Problem(fmt, "is no format of a sequence", f"use one of {', '.join(FORMATS)}")])
    fields = book.calendar.phrases()
    if fmt == "mermaid":
        return mermaid_of(tale, fields).encode()
    return drawn(page_of(tale, fields, theme), fmt)


def tale_of(
    book: LawBook, name: str, v0: Rupees | None = None, v1: Rupees | None = None, period: TaxPeriod | None = None
) -> Tale:
    """Return a tale by its name, one of `SEQUENCES`.

    `v0` is the tax of the document and `v1` that of its amendment, in rupees; left out they are those of the examples,
    and with `v0` alone the amendment changes nothing. `period` is the document's 2B period, the first of IMS without
    it. Raises `InputError` with every problem of what is asked.
    """
    first = book.calendar.first_period if period is None else period
    problems: list[Problem] = []
    if name not in TALES:
        problems.append(Problem(name, "is no sequence", f"the sequences are {', '.join(SEQUENCES)}"))
    if first < book.calendar.first_period:
        what = f"lies before IMS, which begins with 2B period {book.calendar.first_period}"
        problems.append(Problem(first, what, "name that period or a later one"))
    document = _tax("v0", DOCUMENT if v0 is None else v0, problems)
    if v1 is None and v0 is not None:
        amended = document
    else:
        amended = _tax("v1", AMENDED.get(name, DOCUMENT) if v1 is None else v1, problems)
    if problems:
        raise InputError(SUBJECT, problems)
    try:
        return TALES[name](book, first, document, amended)
    except ValueError as error:
        late = Problem(first, "is too late: the calendar ends before what follows it", "name an earlier period")
        raise InputError(SUBJECT, [late]) from error


def _tax(place: str, tax: Rupees, problems: list[Problem]) -> int:
    try:
        read = paise(tax)
    except ValueError as error:
        what, _, remedy = str(error).partition("; ")
        problems.append(Problem(place, what, remedy))
        return 0
    if read <= 0:
        problems.append(Problem(place, f"{tax} is no tax of a document", "write an amount above zero"))
    return read
