"""What a supplier does: save, edit and delete a document, and file the form that carries it.

Imports the store and the law; each function is one use case inside a unit of work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.refusal import Refused
from ims_fsm.record.chain import connected, versions_of
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer, RefusedError, filed_too_early, filled_in, label, record_fields
from ims_fsm.record.scene import Scene, record_facts
from ims_fsm.record.steps import filed, may_amend, saved, stated, waits_for_statement
from ims_fsm.store import records, returns, taxpayers, versions
from ims_fsm.store.connection import serialise
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import HEADS, NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import TERMINAL, Correction, Disposition, Form, RemovedFor, Trigger, TwoBState
from ims_fsm.workflow.chains import led_to, rejoin, relink
from ims_fsm.workflow.returns import mark_stale, settle_before_registration
from ims_fsm.workflow.unit import UnitOfWork, fire


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing a form did: the records it fixed, with the 2B period of each, and what stays saved, with why."""

    supplier: str
    form: Form
    period: TaxPeriod
    records: dict[int, TaxPeriod]
    refused: tuple[Answer, ...] = ()


def save(unit: UnitOfWork, supplier: str, document: Document, form: Form, period: TaxPeriod) -> int:
    """Save a document in a form of a return period; returns the id of its record (FAQ 4, 6, 7).

    Raises `RefusedError` for a duplicate, a form that does not carry it, or an amendment out of time, `InputError` for
    a document of another supplier.
    """
    if document.supplier != supplier:
        remedy = f"save it at that supplier's desk, not at that of {supplier or 'customs'}"
        raise InputError("document", [Problem(document.number, f"is of the supplier {document.supplier}", remedy)])
    scene = unit.scene(document.recipient)
    serialise(unit.connection, [document.recipient])
    record, chains = draft(unit, unit.take_ids(1), document, form, period)
    _refuse_entry(unit, record, scene, Trigger.SAVE, ENTRY)
    admit(unit, [(record, chains)])
    return record.id


def draft(
    unit: UnitOfWork, record_id: int, document: Document, form: Form, period: TaxPeriod
) -> tuple[Record, list[int]]:
    """Return the record that a saved document becomes, not yet written, and the chains with which it is one."""
    fy = unit.book.calendar.financial_year(document.date)
    chains = led_to(unit, document, fy, record_id)
    members = versions.chains(unit.connection, document.recipient, chains if document.amends else ())
    here = (member for versions_here in members.values() for member in versions_of(versions_here))
    amended = max(here, key=lambda member: member.age, default=None)
    record = saved(
        record_id,
        document,
        form,
        period,
        unit.scene(document.recipient),
        amended=amended,
        annual_return_at=taxpayers.annual_return_at(unit.connection, document.recipient, fy),
        declaration_id=unit.declaration_id(document.machine),
    )
    return record, chains


def admit(unit: UnitOfWork, new: Sequence[tuple[Record, Collection[int]]]) -> None:
    """Write new records of a recipient with the content they came with, and link them with the chains of each."""
    entered = [record for record, _ in new]
    records.insert_all(unit.connection, entered)
    unit.write_contents([(record, 1) for record in entered])
    links = [(record.chain_id, chain_id) for record, chains in new for chain_id in chains]
    rejoin(unit, entered[0].recipient, connected(links))


def edit(unit: UnitOfWork, supplier: str, record_id: int, changes: Mapping[str, Any]) -> bool:
    """Change the content of a saved document; returns whether anything changed (FAQ 16).

    An edit takes the recipient's action back; the same content again keeps it. Raises `RefusedError` for a
    filed, frozen or removed record, `InputError` for a field that no edit changes.
    """
    record = unit.held(record_id, supplier=supplier)
    scene = unit.scene(record.recipient)
    _refuse_fields(changes)
    document = record.document.changed(**changes).checked()
    same = document.content_hash == record.content_hash
    fy = unit.book.calendar.financial_year(document.date)
    renamed = (document.number, fy) != (record.document.number, record.fy)
    _refuse_entry(unit, record, scene, Trigger.EDIT, str(record.state), document if renamed else None)
    if same:
        return False
    after = edited(unit, fire(unit, record, Trigger.EDIT), document)
    after = after.changed(route=scene.route_at(after, unit.now).name)
    unit.write([(record, after)])
    unit.write_contents([(after, after.contents)])
    if renamed:
        chains = led_to(unit, after.document, after.fy, after.id)
        rejoin(unit, after.recipient, connected((after.chain_id, chain_id) for chain_id in chains))
    return True


