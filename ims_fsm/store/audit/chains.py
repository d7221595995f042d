"""Chains with an amendment: what each GSTR-3B decided of them, played again from the first by the law and the ledger.

Imports the record's replay and the tables. Records that stand alone are `audit.money`, which asks of them in sets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, Select, and_, cast, exists, func, select

from ims_fsm.errors import Problem
from ims_fsm.law.book import LawBook
from ims_fsm.record.record import Record
from ims_fsm.record.replay import Decided, Member, carried_before, decided
from ims_fsm.record.returns import TwoBLine
from ims_fsm.record.scene import Scene
from ims_fsm.store import taxpayers
from ims_fsm.store.audit.comparison import unlike
from ims_fsm.store.audit.standing import LAST_AT, LAST_DETAIL, LAST_SOURCE, with_last_step
from ims_fsm.store.log import OF_ONE_CALL, RESTORE, STEP, asked, of_recipient
from ims_fsm.store.records import PAGE, from_row
from ims_fsm.store.returns import line_of
from ims_fsm.store.sql.prepared import built
from ims_fsm.store.sql.said import said
from ims_fsm.store.tables import AT, CALL, LINES, LOG, PAISE, RECORD, ContentRow, TwoBRow, core
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Correction, Filing, State, TwoBState

_contents, _two_b = core(ContentRow), core(TwoBRow)
_WHY = "what was decided makes it"
_FILINGS = frozenset(map(str, Filing))
Key = tuple[str, TaxPeriod]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A member of a chain, and what the log says that decided it."""

    member: Member
    detail: str | None

    @property
    def record(self) -> Record:
        return self.member.record


def problems(connection: Connection, book: LawBook, gstin: str | None) -> Iterator[Problem]:
    """Give the members of chains with an amendment that are decided otherwise than their GSTR-3B had to, and lines.

    Every word of the records and returns must be one.
    """
    filings = connection.execute(select(taxpayers.TABLE.c["gstin", "filing"]))
    suppliers = {who: Filing(often) for who, often in filings if often in _FILINGS}
    filed, stated = _filed(connection, gstin), _stated(connection, gstin)
    for chains in _pages(connection, gstin):
        recipient = taxpayers.find(connection, chains[0][0].record.recipient)
        if recipient is None:
            continue
        scene = Scene(now=book.calendar.opens_at, book=book, recipient=recipient, suppliers=suppliers)
        lines = dict[tuple[TaxPeriod, int, str], TwoBLine]()
        for chain in chains:
            for period, carried in carried_before([kept.record for kept in chain], stated).items():
                if (moment := filed.get((recipient.gstin, period))) is None:
                    continue
                made = decided([kept.member for kept in chain], period, carried, replace(scene, now=moment))
                for kept in chain:
                    if kept.record.settled_in == period:
                        yield from _unlike(kept, made.get(kept.record.id))
                lines |= {(period, line.record_id, line.entry): line for of in made.values() for line in of.lines}
        yield from _lines(connection, recipient.gstin, [kept.record.id for chain in chains for kept in chain], lines)


def _pages(connection: Connection, gstin: str | None) -> Iterator[list[list[_Kept]]]:
    """Give whole chains of one recipient, at most a page of records of them and what belongs to the last."""
    page: list[list[_Kept]] = []
    with asked(connection, _members(narrow=gstin is not None), gstin, yield_per=PAGE) as rows:
        for (recipient, _), members in groupby(rows.mappings(), itemgetter("recipient_gstin", "chain_id")):
            if page and (page[0][0].record.recipient != recipient or sum(map(len, page)) >= PAGE):
                yield page
                page = []
            page.append(sorted(map(_kept, members), key=attrgetter("record.age")))
    if page:
        yield page


@built
def _members(*, narrow: bool) -> Select[Any]:
    """Return what selects the members of chains with an amendment of which something is decided, chain by chain."""
    amending, settled = RECORD.alias("amending").c, RECORD.alias("settled").c
    of_chain = (settled.recipient_gstin == amending.recipient_gstin, settled.chain_id == amending.chain_id)
    ends = exists().where(*of_chain, settled.settled_in.is_not(None))
    named = select(amending.recipient_gstin, amending.chain_id).where(amending.original_date.is_not(None), ends)
    chains = of_recipient(named, amending.recipient_gstin, narrow=narrow).distinct().subquery("chains")
    first = _contents.alias("first")
    its_first = and_(first.c.recipient_gstin == AT.recipient_gstin, first.c.record_id == AT.id, first.c.number == 1)
    same = and_(chains.c.recipient_gstin == AT.recipient_gstin, chains.c.chain_id == AT.chain_id)
    beside = {"since": first.c.at, "left": LAST_SOURCE, "moved_at": LAST_AT, "said": LAST_DETAIL}
    query = select(RECORD, *(column.label(f"log_{name}") for name, column in beside.items()))
    rows = query.select_from(with_last_step().join(chains, same).join(first, its_first))
    return rows.order_by(AT.recipient_gstin, AT.chain_id)


