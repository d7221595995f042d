"""What a dashboard counts, for all recipients who share a scene at once: a statement an item, grouped by recipient.

Imports the tables and the facts in SQL; decides nothing. No record is read: what comes back are counts and sums of what
has its recipient and its days in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    null,
    or_,
    select,
    union_all,
)

from ims_fsm.law.book import LawBook
from ims_fsm.record.totals import Totals
from ims_fsm.store.listing import SIGN
from ims_fsm.store.sql.chains import CHAIN, as_read
from ims_fsm.store.sql.facts import READINGS, FactsInSql
from ims_fsm.store.sql.prepared import built, given, run, word, words
from ims_fsm.store.sql.scene import PENDING, Scope, Shape, expected_period, is_quarterly, of_record, watched
from ims_fsm.store.sql.settling import IN_IMS, held_back
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, State, SupplierStatus, Trigger

# The facts that only say what the clock says: they are asked for at the moments at which they change.
CLOCKS = frozenset({"pending_window", "time_limit"})
# The states in which a record may still bring credit into a GSTR-3B.
CREDITABLE = (State.NO_ACTION, State.ACCEPTED, State.PENDING)
_FILED = AT.supplier_status == word(SupplierStatus.FILED)
_SAVED = AT.supplier_status == word(SupplierStatus.SAVED)
_NO_ACTION = and_(IN_IMS, AT.state == word(State.NO_ACTION))
_PENDING = and_(IN_IMS, PENDING)
_AMOUNTS = ("taxable", *HEADS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Records of a recipient that have all of this in common: how many, and what they add up to."""

    recipient: str
    totals: Totals
    #: Their 2B period, fixed or expected.
    period: TaxPeriod | None = None
    #: Of what is only saved its form, and how often its supplier files.
    form: Form | None = None
    filing: Filing | None = None
    #: Of what is pending its machine, the facts that decide whether it may be, and its limit.
    machine: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    cutoff_at: datetime | None = None
    #: Whether they are pending; of members of chains, whether they have no action, wait for an original, for one that
    #: nobody knows, and from which 2B period a later version prevails.
    pending: bool = False
    without_action: bool = False
    held: bool = False
    unknown: bool = False
    prevailed_from: TaxPeriod | None = None


def undecided(connection: Connection, scope: Scope, until: datetime) -> Iterator[Counted]:
    """Give what is in IMS, filed and without an action, by its 2B period, and whose limit ends by a moment; read once.

    The former have their period; what may still bring credit has its limit where that ends by then, passed or not.
    """
    return _counted(run(connection, _undecided(scope.shape), scope, until=until))


def accepted_not_filed(connection: Connection, scope: Scope) -> Iterator[Counted]:
    """Give what is accepted and only saved by its supplier, by the 2B period that filing it now would give."""
    return _counted(run(connection, _accepted_not_filed(scope.shape), scope))


def waiting(connection: Connection, scope: Scope) -> Iterator[Counted]:
    """Give what is pending, by all that decides until when it may be, and what its chain keeps out of a GSTR-2B.

    That is an amendment that waits for its original, and what has no action where a later version prevails over it.
    """
    return _counted(run(connection, _waiting(scope.shape), scope))


@built
def _accepted_not_filed(shape: Shape) -> Select[Any]:
    # SQLite takes the index over what is saved only where a second column of it is asked for.
    meant = (IN_IMS, AT.state == word(State.ACCEPTED), _SAVED, AT.form > "")
    filing = case((is_quarterly(), word(Filing.QUARTERLY)), else_=word(Filing.MONTHLY))
    return _added_up(shape, {"period": expected_period(shape), "form": AT.form, "filing": filing}, *meant)


@built
def _undecided(shape: Shape) -> Select[Any]:
    undone, ends = and_(AT.state == word(State.NO_ACTION), _FILED), AT.cutoff_at <= given("until", AT.cutoff_at.type)
    by = {"period": case((undone, AT.two_b_period)), "cutoff_at": case((ends, AT.cutoff_at))}
    return _added_up(shape, by, IN_IMS, AT.state.in_(words(CREDITABLE)), or_(undone, ends))


@built
def _waiting(shape: Shape) -> Select[Any]:
    alone = _Waiting(replace(shape, amended=False)).select(RECORD, *shape.meant, _PENDING)
    if not shape.amended:
        return _by_all(alone.subquery("within"))
    # Most belong to no chain, and are not looked for among those that do.
    amending = RECORD.alias("amending")
    same_chain = (amending.c.recipient_gstin == AT.recipient_gstin, amending.c.chain_id == AT.chain_id)
    is_chained = exists().where(*same_chain, amending.c.original_date.is_not(None))
    chained = _Waiting(shape)
    # The chains are those of the recipients meant: asked once more, SQLite would begin with their records.
    rest = chained.select(CHAIN.join(RECORD, of_record(CHAIN)), or_(_PENDING, chained.is_hidden))
    rows = union_all(alone.where(~is_chained), rest)
    return _by_all(rows.subquery("within")).add_cte(as_read(shape))


