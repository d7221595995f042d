"""The lines of a GSTR-2B in its newest generation or in an older one, what two of them have otherwise, and recomputing.

Imports the tables; decides nothing. Of an older generation only what the next one has otherwise is kept: a line stood
as the first row tells that is of it or of a later one, and else as it stands now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    String,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    union_all,
)

from ims_fsm.record.generations import Generation, Page, Pair
from ims_fsm.record.returns import DecidedAlike, TwoBLine
from ims_fsm.store.connection import database_of
from ims_fsm.store.generation_tables import REPLACED
from ims_fsm.store.records import PAGE
from ims_fsm.store.returns import digest_of, line_of, written
from ims_fsm.store.sql.prepared import counting, given, run
from ims_fsm.store.tables import LINES, TwoBLogRow, core
from ims_fsm.store.temporary import emptied, temporary
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Section

_log = core(TwoBLogRow)
# The most lines that a record brings.
_ENTRIES = 3
_KEY = ("recipient_gstin", "period", "record_id", "entry")
# What a line says; by which version of its record it says so is not a difference.
_SAYS = ("section", "counts", "decision", *HEADS)
WHOLE = Page()
_NAMES = tuple(column.name for column in LINES.c)
_DRAFTED = temporary(
    "drafted_line",
    *(
        Column(of.name, of.type, primary_key=of.primary_key, nullable=of.nullable, autoincrement=False)
        for of in LINES.c
    ),
    sqlite_with_rowid=False,
)
KEPT = select(
    *(REPLACED.c[name] for name in ("recipient_gstin", "period", "generation")), written(REPLACED.c)
).order_by(*(REPLACED.c[name] for name in ("recipient_gstin", "period", "generation", "record_id", "entry")))


def of_period(connection: Connection, recipient: str, period: TaxPeriod) -> tuple[Generation, ...]:
    """Return every generation of the GSTR-2B of a period, oldest first."""
    by = REPLACED.c.generation
    query = select(by, func.count()).where(*_of(REPLACED, recipient, period)).group_by(by)
    replaced: dict[int, int] = dict(map(tuple, connection.execute(query)))
    steps = (_log.c.recipient_gstin == recipient, _log.c.period == str(period), _log.c.trigger == "generate")
    rows = connection.execute(select(_log).where(*steps).order_by(_log.c.seq)).all()
    return tuple(
        Generation(
            number=number,
            at=row.at,
            actor=row.actor,
            # A log that was tampered with is for the audit to tell.
            lines=(json.loads(row.detail or "null") or {}).get("lines", 0),
            changed=replaced.get(number - 1, 0),
            place=row.place,
        )
        for number, row in enumerate(rows, start=1)
    )


def drafted(connection: Connection) -> Table:
    """Return the empty table into which the lines of the next generation are written before `replace`."""
    return emptied(connection, _DRAFTED)


def replace(connection: Connection, recipient: str, period: TaxPeriod, generation: int) -> str:
    """Put what was drafted in place of a generation, and keep what it had otherwise; returns the digest of that."""
    database_of(connection).analyse(connection, _DRAFTED.name)
    for statement in _REPLACING:
        run(connection, statement, None, recipient=recipient, period=str(period), generation=generation)
    kept = KEPT.where(*_of(REPLACED, recipient, period), REPLACED.c.generation == generation)
    with connection.execute(kept, execution_options={"yield_per": PAGE}) as rows:
        return digest_of(rows)


def lines(
    connection: Connection,
    recipient: str,
    period: TaxPeriod,
    generation: int | None = None,
    page: Page = WHOLE,
) -> Iterator[TwoBLine]:
    """Give the lines of a generation (None: the newest) by record; a page of them is held.

    Of a page so many as its limit says, and what else the last of their records brings.
    """
    of = _lines_of(recipient, period, generation)
    rows = _paged(connection, select(of), (of.c.record_id, of.c.entry), page)
    return _whole(map(line_of, rows), page.limit)


def size(connection: Connection, recipient: str, period: TaxPeriod, generation: int | None = None) -> int:
    """Return how many lines a generation has."""
    query = select(func.count()).select_from(_lines_of(recipient, period, generation))
    return int(connection.execute(query).scalar_one())


def totals(
    connection: Connection, recipient: str, period: TaxPeriod, generation: int | None = None
) -> dict[str, Heads]:
    """Return the totals in paise by section, and under `reversal_4b1` and `reverse_charge` what stands apart."""
    of = _lines_of(recipient, period, generation).c
    sums = [func.coalesce(func.sum(of[head]), 0).label(head) for head in HEADS]
    grouped = (of.section, of.counts, of.entry)
    totals_of: dict[str, Heads] = {}
    for row in connection.execute(select(*grouped, *sums).group_by(*grouped)):
        name = "reversal_4b1" if row.entry == "reversal_4b1" else row.section if row.counts else "reverse_charge"
        totals_of[name] = totals_of.get(name, Heads()) + Heads(*(int(getattr(row, head)) for head in HEADS))
    return totals_of


def decided(
    connection: Connection, recipient: str, period: TaxPeriod, generation: int | None = None
) -> tuple[DecidedAlike, ...]:
    """Return how many records a generation has decided alike in each section, by section."""
    of = _lines_of(recipient, period, generation).c
    by, sums = (of.section, of.decision), (func.sum(of[head]) for head in HEADS)
    rows = connection.execute(select(*by, func.count(of.record_id.distinct()), *sums).group_by(*by))
    places = list(map(str, Section))
    return tuple(
        DecidedAlike(section=Section(section), decision=decision, records=size, tax=Heads(*map(int, tax)))
        for section, decision, size, *tax in sorted(rows, key=lambda row: (places.index(row[0]), row[1]))
    )


def differences(
    connection: Connection,
    recipient: str,
    period: TaxPeriod,
    between: tuple[int, int],
    page: Page = WHOLE,
) -> Iterator[Pair]:
    """Give the lines that two generations have otherwise, as in the older and in the newer one, by record.

    No line is read but those that any generation between has replaced. A page is as that of `lines`.
    """
    older, newer = between
    first, last = REPLACED.alias("first_replaced"), REPLACED.alias("last_replaced")
    rows = first.outerjoin(last, and_(_same(last, first), _tells(last, newer))).outerjoin(LINES, _same(LINES, first))
    stands = {name: case((last.c.generation.is_not(None), last.c[name]), else_=LINES.c[name]) for name in _NAMES}
    query = select(
        *(first.c[name].label(f"before_{name}") for name in _NAMES),
        *(column.label(f"after_{name}") for name, column in stands.items()),
    ).select_from(rows)
    query = query.where(
        *(*_of(first, recipient, period), _tells(first, older)),
        first.c.generation < newer,
        or_(*(first.c[name].is_distinct_from(stands[name]) for name in _SAYS)),
    )
    differing = _paged(connection, query, (first.c.record_id, first.c.entry), page)
    return _whole(((_side(row, "before_"), _side(row, "after_")) for row in differing), page.limit)


def _side(row: Mapping[str, Any], prefix: str) -> TwoBLine | None:
    if row[f"{prefix}section"] is None:
        return None
    return line_of({name: row[f"{prefix}{name}"] for name in _NAMES})  # type: ignore[arg-type]  # by name, as a row is


def _paged(connection: Connection, query: Select[Any], by: tuple[Any, Any], page: Page) -> Iterator[Any]:
    ordered = query.where(by[0] > page.after).order_by(*by)
    if page.limit is not None:
        yield from connection.execute(ordered.limit(page.limit + _ENTRIES - 1)).mappings().all()
        return
    with connection.execute(ordered, execution_options={"yield_per": PAGE}) as rows:
        yield from rows.mappings()


def _whole(entries: Iterator[Any], limit: int | None) -> Iterator[Any]:
    """Give so many entries and those of the same record as the last."""
    last = None
    for number, entry in enumerate(entries):
        line = entry if isinstance(entry, TwoBLine) else entry[0] or entry[1]
        if limit is not None and number >= limit and line.record_id != last:
            return
        last = line.record_id
        yield entry


def _of(table: FromClause, recipient: object, period: object) -> tuple[ColumnElement[bool], ...]:
    said = str(period) if isinstance(period, TaxPeriod) else period
    return (table.c.recipient_gstin == recipient, table.c.period == said)


def _same(one_row: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(*(one_row.c[name] == other.c[name] for name in _KEY))


def _tells(row: FromClause, generation: int) -> ColumnElement[bool]:
    """Return the condition that a replaced line says how it stood in a generation: none before it does."""
    earlier = REPLACED.alias()
    between = (earlier.c.generation >= generation, earlier.c.generation < row.c.generation)
    return and_(row.c.generation >= generation, ~exists().where(_same(earlier, row), *between))


def _lines_of(recipient: str, period: TaxPeriod, generation: int | None) -> FromClause:
    newest = select(LINES).where(*_of(LINES, recipient, period))
    if generation is None:
        return newest.subquery("line")
    since = exists().where(_same(REPLACED, LINES), REPLACED.c.generation >= generation)
    there = (*_of(REPLACED, recipient, period), REPLACED.c.section.is_not(None), _tells(REPLACED, generation))
    older = select(*(REPLACED.c[name] for name in _NAMES)).where(*there)
    return union_all(newest.where(~since), older).subquery("line")


def _replacing() -> tuple[Any, ...]:
    """Return what keeps the lines that are gone or otherwise, and those that came, and what then writes them."""
    recipient, period = given("recipient", String), given("period", String)
    generation = given("generation", Integer)
    same, of = _same(_DRAFTED, LINES), _of(LINES, recipient, period)
    differ = or_(*(LINES.c[name].is_distinct_from(_DRAFTED.c[name]) for name in _SAYS))
    was = select(LINES, generation).select_from(LINES.outerjoin(_DRAFTED, same)).where(*of, differ)
    came = select(*(_DRAFTED.c[name] for name in _KEY), generation).where(~exists().where(same, *of))
    touched = select(REPLACED.c.record_id, REPLACED.c.entry)
    touched = touched.where(*_of(REPLACED, recipient, period), REPLACED.c.generation == generation)
    return (
        counting(insert(REPLACED).from_select([*_NAMES, "generation"], was)),
        counting(insert(REPLACED).from_select([*_KEY, "generation"], came)),
        delete(LINES).where(*of, tuple_(LINES.c.record_id, LINES.c.entry).in_(touched)),
        insert(LINES).from_select(
            list(_NAMES), select(_DRAFTED).where(tuple_(_DRAFTED.c.record_id, _DRAFTED.c.entry).in_(touched))
        ),
    )


_REPLACING = _replacing()