def edited(unit: UnitOfWork, record: Record, document: Document) -> Record:
    """Return a record that an edit has moved, with its new content and without what an action said (FAQ 16)."""
    fy = unit.book.calendar.financial_year(document.date)
    annual = taxpayers.annual_return_at(unit.connection, record.recipient, fy)
    return record.changed(
        document=document,
        fy=fy,
        cutoff_at=unit.book.calendar.cutoff(document.kind, document.date, annual),
        contents=record.contents + 1,
        content_hash=document.content_hash,
        remarks=None,
        reduction=None,
        declared=NIL,
    )


def _refuse_fields(changes: object) -> None:
    if not isinstance(changes, Mapping):
        raise InputError("edit", [Problem(repr(changes), "is not a table of changes", "name fields and values")])
    editable = {field.name for field in fields(Document)} - {"kind", "supplier", "recipient", "amends"} | set(HEADS)
    remedy = f"an edit changes {', '.join(sorted(editable))}; for another, delete the document and save it anew"
    problems = [
        Problem(str(name), "is not a field that an edit changes", remedy) for name in changes if name not in editable
    ]
    if "tax" in changes and not isinstance(changes["tax"], Heads):
        problems.append(Problem("tax", "is not an amount per head", "give Heads(igst=…, cgst=…, sgst=…, cess=…)"))
    if problems:
        raise InputError("edit", problems)


def delete(unit: UnitOfWork, supplier: str, record_id: int) -> None:
    """Delete a saved document; its record leaves IMS (FAQ 16). Raises `RefusedError` for a filed one."""
    record = unit.held(record_id, supplier=supplier)
    after = fire(unit, record, Trigger.DELETE)
    unit.write([(record, after.changed(removed_for=RemovedFor.SUPPLIER_DELETED))])
    relink(unit, [record])


def file(unit: UnitOfWork, supplier: str, form: Form, period: TaxPeriod) -> Filed:
    """File a form of a return period: everything the supplier has saved in it counts from now on (FAQ 15, 19).

    An amendment whose time has passed since it was saved is not filed (sections 37(3), 39(9)): it stays saved. What an
    extended window lets in after the draft makes that stale, and after GSTR-3B is of the next period. What has a step
    from after the moment of filing stays saved too (rule 56(8)).
    """
    waiting = versions.saved_in_form(unit.connection, supplier, form, period)
    serialise(unit.connection, [record.recipient for record in waiting])
    refused = (*_rectified_too_late(unit, waiting), *_too_early(unit, waiting))
    late = {answer.record_id for answer in refused}
    entered: list[tuple[Record, Record]] = []
    for record in waiting:
        if record.id not in late:
            scene = unit.scene(record.recipient)
            belongs = open_period(unit, record.recipient, scene.expected_period(record))
            # Up to this moment it was not filed.
            entered.append((record, filed(record, scene, unit.now, belongs).changed(unfiled_at=unit.now)))
    unit.write(entered)
    for _, after in entered:
        if after.two_b_period is not None and unit.now >= unit.book.calendar.two_b_opens(after.two_b_period):
            mark_stale(unit, after.recipient, [after])
    settle_before_registration(unit, [after for _, after in entered])
    relink(unit, [after for _, after in entered])
    periods = {after.id: after.two_b_period for _, after in entered if after.two_b_period is not None}
    return Filed(supplier, form, period, periods, refused)


