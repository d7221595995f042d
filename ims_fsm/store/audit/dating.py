"""Whether time runs backwards in the logs, and what was dated back with a reason (docs/adr/0019).

Imports the tables and the trails. No more than the clocks of machines may be apart is time running backwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from ims_fsm.errors import Problem
from ims_fsm.record.moments import is_apart, runs_back
from ims_fsm.store.audit.comparison import differing, findings
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.job_tables import TaxpayerLogRow
from ims_fsm.store.log import (
    CONTENTS,
    OF_ONE_CALL,
    RESTORE,
    RETURNS,
    ROWS_AT_ONCE,
    TRAILS,
    Trail,
    asked,
    of_recipient,
)
from ims_fsm.store.seal_tables import SealRow
from ims_fsm.store.sql.prepared import built
from ims_fsm.store.tables import AT, CALL, LOG, RECORD, TwoBRow, core
from ims_fsm.terms.period import moment_in_words

_two_b = core(TwoBRow)
_WHOSE = LOG.c.recipient_gstin
_BACK = "is dated {at}, {behind} ({before}), and does not say why"
_EARLY = "was written at {at} by the machine's clock, and what comes before it at {before}"


def problems(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the rows that are dated, or were written, before those that they come behind, and wrong newest moments."""
    for trail in TRAILS:
        yield from _of_trail(connection, trail, gstin)
    yield from _before_their_content(connection, gstin)
    yield from _numbered(connection, gstin)
    yield from findings(connection, _newest_of_records(), AT.recipient_gstin, gstin, "its log makes it", most)
    yield from findings(connection, _newest_of_cases(), CASE.c.recipient_gstin, gstin, "its log makes it", most)
    yield from findings(connection, _newest_of_returns(), _two_b.c.recipient_gstin, gstin, "its log makes it", most)


def _of_trail(connection: Connection, trail: Trail, gstin: str | None) -> Iterator[Problem]:
    for row in _streamed(connection, _turned_back(trail, narrow=gstin is not None), gstin):
        where = f"{trail.place(row)} step {row.step}"
        if row.backdate is None and runs_back(row.at, row.at_before):
            yield _back(where, row.at, "before a step before it", row.at_before)
        if runs_back(row.recorded_at, row.recorded_before):
            yield _early(where, row.recorded_at, row.recorded_before)


@built
def _turned_back(trail: Trail, *, narrow: bool) -> Select[Any]:
    owner = trail.log.c.recipient_gstin
    before: dict[str, Any] = {"partition_by": [owner, trail.subject], "order_by": trail.step, "rows": (None, -1)}
    rows = select(
        owner.label("gstin"),
        trail.subject.label("subject"),
        trail.step.label("step"),
        trail.at.label("at"),
        trail.backdate.label("backdate"),
        trail.recorded_at.label("recorded_at"),
        func.max(trail.at, type_=trail.at.type).over(**before).label("at_before"),
        func.max(trail.recorded_at, type_=trail.at.type).over(**before).label("recorded_before"),
    ).select_from(trail.rows)
    steps = trail.of(rows, owner, narrow=narrow).subquery()
    back, early = steps.c.at < steps.c.at_before, steps.c.recorded_at < steps.c.recorded_before
    query = select(steps).where(or_(and_(back, steps.c.backdate.is_(None)), early))
    return query.order_by(steps.c.gstin, steps.c.subject, steps.c.step)


