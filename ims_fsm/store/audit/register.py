"""Taxpayers and their annual returns against their log, answers to keys against their digest, declarations.

Imports the tables; decides nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, cast, func, literal, null, or_, select

from ims_fsm.errors import Problem
from ims_fsm.store import taxpayers
from ims_fsm.store.audit.comparison import differing, findings
from ims_fsm.store.job_tables import CalendarRow, RequestRow
from ims_fsm.store.log import RESTORE, ROWS_AT_ONCE, asked, of_recipient
from ims_fsm.store.register import Response, digest_of
from ims_fsm.store.sql.prepared import built
from ims_fsm.store.sql.said import is_unreadable, said
from ims_fsm.store.tables import (
    CALL,
    LOG,
    AnnualReturnRow,
    DeclarationRow,
    core,
)
from ims_fsm.terms.border import REQUEST

_annual, _requests = core(AnnualReturnRow), core(RequestRow)
_declarations, _calendars = core(DeclarationRow), core(CalendarRow)
_taxpayers, _log = taxpayers.TABLE, taxpayers.LOG


def taxpayers_of(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the taxpayers and annual returns that are not as they were registered last."""
    yield from findings(connection, _registered(), _taxpayers.c.gstin, gstin, "their log makes it", most)
    yield from findings(connection, _numbered(), _log.c.gstin, gstin, "there are", most)
    yield from findings(connection, _furnished(), _annual.c.gstin, gstin, "their log makes it", most)
    for query in (_gone(), _no_longer_furnished()):
        narrowed = of_recipient(query, _log.c.gstin, narrow=gstin is not None).limit(most)
        for owner, what in asked(connection, narrowed, gstin):
            yield Problem(f"{owner} {what}", "is gone, and their log has it", RESTORE)


@built
def _gone() -> Any:
    """Return what selects the taxpayers who are in the log alone."""
    rows = _log.outerjoin(_taxpayers, _taxpayers.c.gstin == _log.c.gstin)
    return select(_log.c.gstin, literal("taxpayer")).select_from(rows).where(_taxpayers.c.gstin.is_(None)).distinct()


@built
def _no_longer_furnished() -> Any:
    """Return what selects the annual returns that are in the log alone."""
    fy = said(_log.c.said, "annual_return")
    rows = _log.outerjoin(_annual, and_(_annual.c.gstin == _log.c.gstin, _annual.c.fy == fy))
    query = select(_log.c.gstin, literal("annual return of ").concat(fy)).select_from(rows)
    return query.where(fy.is_not(None), _annual.c.gstin.is_(None))


@built
def _registered() -> Any:
    """Return what selects the taxpayers who are not as they were registered last."""
    newest = _log.alias("newest")
    last = select(func.max(_log.c.number)).where(_log.c.gstin == _taxpayers.c.gstin, ~_is_annual(_log))
    rows = _taxpayers.outerjoin(
        newest, and_(newest.c.gstin == _taxpayers.c.gstin, newest.c.number == last.scalar_subquery())
    )
    names = ("name", "kind", "filing", "registered_from", "extensions")
    pairs = {name: (_taxpayers.c[name], said(newest.c.said, name)) for name in names}
    guessed = said(newest.c.said, "guessed")
    truth = case((or_(guessed == "true", guessed == "1"), "yes"), (guessed.is_not(None), "no"))
    return differing(
        (_taxpayers.c.gstin, "taxpayer"),
        pairs | {"guessed": (case((_taxpayers.c.guessed, "yes"), else_="no"), truth)},
        rows,
    )


@built
def _numbered() -> Any:
    """Return what selects the taxpayers whose log is not numbered from 1 without a gap."""
    newest, rows = func.max(_log.c.number), func.count()
    subject = (_log.c.gstin.label("key_0"), literal("log of the taxpayer").label("key_1"))
    query = select(*subject, newest.label("is_number of its newest row"), rows.label("be_number of its newest row"))
    return query.group_by(_log.c.gstin).having(newest != rows)