def open_period(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> TaxPeriod:
    """Return a 2B period, or the next whose GSTR-3B is not filed: a window may be open when it is filed already."""
    calendar, filing = unit.book.calendar, unit.scene(recipient).recipient.filing
    while unit.now >= calendar.two_b_opens(period):
        if returns.two_b(unit.connection, recipient, period).state is not TwoBState.FINAL:
            break
        period = calendar.next(period, filing)
    return period


def _too_early(unit: UnitOfWork, waiting: Sequence[Record]) -> Iterator[Answer]:
    """Give the records that stay saved, because something was done to them after the moment of filing."""
    for record in waiting:
        scene = unit.scene(record.recipient)
        if (refused := filed_too_early(record, scene)) is not None:
            yield Answer.of(record, Trigger.SAVE, refused, scene)


def _rectified_too_late(unit: UnitOfWork, waiting: Sequence[Record]) -> tuple[Answer, ...]:
    """Ask of each amendment what was asked when it was saved: may it enter the form still?"""
    entry = {"carrier": "fits", "identity": "new"}
    answers = []
    for record in waiting:
        if record.document.amends is not None:
            scene = unit.scene(record.recipient)
            limit = {"amendment_limit": _amendment_limit(unit, record.document)}
            facts = record_facts(record, unit.chain_of(record, Trigger.SAVE), scene, entry=entry | limit)
            decision = decide(scene.edition(record), ENTRY, Trigger.SAVE, facts)
            answers.append(Answer.of(record, Trigger.SAVE, decision, scene))
    return tuple(answer for answer in answers if not answer)


def state_original(
    unit: UnitOfWork, recipient: str, record_id: int, disposition: Disposition, original: Document | None = None
) -> None:
    """State how the unknown original of a chain was decided, and what it was worth (FAQ 13).

    The record may be any amendment of the chain: the statement is kept with the first, and what it says is carried by
    all that wait. Without the original's content it is taken to have had the same tax as the first. Raises `InputError`
    where nothing is to be stated: no amendment, an original that is known here, a version that is decided.
    """
    record = unit.held(record_id, recipient)
    _refuse_statement(unit, record, disposition, original)
    chain = unit.chain_of(record)
    after = stated(chain, disposition, original)
    if after == chain:
        return
    first = next(member for member in chain if waits_for_statement(member))
    left = next(member for member in after if member.id == first.id)
    detail = {"original": str(disposition), "carried": left.carried.in_paise(), "standing": left.standing.in_paise()}
    unit.moved(first, Correction.STATE, str(first.state), ("faq.13.1",), detail)
    after = [member.stepped(unit.now) if member.id == first.id else member for member in after]
    unit.write([(was, now) for was, now in zip(chain, after, strict=True) if was != now])
    mark_stale(unit, record.recipient, [member for member in chain if waits_for_statement(member)])


def _refuse_statement(unit: UnitOfWork, record: Record, disposition: Disposition, original: Document | None) -> None:
    kind, amends = record.document.kind, record.document.amends is not None
    chain = versions_of(unit.chain_of(record))
    decided = [member for member in chain if member.settled_in and member.disposition is not Disposition.SUPERSEDED]
    what = {
        "amends nothing": not amends,
        "amends a document that is known here": amends and bool(chain) and chain[0].document.amends is None,
        "is of a chain of which GSTR-3B has decided a version": bool(decided) and record not in decided,
        "is decided for good": record.settled_in is not None or record.state in TERMINAL,
        "amends a document that no GSTR-3B has decided on, being superseded": disposition is Disposition.SUPERSEDED,
        f"amends a document of another kind than {original and original.kind}": original and original.kind is not kind,
    }
    remedy = "state only how the unknown original of an undecided amendment was decided: accepted or rejected"
    problems = [Problem(label(record.document), fault, remedy) for fault, holds in what.items() if holds]
    if problems:
        raise InputError("original", problems)


def _refuse_entry(
    unit: UnitOfWork, record: Record, scene: Scene, trigger: Trigger, state: str, renamed: Document | None = None
) -> None:
    document = renamed or record.document
    fy = unit.book.calendar.financial_year(document.date)
    asked = trigger is Trigger.SAVE or renamed is not None
    taken = asked and versions.of_identity(unit.connection, document, fy, record.form, record.return_period)
    entry = {
        "carrier": "fits" if unit.book.routing.carries(record.form, document.kind) else "unfit",
        "identity": "taken" if taken else "new",
        "amendment_limit": _amendment_limit(unit, document) if trigger is Trigger.SAVE else "open",
    }
    facts = record_facts(record, unit.chain_of(record, trigger), scene, entry=entry)
    decision = decide(scene.edition(record), state, trigger, facts)
    if isinstance(decision, Refused):
        refusals = filled_in(decision, record_fields(record, scene))
        raise RefusedError(label(document), trigger, refusals, machine=record.machine)


def _amendment_limit(unit: UnitOfWork, document: Document) -> str:
    """Return the fact whether the time has passed in which a supplier may amend; the earlier of two days ends it."""
    if document.amends is None:
        return "open"
    calendar, amended_on = unit.book.calendar, document.amends.date
    annual = taxpayers.annual_return_at(unit.connection, document.supplier, calendar.financial_year(amended_on))
    return may_amend(document, unit.scene(document.recipient), annual)
