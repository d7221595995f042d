"""What is decided of one record, of which as little as the law needs is read, is what is decided of it in a set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from ims_fsm.law.refusal import Allowed
from ims_fsm.store import records
from ims_fsm.store.connection import writing
from ims_fsm.store.sql.moving import pages
from ims_fsm.store.sql.scene import Firing
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.vocabulary import Filing, Kind, RemovedFor, Route, State, Trigger
from ims_fsm.workflow.unit import UnitOfWork, consider, scope_of, tell_hooks
from tests.store.sql.conftest import MONTHLY, SUPPLIERS, VERSION, RandomStore, rows_of, settled, version_of

TRIGGERS = [*map(Trigger, ACTIONS), Trigger.FREEZE, Trigger.EXPIRE, Trigger.LAPSE]
# Whether a later version prevails over those before it: filed for the same 2B period, or by its route.
OCTOBER, NOVEMBER = {"two_b_period": "2024-10"}, {"two_b_period": "2024-11"}
VERSIONS: tuple[Mapping[str, Any], ...] = (
    {},
    OCTOBER,
    NOVEMBER,
    {**NOVEMBER, "route": str(Route.POS)},
    {**OCTOBER, "removed_for": str(RemovedFor.SUPPLIER_DELETED), "state": str(State.REMOVED)},
    {**OCTOBER, "settled_in": "2024-10", "state": str(State.FROZEN), "disposition": "accepted"},
)
Decided = set[tuple[Trigger, int]]


def one_by_one(unit: UnitOfWork, gstin: str) -> Decided:
    there = list(records.matching(unit.connection, gstin, []))
    return {
        (trigger, record.id)
        for trigger, record in product(TRIGGERS, there)
        if trigger in unit.scene(gstin).edition(record).triggers
        and isinstance(consider(unit, record, trigger), Allowed)
    }


def firings(unit: UnitOfWork, gstin: str) -> Iterator[Firing]:
    scope = scope_of(unit, [gstin])
    return (Firing(trigger=trigger, scope=scope) for trigger in TRIGGERS)


def in_sets(unit: UnitOfWork, gstin: str) -> Decided:
    return {
        (firing.trigger, record.id)
        for firing in firings(unit, gstin)
        if firing.trigger is not None
        for page in pages(unit.connection, firing, allowed=True)
        for record in page
    }


def test_every_shape_of_a_chain_is_decided_alike_alone_and_in_a_set(engine: Engine, unit_of: Any) -> None:
    plain, rows = version_of(bytes(len(VERSION))), list[dict[str, Any]]()
    originals = [{**OCTOBER, "state": str(state)} for state in (State.PENDING, State.NO_ACTION)]
    for original, size in product(originals, range(3)):
        for later in product(VERSIONS, repeat=size):
            chain = [plain | version for version in (original, *later)]
            rows += rows_of(len(rows) + 1, (MONTHLY, str(Kind.INVOICE), SUPPLIERS[0], False), chain)
    store = RandomStore((settled(MONTHLY, Filing.MONTHLY),), (settled(SUPPLIERS[0], Filing.MONTHLY),), tuple(rows), ())
    with writing(engine) as connection:
        store.write(connection)
        unit = unit_of(connection, datetime(2024, 11, 20, tzinfo=UTC))
        decided = one_by_one(unit, MONTHLY)
        assert decided == in_sets(unit, MONTHLY)
        # Pending over which a later version prevails is decided with it (FAQ 13): some are, and some stay.
        pending = {row["id"] for row in rows if row["state"] == str(State.PENDING)}
        frozen = {number for trigger, number in decided if trigger is Trigger.FREEZE}
        assert pending & frozen
        assert pending - frozen
        # Hooks are told of exactly those: one that was not allowed would raise.
        unit.hooks.before()(lambda _event: None)
        for firing in firings(unit, MONTHLY):
            tell_hooks(unit, firing)


@pytest.mark.long
def test_random_chains_are_decided_alike_alone_and_in_a_set(over: Any, moments: Any, unit_of: Any) -> None:
    def check(connection: Connection, store: RandomStore, now: datetime) -> None:
        unit = unit_of(connection, now)
        for taxpayer in store.recipients:
            assert one_by_one(unit, taxpayer.gstin) == in_sets(unit, taxpayer.gstin)

    over(check, st.sampled_from(moments))
