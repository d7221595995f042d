"""The documents of a purchase register: a register taken in over the one before it, and what people decided of pairs.

Imports the tables; decides nothing. A register is written with a few statements, however many documents it has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Index,
    String,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)

from ims_fsm.law.matching import canonical_of, written
from ims_fsm.record.register import Booked, Gone, KeptRegister, MatchDecision, RegisterDocument
from ims_fsm.store.connection import among
from ims_fsm.store.purchase_tables import DECISION, DOCUMENT, PAIR
from ims_fsm.store.register import take_numbers
from ims_fsm.store.staging.loading import Load, Stored, analyse, bytewise
from ims_fsm.store.tables import PAISE
from ims_fsm.store.temporary import emptied, temporary
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.vocabulary import Kind

EXAMPLES = 5
_SLICE = 5_000
_MONEY = ("taxable", *HEADS)
_IDENTITY = ("supplier_gstin", "kind", "written", "document_date")
# What a document may have otherwise than it had.
_CONTENT = (*_MONEY, "number", "canonical", "period", "source", "place", "lines")
BOOKED = temporary(
    "booked",
    Column("turn", PAISE, primary_key=True, autoincrement=False),
    *(Column(name, String, nullable=False) for name in _IDENTITY[:3]),
    Column("document_date", Date, nullable=False),
    *(Column(name, PAISE, nullable=False) for name in (*_MONEY, "lines")),
    *(Column(name, String, nullable=False) for name in ("number", "canonical", "period", "source", "place")),
)
# What of it is here already: as which document, and whether that is as it was.
STANDING = temporary(
    "standing",
    Column("id", PAISE, primary_key=True, autoincrement=False),
    Column("turn", PAISE, nullable=False),
    Column("same", PAISE, nullable=False),
)
Index("standing_by_turn", STANDING.c.turn, unique=True)
_B, _D, _S = BOOKED.c, DOCUMENT.c, STANDING.c
_LOADED = ("turn", *_IDENTITY, *_CONTENT)


def replace(
    connection: Connection,
    recipient: str,
    booked: Sequence[Booked],
    fy_of: Callable[[date], str],
    source: str,
    period: str,
) -> tuple[int, int, int, Gone, Gone]:
    """Take in the register of a period (blank for one without) over the one before it.

    Returns how many documents are new, changed and unchanged, and what is gone: it stood in the register of this
    period, and does not any more; and what has moved: it stood in that of another, and stands in this one now.
    """
    _load(connection, booked, fy_of, source, period)
    whose = _D.recipient_gstin == recipient
    same = and_(*(_D[name] == _B[name] for name in _CONTENT))
    here = BOOKED.join(DOCUMENT, and_(whose, *(_D[name] == _B[name] for name in _IDENTITY)))
    standing = select(_D.id, _B.turn, case((same, 1), else_=0)).select_from(here)
    connection.execute(insert(emptied(connection, STANDING)).from_select(["id", "turn", "same"], standing))
    analyse(connection, STANDING.name)
    old, kept = connection.execute(
        select(func.count(), func.count(case((_S.same == 1, 1)))).select_from(STANDING)
    ).one()
    stays = exists().where(_S.id == _D.id)
    moved = _counted(connection, whose, _D.period != period, stays)
    gone = _gone(connection, whose, _D.period == period, ~stays)
    if kept < len(booked):
        _write(connection, recipient, len(booked) if old < len(booked) else 0)
    return len(booked) - old, old - kept, kept, gone, moved


def _write(connection: Connection, recipient: str, numbers: int) -> None:
    """Write the documents that are new, under so many numbers, and those that are not as they were: these keep theirs.

    A number never goes to another document: pairs name it, and so does a workbook that somebody still fills in.
    """
    whose = _D.recipient_gstin == recipient
    connection.execute(delete(DOCUMENT).where(whose, _D.id.in_(select(_S.id).where(_S.same == 0))))
    first = take_numbers(connection, f"document {recipient}", numbers) if numbers else 0
    names = [*_IDENTITY, *_CONTENT]
    number = func.coalesce(_S.id, first - 1 + _B.turn)
    rows = select(literal(recipient, String), number, *(_B[name] for name in names))
    rows = rows.select_from(BOOKED.outerjoin(STANDING, _S.turn == _B.turn)).where(func.coalesce(_S.same, 0) == 0)
    # In the order of the largest of its indexes a table grows at its end.
    rows = rows.order_by(*(bytewise(connection, _B[name]) for name in _IDENTITY))
    connection.execute(insert(DOCUMENT).from_select(["recipient_gstin", "id", *names], rows))


def _load(
    connection: Connection, booked: Sequence[Booked], fy_of: Callable[[date], str], source: str, period: str
) -> None:
    emptied(connection, BOOKED)
    day, year = Stored(connection).day, lru_cache(4096)(fy_of)
    numbers = ((turn, row, written(row.number)) for turn, row in enumerate(booked, start=1))
    rows = (
        (
            *(turn, row.supplier, row.kind.value, number, day(row.date)),
            *(row.taxable, row.igst, row.cgst, row.sgst, row.cess),
            *(row.number, canonical_of(number, year(row.date)), period, source, row.place, row.lines),
        )
        for turn, row, number in numbers
    )
    with Load(connection, BOOKED.name, _LOADED) as load:
        while part := list(islice(rows, _SLICE)):
            load.add(part)
    analyse(connection, BOOKED.name)


def _gone(connection: Connection, *which: ColumnElement[bool]) -> Gone:
    """Take out what stood in the register of a period and does not any more."""
    gone = _counted(connection, *which)
    if gone.count:
        connection.execute(delete(DOCUMENT).where(*which))
    return gone


def _counted(connection: Connection, *which: ColumnElement[bool]) -> Gone:
    count = connection.execute(select(func.count()).select_from(DOCUMENT).where(*which)).scalar_one()
    query = select(_D.number, _D.supplier_gstin).where(*which).order_by(_D.supplier_gstin, _D.written).limit(EXAMPLES)
    examples = tuple(f"{row.number} of {row.supplier_gstin}" for row in connection.execute(query)) if count else ()
    return Gone(count=count, examples=examples)


def registers(connection: Connection, recipient: str) -> list[KeptRegister]:
    """Return the registers of a recipient that are here, by period."""
    count, source = func.count().label("documents"), func.max(_D.source).label("source")
    query = select(_D.period, source, count).where(_D.recipient_gstin == recipient).group_by(_D.period)
    return [KeptRegister(**row) for row in connection.execute(query.order_by(_D.period)).mappings()]


def find_many(connection: Connection, recipient: str, ids: Sequence[int]) -> dict[int, RegisterDocument]:
    """Return documents of a recipient's register by id; ids that are not there are left out."""
    query = select(DOCUMENT).where(_D.recipient_gstin == recipient, _D.id.in_(ids))
    return {row.id: document_of(row) for row in connection.execute(query)}


