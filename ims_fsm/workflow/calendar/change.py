"""A change of the calendar: what is stored and was worked out from it is worked out again, and that is kept.

Imports the store, the law and the returns. It concerns what no GSTR-3B has decided: the cut-off of section 16(4), the
2B period that the moment of filing gave, and the route. What a sweep ended by an earlier calendar stays ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ims_fsm.law.book import LawBook
from ims_fsm.law.calendar_reading import calendar_of
from ims_fsm.law.instants import Group, instants
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene
from ims_fsm.store import calendars, jobs, records, taxpayers
from ims_fsm.store.connection import serialise
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.principal import SCHEDULER, Principal
from ims_fsm.terms.vocabulary import Filing, Job
from ims_fsm.workflow.returns import mark_stale
from ims_fsm.workflow.supplier import open_period
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import Workspace

ACTOR = Principal("calendar", {SCHEDULER})
_ONE_AT_A_TIME = "calendar"


def follow(workspace: Workspace) -> int:
    """Have the store stand by the calendar of a workspace; returns how many records that moved."""
    with workspace.asking() as unit:
        if calendars.standing(unit.connection) == workspace.book.calendar.text:
            return 0
    return workspace.run(_followed, actor=ACTOR)


def _followed(unit: UnitOfWork) -> int:
    serialise(unit.connection, [_ONE_AT_A_TIME])
    unit.restate("the calendar is another one")
    calendar, text = unit.book.calendar, calendars.standing(unit.connection)
    if text == calendar.text:
        return 0
    calendar_id = calendars.put(unit.connection, calendar, unit.actor, unit.moments)
    if text is None:
        return 0
    before = LawBook(unit.book.law, calendar_of(text), unit.book.routing)
    _plan_again(unit, before)
    return sum(_moved_of(unit, before, gstin, calendar_id) for gstin in taxpayers.gstins(unit.connection))


def _moved_of(unit: UnitOfWork, before: LawBook, gstin: str, calendar_id: int) -> int:
    """Work out again what a recipient's undecided records stand by; returns how many of them moved."""
    serialise(unit.connection, [gstin])
    scene = unit.scene(gstin)
    stood = replace(scene, book=before)
    moved = 0
    for page in records.undecided_pages(unit.connection, gstin):
        changes = [(record, after) for record in page if (after := _as_of(unit, record, scene, stood)) != record]
        unit.write(changes)
        calendars.put_moves(unit.connection, calendar_id, changes)
        mark_stale(unit, gstin, [version for change in changes for version in change])
        moved += len(changes)
    return moved


def _as_of(unit: UnitOfWork, record: Record, scene: Scene, stood: Scene) -> Record:
    """Return a record as the scene's calendar has it, where it stands as the one before had it."""
    document, moment = record.document, record.filed_at or unit.now
    annual = taxpayers.annual_return_at(unit.connection, record.recipient, record.fy)
    limit = scene.book.calendar.cutoff(document.kind, document.date, annual)
    after = record.changed(cutoff_at=limit)
    if record.filed_at is not None and record.two_b_period == _period(stood, record, record.filed_at):
        # Of what stands otherwise the portal said where it belongs.
        period = _period(scene, record, record.filed_at)
        after = after.changed(two_b_period=open_period(unit, record.recipient, period))
    if record.route == stood.route_at(record, moment).name:
        after = after.changed(route=scene.route_at(after, moment).name)
    return after


def _period(scene: Scene, record: Record, filed_at: datetime) -> TaxPeriod:
    often = scene.suppliers.get(record.document.supplier, Filing.MONTHLY)
    return scene.book.calendar.two_b_period(record.form, record.return_period, filed_at, often, scene.recipient.filing)


def _plan_again(unit: UnitOfWork, before: LawBook) -> None:
    """Forget what is planned for a day that is due to others now, so that it is planned for them."""
    now, then = (dict(_by_day(unit, book)) for book in (unit.book, before))
    for job, key in now.keys() | then.keys():
        if now.get((job, key)) != then.get((job, key)):
            jobs.forget(unit.connection, job, key)


def _by_day(unit: UnitOfWork, book: LawBook) -> Iterator[tuple[tuple[Job, str], frozenset[Group]]]:
    for instant in instants(book, book.calendar.opens_at, unit.now):
        if instant.job is not Job.DRAFT:
            yield (instant.job, instant.key), instant.groups
