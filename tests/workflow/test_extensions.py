"""A taxpayer under an extension by district: their own due day, also beside others in one sweep."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import IMS, Document, Form, Heads, InputError, Kind, Taxpayer, TaxPeriod
from ims_fsm.law.book import shipped_book
from ims_fsm.terms.period import SettableClock
from ims_fsm.terms.vocabulary import State

THANE, PUNE, SELLER = "27AAPFU0939F1ZV", "27AAACR5055K1Z7", "29AABCT1332L1ZA"
BOOK = shipped_book(
    "[[extension]]\nname = '99/2025-CT'\nwhat = 'gstr3b'\nperiod = '2025-11'\ndate = 2025-12-27\n"
    "states = ['27']\ndistricts = ['Thane']\nsource = 'a notification'\n"
)
OCTOBER = TaxPeriod("2025-10")


@pytest.fixture
def clock():
    return SettableClock("2025-11-09 12:00")


@pytest.fixture
def ims(clock, ims_scratch):
    with ims_scratch.ims(clock=clock, book=BOOK) as opened:
        for gstin, extensions in ((THANE, ("99/2025-CT",)), (PUNE, ()), (SELLER, ())):
            opened.register(Taxpayer(gstin=gstin, registered_from=OCTOBER, extensions=extensions))
        yield opened


def credit_note(ims: IMS, recipient: str) -> int:
    """Return a credit note of October 2025 that its recipient keeps pending."""
    note = Document(
        kind=Kind.CREDIT_NOTE,
        supplier=SELLER,
        recipient=recipient,
        number=f"C/{recipient[2:6]}",
        date=date(2025, 10, 5),
        taxable=100_000,
        tax=Heads(igst=18_000),
    )
    shop = ims.supplier(SELLER, actor="seller")
    record = shop.save(note, Form.GSTR_1, OCTOBER)
    shop.file(Form.GSTR_1, OCTOBER)
    ims.recipient(recipient, actor="buyer").keep_pending(record)
    return record


def test_pending_ends_by_ones_own_day(ims, clock):
    notes = {gstin: credit_note(ims, gstin) for gstin in (THANE, PUNE)}

    def states() -> list[State]:
        return [ims.recipient(gstin, actor="reader").record(notes[gstin]).state for gstin in (THANE, PUNE)]

    clock.set("2025-12-21 00:00")
    ims.sweep()
    assert states() == [State.PENDING, State.NO_ACTION]
    clock.set("2025-12-27 23:59")
    assert ims.recipient(THANE, actor="buyer").may("keep_pending", notes[THANE])
    ims.sweep()
    clock.set("2025-12-28 00:00")
    [told] = ims.recipient(THANE, actor="buyer").may("keep_pending", notes[THANE]).refusals
    assert told.sentence.endswith("may be pending for one tax period only, and that ended with 27 December 2025")
    ims.sweep()
    assert states() == [State.NO_ACTION, State.NO_ACTION]


def test_a_taxpayer_is_known_with_the_extensions_they_are_under(ims):
    assert [ims.taxpayer(gstin).extensions for gstin in (THANE, PUNE)] == [("99/2025-CT",), ()]


def test_an_extension_that_the_calendar_lacks_is_refused_with_those_that_it_has(ims):
    with pytest.raises(InputError, match=r"'13/2025-CT' is not an extension by district of the calendar") as caught:
        ims.register(Taxpayer(gstin=PUNE, registered_from=OCTOBER, extensions=("13/2025-CT",)))
    assert "99/2025-CT (Thane), 12/2025-CT (Mumbai City, Mumbai Suburban, Thane, Raigad, Palghar)" in str(caught.value)
    # One that holds for everybody needs nobody to say so.
    with pytest.raises(InputError, match="17/2025-CT"):
        ims.register(Taxpayer(gstin=PUNE, registered_from=OCTOBER, extensions=("17/2025-CT",)))
