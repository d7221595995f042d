"""A statement that is remembered does for the next call what one that is built for that call does.

The next call is of the same shape and has every value otherwise: whose records, when, by whom, what goes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from ims_fsm.law.book import shipped_book
from ims_fsm.record.scene import Request
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.record.where import Where
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import writing
from ims_fsm.store.log import STEPS
from ims_fsm.store.register import declaration_ids
from ims_fsm.store.sql import chains, filing, moving, scene, settling
from ims_fsm.store.staging import entering
from ims_fsm.store.tables import CALL, LOG, RecordRow, Table
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.vocabulary import Kind, State, Trigger
from ims_fsm.workflow.actions import act_on
from ims_fsm.workflow.calendar.sweeps import sweep_many
from ims_fsm.workflow.returns import file_3b, generate_2b
from ims_fsm.workflow.unit import UnitOfWork

ROOMS: tuple[ModuleType, ...] = (chains, filing, moving, scene, settling, entering)
REMEMBERING: list[Any] = [
    made for room in ROOMS for made in vars(room).values() if isinstance(made, type(scene.watched))
]
APART = ("place",)
# The log as it reads, whatever the numbers of its calls are.
QUERIES = {table.name: table.select().order_by(*table.primary_key) for table in Table.metadata.sorted_tables}
QUERIES |= {LOG.name: STEPS.order_by(*LOG.primary_key)}
del QUERIES[CALL.name]
LAID_OVER = shipped_book("# the same calendar, read once more\n")


@dataclass(frozen=True)
class Call:
    """What one call has otherwise than another of its shape."""

    buyers: tuple[str, str]
    now: datetime
    actor: str
    key: str
    period: TaxPeriod
    #: Which of a buyer's records are meant, by their place.
    places: tuple[int, ...]
    remarks: str
    version: int
    previous: State
    reduction: Heads
    supplier: str
    kinds: tuple[Kind, ...]
    #: By how much the second buyer's ids, and every amount, are larger.
    shift: int


FIRST = Call(
    buyers=("27AAPFU0939F1ZV", "27AAACP7879D1ZM"),
    now=datetime(2025, 11, 14, 12, tzinfo=UTC),
    actor="asha",
    key="key-1",
    period=TaxPeriod("2025-10"),
    places=(0, 2, 4, 5, 6),
    remarks="seen",
    version=2,
    previous=State.PENDING,
    reduction=Heads(igst=1),
    supplier="29AABCT1332L1ZA",
    kinds=(),
    shift=0,
)
SECOND = Call(
    buyers=("24AAACC1206D1ZM", "29AABCT1332L1ZA"),
    now=datetime(2025, 12, 14, 12, tzinfo=UTC),
    actor="ravi",
    key="key-2",
    period=TaxPeriod("2025-11"),
    places=(1, 3, 4, 6, 7),
    remarks='अभी "नहीं"',
    version=1,
    previous=State.NO_ACTION,
    reduction=Heads(igst=3, cess=2),
    supplier="24AABCT1332L1ZA",
    kinds=(Kind.CREDIT_NOTE,),
    shift=1,
)
# What a buyer has: a kind, the columns of the record, and whether it amends the one before.
HELD: list[tuple[Kind, Mapping[str, Any], bool]] = [
    (Kind.INVOICE, {"igst": 100, "state": "no_action"}, False),
    (Kind.INVOICE, {"igst": 101, "state": "rejected", "version": 2}, False),
    (Kind.CREDIT_NOTE, {"igst": 5, "state": "accepted", "carried_igst": 1, "acted": ("partial", 4)}, False),
    (Kind.INVOICE, {"igst": 103, "state": "pending", "pending_blocked": False}, False),
    (Kind.CREDIT_NOTE, {"igst": 3, "cess": 2, "state": "no_action"}, False),
    (Kind.CREDIT_NOTE, {"igst": 1, "state": "pending", "version": 2}, False),
    (Kind.INVOICE, {"igst": 110, "state": "no_action"}, False),
    (Kind.INVOICE, {"igst": 90, "state": "no_action"}, True),
    (Kind.INVOICE, {"igst": 70, "route": "reverse_charge", "reverse_charge": True}, False),
    (Kind.INVOICE, {"two_b_period": None, "form": "GSTR-1"}, False),
]


def bulk(trigger: Trigger, *names: str) -> Callable[[UnitOfWork, Call], object]:
    """Return what acts on the chosen records, with a request of these fields of a call."""

    def act(unit: UnitOfWork, call: Call) -> object:
        ids = [held(call, 0)[place]["id"] for place in call.places]
        request = Request(**{name: getattr(call, "reduction" if name == "reduce_itc" else name) for name in names})
        report = act_on(unit, call.buyers[0], trigger, request, ids)
        return report.applied, report.refused_records, report.saved

    return act


def everything(unit: UnitOfWork, call: Call) -> object:
    return act_on(unit, call.buyers[0], Trigger.ACCEPT, Request(), where=Where())


def matching(unit: UnitOfWork, call: Call) -> object:
    """Act on what a filter means, each of its fields another."""
    where = Where(
        states=(State.NO_ACTION, call.previous),
        kinds=(Kind.INVOICE, *call.kinds),
        supplier=call.supplier,
        return_period=call.period,
        two_b_period=call.period,
        in_ims=True,
    )
    return act_on(unit, call.buyers[0], Trigger.REJECT, Request(), where=where)


def returned(unit: UnitOfWork, call: Call) -> object:
    generate_2b(unit, call.buyers[0], call.period)
    return file_3b(unit, call.buyers[0], call.period)


def swept(unit: UnitOfWork, call: Call) -> object:
    return sweep_many(unit, call.buyers)


WORK: dict[str, Callable[[UnitOfWork, Call], object]] = {
    "accept all": everything,
    "reject by a filter": matching,
    "accept": bulk(Trigger.ACCEPT),
    "accept with remarks": bulk(Trigger.ACCEPT, "remarks"),
    "accept with a reduction": bulk(Trigger.ACCEPT, "reduce_itc", "remarks"),
    "reject by version": bulk(Trigger.REJECT, "version"),
    "keep pending": bulk(Trigger.KEEP_PENDING),
    "reset by the action before": bulk(Trigger.RESET, "previous"),
    "GSTR-2B and GSTR-3B": returned,
    "sweep": swept,
}


@pytest.fixture
def filled(engine: Engine, plain_store) -> Engine:
    """A store with what both calls are about."""
    with writing(engine) as connection:
        # On PostgreSQL a number that is given out stays so, whatever is taken back.
        declaration_ids(connection, shipped_book().law.record_machines, FIRST.now)
        for call in (FIRST, SECOND):
            for place, buyer in enumerate(call.buyers):
                taxpayers.put(connection, Taxpayer(gstin=buyer, registered_from=call.period))
                connection.execute(insert(RecordRow), [columns(plain_store, row) for row in held(call, place)])
    return engine


def held(call: Call, place: int) -> list[dict[str, Any]]:
    """Return what a buyer of a call has, by column: the same as another, with other ids, amounts and periods."""
    first = 1 + 100 * place + 1_000 * call.shift
    rows: list[dict[str, Any]] = []
    for at, (kind, given, amends) in enumerate(HELD):
        filed = {"return_period": str(call.period), "two_b_period": str(call.period)}
        igst = given.get("igst", 1) + call.shift
        row = {"kind": kind, **filed, **given, "igst": igst, "id": first + at, "chain_id": first + at}
        if amends:
            row |= {"chain_id": first + at - 1, "machine": f"{kind}_amendment"}
            row |= {"original_number": "S/0", "original_date": date(2024, 10, 5)}
        rows.append({**row, "recipient_gstin": call.buyers[place], "supplier_gstin": call.supplier})
    return rows


def columns(plain_store: Callable[..., Any], row: dict[str, Any]) -> dict[str, Any]:
    """Return the whole row of a record."""
    kind, given = row["kind"], {name: value for name, value in row.items() if name != "kind"}
    acted = {"acted": given.pop("acted", (None, 0))}
    (whole,) = plain_store((kind, 0, {"two_b_period": given["two_b_period"], **acted})).rows
    return {**whole, **given}


def done(connection: Connection, unit_of: Callable[..., UnitOfWork], call: Call, work: Any) -> tuple[object, Any]:
    """Do the work of a call in a transaction that is taken back; return its answer and what lay in the tables."""
    with connection.begin_nested() as inner:
        unit = unit_of(connection, call.now)
        unit.principal, unit.request_key = Principal(call.actor), call.key
        answer = work(unit, call)
        left = {name: rows(connection, query) for name, query in QUERIES.items()}
        inner.rollback()
    return answer, left


def rows(connection: Connection, query: Any) -> Sequence[Any]:
    return [
        {name: value for name, value in row.items() if name not in APART}
        for row in connection.execute(query).mappings()
    ]


def built() -> int:
    """Return how many statements were built since they were forgotten."""
    return sum(remembered.cache_info().misses for remembered in REMEMBERING)


def forget() -> None:
    for remembered in REMEMBERING:
        remembered.cache_clear()


@pytest.mark.parametrize("name", WORK)
def test_a_statement_that_is_remembered_takes_the_values_of_each_call(filled: Engine, unit_of, name: str) -> None:
    work = WORK[name]
    with writing(filled) as connection:
        forget()
        before, _ = done(connection, unit_of, FIRST, work)
        first = built()
        remembered = done(connection, unit_of, SECOND, work)
        assert first
        assert built() == first, "the second call has another shape"
        forget()
        assert remembered == done(connection, unit_of, SECOND, work)
        assert remembered[1]["ims_transition_log"] or remembered[1]["ims_two_b_log"], before


def test_a_book_has_its_own_statements(filled: Engine, unit_of) -> None:
    """A calendar that is laid over the shipped one is another book, and its moments are its own."""
    with writing(filled) as connection:
        forget()
        done(connection, unit_of, FIRST, everything)
        first = built()
        done(connection, lambda *asked: unit_of(*asked, book=LAID_OVER), FIRST, everything)
        assert built() > first


def test_no_more_is_remembered_than_a_bound() -> None:
    assert all(remembered.cache_info().maxsize for remembered in REMEMBERING)
