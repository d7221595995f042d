"""Section 16(4) and a late GSTR-3B: the credit that no later GSTR-3B can take is named, before its day and after it."""

from __future__ import annotations

from datetime import date

from ims_fsm import Heads, TaxPeriod

OLD, OCTOBER = date(2024, 3, 5), TaxPeriod("2024-10")
LAST = date(2024, 11, 30)


def drafted(stage):
    """Return an invoice of 2023-24 in the draft of October, beside what has no such limit or another one."""
    old = stage.filed(stage.document(igst=18_000, date=OLD))
    for kind, day in (("credit_note", OLD), ("invoice", date(2024, 10, 5))):
        stage.filed(stage.document(kind, date=day), form="IFF")
    rejected = stage.filed(stage.document(date=OLD), form="GSTR-1")
    stage.act("reject", rejected)
    stage.at("2024-11-14").draft()
    return old


def test_it_is_named_with_its_records_amount_and_last_day(stage):
    old = drafted(stage)
    (ending,) = stage.desk.two_b(OCTOBER).time_limited
    assert (ending.last_day, ending.passed) == (LAST, False)
    assert (ending.records, ending.examples, ending.tax) == (1, (old,), Heads(igst=18_000))
    told = stage.desk.what_if("accept", old)
    assert (told.last_day, told.out_of_time) == (LAST, False)
    assert told.sentence.endswith(" Its credit can be taken only in a GSTR-3B filed by 30 November 2024 (sec.16_4).")
    stage.at("2024-11-30 23:59")
    (ending,) = stage.desk.file_3b(OCTOBER).time_limited
    assert (ending.passed, ending.examples) == (False, (old,))


def test_a_late_return_names_what_it_cannot_take(stage):
    old = drafted(stage)
    stage.at("2024-12-01 00:00")
    assert [ending.passed for ending in stage.desk.two_b(OCTOBER).time_limited] == [True]
    told = stage.desk.what_if("reject", old)
    assert told.out_of_time
    assert " could be taken only in a GSTR-3B filed by 30 November 2024 " in told.sentence
    (ending,) = stage.desk.file_3b(OCTOBER).time_limited
    assert (ending.last_day, ending.passed, ending.tax) == (LAST, True, Heads(igst=18_000))
    # It is named of a return that is filed, too.
    assert stage.desk.two_b(OCTOBER).time_limited == (ending,)


def test_a_quarterly_taxpayers_last_quarter_is_july_to_september(stage):
    """The next one is October to December, whose GSTR-2B comes after 30 November."""
    stage.taxpayer(stage.buyer, filing="quarterly", registered_from="2025-09")
    stage.at("2025-09-20")
    old = stage.filed(stage.document(igst=100, date=date(2025, 3, 5)), "2025-08")
    new = stage.filed(stage.document(igst=100, date=date(2025, 4, 5)), "2025-08", form="IFF")
    period = TaxPeriod("2025-09")
    stage.at("2025-10-14")
    stage.desk.generate_2b(period)
    (ending,) = stage.desk.two_b(period).time_limited
    assert (ending.last_day, ending.examples) == (date(2025, 11, 30), (old,))
    assert stage.desk.what_if("accept", new).last_day is None


def test_an_annual_return_ends_it_earlier(stage):
    drafted(stage)
    stage.at("2024-11-18 10:00").desk.file_annual_return("2023-24")
    (ending,) = stage.desk.two_b(OCTOBER).time_limited
    assert (ending.last_day, ending.passed) == (date(2024, 11, 18), True)