class _Waiting:
    """What is read of records that are pending, held back or prevailed over; amounts not added up yet."""

    def __init__(self, shape: Shape) -> None:
        self._shape, self._facts = shape, FactsInSql(shape)
        self.held = held_back(shape) if shape.amended else false()
        self.prevailed_from: ColumnElement[Any] = CHAIN.c.prevailed_from if shape.amended else null()

    @property
    def is_hidden(self) -> ColumnElement[bool]:
        """Whether it is held back, or has no action and a later version prevails over it."""
        is_open = (_FILED, AT.settled_in.is_(None), AT.state != word(State.REMOVED))
        return and_(*is_open, or_(self.held, and_(_NO_ACTION, CHAIN.c.prevailed_from.is_not(None))))

    def select(self, rows: FromClause, *meant: ColumnElement[bool]) -> Select[Any]:
        unknown = self._facts["original"].among(["unknown"])
        hidden = self.is_hidden if self._shape.amended else false()
        flags = {"pending": _PENDING, "without_action": and_(hidden, _NO_ACTION), "held": and_(hidden, self.held)}
        flags["unknown"] = and_(flags["held"], unknown)
        facts = {f"fact_{name}": self._facts[name].text for name in asked(self._shape.book)}
        deciding = {"machine": AT.machine, "cutoff_at": AT.cutoff_at, **facts}
        columns = {
            "recipient": AT.recipient_gstin,
            "period": expected_period(self._shape),
            **{name: case((flag, 1), else_=0) for name, flag in flags.items()},
            "prevailed_from": case((hidden, self.prevailed_from)),
            # By what decides until when it may be pending only what is pending is told apart.
            **{name: case((_PENDING, of)) for name, of in deciding.items()},
        }
        return _rows(columns).select_from(rows).where(*meant)


def asked(book: LawBook) -> Sequence[str]:
    """Return the facts, but for the clock's, that decide whether what is pending may be."""
    return sorted((watched(book, Trigger.KEEP_PENDING) & READINGS.keys()) - CLOCKS)


def _added_up(shape: Shape, by: Mapping[str, ColumnElement[Any]], *meant: ColumnElement[bool]) -> Select[Any]:
    """Return the statement that adds up the records that are meant by recipient and what else is named."""
    rows = _rows({"recipient": AT.recipient_gstin, **by}).select_from(RECORD).where(*shape.meant, *meant)
    return _by_all(rows.subquery("within"))


def _rows(columns: Mapping[str, ColumnElement[Any]]) -> Select[Any]:
    amounts = [(AT[name] * SIGN).label(name) for name in _AMOUNTS]
    return select(*(column.label(name) for name, column in columns.items()), *amounts)


def _by_all(rows: Subquery) -> Select[Any]:
    keys = [column for column in rows.c if column.name not in _AMOUNTS]
    sums = (func.sum(rows.c[name]).label(name) for name in _AMOUNTS)
    return select(*keys, func.count().label("records"), *sums).group_by(*keys)


def _counted(rows: CursorResult[Any]) -> Iterator[Counted]:
    names = list(rows.keys())
    facts = [name.removeprefix("fact_") for name in names if name.startswith("fact_")]
    # Facts come last but for the sums, of which there are as many as of amounts, and the count.
    end = len(names) - len(_AMOUNTS) - 1
    begin, plain = end - len(facts), [name for name in names[:end] if not name.startswith("fact_")]
    kept = [(names.index(name), name, _READ.get(name)) for name in plain]
    for row in rows.all():
        records, taxable, *tax = row[end:]
        of = {name: read(row[at]) if read else row[at] for at, name, read in kept}
        if facts and of["machine"]:
            of["facts"] = dict(zip(facts, row[begin:end], strict=True))
        yield Counted(totals=Totals(records, int(taxable), Heads(*map(int, tax))), **of)


@lru_cache(maxsize=1024)
def _period(text: str | None) -> TaxPeriod | None:
    return None if text is None else TaxPeriod(text)


# How a column is read that is more than its text; a flag is a number in both databases.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "period": _period,
    "prevailed_from": _period,
    "form": Form,
    "filing": Filing,
    "machine": lambda name: name or "",
    **dict.fromkeys(("pending", "without_action", "held", "unknown"), bool),
}
