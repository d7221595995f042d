"""Every fact of every record, read in SQL and by the Python reading, over random stores on both databases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, Select, select

from ims_fsm.record.record import Record
from ims_fsm.record.scene import NO_REQUEST, Request, record_facts
from ims_fsm.store import records
from ims_fsm.store.connection import writing
from ims_fsm.store.sql.chains import CHAIN
from ims_fsm.store.sql.facts import READINGS, FactsInSql
from ims_fsm.store.sql.moving import source
from ims_fsm.store.sql.prepared import built, run
from ims_fsm.store.sql.scene import NAMED, Firing, Shape, alike, expected_period
from ims_fsm.store.tables import AT
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind, State, Trigger
from ims_fsm.workflow.unit import UnitOfWork, scope_of

REQUESTS = [
    NO_REQUEST,
    Request(reduce_itc="full", version=1),
    Request(reduce_itc="none", remarks="x" * 251),
    Request(reduce_itc=Heads(igst=1), previous=State.PENDING, remarks="x" * 250),
    Request(reduce_itc=Heads(igst=1, cess=2), version=2, previous=State.NO_ACTION),
    Request(reduce_itc=Heads(cess=-1)),
    Request(reduce_itc=Heads()),
]
Facts = dict[int, Mapping[str, str]]


def in_sql(unit: UnitOfWork, recipients: list[str], request: Request, ids: list[int] | None = None) -> Facts:
    scope = scope_of(unit, recipients) if ids is None else scope_of(unit, recipients, NAMED, ids=ids)
    # A trigger that asks for the deadline of what is pending, so that its values are there.
    firing = Firing(trigger=Trigger.KEEP_PENDING, scope=scope, request=request)
    rows = run(unit.connection, every_fact(firing.shape), firing).mappings()
    return {row.pop("id"): row for row in map(dict, rows)}


@built
def every_fact(shape: Shape) -> Select[Any]:
    """Return the statement that reads every fact; it is remembered, as those of the program are."""
    readings, period = FactsInSql(shape), expected_period(shape).label("two_b_period")
    facts = [readings[fact].text.label(fact) for fact in READINGS]
    return select(AT.id, period, *facts).select_from(source(shape)).where(*shape.meant)


def in_python(unit: UnitOfWork, recipients: Iterable[str], request: Request) -> Facts:
    found: Facts = {}
    for recipient in recipients:
        scene = unit.scene(recipient)
        chains: dict[int, list[Record]] = defaultdict(list)
        for record in records.matching(unit.connection, recipient, []):
            chains[record.chain_id].append(record)
        for chain in chains.values():
            chain.sort(key=lambda record: record.age)
            for record in chain:
                facts = record_facts(record, chain, scene, request)
                told = {name: value for name, value in facts.items() if name in READINGS}
                found[record.id] = {**told, "two_b_period": scene.expected_period(record)}
    return found


def compare(connection: Connection, store, unit_of: Callable[..., UnitOfWork], now: datetime, request: Request) -> None:
    unit = unit_of(connection, now)
    for part in alike(unit.scene, [taxpayer.gstin for taxpayer in store.recipients]):
        assert in_sql(unit, part, request) == in_python(unit, part, request)


def test_every_fact_of_every_record_is_read_alike(over, moments, unit_of) -> None:
    def check(connection: Connection, store, now: datetime, asked: Request) -> None:
        compare(connection, store, unit_of, now, asked)

    over(check, st.sampled_from(moments), st.sampled_from(REQUESTS))


def test_what_is_named_is_read_by_its_chains_alone(over, moments, unit_of) -> None:
    def check(connection: Connection, store, now: datetime, drawn: bytes) -> None:
        unit = unit_of(connection, now)
        for part in alike(unit.scene, [taxpayer.gstin for taxpayer in store.recipients]):
            rows = [row for row in store.rows if row["recipient_gstin"] in part]
            named = [rows[byte % len(rows)] for byte in drawn]
            found = in_sql(unit, part, NO_REQUEST, ids := [row["id"] for row in named])
            assert found == {
                number: facts for number, facts in in_python(unit, part, NO_REQUEST).items() if number in ids
            }
            chains = {row["chain_id"] for row in named}
            read = {row["id"] for row in rows if row["chain_id"] in chains and is_amended(row["chain_id"], rows)}
            assert read == (set(connection.execute(select(CHAIN.c.record_id)).scalars()) if read else set())

    over(check, st.sampled_from(moments), st.binary(min_size=1, max_size=6))


def is_amended(chain: int, rows: list[Mapping[str, object]]) -> bool:
    return any(row["chain_id"] == chain and row["original_date"] for row in rows)


def test_what_is_saved_is_read_by_how_often_its_supplier_files(engine: Engine, plain_store, unit_of) -> None:
    """Between the end of the monthly window and that of the quarterly one, in the same form and return period."""
    saved = {"form": "GSTR-1", "return_period": "2024-10"}
    store = plain_store(*((Kind.INVOICE, supplier, saved) for supplier in range(3)))
    now = datetime(2024, 11, 12, 12, tzinfo=UTC)
    with writing(engine) as connection:
        store.write(connection)
        compare(connection, store, unit_of, now, NO_REQUEST)
        found = in_sql(unit_of(connection, now), [store.recipients[0].gstin], NO_REQUEST)
    assert [facts["two_b_period"] for facts in found.values()] == ["2024-11", "2024-10", "2024-11"]
