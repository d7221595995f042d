"""`list`: a recipient's records with what may be done with each, as a table or CSV, or what they add up to.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import csv as tables
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm import Sort
from ims_fsm.cli.call import Call, command
from ims_fsm.cli.options import selected
from ims_fsm.cli.output import console, counted, say, table, verbatim
from ims_fsm.cli.records import named, stands
from ims_fsm.terms.characters import inert
from ims_fsm.terms.money import HEADS, TITLES, rupees, shown

if TYPE_CHECKING:
    from ims_fsm import ListedRecord, OriginalReference, Summary, Told, Totals

MOST = 100
# Narrower than this a document, its number and its supplier share a column.
ROOMY = 160
SHORT = {"keep_pending": "pending"}


@command("list", "each", "filters", "db", "at")
def list_records(
    call: Call,
    *,
    everything: bool = False,
    summary: bool = False,
    sort: Sort = "id",
    after: int | None = None,
    limit: int | None = None,
    csv: bool = False,
    out: Path | None = None,
) -> None:
    """Show the records of a recipient, with what may be done to each, why not and until when.

    Without --all and --state: what is in IMS and not decided.
    """
    where = selected(call.filters, everything=everything)
    with call.recipient() as buyer, call.working("Reading the records"):
        if summary:
            added = buyer.summary(where)
            call.answer(lambda: _tell_summary(added, limit), added, "--summary")
            return
        listed = partial(buyer.listed, where, sort=sort, after=after)
        if csv or out is not None:
            _write_csv(call, listed(limit=limit or None), out)
        elif call.as_json:
            call.answer_each({"recipient": buyer.gstin}, listed(limit=limit or None))
        else:
            most = MOST if limit is None else limit
            _tell_list(buyer.gstin, [*listed(limit=most + 1 if most else None)], most)


def _tell_list(gstin: str, rows: Sequence[ListedRecord], most: int) -> None:
    if not rows:
        say(f"No records of {gstin} match; --all also shows what is decided or removed.")
        return
    has_more, rows = 0 < most < len(rows), rows[: most or None]
    if console().width >= ROOMY:
        names = ("=id", "document", "number", "supplier", "=date", ">taxable", "=tax", "supplier has", "=2B", "state")
        table((*names, "may", "=pending until"), map(_cells, rows))
    else:
        table(("=id", "document", "tax", "=2B", "state", "may"), map(_few_cells, rows))
        if any(not row.record.filed for row in rows):
            say("", "* saved by its supplier and not filed: the 2B period that filing it now would give.")
    rest = f" More are not shown; --after {rows[-1].record.id} goes on, --limit 0 shows all, --summary adds them up."
    say("", f"{counted(len(rows), 'record')} of {gstin}.{rest if has_more else ''}")


def _cells(row: ListedRecord) -> tuple[str, ...]:
    record, document = row.record, row.record.document
    until = row.deadlines.pending_until
    return (
        str(record.id),
        named(record),
        document.number,
        f"{document.supplier or 'overseas'} {document.supplier_name}".rstrip(),
        document.date.isoformat(),
        shown(document.taxable * document.kind.sign),
        str(document.credit),
        str(record.supplier_status),
        row.period,
        stands(record),
        allowed_in_words(row.may),
        until.isoformat() if until else "",
    )


def _few_cells(row: ListedRecord) -> tuple[str, ...]:
    number, name, document, supplier, _, _, tax, _, period, state, may, until = _cells(row)
    what, limit = f"{name} {document} of {supplier}", f"; pending until {until}" if until else ""
    return (number, what, tax, f"{period}{'' if row.record.filed else '*'}", state, f"{may}{limit}")


def allowed_in_words(may: Mapping[str, Sequence[Told]]) -> str:
    """Return which actions are open in few words, with the rules that close the others."""
    closed = {trigger: refusals for trigger, refusals in may.items() if refusals}
    if not closed:
        return "all"
    if len(closed) == len(may):
        return f"nothing ({', '.join(dict.fromkeys(refusals[0].rule for refusals in closed.values()))})"
    rules = ", ".join(dict.fromkeys(refusal.rule for refusals in closed.values() for refusal in refusals))
    is_most = len(closed) * 2 > len(may)
    words = ", ".join(SHORT.get(trigger, trigger) for trigger in may if (trigger in closed) is not is_most)
    return f"{'only' if is_most else 'all but'} {words} ({rules})"


def _write_csv(call: Call, records: Iterable[ListedRecord], out: Path | None) -> None:
    """Write records as CSV, one by one as they come: to a file, with the mark that spreadsheets know UTF-8 by."""
    if out is None:
        sys.stdout.writelines(csv_lines(records))
        return
    count = -1
    with call.outputs.opened(out) as file:
        for count, line in enumerate(csv_lines(records)):
            file.write(line.encode("utf-8" if count else "utf-8-sig"))
    call.answer(lambda: verbatim(f"{out}: {counted(count, 'record')}"), {"path": out, "records": count}, "--out")


def csv_lines(records: Iterable[ListedRecord]) -> Iterator[str]:
    """Give a table of records as lines of CSV: rupees with their sign, and text that no spreadsheet calculates."""
    line = io.StringIO()
    # Text with either of these signs is put in quotes.
    writer = tables.writer(line, lineterminator="\r\n")
    cells = ([read(row) for read in COLUMNS.values()] for row in records)
    for row in chain([COLUMNS], cells):
        line.seek(0)
        line.truncate()
        writer.writerow(map(inert, row))
        yield line.getvalue().removesuffix("\r\n") + "\n"


def _amended(row: ListedRecord, read: Callable[[OriginalReference], object]) -> object:
    amends = row.record.document.amends
    return None if amends is None else read(amends)


def _tax_of(head: str, row: ListedRecord) -> Decimal:
    return rupees(getattr(row.record.document.credit, head))


COLUMNS: Mapping[str, Callable[[ListedRecord], object]] = {
    "id": lambda row: row.record.id,
    "version": lambda row: row.record.version,
    "kind": lambda row: row.record.machine,
    "supplier": lambda row: row.record.document.supplier,
    "supplier name": lambda row: row.record.document.supplier_name,
    "number": lambda row: row.record.document.number,
    "date": lambda row: row.record.document.date,
    "original number": lambda row: _amended(row, lambda amends: amends.number),
    "original date": lambda row: _amended(row, lambda amends: amends.date),
    "taxable": lambda row: rupees(row.record.document.taxable * row.record.document.kind.sign),
    **{head: partial(_tax_of, head) for head in HEADS},
    "form": lambda row: row.record.form,
    "return period": lambda row: row.record.return_period,
    "supplier status": lambda row: row.record.supplier_status,
    "2B period": lambda row: row.period,
    "state": lambda row: row.record.state,
    "open actions": lambda row: ", ".join(trigger for trigger, refusals in row.may.items() if not refusals),
    "refused by": lambda row: ", ".join(dict.fromkeys(no.rule for refusals in row.may.values() for no in refusals)),
    "pending until": lambda row: row.deadlines.pending_until,
    "ITC until": lambda row: row.deadlines.credit_until,
    "GSTR-3B due": lambda row: row.deadlines.returns.file_by,
    # What is written here, `check` and `apply` read.
    "action": lambda _: None,
    "remarks": lambda _: None,
}


# --- what they add up to ----------------------------------------------------------------------------------------------


def _tell_summary(summary: Summary, limit: int | None) -> None:
    counts = summary.counted_by_kind
    total = {name: sum(count[name] for count in counts.values()) for name in next(iter(counts.values()), {})}
    names = [name for name in total if total[name]]
    rows = [(kind, *(str(count[name] or "") for name in names)) for kind, count in {**counts, "in all": total}.items()]
    table(("kind", *(f">{name}" for name in names)), rows)
    actions = summary.by(lambda group: str(group.state).replace("_", " "))
    _tell_totals("action", [*actions.items(), ("in all", summary.totals)])
    added = summary.by_supplier
    most = MOST if limit is None else limit or len(added)
    rows_of = [(f"{of.supplier or 'overseas'} {of.supplier_name}".rstrip(), of.totals) for of in added]
    _tell_totals("supplier", rows_of[:most])
    if len(added) > most:
        say(f"{counted(len(added) - most, 'supplier')} with less tax: --limit 0 shows all.")


def _tell_totals(what: str, entries: Sequence[tuple[str, Totals]]) -> None:
    if entries:
        say("")
        heads = (">taxable", *(f">{title}" for title in TITLES))
        rows = (
            (name, f"{totals.records:,}", shown(totals.taxable), *map(shown, totals.tax)) for name, totals in entries
        )
        table((what, ">records", *heads), rows)
