"""Seals: digests over a recipient's logs, chained, which no longer fit once a row that they cover is changed.

Imports the tables; decides nothing about a record. Whoever can write the database can write all seals anew, so keep
a digest outside of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Table, and_, cast, func, insert, literal, select

from ims_fsm.errors import InputError, Problem
from ims_fsm.store.connection import StoreError, serialise
from ims_fsm.store.log import CONTENTS, RESTORE, RETURNS, ROWS_AT_ONCE, STEP, TRANSITIONS, Trail, of_recipient
from ims_fsm.store.seal_tables import SealMarkRow, SealRow
from ims_fsm.store.sql.prepared import counting
from ims_fsm.store.tables import core

FORMAT = "ims-fsm seal 1"
_seals: Table = core(SealRow)
_marks: Table = core(SealMarkRow)


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal: its number from 1, how many rows it and those before it cover, and its SHA-256 (64 hex digits)."""

    number: int
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class _Log:
    trail: Trail
    subject: ColumnElement[int]
    columns: tuple[ColumnElement[Any], ...]

    @property
    def table(self) -> Table:
        return self.trail.log


NO_SEAL = Seal(0, 0, "")
# What FORMAT covers, in its order: a column that a log gains later belongs to a later format.
_FIRED = ("trigger", "source", "dest", "actor", "at", "rules", "detail", "request_key")
_DECIDED = ("record_version", "content_number", "declaration_id")
_SAID = ("content", "content_hash", "actor", "at")
_month = cast(func.replace(RETURNS.subject, "-", ""), BigInteger)
_LOGS = (
    # As it reads, with what calls say of all their steps: how it lies in tables is nothing to a seal.
    _Log(TRANSITIONS, TRANSITIONS.subject, tuple(STEP[name] for name in ("record_id", "seq", *_FIRED, *_DECIDED))),
    _Log(CONTENTS, CONTENTS.subject, tuple(CONTENTS.log.c["record_id", "number", *_SAID])),
    _Log(RETURNS, _month, tuple(RETURNS.log.c["period", "seq", *_FIRED])),
)


def seal(connection: Connection, gstin: str, actor: str, at: datetime) -> Seal:
    """Seal what a recipient's logs hold now (`at` aware); where nothing was added the newest seal is returned.

    Raises `InputError` for a recipient without any log, `StoreError` where a seal was torn off.
    """
    serialise(connection, [gstin])
    query = select(_seals).where(_seals.c.recipient_gstin == gstin).order_by(_seals.c.number.desc())
    row = connection.execute(query.limit(1)).first()
    newest = NO_SEAL if row is None else Seal(row.number, row.rows, row.digest)
    for problem in _torn_off(connection, gstin):
        raise StoreError(f"{problem}; until then nothing can be sealed on top of it")
    marked = [_mark(connection, gstin, newest.number + 1, log) for log in _LOGS]
    if not any(marked):
        return _unchanged(newest, gstin)
    made = _digested(connection, gstin, newest, actor, at)
    values = {"number": made.number, "rows": made.rows, "digest": made.digest, "actor": actor, "at": at}
    connection.execute(insert(_seals).values(recipient_gstin=gstin, **values))
    return made


def count(connection: Connection, gstin: str | None) -> int:
    """Return how many seals a recipient has, or all recipients."""
    query = select(func.count()).select_from(_seals)
    return int(connection.execute(of_recipient(query, _seals.c.recipient_gstin, gstin)).scalar_one())


def problems(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    """Give what is wrong with the seals of a recipient, or of all: each digest is computed again."""
    holder, before = "", NO_SEAL
    query = select(_seals).order_by(_seals.c.recipient_gstin, _seals.c.number)
    for row in connection.execute(of_recipient(query, _seals.c.recipient_gstin, gstin)).all():
        if row.recipient_gstin != holder:
            holder, before = row.recipient_gstin, NO_SEAL
        where, stands = f"{holder} seal {row.number}", Seal(row.number, row.rows, row.digest)
        if row.number != before.number + 1:
            yield Problem(where, f"comes after seal {before.number}; what was between them is gone", RESTORE)
        elif _digested(connection, holder, before, row.actor, row.at) != stands:
            yield Problem(where, f"no longer fits the {row.rows - before.rows} rows that it was set on", RESTORE)
        before = stands
    yield from _torn_off(connection, gstin)


def _unchanged(newest: Seal, gstin: str) -> Seal:
    if newest is NO_SEAL:
        problem = Problem(gstin, "has nothing in any log that could be sealed", "see recipients() for who has records")
        raise InputError("seal", [problem])
    return newest


def _mark(connection: Connection, gstin: str, number: int, log: _Log) -> int:
    marks = and_(_marks.c.recipient_gstin == gstin, _marks.c.log == log.table.name)
    upto = func.max(_marks.c.upto).label("upto")
    sealed = select(_marks.c.subject, upto).where(marks).group_by(_marks.c.subject).subquery()
    after = func.coalesce(sealed.c.upto, 0)
    grown = (
        select(literal(gstin), literal(number), literal(log.table.name), log.subject, after, func.max(log.trail.step))
        .select_from(log.table.outerjoin(sealed, sealed.c.subject == log.subject))
        .where(log.table.c.recipient_gstin == gstin)
        .group_by(log.subject, sealed.c.upto)
        .having(func.max(log.trail.step) > after)
    )
    names = ["recipient_gstin", "number", "log", "subject", "after", "upto"]
    return int(connection.execute(counting(insert(_marks).from_select(names, grown))).rowcount)


def _digested(connection: Connection, gstin: str, before: Seal, actor: str, at: datetime) -> Seal:
    number, rows = before.number + 1, before.rows
    sha = hashlib.sha256(_line([FORMAT, gstin, number, before.digest, actor, at]))
    for log in _LOGS:
        for row in connection.execute(_covered(gstin, number, log), execution_options={"yield_per": ROWS_AT_ONCE}):
            sha.update(_line([log.table.name, *row]))
            rows += 1
    return Seal(number, rows, sha.hexdigest())


def _covered(gstin: str, number: int, log: _Log) -> Select[Any]:
    marked = and_(
        _marks.c.recipient_gstin == log.table.c.recipient_gstin,
        _marks.c.number == number,
        _marks.c.log == log.table.name,
        _marks.c.subject == log.subject,
        log.trail.step.between(_marks.c.after + 1, _marks.c.upto),
    )
    query = select(*log.columns).select_from(log.trail.rows.join(_marks, marked))
    return query.where(log.table.c.recipient_gstin == gstin).order_by(log.subject, log.trail.step)


def _torn_off(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    same = and_(_seals.c.recipient_gstin == _marks.c.recipient_gstin, _seals.c.number == _marks.c.number)
    key = (_marks.c.recipient_gstin, _marks.c.number)
    query = select(*key).outerjoin_from(_marks, _seals, same).where(_seals.c.number.is_(None)).distinct().order_by(*key)
    for row in connection.execute(of_recipient(query, _marks.c.recipient_gstin, gstin)):
        yield Problem(f"{row.recipient_gstin} seal {row.number}", "is gone; what it covered is still marked", RESTORE)


def _in_utc(moment: object) -> str:
    if not isinstance(moment, datetime):
        raise TypeError(f"{type(moment).__name__} has no place in a seal")
    return moment.astimezone(UTC).isoformat()


_encode = json.JSONEncoder(separators=(",", ":"), default=_in_utc).encode


def _line(values: list[object]) -> bytes:
    return f"{_encode(values)}\n".encode()
