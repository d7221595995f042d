"""Pairs the two sides of a matching by declared rules: statements in sets, and the likeness of numbers for the rest.

Imports the tables, and rapidfuzz; decides nothing that `law.matching` does not declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA, JaroWinkler
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
)

from ims_fsm.law.matching import Cascade, MatchDeclaration
from ims_fsm.record.register import Gone
from ims_fsm.store.purchase_tables import PAIR
from ims_fsm.store.purchases import crowds, sides
from ims_fsm.store.purchases.documents import EXAMPLES
from ims_fsm.store.purchases.sides import DOCUMENTS, MONEY, PAIRED, RECORDS, free
from ims_fsm.store.staging.loading import Load, analyse, streamed
from ims_fsm.store.tables import AT, PAISE, RECORD
from ims_fsm.store.temporary import emptied, temporary
from ims_fsm.terms.money import HEADS

# A day counts as much as a rupee. How unlike two numbers are goes before both.
_DAY, _UNLIKE, _STEPS = 100, 10**12, 10**5
# What numbers are worth of which one's digits begin or end the other's, without a slip and with one.
_PART, _SLIPPED_PART = 0.9, 0.8
# Fewer digits begin or end too many numbers.
_FEWEST = 2
_MEANT, _LEADING = re.compile("(?<=[0-9])[OI]+"), re.compile(r"(?<![0-9])0+(?=[0-9])")
_DIGITS = str.maketrans("OI", "01")
_ROUNDS = 2


def _amounts(*names: str, primary_key: bool = False) -> list[Column[Any]]:
    return [Column(name, PAISE, primary_key=primary_key, autoincrement=False, nullable=False) for name in names]


# All by their places on the two sides.
CANDIDATE = temporary(
    "candidate",
    *_amounts("document", "record", primary_key=True),
    *_amounts("cost"),
    sqlite_with_rowid=False,
)
PARTED = temporary("parted", *_amounts("document", "record", primary_key=True))
# The pairs by the ids of what is paired.
OUTCOME = temporary(
    "outcome",
    *_amounts("document_id", primary_key=True),
    *_amounts("record_id"),
    Column("rule", String, nullable=False),
    Column("gives", String, nullable=False),
)
_B, _C, _P, _O = DOCUMENTS.c, CANDIDATE.c, PAIRED.c, OUTCOME.c


def pair(
    connection: Connection,
    cascade: Cascade,
    by_hand: Iterable[tuple[int, int]],
    parted: Iterable[tuple[int, int]],
    manual: str,
) -> None:
    """Pair the two sides as they are laid out: what people paired, then rule by rule, and nothing that they parted.

    Documents and records are named by their places (`sides.turns`).
    """
    for table in (CANDIDATE, PAIRED, PARTED):
        emptied(connection, table)
    _put(connection, by_hand, manual, manual)
    apart = [{"document": document, "record": record} for document, record in parted]
    if apart:
        connection.execute(insert(PARTED), apart)
    shared = crowds.begin(connection, cascade.candidates)
    for rule in cascade.rules:
        if rule.number == "alike":
            sides.lay_out_rest(connection)
        crowded = (shared or rule.number == "alike") and crowds.lay_out(connection, rule, cascade.candidates)
        (_lay_alike if rule.number == "alike" else _lay)(connection, rule, crowded=crowded)
        if apart:
            same = (PARTED.c.document == _C.document, PARTED.c.record == _C.record)
            connection.execute(delete(CANDIDATE).where(exists().where(*same)))
        analyse(connection, CANDIDATE.name)
        _choose(connection, rule)
        analyse(connection, PAIRED.name)


def _put(connection: Connection, pairs: Iterable[tuple[int, int]], rule: str, gives: str) -> None:
    rows = [{"document": document, "record": record, "rule": rule, "gives": gives} for document, record in pairs]
    if rows:
        connection.execute(insert(PAIRED), rows)


def _candidates(rule: MatchDeclaration, *more: str, crowded: bool) -> Iterator[Select[Any]]:
    """Give the pairs that a rule allows of what is free, with what each costs; those of crowds come apart."""
    records = crowds.records_of(rule)
    at = records.c
    off = [func.abs(_B[name] - at[name]) for name in MONEY]
    days = func.abs(_B.day - at.day)
    cost = sum(off[1:], off[0]) + days * _DAY
    query = select(_B.turn, at.turn, cost.label("cost"), *(side[name] for name in more for side in (_B, at)))
    query = query.where(*free(DOCUMENTS), *free(records), days <= rule.days, *_near(rule, at))
    same = and_(*_same(rule, at))
    whole = query.select_from(DOCUMENTS.join(records, same))
    yield whole.where(~crowds.in_crowd(rule)) if crowded else whole
    if crowded:
        near = crowds.NEAR.join(DOCUMENTS, _B.turn == crowds.NEAR.c.document)
        yield query.select_from(near.join(records, at.turn == crowds.NEAR.c.record)).where(same)


def _same(rule: MatchDeclaration, at: Any) -> Iterator[ColumnElement[bool]]:
    yield from (_B.pan == at.pan, _B.kind == at.kind)
    yield _B.supplier == at.supplier if rule.supplier == "gstin" else _B.supplier != at.supplier
    if rule.number != "alike":
        yield _B.canonical == at.canonical
    if rule.number == "written":
        yield _B.written == at.written


def _near(rule: MatchDeclaration, at: Any) -> Iterator[ColumnElement[bool]]:
    if rule.amounts == "any":
        return
    most = rule.paise
    yield at.taxable.between(_B.taxable - most, _B.taxable + most)
    if rule.amounts == "heads":
        yield from (func.abs(_B[head] - at[head]) <= most for head in HEADS)
    else:
        booked, reported = (side.igst + side.cgst + side.sgst for side in (_B, at))
        yield from (func.abs(booked - reported) <= most, func.abs(_B.cess - at.cess) <= most)


def _lay(connection: Connection, rule: MatchDeclaration, *, crowded: bool) -> None:
    for query in _candidates(rule, crowded=crowded):
        connection.execute(insert(CANDIDATE).from_select(["document", "record", "cost"], query))


def _lay_alike(connection: Connection, rule: MatchDeclaration, *, crowded: bool) -> None:
    """Lay out the pairs whose numbers are alike enough: the database finds those whose amounts and dates are."""
    least = rule.similarity or 1.0
    with Load(connection, CANDIDATE.name, [column.name for column in _C]) as load:
        for query in _candidates(rule, "canonical", crowded=crowded):
            for part in streamed(connection, query):
                rows: Iterable[Any] = part
                scored: list[tuple[Any, float]] = [(row, likeness(row[-2], row[-1])) for row in rows]
                load.add(
                    (row[0], row[1], row[2] + round((1 - score) * _STEPS) * _UNLIKE)
                    for row, score in scored
                    if score >= least
                )
                load.rest()


def likeness(booked: str, reported: str) -> float:
    """Return how alike two canonical numbers are, from 0 to 1.

    They are where the digits of one begin or end the other's, and where both are one but for a slip: a sign that is
    changed, added or left out, or two that changed places (then by Jaro-Winkler), in the whole or in the beginning or
    end of the longer. O and I behind a digit are 0 and 1.

    >>> likeness("INV7", "INV7"), likeness("INV2024", "2024"), likeness("INV4711", "INV4817"), likeness("AB", "99")
    (1.0, 0.9, 0.0, 0.0)
    """
    (short, few), (long, many) = sorted((_folded(booked), _folded(reported)), key=lambda of: len(of[0]))
    few, many = sorted((few, many), key=len)
    if booked == reported:
        return 1.0
    if len(few) >= _FEWEST and (many.endswith(few) or many.startswith(few)):
        return _PART
    if OSA.distance(short, long, score_cutoff=1) <= 1:
        return float(JaroWinkler.similarity(booked, reported))
    parts = (long[: len(short)], long[-len(short) :]) if len(few) > _FEWEST else ()
    return _SLIPPED_PART if any(OSA.distance(short, part, score_cutoff=1) <= 1 for part in parts) else 0.0


@lru_cache(maxsize=4096)
def _folded(number: str) -> tuple[str, str]:
    """Return a number without letters that were meant for digits, and its digits."""
    text = _LEADING.sub("", _MEANT.sub(lambda letters: letters[0].translate(_DIGITS), number))
    return text, "".join(filter(str.isdigit, text))


def _choose(connection: Connection, rule: MatchDeclaration) -> None:
    """Take the candidates in the order of their cost, each whose document and record are both still free.

    What is the closest for both of its ends is taken in sets: in a round or two that is nearly all. The rest, where one
    takes what another is closest to, is gone through in its order.
    """
    order = (_C.cost, _C.document, _C.record)
    ranks = (func.row_number().over(partition_by=of, order_by=order) for of in (_C.document, _C.record))
    labelled = (rank.label(name) for rank, name in zip(ranks, "ab", strict=True))
    ranked = select(_C.document, _C.record, *labelled).subquery()
    closest = select(ranked.c.document, ranked.c.record, literal(rule.name, String), literal(rule.gives, String))
    closest = closest.where(ranked.c.a == 1, ranked.c.b == 1)
    take = insert(PAIRED).from_select(["document", "record", "rule", "gives"], closest)
    taken = exists().where(_P.document == _C.document) | exists().where(_P.record == _C.record)
    for _ in range(_ROUNDS):
        connection.execute(take)
        connection.execute(delete(CANDIDATE).where(taken))
    pairs, documents, reported = list[tuple[int, int]](), set[int](), set[int]()
    rest: Select[Any] = select(_C.document, _C.record).order_by(*order)
    for part in streamed(connection, rest):
        rows: Iterable[Any] = part
        for document, record in rows:
            if document not in documents and record not in reported:
                documents.add(document)
                reported.add(record)
                pairs.append((document, record))
    _put(connection, pairs, rule.name, rule.gives)
    connection.execute(delete(CANDIDATE))


def keep(connection: Connection, recipient: str) -> Gone:
    """Write the pairs over those of the last matching; returns what was paired then and is not now."""
    columns = ["document_id", "record_id", "rule", "gives"]
    named = PAIRED.join(DOCUMENTS, _B.turn == _P.document).join(RECORDS, RECORDS.c.turn == _P.record)
    outcome = select(_B.id, RECORDS.c.id, _P.rule, _P.gives).select_from(named)
    connection.execute(insert(emptied(connection, OUTCOME)).from_select(columns, outcome))
    analyse(connection, OUTCOME.name)
    whose = PAIR.c.recipient_gstin == recipient
    stays = exists().where(_O.document_id == PAIR.c.document_id, _O.record_id == PAIR.c.record_id)
    count = connection.execute(select(func.count()).select_from(PAIR).where(whose, ~stays)).scalar_one()
    was = and_(AT.recipient_gstin == PAIR.c.recipient_gstin, AT.id == PAIR.c.record_id)
    query = select(AT.number, AT.supplier_gstin, AT.id).select_from(PAIR.join(RECORD, was)).where(whose, ~stays)
    rows: Sequence[Any] = connection.execute(query.order_by(AT.id).limit(EXAMPLES)).all() if count else ()
    # What stands as it stood is not written again.
    as_it_was = [PAIR.c[name] == _O[name] for name in columns]
    connection.execute(delete(PAIR).where(whose, ~exists().where(*as_it_was)))
    pairs = select(literal(recipient, String), *_O).where(~exists().where(whose, *as_it_was))
    connection.execute(insert(PAIR).from_select(["recipient_gstin", *columns], pairs))
    return Gone(count=count, examples=tuple(f"{row.number} of {row.supplier_gstin} (record {row.id})" for row in rows))
