"""`taxpayer`, `supplier-view` and `liabilities`: who is registered, and what a supplier sees (FAQ 18, 34).

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import counted, say, table
from ims_fsm.cli.records import named, stands
from ims_fsm.terms.border import check_digit_holds
from ims_fsm.terms.money import NIL
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind

if TYPE_CHECKING:
    from ims_fsm import IMS, Liability, Record, Taxpayer


@command("taxpayer", "db")
def taxpayer(
    call: Call,
    gstin: str | None = None,
    *,
    kind: TaxpayerKind | None = None,
    filing: Filing | None = None,
    since: TaxPeriod | None = None,
    name: str | None = None,
    extension: list[str] | None = None,
) -> None:
    """Show a taxpayer, or all; with an option, register them or correct what is registered of them.

    From when GSTR-3B is due is guessed from the records until --from states it; what hangs on it then follows.
    """
    extensions = None if extension is None else tuple(name for name in extension if name)
    given = {"kind": kind, "filing": filing, "registered_from": since, "name": name, "extensions": extensions}
    changes = {field: value for field, value in given.items() if value is not None}
    if gstin is None and changes:
        raise typer.BadParameter("name the taxpayer's GSTIN to register or correct them")
    with call.ims(create=bool(changes)) as ims:
        taxpayers = ims.taxpayers() if gstin is None else [_put(ims, gstin, changes)]
    call.answer(lambda: _tell_taxpayers(taxpayers), {"taxpayers": taxpayers})


def _put(ims: IMS, gstin: str, changes: dict[str, Any]) -> Taxpayer:
    from ims_fsm import Taxpayer

    before = ims.taxpayer(gstin)
    if before is None and not changes:
        remedy = f"ims-fsm taxpayer {gstin} --filing monthly"
        raise CallError(f"{gstin} is not registered; import a download of theirs, or register them: {remedy}")
    first = ims.book.calendar.first_period
    after = replace(before or Taxpayer(gstin=gstin, registered_from=first, guessed=True), **changes)
    if "registered_from" in changes:
        after = replace(after, guessed=False)
    if after != before:
        ims.register(after)
    return after


def _tell_taxpayers(taxpayers: Sequence[Taxpayer]) -> None:
    if not taxpayers:
        say("No taxpayer is registered; an import registers its recipient.")
        return
    rows = [
        (who.gstin, who.name, str(who.kind), str(who.filing), _first(who), ", ".join(who.extensions))
        for who in taxpayers
    ]
    table(("=GSTIN", "name", "kind", "files", "first GSTR-3B due for", "under extension"), rows)
    for who in taxpayers:
        if not check_digit_holds(who.gstin):
            say(f"warning: the check digit of {who.gstin} does not hold; check the GSTIN.")


def _first(taxpayer: Taxpayer) -> str:
    return f"{taxpayer.registered_from}, guessed" if taxpayer.guessed else taxpayer.registered_from


@command("supplier-view", "db", "at")
def supplier_view(call: Call, supplier: str, *, period: TaxPeriod | None = None) -> None:
    """Show what a supplier has reported, with what recipients did; --period is the return period (FAQ 18)."""
    with call.ims() as ims:
        records = ims.supplier(supplier, actor=call.actor).outward(period)
        if call.as_json:
            call.answer_each({"supplier": supplier}, records)
        else:
            _tell_outward(supplier, list(records))


def _tell_outward(supplier: str, records: Sequence[Record]) -> None:
    if not records:
        say(f"{supplier} has reported nothing here.")
        return
    rows = [
        (
            str(record.id),
            named(record),
            record.document.number,
            str(record.document.tax),
            f"{record.form} of {record.return_period}, {record.supplier_status}",
            record.recipient,
            stands(record),
            record.remarks or "",
        )
        for record in records
    ]
    columns = ("=id", "document", "number", "tax", "reported in", "=recipient", "recipient's action", "remarks")
    table(columns, rows)
    say("", f"{counted(len(records), 'document')} of {supplier}.")


@command("liabilities", "db", "at")
def liabilities(call: Call, supplier: str, *, period: TaxPeriod | None = None) -> None:
    """Show what recipients' rejections add to a supplier's liability; --period is the supplier's (FAQ 34)."""
    with call.ims() as ims:
        added = ims.supplier(supplier, actor=call.actor).liabilities(period)
    total = sum((liability.tax for liability in added), NIL)
    parts = {"supplier": supplier, "liabilities": added, "total": total}
    call.answer(lambda: _tell_liabilities(supplier, added), parts)


def _tell_liabilities(supplier: str, added: Sequence[Liability]) -> None:
    if not added:
        say(f"Nothing was added back to the liability of {supplier}.")
        return
    rows = [
        (back.supplier_period, str(back.record_id), back.recipient, back.recipient_period, str(back.tax))
        for back in added
    ]
    table(("in period", "record", "=rejected by", "with GSTR-3B of", "=tax"), rows)
    say("", f"Added back to {supplier} in all: {sum((back.tax for back in added), NIL)} (faq.34).")
