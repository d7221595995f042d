"""GSTR-2B with its lines and log, and liabilities: written, moved by what was read, summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, delete, insert, select, text

from ims_fsm.record.returns import Liability, TwoB, TwoBLine
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import generations, returns, taxpayers
from ims_fsm.store.connection import ConflictError, writing
from ims_fsm.store.rows import in_columns
from ims_fsm.store.tables import LiabilityRow, TwoBLineRow, TwoBLogRow, core
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Section, TwoBState

BUYER, OTHER, SELLER = "27AAPFU0939F1ZV", "24AAACC1206D1ZM", "29AABCT1332L1ZA"
OCTOBER, NOVEMBER, DECEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11"), TaxPeriod("2024-12")
NOON = datetime(2024, 11, 14, 6, 30, tzinfo=UTC)
ABSENT = TwoB(recipient=BUYER, period=OCTOBER)
DRAFT = replace(ABSENT, state=TwoBState.DRAFT, seq=1, generation=1, generated_at=NOON)
ENTRY = {
    "trigger": "generate",
    "actor": "asha",
    "at": NOON,
    "recorded_at": NOON,
    "rules": ("faq.23", "faq.26"),
    "detail": {"lines": 2},
}
LINE = TwoBLine(
    record_id=1,
    entry="document",
    section=Section.ITC_AVAILABLE,
    decision="accepted",
    tax=Heads(1, 2, 3, 4),
    record_version=2,
)


def replace_lines(connection, recipient, period, lines):
    table = core(TwoBLineRow)
    connection.execute(delete(table).where(table.c.recipient_gstin == recipient, table.c.period == str(period)))
    for line in lines:
        words = {"entry": line.entry, "section": str(line.section), "counts": line.counts, "decision": line.decision}
        key = {"recipient_gstin": recipient, "period": str(period), "record_id": line.record_id}
        amounts = {**in_columns("", line.tax), "record_version": line.record_version}
        connection.execute(insert(table).values(**key, **words, **amounts))


def test_what_was_never_generated_is_absent(memory):
    with writing(memory) as connection:
        assert returns.two_b(connection, BUYER, OCTOBER) == ABSENT
        assert returns.two_bs(connection, BUYER) == []
        assert list(generations.lines(connection, BUYER, OCTOBER)) == []
        assert generations.totals(connection, BUYER, OCTOBER) == {}


def test_a_2b_is_moved_with_its_log(engine):
    final = replace(DRAFT, state=TwoBState.FINAL, seq=2, filed_at=NOON)
    with writing(engine) as connection:
        returns.move_two_bs(connection, [(ABSENT, DRAFT, ENTRY)])
        assert returns.two_b(connection, BUYER, OCTOBER) == DRAFT
        returns.move_two_bs(connection, [(DRAFT, final, {**ENTRY, "trigger": "file_3b", "detail": None})])
        returns.move_two_bs(connection, [(replace(ABSENT, recipient=OTHER), DRAFT, ENTRY)])
        returns.move_two_bs(connection, [(replace(ABSENT, period=NOVEMBER), DRAFT, ENTRY)])
        assert [one.period for one in returns.two_bs(connection, BUYER)] == [OCTOBER, NOVEMBER]
        assert returns.two_b(connection, BUYER, OCTOBER) == final
        log = connection.execute(
            text("SELECT seq, trigger, source, dest, rules, detail FROM ims_two_b_log WHERE recipient_gstin = :gstin "
                 "AND period = '2024-10' ORDER BY seq"), {"gstin": BUYER}
        ).all()  # fmt: skip
    assert [tuple(row) for row in log] == [
        (1, "generate", "absent", "draft", "faq.23 faq.26", '{"lines": 2}'),
        (2, "file_3b", "draft", "final", "faq.23 faq.26", "null"),
    ]


def test_the_drafts_are_those_that_stand_in_draft(engine, write):
    with writing(engine) as connection:
        put = write(connection).two_b
        put("2024-11", ("generate", "draft"))
        put("2024-10", ("generate", "draft"), ("file_3b", "final"))
        put("2024-12", ("generate", "draft"), ("change", "stale"))
        put("2024-10", ("generate", "draft"), recipient=OTHER)
        assert [one.period for one in returns.drafts(connection, BUYER)] == ["2024-11"]
        assert returns.drafts(connection, BUYER) == [returns.two_b(connection, BUYER, NOVEMBER)]


def test_a_2b_that_has_moved_since_is_a_lost_race(memory):
    with writing(memory) as connection:
        returns.move_two_bs(connection, [(ABSENT, DRAFT, ENTRY)])
        returns.move_two_bs(connection, [(DRAFT, replace(DRAFT, state=TwoBState.STALE), ENTRY)])
    with pytest.raises(ConflictError) as caught, writing(memory) as connection:
        returns.move_two_bs(connection, [(DRAFT, replace(DRAFT, state=TwoBState.FINAL), ENTRY)])
    assert (
        str(caught.value) == f"another writer was first to change GSTR-2B of 2024-10 of {BUYER}; read again and retry"
    )


def test_a_2b_that_two_generate_at_once_is_a_lost_race(engine):
    """Both read that there is none; the second finds the row of the first."""
    with writing(engine) as connection:
        returns.move_two_bs(connection, [(ABSENT, DRAFT, ENTRY)])
    with pytest.raises(ConflictError, match="GSTR-2B of 2024-10"), writing(engine) as connection:
        returns.move_two_bs(connection, [(ABSENT, DRAFT, ENTRY)])


def test_drafts_of_many_are_those_of_each(engine):
    """Each has the row and the log of one that is generated alone, with the number of its own lines in its period."""
    at = {"at": NOON, "recorded_at": NOON, "request_key": "key-1", "detail": None, "backdate": None}
    with writing(engine) as connection:
        for gstin in (BUYER, OTHER, SELLER):
            taxpayers.put(connection, Taxpayer(gstin=gstin, registered_from=OCTOBER))
        replace_lines(connection, OTHER, OCTOBER, [LINE, replace(LINE, record_id=2)])
        replace_lines(connection, OTHER, NOVEMBER, [LINE])
        returns.write_drafts(connection, [OTHER, BUYER], DRAFT, {**ENTRY, **at})
        table = core(TwoBLogRow)
        steps = list(connection.execute(select(table).order_by(table.c.recipient_gstin)).mappings())
        for gstin in (BUYER, OTHER):
            assert returns.two_bs(connection, gstin) == [replace(DRAFT, recipient=gstin)]
        assert returns.two_bs(connection, SELLER) == []
        returns.move_two_bs(connection, [(replace(ABSENT, recipient=SELLER), DRAFT, {**ENTRY, **at})])
        alone = connection.execute(select(table).where(table.c.recipient_gstin == SELLER)).mappings().one()
    apart = ("recipient_gstin", "detail", "place")
    assert [(step["recipient_gstin"], step["detail"]) for step in steps] == [
        (OTHER, '{"generation": 1, "lines": 2}'),
        (BUYER, '{"generation": 1, "lines": 0}'),
    ]
    for step in steps:
        assert {name: step[name] for name in step if name not in apart} == {
            name: alone[name] for name in alone if name not in apart
        }


def test_drafts_of_many_are_a_lost_race_where_one_has_it_by_now(engine):
    with writing(engine) as connection:
        for gstin in (BUYER, OTHER):
            taxpayers.put(connection, Taxpayer(gstin=gstin, registered_from=OCTOBER))
        returns.move_two_bs(connection, [(ABSENT, DRAFT, ENTRY)])
    with pytest.raises(ConflictError, match="2 GSTR-2Bs"), writing(engine) as connection:
        returns.write_drafts(connection, [OTHER, BUYER], DRAFT, {**ENTRY, "request_key": None})
    with writing(engine) as connection:
        assert returns.two_bs(connection, OTHER) == []


def test_lines_are_those_of_the_newest_generation(engine):
    older = [replace(LINE, record_id=record_id) for record_id in (3, 1)]
    apart = replace(LINE, entry="forward_reduction", tax=-LINE.tax, counts=False)
    with writing(engine) as connection:
        replace_lines(connection, BUYER, OCTOBER, older)
        assert [line.record_id for line in generations.lines(connection, BUYER, OCTOBER)] == [1, 3]
        replace_lines(connection, BUYER, NOVEMBER, [LINE])
        replace_lines(connection, BUYER, OCTOBER, [apart, LINE])
        assert list(generations.lines(connection, BUYER, OCTOBER)) == [LINE, apart]
        replace_lines(connection, BUYER, OCTOBER, [])
        assert list(generations.lines(connection, BUYER, OCTOBER)) == []
        assert list(generations.lines(connection, BUYER, NOVEMBER)) == [LINE]


def test_the_newest_line_of_a_record(memory):
    with writing(memory) as connection:
        for period in (NOVEMBER, OCTOBER, DECEMBER):
            before = replace(ABSENT, period=period)
            returns.move_two_bs(connection, [(before, replace(DRAFT, period=period), ENTRY)])
        for period in (NOVEMBER, OCTOBER):
            reversed_too = replace(LINE, entry="reversal_4b1")
            replace_lines(connection, BUYER, period, [LINE, reversed_too, replace(LINE, record_id=2)])
        assert returns.newest_line(connection, BUYER, 1) == (NOVEMBER, LINE)
        assert returns.newest_line(connection, BUYER, 9) is None
        assert returns.newest_line(connection, OTHER, 1) is None


def test_totals_are_by_section_and_what_stands_apart(engine):
    lines = [
        LINE,
        replace(LINE, record_id=2, tax=-Heads(0, 1, 1, 0)),
        replace(LINE, record_id=3, counts=False),
        replace(LINE, record_id=4, section=Section.ITC_REJECTED),
        replace(LINE, record_id=5, section=Section.ITC_NOT_AVAILABLE, tax=Heads(igst=10**15)),
        replace(LINE, record_id=5, section=Section.ITC_NOT_AVAILABLE, entry="reversal_4b1"),
        replace(LINE, record_id=6, section=Section.ITC_NOT_AVAILABLE, tax=Heads(igst=10**15)),
    ]
    with writing(engine) as connection:
        replace_lines(connection, BUYER, OCTOBER, lines)
        found = generations.totals(connection, BUYER, OCTOBER)
    assert found == {
        "itc_available": Heads(1, 1, 2, 4),
        "reverse_charge": LINE.tax,
        "itc_rejected": LINE.tax,
        "itc_not_available": Heads(igst=2 * 10**15),
        "reversal_4b1": LINE.tax,
    }
    assert {type(amount) for heads in found.values() for amount in heads} == {int}


def add_liabilities(connection: Connection, liabilities: Sequence[Liability]) -> None:
    rows = [
        {
            "recipient_gstin": liability.recipient,
            "record_id": liability.record_id,
            "supplier_gstin": liability.supplier,
            "supplier_period": str(liability.supplier_period),
            "recipient_period": str(liability.recipient_period),
            "at": liability.at,
            **in_columns("", liability.tax),
        }
        for liability in liabilities
    ]
    connection.execute(insert(core(LiabilityRow)), rows)


def test_liabilities_are_found_by_supplier_and_their_period(engine):
    one = Liability(
        recipient=BUYER,
        record_id=1,
        supplier=SELLER,
        supplier_period=NOVEMBER,
        recipient_period=OCTOBER,
        at=NOON,
        tax=Heads(1, 0, 0, 2),
    )
    others = [replace(one, record_id=2, supplier_period=OCTOBER), replace(one, recipient=OTHER, record_id=3)]
    with writing(engine) as connection:
        add_liabilities(connection, [one, *others])
        assert returns.liabilities(connection, SELLER, NOVEMBER) == [others[1], one]
        assert returns.liabilities(connection, SELLER, None) == [others[1], one, others[0]]
        assert returns.liabilities(connection, BUYER, None) == []