def _is_annual(log: Any) -> ColumnElement[bool]:
    return said(log.c.said, "annual_return").is_not(None)


@built
def _furnished() -> Any:
    """Return what selects the annual returns that were furnished at another moment, or by nobody."""
    same = (_log.c.gstin == _annual.c.gstin, said(_log.c.said, "annual_return") == _annual.c.fy)
    first = select(func.min(_log.c.at)).where(*same).scalar_subquery()
    pairs = {"filed_at": (_annual.c.filed_at, first)}
    return differing((_annual.c.gstin, "annual return of", _annual.c.fy), pairs, _annual)


def answers(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the answers to idempotency keys that are not what the digest beside them was taken of, or have no call."""
    names = [field.name for field in fields(Response)]
    query, narrow = select(_requests).order_by(*_requests.primary_key), gstin is not None
    narrowed = of_recipient(query, _requests.c.owner, narrow=narrow)
    with asked(connection, narrowed, gstin, yield_per=ROWS_AT_ONCE) as rows:
        for row in rows.mappings():
            if digest_of(Response(**{name: row[name] for name in names})) != row["digest"]:
                where = f"{row['owner']} key {row['key']}"
                yield Problem(where, "has an answer that is not what the digest beside it was taken of", RESTORE)
    # A supplier's key may move records of any recipient.
    gone = select(CALL.c.recipient_gstin, CALL.c.request_key).distinct()
    key = CALL.c.request_key
    gone = gone.where(key.is_not(None), ~key.startswith(REQUEST), key.not_in(select(_requests.c.key)))
    for owner, lost in asked(connection, of_recipient(gone, CALL.c.recipient_gstin, narrow=narrow), gstin):
        yield Problem(f"{owner} key {lost}", "was acted under, and its answer is gone", RESTORE)
    acted = _acted(connection)
    yield from findings(connection, acted, _requests.c.owner, gstin, "the step of its record makes it", most)


def _acted(connection: Connection) -> Any:
    """Return what selects the answers that tell of a record as a step left it, where the log has another or none."""
    outcome = case((is_unreadable(connection, _requests.c.outcome), null()), else_=_requests.c.outcome)
    call = CALL.alias("acted_call")
    record_id, seq = (cast(said(outcome, name), LOG.c.seq.type) for name in ("id", "seq"))
    step = and_(LOG.c.recipient_gstin == _requests.c.owner, LOG.c.record_id == record_id, LOG.c.seq == seq)
    of_call = and_(call.c.recipient_gstin == LOG.c.recipient_gstin, call.c.number == LOG.c.call)
    rows = _requests.outerjoin(LOG, step).outerjoin(call, of_call)
    pairs = {"state": (said(outcome, "state"), call.c.dest)}
    query = differing((_requests.c.owner, "key", _requests.c.key), pairs, rows)
    return query.where(_requests.c.use_case.in_(["act", "open_case", "fire_case"]), seq > 0)


def declarations(connection: Connection) -> Iterator[Problem]:
    """Give the declarations and calendars that are not what they are named by."""
    for table, of in ((_declarations, "declaration {0.id} of {0.machine}"), (_calendars, "calendar {0.id}")):
        for row in connection.execute(select(table).order_by(table.c.id)):
            if hashlib.sha256(row.declared.encode()).hexdigest() != row.fingerprint:
                yield Problem(of.format(row), "is not what the fingerprint beside it was taken of", RESTORE)
    for row in connection.execute(select(_declarations).order_by(_declarations.c.id)):
        try:
            machine = json.loads(row.declared)[0]
        except (ValueError, LookupError):
            continue
        for name, stands, says in (("machine", row.machine, "name"), ("version", row.version, "version")):
            if machine.get(says) != stands:
                what = f"has {stands} as {name}, and its text makes it {machine.get(says)}"
                yield Problem(f"declaration {row.id} of {row.machine}", what, RESTORE)
