"""A change of the calendar: what was worked out from the one before is worked out again, once, and kept in the log."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from ims_fsm import IMS, Document, Form, Heads, InputError, Kind, Taxpayer, TaxPeriod
from ims_fsm.law.book import shipped_book
from ims_fsm.store import audit
from ims_fsm.store.connection import open_engine, reading
from ims_fsm.store.job_tables import CalendarMoveRow, CalendarRow
from ims_fsm.store.tables import core
from ims_fsm.terms.period import SettableClock
from ims_fsm.workflow.engine import workspace_of

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
MARCH, APRIL = TaxPeriod("2025-03"), TaxPeriod("2025-04")
MOVED = """
[[extension]]
what = "gstr1"
period = "2025-03"
date = 2025-04-13
source = "a notification"
"""


@pytest.fixture
def clock():
    return SettableClock("2025-04-10 12:00")


@pytest.fixture
def engine():
    made = open_engine("sqlite://")
    yield made
    made.dispose()


@pytest.fixture
def moved(tmp_path):
    file = tmp_path / "calendar.toml"
    file.write_text(MOVED)
    return file


def document(**content):
    given = {
        "kind": Kind.INVOICE,
        "supplier": SELLER,
        "recipient": BUYER,
        "number": "S/1",
        "date": date(2025, 3, 5),
        "taxable": 100_000,
        "tax": Heads(igst=18_000),
    }
    return Document(**{**given, **content})


def filed(ims, clock, moment, **content):
    """Return the id of a record of March that is filed at a moment."""
    shop = ims.supplier(SELLER, actor="seller")
    record = shop.save(document(**content), Form.GSTR_1, MARCH)
    clock.set(moment)
    shop.file(Form.GSTR_1, MARCH)
    return record


def registered(engine, clock):
    ims = IMS(engine, clock=clock)
    for gstin in (BUYER, SELLER):
        ims.register(Taxpayer(gstin=gstin, registered_from=MARCH))
    return ims


def rows(engine, table):
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(select(core(table))).mappings()]


def test_the_window_that_a_notification_extends_takes_in_what_was_filed(engine, clock, moved):
    before = registered(engine, clock)
    late = filed(before, clock, "2025-04-12 10:00")
    kept = filed(before, clock, "2025-04-14 10:00", number="S/2")
    assert [before.recipient(BUYER, actor="b").record(one).two_b_period for one in (late, kept)] == [APRIL, APRIL]
    clock.set("2025-04-15")
    before.sweep()
    desk = IMS(engine, clock=clock, calendar=moved).recipient(BUYER, actor="buyer")
    assert [desk.record(one).two_b_period for one in (late, kept)] == [MARCH, APRIL]
    # It was drafted without it, so it is recomputed.
    assert desk.two_b(MARCH).two_b.state == "stale"
    desk.generate_2b(MARCH)
    assert desk.two_b(MARCH).totals["itc_available"] == Heads(igst=18_000)


def test_each_change_is_kept_with_what_it_moved_and_the_same_calendar_changes_nothing(engine, clock, moved):
    late = filed(registered(engine, clock), clock, "2025-04-12 10:00")
    for calendar in (moved, moved, None):
        IMS(engine, clock=clock, calendar=calendar)
    kept = rows(engine, CalendarRow)
    assert len(kept) == 3
    assert kept[0]["fingerprint"] == kept[2]["fingerprint"] != kept[1]["fingerprint"]
    moves = rows(engine, CalendarMoveRow)
    assert [(row["calendar_id"], json.loads(row["before"]), json.loads(row["after"])) for row in moves] == [
        (kept[1]["id"], {"two_b_period": "2025-04"}, {"two_b_period": "2025-03"}),
        (kept[2]["id"], {"two_b_period": "2025-03"}, {"two_b_period": "2025-04"}),
    ]
    ims = IMS(engine, clock=clock)
    assert ims.recipient(BUYER, actor="b").record(late).two_b_period == APRIL
    with workspace_of(ims).asking() as unit:
        assert audit.verify(unit.connection).sound


def test_what_gstr_3b_has_decided_stays(engine, clock, moved):
    """And what would belong to its period goes to the next: no GSTR-2B that is final changes."""
    before = registered(engine, clock)
    decided = filed(before, clock, "2025-04-11 10:00")
    late = filed(before, clock, "2025-04-12 10:00", number="S/2")
    clock.set("2025-04-14 10:00")
    before.sweep()
    before.recipient(BUYER, actor="buyer").file_3b(MARCH)
    frozen = before.recipient(BUYER, actor="b").record(decided)
    desk = IMS(engine, clock=clock, calendar=moved).recipient(BUYER, actor="buyer")
    assert desk.record(decided) == frozen
    assert desk.record(late).two_b_period == APRIL


def test_a_moved_limit_moves_cut_offs_and_routes(engine, clock, tmp_path):
    """A limit that passes earlier takes what was filed after it out of IMS; an annual return stays the earlier one."""
    before = registered(engine, clock)
    old = filed(before, clock, "2025-04-11 10:00", date=date(2024, 3, 5))
    assert before.recipient(BUYER, actor="b").record(old).route == "sec_16_4"
    file = tmp_path / "calendar.toml"
    file.write_text("[time_limit]\nmonth = 12\nday = 31\n[amendment]\nmonth = 12\nday = 31")
    record = IMS(engine, clock=clock, calendar=file).recipient(BUYER, actor="b").record(old)
    assert (record.cutoff_at.date().isoformat(), record.route) == ("2024-12-31", "sec_16_4")
    file.write_text('[time_limit]\nkinds = ["debit_note"]')
    record = IMS(engine, clock=clock, calendar=file).recipient(BUYER, actor="b").record(old)
    assert (record.cutoff_at, record.route) == (None, "ims")


def test_a_calendar_is_given_by_file_or_in_a_book(engine, moved, tmp_path):
    with pytest.raises(InputError, match="calendar: is given beside a book"):
        IMS(engine, book=shipped_book(), calendar=moved)
    with pytest.raises(InputError, match="does not exist"):
        IMS(engine, calendar=tmp_path / "none.toml")
    assert IMS(engine, calendar=moved).book is shipped_book(MOVED)
