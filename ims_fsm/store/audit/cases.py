"""Cases against their logs: every step decided again by the declaration it names and the facts that it was logged with.

Imports the law and the tables. Steps that are alike are decided once. Unlike those of records the log has all facts
that a step of a case was decided on, so that each is proved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from ims_fsm.errors import Problem
from ims_fsm.law.book import LawBook
from ims_fsm.record.case import FACTS, KEY, PERIOD
from ims_fsm.record.case_replay import Logged, fault_of
from ims_fsm.store.audit.comparison import differing, findings
from ims_fsm.store.audit.law import Declarations
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.log import OF_ONE_CALL, RESTORE, STEP, asked, of_recipient
from ims_fsm.store.sql.prepared import built
from ims_fsm.store.sql.said import said
from ims_fsm.store.tables import CALL, LOG, ContentRow, core

_contents = core(ContentRow)
_OF_CASE = and_(CASE.c.recipient_gstin == LOG.c.recipient_gstin, CASE.c.id == LOG.c.record_id)
_READ = and_(
    _contents.c.recipient_gstin == LOG.c.recipient_gstin,
    _contents.c.record_id == LOG.c.record_id,
    _contents.c.number == LOG.c.content_number,
)
_STEPS = LOG.join(CALL, OF_ONE_CALL).join(CASE, _OF_CASE).outerjoin(_contents, _READ)


class _Alike(NamedTuple):
    """What steps that are alike have in common: all that decided them."""

    machine: str
    named: str
    declaration_id: int
    period: str
    trigger: str
    source: str
    dest: str
    rules: str
    #: The facts that stayed with the case then, and what else the step was decided on, as JSON.
    content: str | None
    facts: str | None


_BY: Mapping[str, ColumnElement[Any]] = {
    "machine": CASE.c.machine,
    "named": CALL.c.machine,
    "declaration_id": LOG.c.declaration_id,
    "period": CASE.c.period,
    "trigger": CALL.c.trigger,
    "source": LOG.c.source,
    "dest": CALL.c.dest,
    "rules": CALL.c.rules,
    "content": _contents.c.content,
    "facts": said(STEP["detail"], FACTS),
}


def problems(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the cases that are not what their log makes them; the details must be readable."""
    yield from findings(connection, _standing(), CASE.c.recipient_gstin, gstin, "its log makes it", most)
    yield from _altered(connection, gstin)


def steps_problems(connection: Connection, book: LawBook, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the steps of cases that the law does not allow; the details must be readable."""
    declarations, narrow = Declarations(connection, book), gstin is not None
    for row in asked(connection, _alike(narrow=narrow), gstin).all():
        steps = _Alike._make(row)
        fault = _fault(steps, declarations)
        if fault is not None:
            same = (_BY[name].is_not_distinct_from(value) for name, value in zip(steps._fields, steps, strict=True))
            rows = select(LOG.c["recipient_gstin", "record_id", "seq"]).select_from(_STEPS).where(*same).limit(most)
            for step in asked(connection, of_recipient(rows, LOG.c.recipient_gstin, narrow=narrow), gstin):
                yield Problem(f"{step.recipient_gstin} case {step.record_id} step {step.seq}".lstrip(), fault, RESTORE)


@built
def _alike(*, narrow: bool) -> Select[Any]:
    alike = select(*(column.label(name) for name, column in _BY.items())).select_from(_STEPS).group_by(*_BY.values())
    return of_recipient(alike, LOG.c.recipient_gstin, narrow=narrow)


@built
def _standing() -> Select[Any]:
    """Return what selects the cases whose columns are not what the step that opened them, and the last, make them."""
    first, last, opened = LOG.alias("first_step"), LOG.alias("last_step"), CALL.alias("opening_call")
    of = [and_(s.c.recipient_gstin == CASE.c.recipient_gstin, s.c.record_id == CASE.c.id) for s in (first, last)]
    rows = CASE.outerjoin(first, and_(of[0], first.c.seq == 1)).outerjoin(last, and_(of[1], last.c.seq == CASE.c.seq))
    of_opening = and_(opened.c.recipient_gstin == first.c.recipient_gstin, opened.c.number == first.c.call)
    rows = rows.outerjoin(opened, of_opening)
    detail = func.coalesce(func.nullif(first.c.detail, ""), opened.c.detail)
    pairs = {
        "key": (CASE.c.key, said(detail, KEY)),
        "period": (CASE.c.period, said(detail, PERIOD)),
        "machine": (CASE.c.machine, opened.c.machine),
        "declaration_id": (CASE.c.declaration_id, last.c.declaration_id),
        "contents": (CASE.c.contents, last.c.content_number),
    }
    return differing((CASE.c.recipient_gstin, "case", CASE.c.id), pairs, rows)


def _altered(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    query = select(*CASE.c["recipient_gstin", "id", "facts", "content_hash"]).order_by(*CASE.primary_key)
    narrowed = of_recipient(query, CASE.c.recipient_gstin, narrow=gstin is not None)
    for owner, case_id, facts, digest in asked(connection, narrowed, gstin).all():
        if hashlib.sha256(facts.encode()).hexdigest() != digest:
            yield Problem(f"{owner} case {case_id}".lstrip(), "has facts that its hash was not taken of", RESTORE)


def _fault(steps: _Alike, declarations: Declarations) -> str | None:
    """Return what is wrong with the steps that are alike; None where the law allows them."""
    machine = declarations.machine(steps.declaration_id)
    if machine is None or not machine.name == steps.machine == steps.named:
        return f"was decided under declaration {steps.declaration_id}, which is none of {steps.machine}"
    step = Logged(steps.period, steps.trigger, steps.source, steps.dest, steps.rules, steps.content, steps.facts)
    return fault_of(step, machine)
