"""The outcome of a matching as it stands: its pairs, and what is alone on either side, listed and added up by class.

Imports the tables; reads only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union,
)

from ims_fsm.law.matching import BOOKED_TWICE, BOOKS_ONLY, NO_REGISTER, PORTAL_ONLY, REPORTED_TWICE
from ims_fsm.record.register import Match
from ims_fsm.store import records
from ims_fsm.store.connection import among
from ims_fsm.store.purchase_tables import DOCUMENT, NUMBER, PAIR
from ims_fsm.store.purchases import documents
from ims_fsm.store.purchases.sides import MONEY, kind_of, takes_part
from ims_fsm.store.staging.loading import streamed
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.terms.vocabulary import Kind

_PAGE = 500
_D, _P, _N = DOCUMENT.c, PAIR.c, NUMBER.c
_CREDIT = str(Kind.CREDIT_NOTE)


@dataclass(frozen=True, slots=True)
class Sums:
    """How many there are of a class, what they come to in paise, credit notes below zero, and the first of them."""

    count: int
    booked: tuple[int, ...]
    reported: tuple[int, ...]
    firsts: list[Match] = field(default_factory=list)


def added_up(connection: Connection, recipient: str, period: str | None, most: int) -> dict[str, Sums]:
    """Return what each class adds up to, with `most` of its matches; of a period: its register, and its records."""
    sums, firsts = dict[str, Sums](), list[Any]()
    for query in stands(recipient, period, _twice(connection, recipient, period)):
        of = query.subquery()
        amounts = [_signed(of, side, name) for side in ("d", "r") for name in MONEY]
        for row in connection.execute(select(of.c.gives, func.count(), *amounts).group_by(of.c.gives)):
            whole = tuple(map(int, row[2:]))
            sums[row[0]] = Sums(row[1], whole[: len(MONEY)], whole[len(MONEY) :])
        in_order = (of.c.document_id, of.c.record_id)
        turn = func.row_number().over(partition_by=of.c.gives, order_by=in_order).label("turn")
        ranked = select(of.c.gives, of.c.rule, *in_order, turn).subquery()
        if most:
            firsts += connection.execute(select(ranked).where(ranked.c.turn <= most).order_by(ranked.c.turn))
    for match in _read(connection, recipient, firsts):
        sums[match.class_name].firsts.append(match)
    return sums


def _signed(of: Any, side: str, name: str) -> Any:
    sign = case((of.c[f"{side}_kind"] == _CREDIT, -1), else_=1)
    return func.coalesce(func.sum(of.c[f"{side}_{name}"] * sign), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchesWhere:
    """Which matches are meant; what is left out does not narrow.

    `after` is the match behind which they begin: the ids of its document and its record, 0 for the one that it lacks.
    """

    classes: Collection[str] = ()
    period: str | None = None
    documents: Collection[int] | None = None
    records: Collection[int] | None = None
    after: tuple[int, int] = (0, 0)

    @property
    def first(self) -> int:
        """Where the match behind which they begin stands: 0 among the pairs, 1 the documents, 2 the records."""
        document, record = self.after
        return 2 if record and not document else 1 if document and not record else 0

    def is_in(self, turn: int) -> bool:
        """Say whether what `stands` gives at a turn may have any that are meant."""
        lacking = {1: self.records, 2: self.documents}.get(turn)
        return turn >= self.first and lacking is None

    def narrowed(self, of: Any, turn: int) -> list[ColumnElement[bool]]:
        """Return the conditions on what `stands` gives at a turn."""
        document, record = self.after
        named = {"gives": self.classes or None, "document_id": self.documents, "record_id": self.records}
        conditions = [of.c[name].in_(sorted(values)) for name, values in named.items() if values is not None]
        if turn == self.first and (document or record):
            conditions.append(of.c.document_id > document if document else of.c.record_id > record)
        return conditions


def listed(connection: Connection, recipient: str, where: MatchesWhere, limit: int | None = None) -> Iterator[Match]:
    """Give the matches that are meant, pairs first, each list by document or record."""
    given = 0
    # A page is soon listed; all of them would look through the documents of a number again for each.
    twice = _twice(connection, recipient, where.period) if limit is None else None
    for turn, query in enumerate(stands(recipient, where.period, twice)):
        if not where.is_in(turn):
            continue
        of = query.subquery()
        chosen = select(of.c.gives, of.c.rule, of.c.document_id, of.c.record_id).where(*where.narrowed(of, turn))
        chosen = chosen.order_by(of.c.document_id, of.c.record_id)
        if limit is not None:
            chosen = chosen.limit(limit - given)
        rows = (row for part in streamed(connection, chosen) for row in part)
        while page := list(islice(rows, _PAGE)):
            given += len(page)
            yield from _read(connection, recipient, page)
        if limit is not None and given >= limit:
            return


def is_there(connection: Connection, recipient: str) -> bool:
    """Say whether a recipient has a purchase register."""
    return connection.execute(select(_D.id).where(_D.recipient_gstin == recipient).limit(1)).first() is not None


def _is_covered() -> ColumnElement[bool]:
    """Return the condition that a record could be in a register that is here: one of its return period, or of all."""
    return exists().where(_D.recipient_gstin == AT.recipient_gstin, _D.period.in_(["", AT.return_period]))


def of_records(connection: Connection, recipient: str, ids: Collection[int]) -> dict[int, Match]:
    """Return how records stand to the register, by record; left out is what takes part in no matching."""
    pairs, _, alone = stands(recipient, None)
    page = [
        row
        for query, column in ((pairs, _P.record_id), (alone, AT.id))
        for row in connection.execute(query.where(among(column, ids)))
    ]
    return {of.record.id: of for of in _read(connection, recipient, page) if of.record is not None}


def _read(connection: Connection, recipient: str, page: list[Any]) -> Iterator[Match]:
    booked = documents.find_many(connection, recipient, [row.document_id for row in page if row.document_id])
    reported = records.find_many(connection, recipient, [row.record_id for row in page if row.record_id])
    for row in page:
        document, record = booked.get(row.document_id), reported.get(row.record_id)
        if document is not None or record is not None:
            yield Match(class_name=row.gives, rule=row.rule, document=document, record=record)


def stands(
    recipient: str | Sequence[str], period: str | None, twice: Collection[str] | None = None
) -> Iterator[Select[Any]]:
    """Give what selects the pairs, the documents that are alone, and the records that are: each with its class.

    They are of a recipient, or of several, with whose they are. `twice` are the numbers (as `_twice` has them) of which
    another document is paired; None looks for one each time.
    """
    booked = [_D[name].label(f"d_{name}") for name in ("kind", *MONEY)]
    reported = [AT[name].label(f"r_{name}") for name in ("kind", *MONEY)]
    of_period = (_D.period == period, AT.return_period == period)
    pairs = PAIR.join(DOCUMENT, and_(_D.recipient_gstin == _P.recipient_gstin, _D.id == _P.document_id))
    pairs = pairs.join(RECORD, and_(AT.recipient_gstin == _P.recipient_gstin, AT.id == _P.record_id))
    whose: Any = _P.recipient_gstin.label("recipient")
    query: Select[Any] = select(_P.gives, _P.rule, _P.document_id, _P.record_id, *booked, *reported, whose).select_from(
        pairs
    )
    query = query.where(_is_of(_P.recipient_gstin, recipient))
    yield query if period is None else query.where(or_(*of_period))
    none: list[Any]
    nothing, whose = literal(0), _D.recipient_gstin
    alone = case((_paired_number(*_BOOKED, whose, twice), BOOKED_TWICE), else_=BOOKS_ONLY)
    none = [literal("").label("r_kind"), *(nothing.label(f"r_{name}") for name in MONEY)]
    columns = (alone.label("gives"), null().cast(String).label("rule"), _D.id.label("document_id"))
    query = select(*columns, literal(0).label("record_id"), *booked, *none, whose.label("recipient"))
    query = query.where(_is_of(whose, recipient))
    query = query.where(~exists().where(_P.recipient_gstin == whose, _P.document_id == _D.id))
    yield query if period is None else query.where(of_period[0])
    whose = AT.recipient_gstin
    numbered_twice = _paired_number(*_REPORTED, whose, twice)
    alone = case((numbered_twice, REPORTED_TWICE), (_is_covered(), PORTAL_ONLY), else_=NO_REGISTER)
    none = [literal("").label("d_kind"), *(nothing.label(f"d_{name}") for name in MONEY)]
    columns = (alone.label("gives"), null().cast(String).label("rule"), literal(0).label("document_id"))
    numbered = RECORD.outerjoin(NUMBER, and_(_N.recipient_gstin == whose, _N.record_id == AT.id))
    query = select(*columns, AT.id.label("record_id"), *none, *reported, whose.label("recipient"))
    query = query.select_from(numbered).where(_is_of(whose, recipient), takes_part())
    query = query.where(~exists().where(_P.recipient_gstin == whose, _P.record_id == AT.id))
    yield query if period is None else query.where(of_period[1])


def _is_of(column: Any, recipient: str | Sequence[str]) -> ColumnElement[bool]:
    of: ColumnElement[bool] = column == recipient if isinstance(recipient, str) else among(column, recipient)
    return of


def _twice(connection: Connection, recipient: str, period: str | None) -> Sequence[str]:
    """Return the numbers of what is alone of which a document is paired; each is looked up once."""
    _, booked, reported = stands(recipient, period)
    alone = union(booked.with_only_columns(*_BOOKED), reported.with_only_columns(*_REPORTED)).subquery()
    supplier, kind, number = alone.c
    query = select(supplier + kind + number).where(_paired_number(supplier, kind, number, recipient))
    return connection.execute(query).scalars().all()


_BOOKED, _REPORTED = (_D.supplier_gstin, _D.kind, _D.canonical), (AT.supplier_gstin, kind_of(), _N.canonical)


def _paired_number(
    supplier: Any, kind: Any, number: Any, recipient: Any, twice: Collection[str] | None = None
) -> ColumnElement[bool]:
    """Return the condition that another document of the same number is paired."""
    if twice is not None:
        return among(supplier + kind + number, twice)
    other = DOCUMENT.alias("other").c
    pair = PAIR.alias("pair_of_other").c
    same = (other.recipient_gstin == recipient, other.supplier_gstin == supplier, other.kind == kind)
    return exists().where(
        *same, other.canonical == number, pair.recipient_gstin == recipient, pair.document_id == other.id
    )


def class_of() -> ColumnElement[str]:
    """Return the class in which a record stands in the last matching; null for what no matching compares."""
    pair = select(_P.gives).where(_P.recipient_gstin == AT.recipient_gstin, _P.record_id == AT.id).scalar_subquery()
    number = select(_N.canonical).where(_N.recipient_gstin == AT.recipient_gstin, _N.record_id == AT.id)
    whose = number.correlate(RECORD).scalar_subquery()
    twice = _paired_number(AT.supplier_gstin, kind_of(), whose, AT.recipient_gstin)
    ways = ((~takes_part(), null()), (twice, REPORTED_TWICE), (_is_covered(), PORTAL_ONLY))
    alone = case(*ways, else_=NO_REGISTER)
    return func.coalesce(pair, alone)
