"""The law book: the shipped one once, and with a calendar laid over it."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.book import shipped_book
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing


def test_the_shipped_book_is_read_once():
    assert shipped_book() is shipped_book()


def test_a_calendar_may_be_laid_over():
    """Where a notification extends a due date; the machines and routes stay as they are."""
    extended = shipped_book(
        '[[extension]]\nwhat = "gstr3b"\nperiod = "2024-11"\ndate = 2024-12-26\nsource = "a notification"\n'
    )
    due = [book.calendar.due_gstr3b(TaxPeriod("2024-11"), Filing.MONTHLY, "27") for book in (shipped_book(), extended)]
    assert due == [date(2024, 12, 20), date(2024, 12, 26)]
    assert extended.routing == shipped_book().routing
    assert extended.law is shipped_book().law


def test_a_fault_in_what_is_laid_over_is_refused():
    with pytest.raises(DeclarationError, match="is not a key of the calendar"):
        shipped_book("[windw]\nday = 1\n")


def test_every_rule_that_the_routes_cite_is_in_the_register():
    book = shipped_book()
    cited = {route.rule for route in book.routing.routes} | {rule for r in book.routing.routes for rule in r.see}
    cited |= {reason.rule for reason in book.routing.left_out.values()}
    assert cited <= book.law.rules.keys()
