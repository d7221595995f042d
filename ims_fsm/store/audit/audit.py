"""Proves the store from its logs: every step decided again, every content hashed, every seal computed again.

Imports the tables, the trails and the seals; writes nothing. Give `verify` a connection for reading, on
which all statements see the same moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Result, Select, Table, func, select
from sqlalchemy.exc import DatabaseError

from ims_fsm.errors import Problem
from ims_fsm.law.book import LawBook
from ims_fsm.record.sighting import content_of
from ims_fsm.store import log, seals
from ims_fsm.store.audit import (
    calls,
    cases,
    chains,
    dating,
    law,
    money,
    numbers,
    proposals,
    register,
    returns,
    settings,
    standing,
    structure,
    words,
)
from ims_fsm.store.log import RESTORE, ROWS_AT_ONCE, TRAILS, asked, of_recipient
from ims_fsm.store.tables import ContentRow, RecordRow, core
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Kind

MOST = 100
TIME = "time"
_records: Table = core(RecordRow)
_contents: Table = core(ContentRow)
# The columns of a record's content, in the order in which a portal shows it.
_CONTENT = (
    "recipient_gstin",
    "kind",
    "supplier_gstin",
    "supplier_name",
    "number",
    "document_date",
    "taxable",
    *HEADS,
    "document_value",
    "pos",
    "invoice_type",
    "reverse_charge",
    "ineligible",
    "original_number",
    "original_date",
)


@dataclass(frozen=True, slots=True, order=True)
class Finding(Problem):
    """A fault that was found; `code` is the word of what was looked at (docs/audit.md has them)."""

    code: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What was verified (records, rows of the logs, seals) and every fault found, at most `MOST` of each kind.

    `notes` are no faults: what is dated back with a reason, and whether the law's clock was not the machine's.
    """

    records: int
    rows: int
    seals: int
    faults: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(connection: Connection, gstin: str | None = None, book: LawBook | None = None) -> Audit:
    """Verify the records of one recipient, or of all, against their logs, and against the law where a book is given.

    The database is as the migrations made it. For every record and every GSTR-2B: the log is numbered from 1 without a
    gap, each step leaves from where the one before arrived, and the last arrived where the row stands; no step is dated
    before another that it comes behind, unless it says why, and none was written before it. Every call has as many
    steps in the log as it was written for. For every record: each content has the hash beside it, and the columns are
    the newest content. For every seal: the digest, computed again. By the law: each step may have been taken under the
    declaration that it names (`audit.law`). docs/audit.md lists what proves each column.
    Where the database says that its file is damaged, that is the last finding.
    """
    faults: list[Finding] = []
    try:
        for code, problems in _looked_at(connection, gstin, book):
            faults.extend(findings(code, islice(problems, MOST)))
            if any(map(structure.ends_all, faults)):
                return Audit(0, 0, 0, tuple(faults))
        rows = sum(_count(connection, table, gstin) for table in {trail.log: trail for trail in TRAILS})
        looked_at = (_count(connection, _records, gstin), rows, seals.count(connection, gstin))
        noted = findings(TIME, islice(dating.notes(connection, gstin, MOST), MOST))
        return Audit(*looked_at, tuple(faults), tuple(noted))
    except DatabaseError as error:
        if (damage := structure.damage(error)) is None:
            raise
        return Audit(0, 0, 0, (*faults, *findings("database", [damage])))


def findings(code: str, problems: Iterable[Problem]) -> list[Finding]:
    """Return problems as what was found by what a code stands for."""
    return [Finding(problem.where, problem.what, problem.remedy, code) for problem in problems]


def _looked_at(
    connection: Connection, gstin: str | None, book: LawBook | None
) -> Iterator[tuple[str, Iterable[Problem]]]:
    yield "database", structure.problems(connection)
    yield "word", (misread := list(words.problems(connection, gstin, MOST)))
    for trail in TRAILS:
        for kind in (log.broken_steps, log.wrong_ends, log.ownerless):
            yield "log", kind(connection, trail, gstin, MOST)
    unreadable = list(calls.unreadable(connection, gstin, MOST))
    yield "log", unreadable
    for of_calls in (calls.miscounted, calls.disordered):
        yield "log", of_calls(connection, gstin, MOST)
    yield TIME, dating.problems(connection, gstin, MOST)
    for check in (_altered_contents, _altered_records):
        yield "content", check(connection, gstin)
    yield "seal", seals.problems(connection, gstin)
    yield "declaration", register.declarations(connection)
    yield "setting", settings.problems(connection, gstin)
    yield "number", numbers.problems(connection, MOST) if gstin is None else ()
    if book is not None and not unreadable:
        yield "law", law.problems(connection, book, gstin, MOST)
        yield "law", cases.steps_problems(connection, book, gstin, MOST)
        yield "case", cases.problems(connection, gstin, MOST)
        yield "proposal", proposals.problems(connection, gstin, MOST)
        yield "record", standing.problems(connection, book, gstin, MOST)
        yield "money", money.problems(connection, book, gstin, MOST)
        yield "chain", () if misread else chains.problems(connection, book, gstin)
        yield "return", returns.problems(connection, book, gstin, MOST)
        yield "taxpayer", register.taxpayers_of(connection, gstin, MOST)
        yield "key", register.answers(connection, gstin, MOST)


def _altered_contents(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    query = select(*_contents.c["recipient_gstin", "record_id", "number", "content", "content_hash"])
    with _streamed(connection, query, _contents, gstin) as rows:
        for row in rows:
            if hashlib.sha256(row.content.encode()).hexdigest() != row.content_hash:
                where = f"{row.recipient_gstin} contents of record {row.record_id} step {row.number}"
                yield Problem(where, "is not what the hash beside it was taken of", RESTORE)


def _altered_records(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    query = select(*_records.c[_CONTENT], _records.c.content_hash, _records.c.id)
    with _streamed(connection, query, _records, gstin) as rows:
        for row in rows:
            if not _is_its_content(row):
                where = f"{row.recipient_gstin} record {row.id}"
                yield Problem(where, "has columns that are not the content its hash was taken of", RESTORE)


def _is_its_content(row: Any) -> bool:
    # Neither a record nor a document is made of it: that would take four times as long as all the rest.
    recipient, kind, *said = row
    try:
        _, digest = content_of((recipient, Kind(kind), *said))
    except ValueError:
        return False
    return digest == str(row.content_hash)


def _count(connection: Connection, table: Table, gstin: str | None) -> int:
    query = select(func.count()).select_from(table)
    narrowed = of_recipient(query, table.c.recipient_gstin, narrow=gstin is not None)
    return int(asked(connection, narrowed, gstin).scalar_one())


def _streamed(connection: Connection, query: Select[Any], table: Table, gstin: str | None) -> Result[Any]:
    # Whoever reads it closes it: a reader that stops at MOST leaves a cursor on PostgreSQL.
    narrowed = of_recipient(query, table.c.recipient_gstin, narrow=gstin is not None)
    return asked(connection, narrowed.order_by(*table.primary_key), gstin, yield_per=ROWS_AT_ONCE)