def _kept(row: Any) -> _Kept:
    left = State(row["log_left"]) if row["log_left"] else State.NO_ACTION
    return _Kept(Member(from_row(row), row["log_since"], left, row["log_moved_at"]), row["log_said"])


def _filed(connection: Connection, gstin: str | None) -> Mapping[Key, datetime]:
    """Return when each GSTR-3B was filed."""
    query = select(_two_b.c["recipient_gstin", "period", "filed_at"]).where(_two_b.c.state == str(TwoBState.FINAL))
    rows = asked(connection, of_recipient(query, _two_b.c.recipient_gstin, narrow=gstin is not None), gstin)
    return {(row.recipient_gstin, TaxPeriod(row.period)): row.filed_at for row in rows if row.filed_at is not None}


def _stated(connection: Connection, gstin: str | None) -> Mapping[int, Heads]:
    """Return what each record's chain carries by what was stated of its original, in paise."""
    return {row[0]: Heads(*row[1:]) for row in asked(connection, _stating(narrow=gstin is not None), gstin)}


@built
def _stating(*, narrow: bool) -> Select[Any]:
    carried = [func.coalesce(cast(said(STEP["detail"], "carried", head), PAISE), 0) for head in HEADS]
    query = select(LOG.c.record_id, *carried).select_from(LOG.join(CALL, OF_ONE_CALL)).order_by(LOG.c.seq)
    return of_recipient(query.where(CALL.c.trigger == str(Correction.STATE)), LOG.c.recipient_gstin, narrow=narrow)


def _unlike(kept: _Kept, made: Decided | None) -> Iterator[Problem]:
    record, where = kept.record, f"{kept.record.recipient} record {kept.record.id}"
    if made is None:
        yield Problem(where, f"was decided in {record.settled_in}, whose GSTR-3B had to leave it open", RESTORE)
        return
    yield from unlike(where, "disposition", record.disposition, made.after.disposition, _WHY)
    yield from _amounts(where, "carried_", record.carried, made.after.carried)
    yield from _amounts(where, "standing_", record.standing, made.after.standing)
    if record.in_ims:
        back = {"added_back": made.moved.add_back.in_paise()} if made.moved.add_back else {}
        said = {"disposition": str(made.after.disposition), "period": str(record.settled_in), **back}
        follows = json.dumps({**said, "itc": made.moved.itc.in_paise()}, sort_keys=True)
        yield from unlike(where, "decision", kept.detail, follows, _WHY)


def _lines(
    connection: Connection, recipient: str, ids: Sequence[int], follow: Mapping[tuple[TaxPeriod, int, str], TwoBLine]
) -> Iterator[Problem]:
    """Give the lines of these records in filed GSTR-2Bs that are not those that follow."""
    of_final = and_(_two_b.c.recipient_gstin == LINES.c.recipient_gstin, _two_b.c.period == LINES.c.period)
    query = select(LINES).join(_two_b, of_final).where(LINES.c.recipient_gstin == recipient)
    rows = connection.execute(query.where(_two_b.c.state == str(TwoBState.FINAL), LINES.c.record_id.in_(ids)))
    stand = {(TaxPeriod(row["period"]), row["record_id"], row["entry"]): line_of(row) for row in rows.mappings()}
    for key in sorted({*follow, *stand}):
        where = f"{recipient} GSTR-2B of {key[0]} record {key[1]} {key[2]}"
        line, due = stand.get(key), follow.get(key)
        if line is None or due is None:
            yield Problem(where, "is gone" if line is None else "is a line that nothing decided makes", RESTORE)
            continue
        for name in ("section", "counts", "decision"):
            yield from unlike(where, name, getattr(line, name), getattr(due, name), _WHY)
        yield from _amounts(where, "", line.tax, due.tax)


def _amounts(where: str, prefix: str, stand: Heads, follow: Heads) -> Iterator[Problem]:
    for head, stands, follows in zip(HEADS, stand, follow, strict=True):
        yield from unlike(where, f"{prefix}{head}", stands, follows, _WHY)
