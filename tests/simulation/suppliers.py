"""What suppliers do: they save, amend, edit, delete and file; those elsewhere do it on the portal."""

from __future__ import annotations

from datetime import date
from typing import Any

from ims_fsm import IMS, Document, Form, Heads, Kind, OriginalReference, Record, SupplierDesk
from ims_fsm.terms.vocabulary import State

from .town import HERE, OTHER, SELLERS, Town
from .world import Refusal

REASONS: tuple[dict[str, Any], ...] = ({}, {}, {}, {}, {"reverse_charge": True}, {"ineligible": "pos"})


def shop(ims: IMS, supplier: str) -> SupplierDesk:
    return ims.supplier(supplier, actor="seller")


def tax(town: Town, kind: Kind) -> Heads:
    draw = town.chance.randint
    heads = Heads(igst=draw(0, 3) * 100, cgst=draw(0, 3) * 100, sgst=draw(0, 1) * 100, cess=draw(0, 9) // 9)
    return Heads(igst=heads.igst, cess=heads.cess) if kind is Kind.BILL_OF_ENTRY else heads


def reason(town: Town, kind: Kind) -> dict[str, Any]:
    """Draw why a document goes past IMS, mostly nothing; what is imported has no such reason."""
    drawn = town.chance.choice(REASONS)
    return {} if kind is Kind.BILL_OF_ENTRY else drawn


def report(town: Town) -> None:
    """Save a document of any kind, of the month before mostly, and perhaps file it at once."""
    chance, period = town.chance, town.month(town.chance.choice((0, 1, 1, 1)))
    kind = chance.choice(tuple(Kind))
    town.numbers += 1
    document = Document(
        kind=kind,
        supplier="" if kind is Kind.BILL_OF_ENTRY else chance.choice(SELLERS),
        recipient=chance.choice(HERE),
        number=f"T/{town.numbers}",
        date=date(period.year - (chance.random() < 0.15), period.month, chance.randint(1, 28)),
        taxable=chance.randint(1, 9) * 1000,
        tax=tax(town, kind),
        **reason(town, kind),
    )
    form = chance.choice((Form.GSTR_1, Form.GSTR_1, Form.GSTR_1A))
    if kind is Kind.BILL_OF_ENTRY:
        form = Form.ICEGATE
    elif document.supplier == OTHER and period.quarter != period:
        form = Form.IFF
    saved(town, document, form, period)


def amend(town: Town) -> None:
    """Amend what was filed, by this form or the next."""
    record = town.pick(lambda record: record.filed and record.state is not State.REMOVED, *HERE)
    if record is None or len(town.ims.recipient(record.recipient, actor="reader").history(record.id).chain) > 3:
        return
    document = record.document.changed(
        tax=tax(town, record.document.kind),
        number=town.chance.choice((record.document.number, f"{record.document.number}A")),
        amends=OriginalReference(record.document.number, record.document.date),
        **{"reverse_charge": False, "ineligible": None, **reason(town, record.document.kind)},
    )
    form = town.chance.choice((Form.GSTR_1, Form.GSTR_1A)) if record.form is not Form.ICEGATE else Form.ICEGATE
    saved(town, document, form, town.month(town.chance.randint(0, 1)))


def saved(town: Town, document: Document, form: Form, period: Any) -> None:
    answer = town.world.keyed(lambda ims, key: shop(ims, document.supplier).save(document, form, period, key=key))
    if not isinstance(answer, Refusal) and town.chance.random() < 0.6:
        file_form(town, town.ims.recipient(document.recipient, actor="reader").record(answer))


def file(town: Town) -> None:
    """File a form that has something saved in it."""
    if record := town.pick(lambda record: not record.filed and record.state is not State.REMOVED, *HERE):
        file_form(town, record)


def file_form(town: Town, record: Record) -> None:
    supplier, form, period = record.document.supplier, record.form, record.return_period
    filed = town.world.keyed(lambda ims, key: shop(ims, supplier).file(form, period, key=key))
    assert not isinstance(filed, Refusal), f"a form may always be filed: {filed}"
    late = {answer.record_id for answer in filed.refused}
    assert record.id in (late | filed.records.keys()), "what is saved in a form is filed with it, or refused"


def edit(town: Town) -> None:
    """Edit a document, mostly one that is only saved."""
    if record := town.pick(lambda record: not record.filed or town.chance.random() < 0.1, *HERE):
        supplier, changes = record.document.supplier, {"tax": tax(town, record.document.kind)}
        changed = town.world.keyed(lambda ims, key: shop(ims, supplier).edit(record.id, changes, key=key))
        if not isinstance(changed, Refusal):
            assert changed is (changes["tax"] != record.document.tax)
            town.world.stepped(int(changed))


def delete(town: Town) -> None:
    """Delete a document, mostly one that is only saved."""
    if record := town.pick(lambda record: not record.filed or town.chance.random() < 0.1, *HERE):
        supplier = record.document.supplier
        done = town.world.keyed(lambda ims, key: shop(ims, supplier).delete(record.id, key=key))
        if not isinstance(done, Refusal):
            town.world.stepped(1)


def elsewhere(town: Town) -> None:
    """Let the portal go on."""
    town.portal.goes_on(town.chance, town.world.clock())


DOINGS = ((report, 7), (amend, 4), (file, 3), (edit, 2), (delete, 1), (elsewhere, 5))
