"""Reads what new amendments may belong to, in the order in which they are linked, and keeps where each belongs.

Imports the staging tables; decides nothing about a chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, and_, collate, insert, select, union

from ims_fsm.store.dialect import database_of
from ims_fsm.store.staging.columns import AT, CARRIED, CHAINS, LINK, NAMED, ODD, RECORD, STAGE, STANDING
from ims_fsm.store.staging.entering import fresh
from ims_fsm.store.staging.loading import Load, Row, analyse, streamed
from ims_fsm.store.staging.matching import not_deleted, note_odd

_S, _N = STAGE.c, NAMED.c


def amendments(connection: Connection, first: int) -> Iterator[Any]:
    """Give the new amendments, numbered from an id on: each supplier's of a kind together, oldest first."""
    new = fresh(amended=True, first=first).c
    query = select(
        new.ordinal,
        new.new_id,
        new.supplier_gstin,
        new.kind,
        new.number_key,
        new.fy,
        new.original_key,
        new.original_date,
        new.original_fy,
        new.supplier_status,
        *(new[name] for name in STANDING),
    ).order_by(_bytewise(connection, new.supplier_gstin), _bytewise(connection, new.kind), new.new_id)
    return (row for part in streamed(connection, query) for row in part)


def members(connection: Connection, recipient: str, first: int) -> Iterator[Any]:
    """Give the members of every chain to which a new amendment may belong, in the same order, by id.

    `first` is the first id of those that were entered from the stage just now, whose numbers were not looked at yet.
    """
    note_odd(connection, recipient, first)
    _name(connection, recipient)
    same = and_(AT.recipient_gstin == recipient, AT.chain_id == CHAINS.c.chain_id)
    query = (
        select(
            *(AT.id, AT.chain_id, AT.supplier_gstin, AT.kind, AT.number, AT.fy, AT.original_number, AT.original_date),
            *(AT[name] for name in (*CARRIED, *STANDING)),
        )
        .select_from(CHAINS.join(RECORD, same))
        .where(not_deleted())
        .order_by(_bytewise(connection, AT.supplier_gstin), _bytewise(connection, AT.kind), AT.id)
    )
    return (row for part in streamed(connection, query) for row in part)


def _name(connection: Connection, recipient: str) -> None:
    """Note the documents that are named, and the chains in which they are known or named already."""
    new = fresh(amended=True, first=1).c
    named = select(new.supplier_gstin, new.kind, new.original_key).distinct()
    connection.execute(insert(NAMED).from_select(["supplier_gstin", "kind", "number_key"], named))
    analyse(connection, NAMED.name)
    present = (AT.recipient_gstin == recipient, not_deleted())
    whose = and_(AT.supplier_gstin == _N.supplier_gstin, AT.kind == _N.kind)
    plain = select(AT.chain_id).select_from(NAMED.join(RECORD, and_(*present, whose, AT.number == _N.number_key)))
    there = select(_N.kind).where(whose, _N.number_key == AT.original_number).exists()
    amending = select(AT.chain_id).where(*present, AT.original_date.is_not(None), there)
    at_id = and_(AT.id == ODD.c.id, *present)
    keys = (ODD.c.number_key, ODD.c.original_key)
    odd = [
        select(AT.chain_id).select_from(ODD.join(RECORD, at_id).join(NAMED, and_(whose, _N.number_key == key)))
        for key in keys
    ]
    connection.execute(insert(CHAINS).from_select(["chain_id"], union(plain, amending, *odd)))
    analyse(connection, CHAINS.name)


def link(connection: Connection, rows: Iterable[Row]) -> int:
    """Keep where new amendments belong; returns how many there are."""
    count, part = 0, list[Row]()
    with Load(connection, LINK.name, [column.name for column in LINK.c]) as load:
        for row in rows:
            part.append(row)
            if len(part) == 1_000:  # noqa: PLR2004 -- the reading of the next rows must wait for it
                load.add(part)
                load.rest()
                count, part = count + len(part), []
        load.add(part)
    analyse(connection, LINK.name)
    return count + len(part)


def _bytewise(connection: Connection, column: Any) -> Any:
    return column if database_of(connection).single_writer else collate(column, "C")