def numbered(connection: Connection, recipient: str, numbers: Collection[str]) -> Iterator[RegisterDocument]:
    """Give the documents of a recipient's register that have one of these numbers, as `law.matching` writes them."""
    query = select(DOCUMENT).where(_D.recipient_gstin == recipient, among(_D.written, sorted(numbers)))
    yield from map(document_of, connection.execute(query.order_by(_D.id)))


def document_of(row: Any) -> RegisterDocument:
    """Return a document from its row."""
    return RegisterDocument(
        id=row.id,
        supplier=row.supplier_gstin,
        kind=Kind(row.kind),
        number=row.number,
        date=row.document_date,
        taxable=row.taxable,
        tax=Heads(row.igst, row.cgst, row.sgst, row.cess),
        period=row.period,
        place=row.place,
    )


def next_decision(connection: Connection, recipient: str) -> int:
    """Return the number of a recipient's next decision."""
    query = select(func.coalesce(func.max(DECISION.c.number), 0) + 1).where(DECISION.c.recipient_gstin == recipient)
    return int(connection.execute(query).scalar_one())


def decide(connection: Connection, recipient: str, decision: MatchDecision, **logged: Any) -> None:
    """Write what somebody decided, and do it: the pair it makes, or parts, stands so at once."""
    values = asdict(decision)
    values["supplier_gstin"], values["document_number"] = values.pop("supplier"), values.pop("document")
    values["document_date"], values["kind"] = values.pop("date"), str(decision.kind)
    connection.execute(insert(DECISION).values(recipient_gstin=recipient, **values, **logged))


def decisions(connection: Connection, recipient: str) -> Iterator[MatchDecision]:
    """Give what people decided of a recipient's pairs, in order."""
    query = select(DECISION).where(DECISION.c.recipient_gstin == recipient).order_by(DECISION.c.number)
    for row in connection.execute(query):
        yield MatchDecision(
            number=row.number,
            decision=row.decision,
            supplier=row.supplier_gstin,
            document=row.document_number,
            date=row.document_date,
            kind=Kind(row.kind),
            record_id=row.record_id,
            reason=row.reason,
            actor=row.actor,
            at=row.at,
        )


def part(connection: Connection, recipient: str, document_id: int, record_id: int, *, whole: bool) -> None:
    """Take the pair of a document and a record apart; `whole`: every pair of either."""
    ends = (PAIR.c.document_id == document_id, PAIR.c.record_id == record_id)
    which = or_(*ends) if whole else and_(*ends)
    connection.execute(delete(PAIR).where(PAIR.c.recipient_gstin == recipient, which))


def pair(connection: Connection, recipient: str, document_id: int, record_id: int, rule: str) -> None:
    """Pair a document and a record that are both free."""
    values = {"document_id": document_id, "record_id": record_id, "rule": rule, "gives": rule}
    connection.execute(insert(PAIR).values(recipient_gstin=recipient, **values))


def named(connection: Connection, recipient: str, decision: MatchDecision) -> int | None:
    """Return the document that a decision is about, None where the register does not have it now."""
    is_it = (_D.supplier_gstin == decision.supplier, _D.kind == str(decision.kind), _D.document_date == decision.date)
    query = select(_D.id).where(_D.recipient_gstin == recipient, *is_it, _D.written == written(decision.document))
    return connection.execute(query).scalar()
