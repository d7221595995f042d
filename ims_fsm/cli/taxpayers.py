"""`taxpayer`, `supplier-view` and `liabilities`: who is registered, and what a supplier sees (FAQ 18, 34).

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import counted, say, table
from ims_fsm.cli.records import named, stands
from ims_fsm.terms.border import check_digit_holds
from ims_fsm.terms.money import NIL
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind

if TYPE_CHECKING:
    from ims_fsm import IMS, Liability, Record, Taxpayer


group("taxpayer", "Taxpayers: show them, register or correct one.", usual="show")


@command("taxpayer show", "db")
def show(call: Call, gstin: str | None = None) -> None:
    """Show a taxpayer, or all: how they are registered, how often they file, the first GSTR-3B due."""
    with call.ims() as ims:
        registered = ims.taxpayers() if gstin is None else [_registered(ims, gstin)]
    call.answer(lambda: _tell_taxpayers(registered), {"taxpayers": registered})


def _registered(ims: IMS, gstin: str) -> Taxpayer:
    taxpayer = ims.taxpayer(gstin)
    if taxpayer is None:
        remedy = f"import a download of theirs, or register them: ims-fsm taxpayer add {gstin}"
        raise CallError(f"{gstin} is not registered; {remedy}")
    return taxpayer


@command("taxpayer add", "db")
def add(
    call: Call,
    gstin: str,
    *,
    kind: TaxpayerKind | None = None,
    filing: Filing | None = None,
    since: TaxPeriod | None = None,
    name: str | None = None,
    extension: list[str] | None = None,
) -> None:
    """Register a taxpayer, or correct what is registered of them: what is not given stays, or is normal and monthly.

    From when GSTR-3B is due is guessed from the records until --from states it; what hangs on it then follows.
    """
    from ims_fsm import Taxpayer

    extensions = None if extension is None else tuple(name for name in extension if name)
    given = {"kind": kind, "filing": filing, "registered_from": since, "name": name, "extensions": extensions}
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    if since is not None:
        changes["guessed"] = False
    with call.ims(create=True) as ims:
        before = ims.taxpayer(gstin)
        first = Taxpayer(gstin=gstin, registered_from=ims.book.calendar.first_period, guessed=True)
        after = replace(before or first, **changes)
        if after != before:
            ims.register(after)
    call.answer(lambda: _tell_taxpayers([after]), {"taxpayers": [after]})


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
            str(record.document.credit),
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
