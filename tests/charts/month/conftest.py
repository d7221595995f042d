"""The days of tax periods."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ims_fsm.charts.month.days import Days, Recipient
from ims_fsm.law.book import shipped_book
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing

Read = Callable[..., Days]


@pytest.fixture
def read(book) -> Read:
    """Read the days of a period, of a state where it is quarterly, under an overlay where there is one."""

    def days(period: str, state: str = "", overlay: str | None = None) -> Days:
        recipient = Recipient(Filing.QUARTERLY if state else Filing.MONTHLY, state)
        return Days.read(book if overlay is None else shipped_book(overlay), TaxPeriod(period), recipient)

    return days
