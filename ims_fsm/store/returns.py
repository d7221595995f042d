"""GSTR-2B with its lines and log, GSTR-3B filings, and the liabilities added back to suppliers.

Imports the tables; decides nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    String,
    Table,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from ims_fsm.record.returns import Liability, TwoB, TwoBLine
from ims_fsm.record.totals import Totals
from ims_fsm.store import taxpayers
from ims_fsm.store.connection import TEXTS, ConflictError, among
from ims_fsm.store.failures import first_writer
from ims_fsm.store.rows import reader
from ims_fsm.store.sql.prepared import given, run
from ims_fsm.store.sql.scene import of_record
from ims_fsm.store.tables import AT, RECORD, LiabilityRow, TwoBLineRow, TwoBLogRow, TwoBRow, core
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Section, TwoBState

_two_b = core(TwoBRow)
_lines = core(TwoBLineRow)
_log = core(TwoBLogRow)
_liabilities = core(LiabilityRow)
_two_b_of = reader(TwoB, {"recipient": "recipient_gstin"})
line_of = reader(TwoBLine)
liability_of = reader(Liability, {"recipient": "recipient_gstin", "supplier": "supplier_gstin"})

_DRAFTS = (
    select(_two_b)
    .where(_two_b.c.recipient_gstin == bindparam("recipient"), _two_b.c.state == str(TwoBState.DRAFT))
    .order_by(_two_b.c.period)
)

# The newest GSTR-2B that shows a record is looked for period by period: its lines lead with the period, and all of them
# may be a million.
_SHOWING = exists().where(
    _lines.c.recipient_gstin == _two_b.c.recipient_gstin,
    _lines.c.period == _two_b.c.period,
    _lines.c.record_id == bindparam("record_id"),
    _lines.c.entry == "document",
)
_NEWEST = select(func.max(_two_b.c.period)).where(_two_b.c.recipient_gstin == bindparam("recipient"), _SHOWING)
_NEWEST_LINE = select(_lines).where(
    _lines.c.recipient_gstin == bindparam("recipient"),
    _lines.c.period == _NEWEST.scalar_subquery(),
    _lines.c.record_id == bindparam("record_id"),
    _lines.c.entry == "document",
)

_AT_SEQ = (
    update(_two_b)
    .where(
        _two_b.c.recipient_gstin == bindparam("key_recipient_gstin"),
        _two_b.c.period == bindparam("key_period"),
        _two_b.c.seq == bindparam("key_seq"),
    )
    .values({name: bindparam(name) for name in ("state", "seq", "generation", "generated_at", "filed_at", "last_at")})
)


def two_b(connection: Connection, recipient: str, period: TaxPeriod) -> TwoB:
    """Return the GSTR-2B of a period; an absent one where it was never generated."""
    query = select(_two_b).where(_two_b.c.recipient_gstin == recipient, _two_b.c.period == str(period))
    row = connection.execute(query).mappings().first()
    return TwoB(recipient=recipient, period=period) if row is None else _two_b_of(row)


def two_bs(connection: Connection, recipient: str) -> list[TwoB]:
    """Return every GSTR-2B that a recipient has, oldest first."""
    query = select(_two_b).where(_two_b.c.recipient_gstin == recipient).order_by(_two_b.c.period)
    return list(map(_two_b_of, connection.execute(query).mappings()))


def drafts(connection: Connection, recipient: str) -> list[TwoB]:
    """Return every GSTR-2B of a recipient that stands in draft, oldest first."""
    return list(map(_two_b_of, connection.execute(_DRAFTS, {"recipient": recipient}).mappings()))


def standings(connection: Connection, recipients: Sequence[str]) -> dict[str, dict[TaxPeriod, TwoB]]:
    """Return every GSTR-2B of recipients, by recipient and period."""
    returns: dict[str, dict[TaxPeriod, TwoB]] = {gstin: {} for gstin in recipients}
    query = select(_two_b).where(among(_two_b.c.recipient_gstin, recipients))
    for two_b in map(_two_b_of, connection.execute(query).mappings()):
        returns[two_b.recipient][two_b.period] = two_b
    return returns


def move_two_bs(connection: Connection, moved: Sequence[tuple[TwoB, TwoB, dict[str, Any]]]) -> None:
    """Write moved GSTR-2Bs, each as it was, as it is, and its log row.

    Raises `ConflictError` where one has moved since it was read.
    """
    fresh = [_standing(before, after) for before, after, _ in moved if before.seq == 0]
    with first_writer(_what([before for before, _, _ in moved])):
        if fresh:
            connection.execute(insert(_two_b), fresh)
        for before, after, _ in moved:
            moving = {**_standing(before, after, "key_"), "key_seq": before.seq}
            if before.seq and connection.execute(_AT_SEQ, moving).rowcount != 1:
                raise ConflictError(_what([before]))
        if moved:
            connection.execute(insert(_log), [_logged(*move) for move in moved])


def write_drafts(connection: Connection, recipients: Sequence[str], draft: TwoB, entry: dict[str, Any]) -> None:
    """Write the first GSTR-2B of a period for many recipients at once, each as `draft` is, with its log row.

    The detail in the log is the generation and how many lines each has. Raises `ConflictError` where one has such a
    GSTR-2B by now.
    """
    absent = TwoB(recipient=draft.recipient, period=draft.period)
    values = {**_logged(absent, draft, entry), **_standing(absent, draft), "gstins": list(recipients)}
    with first_writer(f"{len(recipients)} GSTR-2Bs"):
        for statement in _WRITE_DRAFTS:
            run(connection, statement, None, **values)


def _of_each(table: Table, names: Iterable[str], **apart: ColumnElement[Any]) -> Insert:
    """Return the statement that writes one row for each of some recipients, alike but for what is given apart."""
    recipient = taxpayers.TABLE.c.gstin
    row = {"recipient_gstin": recipient, **{name: given(name, table.c[name].type) for name in names}, **apart}
    return insert(table).from_select(list(row), select(*row.values()).where(among(recipient, given("gstins", TEXTS))))


def _counted() -> ColumnElement[str]:
    theirs = (_lines.c.recipient_gstin == taxpayers.TABLE.c.gstin, _lines.c.period == given("period", String))
    lines = select(func.count()).select_from(_lines).where(*theirs).scalar_subquery()
    parts = (cast(given("generation", Integer), String), ', "lines": ', cast(lines, String), "}")
    return reduce(ColumnElement.concat, parts, literal('{"generation": ', String))


_STANDS = ("period", "state", "seq", "generation", "generated_at", "filed_at", "last_at")
_STEPS = (
    *("period", "seq", "trigger", "source", "dest", "actor"),
    *("at", "recorded_at", "rules", "request_key", "backdate"),
)
_WRITE_DRAFTS = (_of_each(_two_b, _STANDS), _of_each(_log, _STEPS, detail=_counted()))


def _logged(before: TwoB, after: TwoB, entry: dict[str, Any]) -> dict[str, Any]:
    texts = {"rules": " ".join(entry["rules"]), "detail": json.dumps(entry.get("detail"), sort_keys=True)}
    steps = {"seq": before.seq + 1, "source": str(before.state), "dest": str(after.state)}
    key = {"recipient_gstin": before.recipient, "period": str(before.period)}
    return {**key, **steps, **entry, **texts}


def _standing(before: TwoB, after: TwoB, key: str = "") -> dict[str, Any]:
    return {
        f"{key}recipient_gstin": before.recipient,
        f"{key}period": str(before.period),
        "state": str(after.state),
        "seq": before.seq + 1,
        "generation": after.generation,
        "generated_at": after.generated_at,
        "filed_at": after.filed_at,
        "last_at": after.last_at,
    }


def _what(two_bs: Sequence[TwoB]) -> str:
    return f"GSTR-2B of {two_bs[0].period} of {two_bs[0].recipient}" if len(two_bs) == 1 else f"{len(two_bs)} GSTR-2Bs"


def _of(recipient: str, period: TaxPeriod) -> tuple[ColumnElement[bool], ...]:
    return (_lines.c.recipient_gstin == recipient, _lines.c.period == str(period))


def newest_line(connection: Connection, recipient: str, record_id: int) -> tuple[TaxPeriod, TwoBLine] | None:
    """Return a record's line in the newest GSTR-2B that shows it, with that period, or None."""
    meant = {"recipient": recipient, "record_id": record_id}
    row = connection.execute(_NEWEST_LINE, meant).mappings().first()
    return None if row is None else (TaxPeriod(row["period"]), line_of(row))


