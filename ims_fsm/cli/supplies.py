"""`supplier-view` and `liabilities`: what a supplier sees of his documents and what came back to him (FAQ 18, 34).

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ims_fsm.cli import options
from ims_fsm.cli.listing import named, stands
from ims_fsm.cli.output import counted, emit, emit_each, say, table
from ims_fsm.cli.session import opened
from ims_fsm.terms.money import NIL, shown

if TYPE_CHECKING:
    from ims_fsm.record.record import Record
    from ims_fsm.record.returns import Liability


def supplier_view(
    supplier: options.SupplierGstin,
    *,
    period: options.SomePeriod = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Show what a supplier has reported, with what his recipients did; --period is his return period (FAQ 18)."""
    with opened(db, at) as ims:
        found = ims.supplier(supplier, actor="cli").outward(period)
        if as_json:
            from ims_fsm.cli import plain

            emit_each({"supplier": supplier}, "records", map(plain.record, found))
        else:
            tell_outward(supplier, list(found))


def tell_outward(supplier: str, found: Sequence[Record]) -> None:
    """Print a supplier's outward view."""
    if not found:
        say(f"{supplier} has reported nothing here.")
        return
    rows = [
        (
            str(one.id),
            named(one),
            one.document.number,
            shown(one.document.tax.total),
            f"{one.form} of {one.return_period}, {one.supplier_status}",
            one.recipient,
            stands(one),
            one.remarks or "",
        )
        for one in found
    ]
    table(("id", "document", "number", ">tax", "reported in", "recipient", "the recipient's action", "remarks"), rows)
    say("", f"{counted(len(found), 'document')} of {supplier}.")


def liabilities(
    supplier: options.SupplierGstin,
    *,
    period: options.SomePeriod = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Show the liability added back to a supplier for what his recipients rejected; --period is his (FAQ 34)."""
    with opened(db, at) as ims:
        found = ims.liabilities(supplier, period)
    if as_json:
        from ims_fsm.cli import plain

        total = plain.heads(sum((one.tax for one in found), NIL))
        emit({"supplier": supplier, "liabilities": [plain.liability(one) for one in found], "total": total})
    else:
        tell_liabilities(supplier, found)


def tell_liabilities(supplier: str, found: Sequence[Liability]) -> None:
    """Print what was added back to a supplier."""
    if not found:
        say(f"Nothing was added back to the liability of {supplier}.")
        return
    rows = [
        (one.supplier_period, str(one.record_id), one.recipient, one.recipient_period, str(one.tax)) for one in found
    ]
    table(("in his period", "record", "rejected by", "with GSTR-3B of", "tax"), rows)
    say("", f"Added back to {supplier} in all: {sum((one.tax for one in found), NIL)} (faq.34).")
