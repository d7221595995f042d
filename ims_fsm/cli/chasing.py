"""`chase`: whom to chase for what, letters to suppliers, payments to hold, and who was written to.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, say, table, verbatim
from ims_fsm.terms.period import day_in_words

if TYPE_CHECKING:
    from ims_fsm import ChaseTally, ChaseTotals, Letter, RecipientDesk, SupplierToChase, ToChase

MOST, MOST_DOCUMENTS = 20, 100
NONE = (
    "Nobody is to be chased: ims-fsm match REGISTER finds what suppliers have not filed, or otherwise than the books."
)


class LetterFormat(StrEnum):
    """How letters are written."""

    TEXT = "text"
    EML = "eml"


group("chase", "Suppliers to chase: whom for what, letters to them, payments to hold.", usual="list")


@command("chase list", "each", "chasing", "db", "at")
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
    ends = ""
    if of.credit_until is not None:
        over = ", which is over" if of.first + timedelta(days=of.days) > of.credit_until else ""
        ends = f"; credit until {day_in_words(of.credit_until)}{over} (sec.16_4)"
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


@command("chase letters", "each", "chasing", "key", "actor", "db", "at")
def letters(
    call: Call,
    *,
    out: Path,
    fmt: LetterFormat = LetterFormat.TEXT,
    template: Path | None = None,
    addresses: Path | None = None,
    preview: bool = False,
) -> None:
    """Write a letter to each supplier to chase into a folder, and log who was written to; nothing is sent.

    Each says document by document what the books have, what was reported, and what the supplier is asked to do by when.
    """
    written: list[Letter] = []
    with call.recipient() as buyer, call.working("Writing letters"):
        kind: Literal["text", "eml"] = "eml" if fmt is LetterFormat.EML else "text"
        asked = partial(buyer.letters, fmt=kind, template=template, addresses=addresses, key=call.key, **_only(call))
        # Each is made once more to be written: what cannot be written or made is known before the first one is.
        for letter in asked():
            call.outputs.claim(out / letter.name, letter.content)
            out.mkdir(parents=True, exist_ok=True)
        for letter in asked():
            path = out / letter.name
            if not (path.is_file() and path.read_bytes() == letter.content):
                call.outputs.write(path, letter.content)
            written.append(replace(letter, content=b""))
        logged = [] if preview else buyer.chased(written, key=call.key)
    call.answer(
        lambda: _tell_letters(out, written, preview=preview), {"folder": out, "letters": written, "logged": logged}
    )


def _tell_letters(out: Path, written: Sequence[Letter], *, preview: bool) -> None:
    if not written:
        say(NONE)
        return
    for letter in written:
        verbatim(f"{out / letter.name}: {counted(letter.documents, 'document')}, tax at stake {letter.tax}")
    logged = "nothing is logged" if preview else "ims-fsm chase log has who was written to"
    say(f"{counted(len(written), 'letter')}; nothing is sent, {logged}.")


@command("chase hold", "each", "chasing", "db", "at")
def hold(call: Call, *, csv: bool = False, xlsx: bool = False, out: Path | None = None) -> None:
    """Give the payments to hold until their suppliers have done what they are asked for, as an ERP reads it.

    One row a document with tax at stake: GSTIN, number, date, amounts, reason, and when the payment is free.
    """
    is_book = xlsx or (out is not None and out.suffix == ".xlsx" and not csv)
    if csv and xlsx:
        raise CallError("--csv and --xlsx are two formats; give one of them")
    if is_book and out is None:
        raise CallError("a workbook is written to a file; name it with --out")
    with call.recipient() as buyer, call.working("Reading"):
        if out is not None:
            with call.outputs.opened(out) as file:
                count = buyer.write_payments_to_hold(file, fmt="xlsx" if is_book else "csv", **_only(call))
            tell = partial(verbatim, f"{out}: {counted(count, 'payment')}")
            call.answer(tell, {"path": out, "payments": count}, "--out")
        elif call.as_json:
            call.answer_each({"recipient": buyer.gstin}, buyer.payments_to_hold(**_only(call)))
        else:
            rows = io.BytesIO()
            buyer.write_payments_to_hold(rows, **_only(call))
            sys.stdout.write(rows.getvalue().decode().replace("\r\n", "\n"))


@command("chase log", "gstin", "db", "at")
def log(call: Call, *, limit: int | None = None) -> None:
    """List who was written to, the newest first: when, by whom, with which letter, about how much."""
    with call.recipient() as buyer:
        most = MOST_DOCUMENTS if limit is None else limit
        logged = buyer.chase_log(limit=most or None)
    titles = ("=at (IST)", "=supplier", "by", "letter", ">documents", "tax at stake")
    rows = [(minute(of.at), of.supplier, of.actor, of.letter, f"{of.documents:,}", str(of.tax)) for of in logged]
    call.answer(lambda: table(titles, rows) if rows else say("Nobody was written to."), {"chased": logged})
