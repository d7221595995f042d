"""`chase`: whom to chase for what, letters to suppliers, payments to hold, and who was written to.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, say, table
from ims_fsm.terms.period import day_in_words

if TYPE_CHECKING:
    from ims_fsm import ChaseTally, ChaseTotals, RecipientDesk, SupplierToChase, ToChase

MOST, MOST_DOCUMENTS = 20, 100
NONE = (
    "Nobody is to be chased: ims-fsm match REGISTER finds what suppliers have not filed, or otherwise than the books."
)

group("chase", "Suppliers to chase: whom for what, letters to them, payments to hold.", usual="list")


@command("chase list", "gstin", "chasing", "db", "at")
def list_(call: Call, *, listed: bool = False, limit: int | None = None) -> None:
    """List the suppliers to chase: for what they have not filed, or otherwise than the books, or must amend.

    As the last matching has it, who has most tax at stake first, with the age of their oldest document in days.
    """
    with call.recipient() as buyer, call.working("Reading"):
        if call.as_json:
            entries = buyer.chase_documents if listed else buyer.chase
            _emit(buyer, "--documents" if listed else "", entries(limit=limit or None, **_only(call)))
        elif listed:
            most = MOST_DOCUMENTS if limit is None else limit
            _tell_documents([*buyer.chase_documents(limit=most + 1 if most else None, **_only(call))], most)
        else:
            totals = buyer.chase_totals(**_only(call))
            most = MOST if limit is None else limit
            _tell(buyer.gstin, totals, [*buyer.chase(limit=most or None, **_only(call))])


def _emit(buyer: RecipientDesk, variant: str, entries: Any) -> None:
    from ims_fsm.cli.answers import emit_each

    emit_each(f"chase list {variant}".rstrip(), {"recipient": buyer.gstin}, entries)


def _only(call: Call) -> dict[str, Any]:
    return dict(call.filters)


def _tell(gstin: str, totals: ChaseTotals, suppliers: Sequence[SupplierToChase]) -> None:
    if not suppliers:
        say(NONE)
        return
    whole = totals.total
    head = f"{counted(totals.suppliers, 'supplier')} to chase for {counted(whole.documents, 'document')}"
    say(f"{gstin}: {head}, tax at stake {whole.tax}.", style="bold")
    table(("age in days", ">documents", "tax at stake"), _rows(totals.by_band), indent=2)
    for of in suppliers:
        say("", f"{of.supplier} {of.name}".rstrip(), style="bold")
        say(f"{_line(of)}.", indent=2, hang=2)
        for name, tally in of.by_reason.items():
            what = f"{counted(tally.documents, 'document')}, {totals.says[name]}; {tally.tax}"
            say(f"- {name}: {what}.", indent=2, hang=2)
    if more := totals.suppliers - len(suppliers):
        say("", f"{counted(more, 'supplier')} with less at stake: --limit 0 shows all.")
    say("", "ims-fsm chase list --documents has the documents; ims-fsm chase letters --out FOLDER writes to them.")


def _rows(tallies: Mapping[str, ChaseTally]) -> list[tuple[str, ...]]:
    return [(name, f"{tally.documents:,}", str(tally.tax)) for name, tally in tallies.items()]


def _line(of: SupplierToChase) -> str:
    ends = f"; credit until {day_in_words(of.credit_until)} (sec.16_4)" if of.credit_until else ""
    written = f"; written to on {minute(of.chased.at)} by {of.chased.actor}" if of.chased else ""
    whole = of.total
    what = f"{counted(whole.documents, 'document')}, tax at stake {whole.tax}, of {of.first} to {of.last}"
    return f"{what}, the oldest {counted(of.days, 'day')} old{ends}{written}"


def _tell_documents(documents: Sequence[ToChase], most: int) -> None:
    if not documents:
        say(NONE)
        return
    has_more, rows = 0 < most < len(documents), documents[: most or None]
    titles = ("=supplier", "number", "=date", ">days", "tax at stake", "=reason", "asked to")
    table(titles, ((of.supplier, of.number, str(of.date), f"{of.days:,}", str(of.stake), of.reason.name, of.asks)
                   for of in rows))  # fmt: skip
    say("", f"{counted(len(rows), 'document')}.{' More are not shown; --limit 0 shows all.' if has_more else ''}")