def ending(
    connection: Connection, recipient: str, period: TaxPeriod, until: datetime, most: int
) -> Iterator[tuple[datetime, int, Heads, tuple[int, ...]]]:
    """Give the credit in a GSTR-2B whose time ends by a moment: its end, how many records, paise, some ids."""
    meant = (
        *_of(recipient, period),
        _lines.c.entry == "document",
        _lines.c.counts,
        _lines.c.section == str(Section.ITC_AVAILABLE),
        or_(*(_lines.c[head] > 0 for head in HEADS)),
    )
    source, cutoff = _lines.join(RECORD, of_record(_lines)), AT.cutoff_at
    sums = (func.count(), *(func.sum(_lines.c[head]) for head in HEADS))
    ends = select(cutoff, *sums).select_from(source).where(*meant, cutoff <= until).group_by(cutoff).order_by(cutoff)
    for end, count, *tax in connection.execute(ends).all():
        first = select(AT.id).select_from(source).where(*meant, cutoff == end).order_by(AT.id).limit(most)
        yield end, count, Heads(*map(int, tax)), tuple(connection.execute(first).scalars())


def liabilities(connection: Connection, supplier: str, period: TaxPeriod | None) -> list[Liability]:
    """Return what was added back to a supplier, in one of their periods or in all."""
    query = select(_liabilities).where(_liabilities.c.supplier_gstin == supplier)
    if period is not None:
        query = query.where(_liabilities.c.supplier_period == str(period))
    rows = connection.execute(query.order_by(_liabilities.c.recipient_gstin, _liabilities.c.record_id)).mappings()
    return list(map(liability_of, rows))