def _before_their_content(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    for row in _streamed(connection, _before_content(narrow=gstin is not None), gstin):
        if runs_back(row.at, row.content_at):
            where = f"{row.recipient_gstin} record {row.record_id} step {row.seq}"
            yield _back(where, row.at, "before the content that it was decided on", row.content_at)


@built
def _before_content(*, narrow: bool) -> Select[Any]:
    contents = CONTENTS.log.c
    of_record = (contents.recipient_gstin == _WHOSE, contents.record_id == LOG.c.record_id)
    read = and_(*of_record, contents.number == LOG.c.content_number)
    columns = (_WHOSE, LOG.c.record_id, LOG.c.seq, CALL.c.at, contents.at.label("content_at"))
    query = select(*columns).select_from(LOG.join(CALL, OF_ONE_CALL).join(CONTENTS.log, read))
    query = query.where(CALL.c.at < contents.at, CALL.c.backdate.is_(None)).order_by(*LOG.primary_key)
    return of_recipient(query, _WHOSE, narrow=narrow)


# What is numbered for each taxpayer as it is written: whose it is, the columns, and by which word a row of it is named.
_NUMBERED: Mapping[str, tuple[Any, Any]] = {
    "call": (CALL.c.recipient_gstin, CALL.c),
    "log of the taxpayer step": (core(TaxpayerLogRow).c.gstin, core(TaxpayerLogRow).c),
    "seal": (core(SealRow).c.recipient_gstin, core(SealRow).c),
}


def _numbered(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    """Give the rows that were written before one of the same taxpayer with a smaller number."""
    for place in _NUMBERED:
        for row in _streamed(connection, _written_back(place, narrow=gstin is not None), gstin):
            if runs_back(row.recorded_at, row.recorded_before):
                yield _early(f"{row.gstin} {place} {row.number}", row.recorded_at, row.recorded_before)


@built
def _written_back(place: str, *, narrow: bool) -> Select[Any]:
    owner, at = _NUMBERED[place]
    before: dict[str, Any] = {"partition_by": owner, "order_by": at.number, "rows": (None, -1)}
    newest = func.max(at.recorded_at, type_=at.recorded_at.type).over(**before).label("recorded_before")
    rows = select(owner.label("gstin"), *at["number", "recorded_at"], newest)
    numbered = of_recipient(rows, owner, narrow=narrow).subquery()
    query = select(numbered).where(numbered.c.recorded_at < numbered.c.recorded_before)
    return query.order_by(numbered.c.gstin, numbered.c.number)


@built
def _newest_of_records() -> Select[Any]:
    contents = CONTENTS.log.c
    theirs = (contents.recipient_gstin == AT.recipient_gstin, contents.record_id == AT.id)
    content_at = _newest(contents.at).where(*theirs).scalar_subquery()
    step = (AT.recipient_gstin == _WHOSE, LOG.c.record_id == AT.id)
    step_at = _newest(CALL.c.at).select_from(LOG.join(CALL, OF_ONE_CALL)).where(*step).scalar_subquery()
    newest = case((func.coalesce(step_at > content_at, content_at.is_(None)), step_at), else_=content_at)
    return differing((AT.recipient_gstin, "record", AT.id), {"last_at": (AT.last_at, newest)}, RECORD)


@built
def _newest_of_cases() -> Select[Any]:
    theirs = (CASE.c.recipient_gstin == _WHOSE, LOG.c.record_id == CASE.c.id)
    steps = LOG.join(CALL, OF_ONE_CALL)
    newest = _newest(CALL.c.at).select_from(steps).where(*theirs).scalar_subquery()
    opened = select(CALL.c.at).select_from(steps).where(*theirs, LOG.c.seq == 1).scalar_subquery()
    pairs = {"last_at": (CASE.c.last_at, newest), "opened_at": (CASE.c.opened_at, opened)}
    return differing((CASE.c.recipient_gstin, "case", CASE.c.id), pairs, CASE)


@built
def _newest_of_returns() -> Select[Any]:
    log = RETURNS.log.c
    theirs = (log.recipient_gstin == _two_b.c.recipient_gstin, log.period == _two_b.c.period)
    newest = _newest(log.at).where(*theirs).scalar_subquery()
    subject = (_two_b.c.recipient_gstin, "GSTR-2B of", _two_b.c.period)
    return differing(subject, {"last_at": (_two_b.c.last_at, newest)}, _two_b)


def _newest(at: ColumnElement[Any]) -> Select[Any]:
    return select(func.max(at, type_=at.type))


def notes(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give what is dated back with a reason, and how many calls are dated otherwise than they were written."""
    at = CALL.c
    said = select(*at["recipient_gstin", "number", "trigger", "steps", "actor", "at", "recorded_at", "backdate"])
    said = said.where(at.backdate.is_not(None)).order_by(*CALL.primary_key).limit(most)
    for row in asked(connection, of_recipient(said, at.recipient_gstin, narrow=gstin is not None), gstin):
        yield _note(f"{row.recipient_gstin} call {row.number} ({row.trigger}, {row.steps} steps, {row.actor})", row)
    log = RETURNS.log.c
    moved = select(*log["recipient_gstin", "period", "seq", "trigger", "actor", "at", "recorded_at", "backdate"])
    moved = moved.where(log.backdate.is_not(None)).order_by(*RETURNS.log.primary_key).limit(most)
    for row in asked(connection, of_recipient(moved, log.recipient_gstin, narrow=gstin is not None), gstin):
        yield _note(f"{row.recipient_gstin} GSTR-2B of {row.period} step {row.seq} ({row.trigger}, {row.actor})", row)
    yield from _apart(connection, gstin)


def _apart(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    at = CALL.c
    query = select(*at["recipient_gstin", "number", "at", "recorded_at"]).order_by(*CALL.primary_key)
    query = query.where(at.backdate.is_(None), at.at != at.recorded_at)
    first, count = None, 0
    for row in _streamed(connection, of_recipient(query, at.recipient_gstin, narrow=gstin is not None), gstin):
        if is_apart(row.at, row.recorded_at):
            first, count = first or row, count + 1
    if first is not None:
        where = f"{first.recipient_gstin} call {first.number}"
        others = f", and so are {count - 1:,} others" if count > 1 else ""
        what = f"is dated {moment_in_words(first.at)} and was written at {moment_in_words(first.recorded_at)}{others}"
        yield Problem(where, what, "nothing is to be mended where the law's clock is not the machine's")


def _note(where: str, row: Any) -> Problem:
    what = f"is dated back to {moment_in_words(row.at)}, written at {moment_in_words(row.recorded_at)}: {row.backdate}"
    return Problem(where, what, "nothing is to be mended")


def _back(where: str, at: datetime, behind: str, before: datetime) -> Problem:
    return Problem(where, _BACK.format(at=moment_in_words(at), behind=behind, before=moment_in_words(before)), RESTORE)


def _early(where: str, at: datetime, before: datetime) -> Problem:
    return Problem(where, _EARLY.format(at=moment_in_words(at), before=moment_in_words(before)), RESTORE)


def _streamed(connection: Connection, query: Select[Any], gstin: str | None) -> Iterator[Any]:
    # Whoever stops reading leaves a cursor on PostgreSQL.
    with asked(connection, query, gstin, yield_per=ROWS_AT_ONCE) as rows:
        yield from rows
