"""A record and its row: whatever can be in the one is in the other, and comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from ims_fsm.record.record import PortalView, Record
from ims_fsm.store.records import changed_columns, from_row, to_row
from ims_fsm.store.tables import RecordRow, core
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Form, Kind, RemovedFor, Route, State, SupplierStatus

TABLE = core(RecordRow)
PERIODS = st.builds(lambda year, month: TaxPeriod(f"{year}-{month:02}"), st.integers(2024, 2030), st.integers(1, 12))
MOMENTS = st.datetimes(datetime(2017, 7, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds
DAYS = st.dates(date(2017, 7, 1), date(2090, 1, 1))
PAISE = st.integers(-(10**15), 10**15)
HEADS = st.builds(Heads, PAISE, PAISE, PAISE, PAISE)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
DOCUMENTS = st.builds(
    Document,
    kind=st.sampled_from(Kind),
    supplier=st.sampled_from(["29AABCT1332L1ZA", ""]),
    recipient=st.just("27AAPFU0939F1ZV"),
    number=TEXTS,
    date=DAYS,
    taxable=PAISE,
    tax=HEADS,
    value=st.none() | PAISE,
    pos=st.none() | TEXTS,
    invoice_type=TEXTS,
    reverse_charge=st.booleans(),
    ineligible=st.sampled_from([None, "pos", "sec_16_4", "rule_37a"]),
    amends=st.none() | st.builds(OriginalReference, TEXTS, DAYS),
    pending_blocked=st.sampled_from([None, True, False]),
    supplier_name=TEXTS,
)
RECORDS = st.builds(
    Record,
    id=st.just(1),
    document=DOCUMENTS,
    fy=st.just("2024-25"),
    form=st.sampled_from(Form),
    return_period=PERIODS,
    supplier_status=st.sampled_from(SupplierStatus),
    filed_at=st.none() | MOMENTS,
    two_b_period=st.none() | PERIODS,
    route=st.sampled_from(Route),
    cutoff_at=st.none() | MOMENTS,
    chain_id=st.integers(1, 2**40),
    stated_original=st.none() | st.sampled_from(Disposition),
    carried=HEADS,
    standing=HEADS,
    state=st.sampled_from(State),
    seq=st.integers(0, 9),
    version=st.integers(1, 9),
    contents=st.integers(1, 9),
    content_hash=st.just("f" * 64),
    machine=TEXTS,
    declaration_id=st.integers(1, 9),
    acted_at=st.none() | MOMENTS,
    remarks=st.none() | TEXTS,
    reduction=st.sampled_from([None, "full", "partial", "none"]),
    declared=HEADS,
    disposition=st.none() | st.sampled_from(Disposition),
    removed_for=st.none() | st.sampled_from(RemovedFor),
    settled_in=st.none() | PERIODS,
    reduction_blocked=st.sampled_from([None, True, False]),
    portal=st.none()
    | st.builds(PortalView, st.sampled_from(State), st.none() | TEXTS, st.none() | st.just("h" * 64), MOMENTS),
)  # fmt: skip


@pytest.fixture(
    scope="module", params=[pytest.param("sqlite", marks=pytest.mark.sqlite("its twin is on PostgreSQL")), "pg"]
)
def connection(request):
    """A connection to a prepared database that keeps nothing."""
    from ims_fsm.store.connection import open_engine  # noqa: PLC0415
    from ims_fsm.store.schema import prepare  # noqa: PLC0415

    place = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    engine = open_engine(place)
    if request.param == "sqlite":
        prepare(engine)
    with engine.connect() as opened:
        if request.param == "pg":
            TABLE.create(opened)
        yield opened
        opened.rollback()
    engine.dispose()


@given(record=RECORDS)
def test_a_record_comes_back_as_it_was(connection, record):
    """On both databases, with the words of the law as themselves."""
    with connection.begin_nested() as nested:
        connection.execute(insert(TABLE), [to_row(record)])
        row = connection.execute(select(TABLE)).mappings().one()
        found = from_row(row)
        nested.rollback()
    assert found == record
    words = ("form", "return_period", "supplier_status", "route", "state", "disposition", "removed_for", "settled_in")
    assert [type(getattr(found, name)) for name in words] == [type(getattr(record, name)) for name in words]


@given(before=RECORDS, after=RECORDS)
def test_what_has_changed_is_in_the_columns_that_differ(before, after):
    old, new = to_row(before), to_row(after)
    assert changed_columns(before, after) == {name: value for name, value in new.items() if value != old[name]}
    assert changed_columns(before, replace(before)) == {}


def test_what_is_changed_is_written_as_plain_text():
    """A driver would write a word of the field by its name, or not at all."""
    before = record_of()
    after = before.changed(state=State.ACCEPTED, settled_in=TaxPeriod("2024-11"), disposition=Disposition.ACCEPTED)
    row = changed_columns(before, after)
    assert row == {"state": "accepted", "settled_in": "2024-11", "disposition": "accepted"}
    assert {type(value) for value in row.values()} == {str}


@given(record=RECORDS)
def test_every_column_has_its_field_and_every_field_its_columns(record):
    assert to_row(record).keys() == {column.name for column in TABLE.c}


def record_of(**given):
    document = Document(
        kind=given.pop("kind", Kind.INVOICE),
        supplier="29AABCT1332L1ZA",
        recipient="27AAPFU0939F1ZV",
        number="S/1",
        date=date(2024, 10, 5),
        taxable=100,
        tax=Heads(igst=18),
        **given,
    )
    return Record(
        id=7, document=document, fy="2024-25", form=Form.GSTR_1, return_period=TaxPeriod("2024-10"),
        supplier_status=SupplierStatus.SAVED, filed_at=None, two_b_period=None, route=Route.IMS, cutoff_at=None,
        chain_id=7, stated_original=None, carried=NIL, standing=NIL, state=State.NO_ACTION, seq=0,
        version=1, contents=1, content_hash=document.content_hash, machine="invoice", declaration_id=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "credit"),
    [({}, Heads(igst=18)), ({"kind": Kind.CREDIT_NOTE}, Heads(igst=-18)), ({"reverse_charge": True}, NIL)],
)
def test_the_credit_is_the_tax_with_its_sign_under_forward_charge(given, credit):
    assert record_of(**given).credit == credit


def test_what_is_read_off_a_record():
    record = record_of()
    assert (record.recipient, record.in_ims, record.filed) == ("27AAPFU0939F1ZV", True, False)
    filed = record.changed(supplier_status=SupplierStatus.FILED, route=Route.POS)
    assert (filed.in_ims, filed.filed, record.filed) == (False, True, False)


def test_the_original_is_the_oldest_of_its_chain():
    """Also where it came after its amendments, which stand in the order of their returns."""
    original = record_of()
    amendment = record_of(amends=OriginalReference("S/0", date(2024, 10, 1)))
    reported = [("2024-11", Form.GSTR_1A), ("2024-12", Form.GSTR_1), ("2024-11", Form.GSTR_1)]
    ages = [
        replace(amendment, id=3 + at, return_period=TaxPeriod(period), form=form).age
        for at, (period, form) in enumerate(reported)
    ]
    first = replace(original, id=9).age
    assert sorted([*ages, first]) == [first, ages[2], ages[0], ages[1]]
