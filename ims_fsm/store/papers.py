"""What the working papers of a period list: the steps of its records and of its GSTR-2B, refusals, what is added back.

Imports the tables; reads only. Rows are given as they are read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, union

from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.returns import Liability
from ims_fsm.store.attempts import ATTEMPT
from ims_fsm.store.connection import among
from ims_fsm.store.generation_tables import REPLACED
from ims_fsm.store.log import STEPS, entry_of
from ims_fsm.store.returns import liability_of
from ims_fsm.store.tables import AT, CALL, LINES, LOG, LiabilityRow, TwoBLogRow, core
from ims_fsm.terms.period import TaxPeriod

_PAGE = 2_000
_LOG, _LIABILITIES = core(TwoBLogRow), core(LiabilityRow)


def steps(connection: Connection, recipient: str, period: TaxPeriod) -> Iterator[TransitionEntry]:
    """Give the steps of the records that concern a period, in the order of events."""
    query = STEPS.where(LOG.c.recipient_gstin == recipient, CALL.c.machine.is_(None))
    query = query.where(LOG.c.record_id.in_(_concerned(recipient, period)))
    for row in _streamed(connection, query.order_by(CALL.c.place, CALL.c.number, LOG.c.record_id, LOG.c.seq)):
        yield entry_of(row)


def stated_steps(connection: Connection, recipient: str, period: TaxPeriod) -> int:
    """Return how many steps the records that concern a period say that they have."""
    query = select(func.coalesce(func.sum(AT.seq), 0)).where(AT.recipient_gstin == recipient)
    return int(connection.execute(query.where(AT.id.in_(_concerned(recipient, period)))).scalar_one())


def concerns(connection: Connection, recipient: str, period: TaxPeriod, ids: Collection[int]) -> bool:
    """Say whether any of these records concerns a period."""
    query = select(AT.id).where(AT.recipient_gstin == recipient, among(AT.id, ids))
    return connection.execute(query.where(AT.id.in_(_concerned(recipient, period))).limit(1)).first() is not None


def _concerned(recipient: str, period: TaxPeriod) -> Select[Any]:
    """Return the records in any generation of a period's GSTR-2B, reported for it, of its 2B, or decided in it."""
    said = str(period)
    of_period = or_(AT.two_b_period == said, AT.return_period == said, AT.settled_in == said)
    listed = (
        select(table.c.record_id).where(table.c.recipient_gstin == recipient, table.c.period == said)
        for table in (LINES, REPLACED)
    )
    every = union(select(AT.id.label("record_id")).where(AT.recipient_gstin == recipient, of_period), *listed)
    return select(every.subquery("concerned").c.record_id)


def return_steps(connection: Connection, recipient: str, period: TaxPeriod) -> Iterator[Any]:
    """Give the steps of a period's GSTR-2B and GSTR-3B, oldest first."""
    mine = (_LOG.c.recipient_gstin == recipient, _LOG.c.period == str(period))
    yield from connection.execute(select(_LOG).where(*mine).order_by(_LOG.c.seq)).mappings()


def filed_on(connection: Connection, recipient: str, period: TaxPeriod) -> str | None:
    """Return the digest (hex) that the filing of a period's GSTR-3B has kept; None where none is filed."""
    details = [of["detail"] for of in return_steps(connection, recipient, period) if of["trigger"] == "file_3b"]
    return (json.loads(details[-1] or "null") or {}).get("digest") if details else None


def refusals(connection: Connection, recipient: str, since: datetime, until: datetime) -> Iterator[Any]:
    """Give the calls at a recipient's desk that were refused or failed from a moment to another, where it is logged."""
    mine = (ATTEMPT.c.recipient_gstin == recipient, ATTEMPT.c.at >= since, ATTEMPT.c.at <= until)
    yield from _streamed(connection, select(ATTEMPT).where(*mine).order_by(ATTEMPT.c.number))


def added_back(connection: Connection, recipient: str, period: TaxPeriod) -> Iterator[Liability]:
    """Give what a recipient's GSTR-3B of a period added back to its suppliers, by record."""
    of = _LIABILITIES.c
    query = select(_LIABILITIES).where(of.recipient_gstin == recipient, of.recipient_period == str(period))
    for row in _streamed(connection, query.order_by(of.record_id)):
        yield liability_of(row)


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    with connection.execute(query, execution_options={"yield_per": _PAGE}) as rows:
        yield from rows.mappings()