def added_back(connection: Connection, suppliers: Sequence[str]) -> Iterator[tuple[str, TaxPeriod, Totals]]:
    """Give what was added back to suppliers by their tax period, added up by one statement; without taxable values."""
    by, sums = (
        (_liabilities.c.supplier_gstin, _liabilities.c.supplier_period),
        (func.sum(_liabilities.c[h]) for h in HEADS),
    )
    query = select(*by, func.count(), *sums).where(among(_liabilities.c.supplier_gstin, suppliers)).group_by(*by)
    for supplier, period, records, *tax in connection.execute(query.order_by(*by)):
        yield supplier, TaxPeriod(period), Totals(records, 0, Heads(*map(int, tax)))


# What a GSTR-3B was filed on: the lines, each beside what its record was decided as and by. How the portal shows that,
# its chain and its version may change afterwards; what the record's own log has is proved by that.
_BEHIND = (
    *("settled_in", "disposition", "route", "form", "return_period", "two_b_period", "named_period", "content_hash"),
    *(f"{what}_{head}" for what in ("carried", "standing") for head in HEADS),
)


def written(columns: Iterable[ColumnElement[Any]]) -> ColumnElement[str]:
    """Return columns as one text, of which a digest is taken."""
    return reduce(lambda whole, part: whole.concat("|").concat(part), map(_written, columns))


def _written(column: ColumnElement[Any]) -> ColumnElement[str]:
    # Both databases write words and whole numbers alike, and nothing of it has a bar.
    whole = (
        case((column, "yes"), (column.is_(None), "-"), else_="no")
        if isinstance(column.type, Boolean)
        else cast(column, String)
    )
    return func.coalesce(whole, "-")


DECIDED = (
    select(_lines.c.recipient_gstin, _lines.c.period, written((*_lines.c, *(AT[name] for name in _BEHIND))))
    .select_from(_lines.join(RECORD, of_record(_lines)))
    .order_by(_lines.c.recipient_gstin, _lines.c.period, _lines.c.record_id, _lines.c.entry)
)


def digest(connection: Connection, recipient: str, period: TaxPeriod) -> str:
    """Return the SHA-256 (64 hex digits) of what the GSTR-3B of a period was filed on, as it now stands."""
    query = DECIDED.where(*_of(recipient, period))
    with connection.execute(query, execution_options={"yield_per": 5_000}) as rows:
        return digest_of(rows)


def digest_of(rows: Iterable[Sequence[Any]]) -> str:
    """Return the digest of rows of `DECIDED`, all of one recipient and period, or of others that end with a text."""
    sha = hashlib.sha256()
    for *_, text in rows:
        sha.update(f"{text}\n".encode())
    return sha.hexdigest()
