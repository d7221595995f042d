"""One action on a set of records does what taking them one by one does: over random stores, on both databases.

Without hooks and with one that watches, the same rows must be left in every table, the same be told of refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from ims_fsm.law.hooks import Hooks
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer, RefusedError, RefusedGroup
from ims_fsm.record.scene import NO_REQUEST, Request
from ims_fsm.record.where import Where
from ims_fsm.store import listing
from ims_fsm.store.connection import writing
from ims_fsm.store.log import STEPS
from ims_fsm.store.sql.moving import pages
from ims_fsm.store.tables import AT, CALL, LOG, Table
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus, Trigger
from ims_fsm.workflow.actions import EXAMPLES, ActionReport, act_on, acted, decided_otherwise, key
from ims_fsm.workflow.returns import mark_stale
from ims_fsm.workflow.unit import UnitOfWork, scope_of

REQUESTS = [
    *[NO_REQUEST] * 8,
    Request(remarks='अभी नहीं, "later"'),
    Request(remarks="x" * 251),
    Request(version=1),
    Request(previous=State.PENDING),
    Request(reduce_itc="full", remarks="x" * 250),
    Request(reduce_itc="none"),
    Request(reduce_itc=Heads(igst=1)),
    Request(reduce_itc=Heads(igst=1, cess=1)),
    Request(reduce_itc=Heads(igst=100)),
    Request(reduce_itc=Heads(cess=-1)),
    Request(reduce_itc=Heads()),
]
WHERE = [
    Where(),
    Where(),
    Where(states=(State.NO_ACTION, State.REJECTED)),
    Where(kinds=(Kind.CREDIT_NOTE,)),
    Where(supplier_status=SupplierStatus.SAVED),
    Where(two_b_period=TaxPeriod("2025-10")),
    Where(in_ims=False),
    Where(number="S/3"),
]
BUYER = "27AAPFU0939F1ZV"
# Before it nothing is allowed at all.
OPENED = 2024
# Of a row, what says where it stands among the events and not what happened.
APART = "place"
# The log as it reads: in how many calls steps were taken is not what happened.
QUERIES = {table.name: table.select().order_by(*table.primary_key) for table in Table.metadata.sorted_tables}
QUERIES |= {LOG.name: STEPS.order_by(*LOG.primary_key)}
del QUERIES[CALL.name]
Done = tuple[ActionReport, list[Answer], Mapping[str, Sequence[Any]]]


def rows(connection: Connection) -> dict[str, Sequence[Any]]:
    return {
        table: [
            {name: value for name, value in row.items() if name != APART}
            for row in connection.execute(query).mappings()
        ]
        for table, query in QUERIES.items()
    }


def act_on_each(  # noqa: PLR0917 -- as act_on
    unit: UnitOfWork,
    recipient: str,
    trigger: Trigger,
    request: Request,
    ids: Sequence[int] | None,
    where: Where,
    each_refused: Callable[[Answer], Any],
) -> ActionReport:
    """Do what `act_on` does with one record after the other, each through its machine."""
    chosen, values = listing.conditions(where) if ids is None else ([AT.id.in_(ids)], {})
    if ids is None and where.expected_period is not None:
        chosen, values = [AT.id.in_([record.id for record in unit.matching(recipient, where)])], {}
    applied, saved = 0, 0
    groups: dict[Any, list[Answer]] = {}
    for page in pages(unit.connection, scope_of(unit, [recipient]).narrowed(*chosen, **values)):
        chains = unit.chains_of(page)
        changes: list[tuple[Record, Record]] = []
        for record in page:
            try:
                changes.append((record, acted(unit, record, trigger, request, chains[record.id])))
            except RefusedError as error:
                answer = Answer.refused(record.id, error)
                each_refused(answer)
                groups.setdefault(key(answer.refusals), []).append(answer)
        unit.write(changes)
        mark_stale(unit, recipient, decided_otherwise(changes))
        applied += len(changes)
        saved += sum(not record.filed for record, _ in changes)
    refused = [RefusedGroup(group[0].refusals, len(group), tuple(group[:EXAMPLES])) for group in groups.values()]
    refused.sort(key=lambda group: (-group.count, group.examples[0].record_id))
    return ActionReport(trigger, applied, tuple(refused), saved)


def done(unit: UnitOfWork, *asked: Any, act: Callable[..., ActionReport] = act_on) -> Done:
    """Act on many in a transaction that is taken back, and return what was told and what lay in the tables."""
    told: list[Answer] = []
    with unit.connection.begin_nested() as inner:
        report = act(unit, *asked, told.append)
        found = rows(unit.connection)
        inner.rollback()
    return report, told, found


def watching(unit: UnitOfWork) -> Hooks:
    hooks = Hooks(unit.book.law)
    hooks.after()(lambda _event: None)
    return hooks


def compare(connection: Connection, unit_of: Callable[..., UnitOfWork], now: datetime, *asked: Any) -> None:
    unit = unit_of(connection, now)
    for machine in unit.book.law.record_machines:
        unit.declaration_id(machine.name)
    one_by_one = done(unit_of(connection, now), *asked, act=act_on_each)
    for in_sets in (done(unit_of(connection, now), *asked), done(unit_of(connection, now, watching(unit)), *asked)):
        assert in_sets[0] == one_by_one[0]
        assert in_sets[1] == one_by_one[1]
        for table, left in one_by_one[2].items():
            assert in_sets[2][table] == left, table


def test_an_action_in_sets_does_what_it_does_one_by_one(over, moments, unit_of) -> None:
    def check(  # noqa: PLR0917 -- what is asked
        connection: Connection, store, whose: int, now: datetime, trigger: Trigger, asked: Request, where: Where, among
    ) -> None:
        gstin = store.recipients[whose].gstin
        own = [row["id"] for row in store.rows if row["recipient_gstin"] == gstin]
        ids = None if among is None else [own[byte % len(own)] for byte in among if own]
        compare(connection, unit_of, now, gstin, trigger, asked, ids, where)

    opened = [moment for moment in moments if moment.year > OPENED]
    asked = map(st.sampled_from, (opened, ACTIONS, REQUESTS, WHERE))
    over(check, st.integers(0, 2), *asked, st.none() | st.binary(min_size=1, max_size=6))


@pytest.mark.parametrize("asked", ["full", "none", Heads(igst=3), Heads(igst=1), Heads(igst=4), Heads(cess=-1), None])
@pytest.mark.parametrize("kind", [Kind.CREDIT_NOTE, Kind.INVOICE])
def test_what_is_declared_with_an_acceptance(engine: Engine, plain_store, unit_of, kind: Kind, asked) -> None:
    """On a credit note that takes back 3 paise, and on an invoice, on which nothing can be declared."""
    filed = {"two_b_period": "2025-10", "return_period": "2025-10", "igst": 2, "carried_igst": 1}
    store = plain_store((kind, 0, filed), (kind, 0, filed | {"acted": ("full", 3), "state": "accepted"}))
    request, now = Request(reduce_itc=asked, remarks="seen"), datetime(2025, 11, 20, tzinfo=UTC)
    with writing(engine) as connection:
        store.write(connection)
        compare(connection, unit_of, now, store.recipients[0].gstin, Trigger.ACCEPT, request, None, Where())
        (report, _, left) = done(unit_of(connection, now), BUYER, Trigger.ACCEPT, request, None, Where())
    fits = (asked is None) if kind is Kind.INVOICE else asked not in (Heads(igst=4), Heads(cess=-1))
    assert report.applied == (2 if fits else 0)
    assert len(left["ims_transition_log"]) == report.applied
