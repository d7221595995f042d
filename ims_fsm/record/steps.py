"""The steps that move a record, as values: what its supplier, its recipient, the clock and GSTR-3B make of it.

Imports the law and the record; runs no statement and asks nobody. Which steps a draft or a filing takes, and in which
order, is said here: `ENDINGS`, `frozen_by`, `settled`, `carried_on`. Its twin in SQL is `store.sql.filing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ims_fsm.law.ledger import Outcome, Settled, Standing, settle
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Request, Scene, declaration_of, is_superseded
from ims_fsm.record.settling import dest_of, held_back, outcome_of, settlement_of, why_left_out
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Disposition, Form, RemovedFor, Route, State, SupplierStatus, Trigger

#: How the clock ends what is pending, the first that may fire: before every draft and before every GSTR-3B.
ENDINGS: Mapping[Trigger, RemovedFor | None] = {Trigger.EXPIRE: RemovedFor.SEC_16_4, Trigger.LAPSE: None}


def saved(  # noqa: PLR0913 -- a record is what was reported, and what it is read against
    record_id: int,
    document: Document,
    form: Form,
    period: TaxPeriod,
    scene: Scene,
    *,
    amended: Record | None = None,
    annual_return_at: datetime | None = None,
    declaration_id: int = 1,
) -> Record:
    """Return the record that a saved document becomes, linked to the version that it amends.

    `annual_return_at` is when the recipient furnished the annual return of the document's year, `declaration_id` that
    of its machine's declaration.
    """
    calendar = scene.book.calendar
    record = Record(
        id=record_id,
        document=document,
        fy=calendar.financial_year(document.date),
        form=form,
        return_period=period,
        supplier_status=SupplierStatus.SAVED,
        filed_at=None,
        two_b_period=None,
        route=Route.IMS,
        cutoff_at=calendar.cutoff(document.kind, document.date, annual_return_at),
        chain_id=amended.chain_id if amended else record_id,
        stated_original=None,
        carried=amended.carried if amended else NIL,
        standing=amended.standing if amended else NIL,
        state=State.NO_ACTION,
        seq=0,
        version=1,
        contents=1,
        content_hash=document.content_hash,
        machine=document.machine,
        declaration_id=declaration_id,
        last_at=scene.now,
    )
    return record.changed(route=scene.route_at(record, scene.now).name)


def may_amend(document: Document, scene: Scene, annual_return_at: datetime | None = None) -> str:
    """Return the fact whether a document may still be reported: an amendment until its supplier's time has passed.

    `annual_return_at` is when the supplier furnished the annual return of the year of what is amended.
    """
    if document.amends is None:
        return "open"
    limit = scene.book.calendar.amendment_limit(document.kind, document.amends.date, annual_return_at)
    return "passed" if limit is not None and scene.now >= limit else "open"


def filed(record: Record, scene: Scene, moment: datetime, period: TaxPeriod | None = None) -> Record:
    """Return a record as its filing leaves it: its 2B period fixed, its value standing with the supplier.

    `period` is the 2B period where it is known otherwise than by the moment of filing.
    """
    after = record.changed(
        supplier_status=SupplierStatus.FILED,
        filed_at=moment,
        two_b_period=period or scene.expected_period(record),
        standing=record.credit,
    )
    return after.changed(route=scene.route_at(after, moment).name)


def said(record: Record, trigger: Trigger, request: Request, at: datetime) -> dict[str, Any]:
    """Return what an action writes on a record beside its state: when, the remarks, the declaration."""
    chosen, declared = declaration_of(record, request) if trigger is Trigger.ACCEPT else (None, NIL)
    return {"acted_at": at, "remarks": request.remarks, "reduction": chosen, "declared": declared}


def is_over(record: Record) -> bool:
    """Say whether a record is decided for good, or gone: no action changes what it comes to."""
    return record.settled_in is not None or record.state is State.REMOVED


def as_acted(record: Record, trigger: Trigger, request: Request, at: datetime) -> Record:
    """Return a record as an action at a moment would leave it, whether or not it is allowed; one that is over stays."""
    if is_over(record):
        return record
    return record.changed(state=dest_of(trigger), **said(record, trigger, request, at))


def stated(chain: Sequence[Record], disposition: Disposition, original: Document | None) -> list[Record]:
    """Return a chain as a statement leaves it: how its unknown original was decided, and what that was worth.

    Without the original's content it is taken to have had the same tax as the first amendment that waits.
    """
    waiting = [member for member in chain if waits_for_statement(member)]
    first = waiting[0]
    worth = (original or first.document).credit
    left = settle(Standing(NIL, worth), worth, disposition).after
    standing = first.standing if first.filed else left.standing
    after = {member.id: member.changed(carried=left.carried) for member in waiting}
    after[first.id] = after[first.id].changed(stated_original=disposition, standing=standing)
    return [after.get(member.id, member) for member in chain]


def waits_for_statement(record: Record) -> bool:
    """Say whether a version of a chain that begins with an amendment takes what is stated of its original."""
    return record.settled_in is None and record.removed_for is not RemovedFor.SUPPLIER_DELETED


def is_decided_otherwise(before: Record, after: Record) -> bool:
    """Say whether an action has changed what a record is decided as, or what is declared with it (FAQ 29)."""
    return (before.state, before.reduction, before.declared) != (after.state, after.reduction, after.declared)


def considered(chain: Sequence[Record], period: TaxPeriod) -> list[Record]:
    """Return what GSTR-2B of a period considers: filed by its cut-off and not yet decided (FAQ 15)."""
    return [
        record
        for record in chain
        if record.filed and record.settled_in is None and record.state is not State.REMOVED
        if record.two_b_period is not None and record.two_b_period <= period
    ]


def frozen_by(chain: Sequence[Record], period: TaxPeriod, scene: Scene) -> dict[int, Outcome]:
    """Return what the GSTR-3B of a period decides of a chain, by record id: what its GSTR-2B shows, and supersedes.

    A pending record, and one that waits for its original, is in neither.
    """
    outcomes = {record.id: decided_as(record, chain, scene, period) for record in considered(chain, period)}
    return {record_id: outcome for record_id, outcome in outcomes.items() if outcome is not None}


def decided_as(record: Record, chain: Sequence[Record], scene: Scene, period: TaxPeriod) -> Outcome | None:
    """Return as what the GSTR-3B of a period decides a record that it considers; None where it leaves it open."""
    if is_superseded(record, chain, scene, period):
        return None if held_back(record, chain, scene) else Outcome.SUPERSEDED
    return outcome_of(record, scene) if why_left_out(record, chain, scene, period) is None else None


def settled(
    record: Record, outcome: Outcome, chain: Sequence[Record], period: TaxPeriod, scene: Scene
) -> tuple[Record, Settled]:
    """Return a record as the GSTR-3B of a period settles it, its state apart, and what that moves."""
    moved = settlement_of(record, outcome, chain, scene)
    disposition = Disposition(str(outcome)) if record.in_ims else None
    if not record.in_ims and outcome is Outcome.SUPERSEDED:
        disposition = Disposition.SUPERSEDED
    elif not record.in_ims and scene.route(record).effect == "credit":
        disposition = Disposition.DEEMED_ACCEPTED
    after = record.changed(
        settled_in=period, carried=moved.after.carried, standing=moved.after.standing, disposition=disposition
    )
    return after, moved


def carried_on(chain: Sequence[Record], outcomes: Mapping[int, Outcome]) -> list[Record]:
    """Return a chain with E of what was just settled passed on to its members that wait; the newest settled counts."""
    newest = [record for record in chain if outcomes.get(record.id, Outcome.SUPERSEDED) is not Outcome.SUPERSEDED][-1:]
    carried: Heads | None = newest[0].carried if newest else None
    return [
        record.changed(carried=carried)
        if carried is not None
        and record.settled_in is None
        and record.removed_for is None
        and record.carried != carried
        else record
        for record in chain
    ]
