"""Records found by id, identity, chain and filter, and written with the version their guards read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError

from ims_fsm.record.record import cut_off_by
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.record.where import Where
from ims_fsm.store import listing, records, taxpayers, versions
from ims_fsm.store.connection import ConflictError, reading, serialise, writing
from ims_fsm.store.records import Found
from ims_fsm.store.tables import TwoBRow, core
from ims_fsm.terms.document import OriginalReference
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Form, Kind, RemovedFor, Route, State, TaxpayerKind

BUYER, OTHER, SELLER = "27AAPFU0939F1ZV", "24AAACC1206D1ZM", "29AABCT1332L1ZA"
OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
NOON = datetime(2024, 11, 30, 18, 30, tzinfo=UTC)


def ids(found):
    return [record.id for record in found]


@pytest.fixture
def held(engine, write):
    """A connection to a database in which records are written by their columns."""
    with writing(engine) as connection:
        yield connection, write(connection).record


def test_a_record_is_found_by_its_id(held):
    connection, put = held
    put(1)
    put(2, recipient=OTHER)
    assert records.find(connection, 1).document.number == "S/1"
    assert records.find(connection, 2, BUYER) is None
    assert records.find(connection, 2, OTHER).recipient == OTHER
    assert records.find(connection, 3) is None


def test_a_record_is_found_with_its_recipient(held):
    connection, put = held
    buyer = Taxpayer(gstin=BUYER, name="Buyer", kind=TaxpayerKind.SEZ_UNIT, registered_from=OCTOBER)
    taxpayers.put(connection, buyer)
    put(1)
    put(2, recipient=OTHER)
    assert records.find_with_recipient(connection, 1) == Found(records.find(connection, 1), buyer, drafted=False)
    assert records.find_with_recipient(connection, 2) == Found(records.find(connection, 2), None, drafted=False)
    assert records.find_with_recipient(connection, 3) is None
    period = {"recipient_gstin": OTHER, "seq": 1, "generation": 1}
    for month, state in ("2024-09", "final"), ("2024-10", "draft"):
        connection.execute(insert(core(TwoBRow)), {**period, "period": month, "state": state})
    assert [records.find_with_recipient(connection, one).drafted for one in (1, 2)] == [False, True]


def test_holding_a_record_holds_all_of_its_recipient(pg, write):
    """As serialising by the GSTIN does: whoever comes second waits, and gives up where he may not."""
    with writing(pg) as connection:
        write(connection).record(1)
        write(connection).record(2, recipient=OTHER)
    with writing(pg) as first, writing(pg) as second:
        records.hold(first, 1)
        records.hold(first, 3)
        second.execute(text("SET LOCAL lock_timeout = '50ms'"))
        records.hold(second, 2)
        with pytest.raises(OperationalError, match="lock timeout"), second.begin_nested():
            serialise(second, [BUYER])


def test_of_many_records_a_page_is_held(held, monkeypatch):
    """However far they are read; what is not read is not made."""
    connection, put = held
    monkeypatch.setattr(records, "PAGE", 2)
    for number in range(1, 8):
        put(number)
    made = []
    monkeypatch.setattr(records, "from_row", lambda row: made.append(row["id"]) or row["id"])
    found = listing.search(connection, BUYER, Where())
    assert [next(found), next(found), next(found), made] == [1, 2, 3, [1, 2, 3]]
    assert list(found) == [4, 5, 6, 7]
    assert list(versions.of_supplier(connection, SELLER, None)) == [1, 2, 3, 4, 5, 6, 7]


def test_many_are_found_in_batches_of_one_recipient(held, monkeypatch):
    monkeypatch.setattr(records, "IDS_AT_ONCE", 3)
    connection, put = held
    for number in range(1, 8):
        put(number)
    put(8, recipient=OTHER)
    assert sorted(records.find_many(connection, BUYER, range(15))) == [*range(1, 8)]
    assert records.find_many(connection, BUYER, []) == {}


# --- identity and chains --------------------------------------------------------------------------------------------


def asked(connection, number="S/1", *, fy="2024-25", amends=None, form=Form.GSTR_1, period=OCTOBER, **changes):
    document = records.find(connection, 1).document.changed(number=number, amends=amends, **changes)
    found = versions.of_identity(connection, document, fy, form, period)
    return found and found.id


def test_an_original_is_one_in_its_year(held):
    """Whatever form and period it is in; in capitals or not."""
    connection, put = held
    put(1, fy="2023-24")
    put(2, number="s/2")
    put(3, removed_for="supplier_deleted", state="removed")
    put(4, original_number="S/9", original_date=date(2024, 9, 1))
    assert asked(connection, fy="2023-24", form=Form.IFF, period=NOVEMBER) == 1
    assert asked(connection) is None
    assert [asked(connection, number) for number in ("S/2", "s/2", "S/3", "S/4")] == [2, 2, None, None]
    assert asked(connection, "S/2", kind=Kind.DEBIT_NOTE) is None
    assert asked(connection, "S/2", supplier=OTHER) is None


def test_an_amendment_is_one_in_its_form_and_period(held):
    connection, put = held
    reference = OriginalReference("S/9", date(2024, 9, 1))
    put(1, original_number="S/9", original_date=date(2024, 9, 1))
    assert asked(connection, amends=reference) == 1
    assert asked(connection, amends=reference, form=Form.GSTR_1A) is None
    assert asked(connection, amends=reference, period=NOVEMBER) is None
    assert asked(connection) is None


def test_what_has_or_amends_a_number(held):
    """Of the supplier and the kind alone, in capitals or not, also what was deleted."""
    connection, put = held
    reference = {"original_number": "S/1", "original_date": date(2024, 10, 5)}
    put(1)
    put(2, number="s/1", state="removed", removed_for="supplier_deleted")
    put(3, **reference)
    put(4, kind="debit_note", **reference)
    put(5, supplier_gstin=OTHER, **reference)
    document = records.find(connection, 1).document
    related = [ids(versions.related(connection, document, numbers)) for numbers in (["S/1"], ["S/1", "S/3"], ["S/4"])]
    assert related == [[1, 2, 3], [1, 2, 3], []]


def test_a_chain_is_oldest_first(held):
    """The original, then its amendments as they came, also where it came after them."""
    connection, put = held
    reference = {"original_number": "S/9", "original_date": date(2024, 9, 1), "chain_id": 9}
    for record_id in (3, 1):
        put(record_id, **reference)
    put(9)
    put(2)
    found = versions.chains(connection, BUYER, [9, 2, 77])
    assert {chain_id: ids(members) for chain_id, members in found.items()} == {9: [9, 1, 3], 2: [2]}


def test_amendments_without_their_original(held):
    connection, put = held
    alone = {"original_number": "S/0", "original_date": date(2024, 9, 1)}
    put(1, **alone)
    put(2, **alone, chain_id=1)
    put(3, **alone, stated_original=str(Disposition.ACCEPTED))
    put(4, **alone, settled_in="2024-10")
    put(5, **alone, state="removed", removed_for="supplier_deleted")
    put(6, **alone, supplier_gstin=OTHER)
    put(7)
    waiting = versions.awaits_an_original()
    assert ids(versions.related(connection, records.find(connection, 7).document, ["S/0"], *waiting)) == [1, 2, 5]


# --- what use cases ask for -----------------------------------------------------------------------------------------


def test_what_a_2b_considers(held):
    """FAQ 15: filed by its cut-off, not decided; what section 16(4) has removed to be told of."""
    connection, put = held
    filed = {"supplier_status": "filed", "two_b_period": "2024-10"}
    put(1, **filed)
    put(2, "keep_pending", **filed)
    put(3, **{**filed, "two_b_period": "2024-11"})
    put(4, **filed, settled_in="2024-10")
    put(5, **filed, state="removed", removed_for="sec_16_4")
    put(6)
    put(7, **filed, route="reverse_charge")
    put(8, **filed, chain_id=1, original_number="N/1", original_date=date(2024, 10, 1))
    put(9, chain_id=3, original_number="N/3", original_date=date(2024, 10, 1))
    perhaps = [[*map(ids, versions.perhaps_left_out(connection, BUYER, one))] for one in (OCTOBER, NOVEMBER)]
    assert perhaps == [[[1, 2, 5, 8]], [[1, 2, 3, 5, 8]]]
    assert records.undecided(connection, BUYER) == 5


def test_what_is_pending(held):
    connection, put = held
    put(1, "keep_pending")
    put(2, "keep_pending", "accept")
    assert ids(records.pending(connection, BUYER)) == [1]


def test_what_a_time_limit_still_limits(held):
    connection, put = held
    put(1, cutoff_at=NOON)
    put(2, cutoff_at=NOON, fy="2023-24")
    put(3)
    put(4, cutoff_at=NOON, settled_in="2024-10")
    put(5, cutoff_at=NOON, state="removed", removed_for="supplier_deleted")
    earlier = NOON - timedelta(days=1)
    put(6, cutoff_at=earlier)
    one = records.find(connection, 1)
    assert [cut_off_by(one, at) for at in (NOON - timedelta(microseconds=1), NOON)] == [False, True]
    version = one.version
    assert [records.cut_off(connection, BUYER, "2024-25", earlier) for _ in range(2)] == [1, 0]
    one = records.find(connection, 1)
    assert (one.cutoff_at, one.version) == (earlier, version + 1)
    assert not cut_off_by(one.changed(cutoff_at=None), NOON)


def test_what_a_form_holds_unfiled_whoever_receives_it(held):
    connection, put = held
    put(1, recipient=OTHER)
    put(2)
    put(3, form="IFF")
    put(4, return_period="2024-11")
    put(5, supplier_status="filed")
    put(6, state="removed", removed_for="supplier_deleted")
    put(7, supplier_gstin=OTHER)
    assert ids(versions.saved_in_form(connection, SELLER, Form.GSTR_1, OCTOBER)) == [1, 2]


def test_what_a_supplier_has_reported(held):
    connection, put = held
    put(1)
    put(2, recipient=OTHER, supplier_status="filed")
    put(3, return_period="2024-11")
    put(4, supplier_gstin=OTHER)
    assert ids(versions.of_supplier(connection, SELLER, None)) == [2, 1, 3]
    assert ids(versions.of_supplier(connection, SELLER, OCTOBER)) == [2, 1]


# --- writing --------------------------------------------------------------------------------------------------------


def test_what_is_inserted_comes_back(held):
    connection, put = held
    put(1)
    first = records.find(connection, 1)
    more = [first.changed(id=number, chain_id=number) for number in (2, 3)]
    records.insert_all(connection, [])
    records.insert_all(connection, more)
    assert list(listing.search(connection, BUYER, Where())) == [first, *more]


def test_changes_are_written_and_the_version_goes_up(held):
    """Each its own columns, in one statement for those that share them."""
    connection, put = held
    for number in range(1, 5):
        put(number)
    before = list(listing.search(connection, BUYER, Where()))
    after = [
        before[0].changed(state=State.REJECTED, remarks="no"),
        before[1].changed(state=State.ACCEPTED, remarks="yes"),
        before[2].changed(route=Route.POS, removed_for=RemovedFor.SEC_16_4),
    ]
    records.update_all(connection, [])
    records.update_all(connection, list(zip(before, after, strict=False)))
    assert list(listing.search(connection, BUYER, Where())) == [one.changed(version=2) for one in after] + [before[3]]


def test_what_was_changed_since_is_not_overwritten(memory, write):
    """And of many none is kept."""
    with writing(memory) as connection:
        for number in (1, 2):
            write(connection).record(number)
        first, second = listing.search(connection, BUYER, Where())
        records.update_all(connection, [(second, second.changed(remarks="first"))])
    with pytest.raises(ConflictError) as caught, writing(memory) as connection:
        records.update_all(connection, [(one, one.changed(remarks="late")) for one in (first, second)])
    assert str(caught.value) == "another writer was first to change 1 of 2 records; read again and retry"
    with writing(memory) as connection:
        assert [one.remarks for one in listing.search(connection, BUYER, Where())] == [None, "first"]


def test_where_none_is_named_none_is_found(engine) -> None:
    """On PostgreSQL an empty list has a type too."""
    with reading(engine) as connection:
        assert [*versions.numbered(connection, "27AAPFU0939F1ZV", [])] == []
