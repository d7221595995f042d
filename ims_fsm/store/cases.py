"""Cases in their rows: found by id or key, listed, opened, and written with their step by the version that was read.

Imports the tables and the case; decides nothing. What a case has stands in the contents, its steps in the log of all.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, String, and_, bindparam, func, insert, literal, select

from ims_fsm.record.case import Case, written
from ims_fsm.record.log import TransitionEntry
from ims_fsm.store import log, step
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.connection import among
from ims_fsm.store.failures import first_writer
from ims_fsm.store.records import PAGE
from ims_fsm.store.sql.said import said
from ims_fsm.store.tables import CALL, LOG, ContentRow, core
from ims_fsm.terms.period import TaxPeriod

_at = CASE.c
_contents = core(ContentRow)
_OWNED = select(CASE).where(_at.recipient_gstin == bindparam("owner"), _at.machine == bindparam("of"))
_BY_ID = _OWNED.where(_at.id == bindparam("case_id"))
_BY_KEY = _OWNED.where(_at.key == bindparam("key"))
# The row is held and read in one round trip; SQLite, with one writer, leaves the words out.
_HELD = _BY_ID.with_for_update()
_SAME = {"owner": "recipient_gstin"}


def from_row(row: RowMapping) -> Case:
    """Return the case of a row."""
    values = {name: row[_SAME.get(name, name)] for name in Case.__dataclass_fields__}
    return Case(**{**values, "period": TaxPeriod(row["period"]), "facts": json.loads(row["facts"])})


def to_row(case: Case) -> dict[str, Any]:
    """Return the values of a case's row, by column."""
    row = {_SAME.get(name, name): getattr(case, name) for name in Case.__dataclass_fields__}
    return {**row, "period": str(case.period), "facts": written(case.facts)}


def find(connection: Connection, owner: str, machine: str, case_id: int, *, hold: bool = False) -> Case | None:
    """Return an owner's case of a machine; `hold` keeps other writers from it for the rest of the transaction."""
    query = _HELD if hold else _BY_ID
    row = connection.execute(query, {"owner": owner, "of": machine, "case_id": case_id}).mappings().first()
    return None if row is None else from_row(row)


def find_by_key(connection: Connection, owner: str, machine: str, key: str) -> Case | None:
    """Return an owner's case of a machine by the key that its host knows it by."""
    row = connection.execute(_BY_KEY, {"owner": owner, "of": machine, "key": key}).mappings().first()
    return None if row is None else from_row(row)


def open_with(connection: Connection, case: Case, entry: TransitionEntry) -> None:
    """Write a new case with its facts and the step that opened it.

    Raises `ConflictError` where another writer opened one with its key meanwhile.
    """
    with first_writer(f"{case.machine} {case.key!r}"):
        connection.execute(insert(CASE), to_row(case))
    log.append(connection, [entry])
    add_facts(connection, [(case, entry)])


def write(connection: Connection, before: Case, after: Case, entry: TransitionEntry) -> None:
    """Write a case as a step leaves it, and the step.

    Raises `ConflictError` where it is no longer in the version that was read.
    """
    old, new = to_row(before), to_row(after)
    moved = {name: value for name, value in new.items() if value != old[name]}
    step.write_moved(connection, step.Moved(CASE, _at.seq, before.owner, before.id, before.seq, moved), entry)
    if after.contents != before.contents:
        add_facts(connection, [(after, entry)])


def add_facts(connection: Connection, changes: Sequence[tuple[Case, TransitionEntry]]) -> None:
    """Write the facts that each case has now, under their number, with who brought them."""
    rows = [
        {
            "recipient_gstin": case.owner,
            "record_id": case.id,
            "number": case.contents,
            "content": written(case.facts),
            "content_hash": case.content_hash,
            **{name: getattr(entry, name) for name in ("actor", "at", "recorded_at", "backdate")},
        }
        for case, entry in changes
    ]
    if rows:
        connection.execute(insert(_contents), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesWhere:
    """Which cases of an owner and a machine are meant: in some states, of a month, with facts that stay with them.

    `defaults` has the value of each fact that a case which does not have it takes.
    """

    owner: str
    machine: str
    states: Collection[str] = ()
    facts: Mapping[str, Collection[str]]
    defaults: Mapping[str, str]
    period: TaxPeriod | None = None
    ids: Collection[int] | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """The condition on the table of cases."""
        parts: list[ColumnElement[bool]] = [_at.recipient_gstin == self.owner, _at.machine == self.machine]
        if self.states:
            parts.append(among(_at.state, sorted(self.states)))
        if self.period is not None:
            parts.append(_at.period == str(self.period))
        if self.ids is not None:
            parts.append(among(_at.id, sorted(self.ids)))
        for name, values in self.facts.items():
            value = func.coalesce(said(_at.facts, name), literal(self.defaults[name], String))
            parts.append(among(value, sorted(values)))
        return and_(*parts)


def search(connection: Connection, where: CasesWhere, after: int = 0, limit: int | None = None) -> Iterator[Case]:
    """Give the cases that are meant, by id, behind one; a page of them is held."""
    query = select(CASE).where(where.condition, _at.id > after).order_by(_at.id).limit(limit)
    with connection.execute(query, execution_options={"yield_per": PAGE}) as rows:
        yield from map(from_row, rows.mappings())


def newest(connection: Connection, where: CasesWhere, limit: int) -> list[Case]:
    """Return so many of the cases that are meant, the newest first."""
    query = select(CASE).where(where.condition).order_by(_at.id.desc()).limit(limit)
    return [from_row(row) for row in connection.execute(query).mappings()]


def ids_among(connection: Connection, where: CasesWhere) -> set[int]:
    """Return those of the ids that are named which are an owner's cases of a machine."""
    meant = CasesWhere(owner=where.owner, machine=where.machine, facts={}, defaults={}, ids=where.ids)
    return set(connection.execute(select(_at.id).where(meant.condition)).scalars())


def count(connection: Connection, where: CasesWhere) -> int:
    """Return how many cases are meant."""
    return int(connection.execute(select(func.count()).select_from(CASE).where(where.condition)).scalar_one())


def fired_by(connection: Connection, owner: str, case_id: int, actor: str) -> frozenset[str]:
    """Return the triggers that somebody has fired on a case."""
    of_case = (LOG.c.recipient_gstin == owner, LOG.c.record_id == case_id, CALL.c.actor == actor)
    fired = select(CALL.c.trigger).distinct().select_from(LOG.join(CALL, log.OF_ONE_CALL)).where(*of_case)
    return frozenset(connection.execute(fired).scalars())
