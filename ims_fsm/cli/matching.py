"""`match` and `pair`: the purchase register beside the records, and what people decide of its pairs.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import csv as tables
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.layouts import read_kept
from ims_fsm.cli.output import counted, say, table, verbatim
from ims_fsm.terms.characters import inert
from ims_fsm.terms.money import HEADS, Heads, rupees, shown
from ims_fsm.terms.period import TaxPeriod

if TYPE_CHECKING:
    from ims_fsm import (
        IMS,
        Failure,
        Gone,
        Match,
        MatchDecision,
        MatchedClass,
        Matching,
        Overlay,
        PurchaseRegister,
        Record,
        RegisterDocument,
        RegisterKept,
    )

MOST = 100


@command("match", "gstin", "actor", "db", "at")
def match(
    call: Call,
    register: Path | None = None,
    *,
    period: TaxPeriod | None = None,
    listed: bool = False,
    classes: list[str] | None = None,
    limit: int | None = None,
    rules: Path | None = None,
    layout: str | None = None,
    csv: bool = False,
    out: Path | None = None,
) -> None:
    """Match a purchase register with the records: what agrees, what differs and by how much, what either side lacks.

    REGISTER is CSV or a workbook with the columns of Tally, of GSTN's tool or our own; without it what is here is
    matched. It is kept: the next register for the same --period takes its place. One with a column of recipients is
    matched for each, and who cannot be is told. Nothing acts on a record.
    """
    with call.ims() as ims:
        if register is None and (listed or classes or csv or out is not None):
            _list(call, ims, (classes or (), period, limit, rules), csv=csv, out=out)
            return
        if listed or classes or csv or out is not None:
            raise CallError("a list is of the last matching; match the register first, and list without it")
        read = None if register is None else read_kept(call, ims, register, layout)
        with call.working("Matching"):
            matchings, failures = _matched(call, ims, read, period, rules)

    def tell() -> None:
        for matching in matchings:
            _tell(matching)
        for failure in failures:
            say(f"{failure.recipient} is not matched, the others are: {failure.sentence}")

    call.answer(tell, {"matchings": matchings, "failures": failures}, held=not failures)


def _matched(
    call: Call, ims: IMS, register: PurchaseRegister | None, period: TaxPeriod | None, rules: Path | None
) -> tuple[list[Matching], list[Failure]]:
    """Match each recipient of a register; raises what went wrong where it did so for all of them."""
    from ims_fsm import Failure, ImsFsmError

    matchings: list[Matching] = []
    failures: list[Failure] = []
    for gstin in _recipients(call, ims, register):
        try:
            matchings.append(ims.recipient(gstin, actor=call.actor).match(register, period=period, rules=rules))
        except ImsFsmError as error:
            failures.append(Failure.of(gstin, error))
    if not matchings:
        raise failures[0].error
    return matchings, failures


def _recipients(call: Call, ims: IMS, register: PurchaseRegister | None) -> Sequence[str]:
    """Return whose the register is: the recipient that is named, those of its column, or the only one there is."""
    if call.gstin is None and register is not None and register.recipients:
        return register.recipients
    return [call.only_recipient(ims)]


def _tell(matching: Matching) -> None:
    of = f" for {matching.period}" if matching.period else ""
    if matching.kept is not None:
        _tell_kept(matching.kept)
    say(f"Register and records of {matching.recipient}{of}:", style="bold")
    tell_laid("rules", matching.rules)
    if not matching.classes:
        say("There are neither documents of a register nor records.", indent=2)
        return
    rows = [_row(kind) for kind in matching.classes]
    table(("class", ">count", "tax in the register", "tax reported", "difference"), rows, indent=2)
    for kind in matching.classes:
        if kind.name == "exact":
            continue
        say("", f"{kind.name}: {kind.says}.", indent=2)
        for example in kind.examples:
            say(in_words(example), indent=4, hang=2)
        if kind.count > len(kind.examples):
            more = kind.count - len(kind.examples)
            say(f"and {more:,} more: ims-fsm match --class {kind.name}", indent=4)
    _tell_gone(matching.parted, "was paired before and is not now", "were paired before and are not now")
    nearest = " in no pair, held against the nearest records only, since very many share a number or an amount"
    _tell_gone(matching.narrowed, "document is", "documents are", nearest)
    _tell_gone(matching.waiting, "decision waits", "decisions wait", " for a document or a record that is not here")


def tell_laid(what: str, overlay: Overlay | None, indent: int = 2) -> None:
    """Say what is laid over a file that ships, with the beginning of its fingerprint."""
    if overlay is not None:
        say(f"{what}: {overlay.where}, {overlay.fingerprint[:12]}", indent=indent)


def _row(kind: MatchedClass) -> tuple[str, ...]:
    off = ""
    if kind.booked_taxable and kind.reported_taxable:
        off = str(kind.booked_tax - kind.reported_tax)
    booked = str(kind.booked_tax) if kind.name not in {"portal_only", "reported_twice", "no_register"} else ""
    reported = str(kind.reported_tax) if kind.name not in {"books_only", "booked_twice"} else ""
    return kind.name, f"{kind.count:,}", booked, reported, off


def in_words(of: Match) -> str:
    """Return a match in a line: its record and document, how they differ, and the rule that paired them."""
    document, record = of.document, of.record
    if record is None:
        assert document is not None  # noqa: S101 -- a match has one of both
        tax = f"taxable {shown(document.taxable)}, {document.tax}"
        return f"document {document.id}: {document.number} of {document.supplier}, {document.date}, {tax}"
    reported = record.document
    ours = f"record {record.id}: {reported.number} of {reported.supplier}, {reported.date}"
    if document is None:
        return f"{ours}, taxable {shown(reported.taxable)}, {reported.tax}"
    off = ", ".join(_differences(of)) or "no difference"
    return f"{ours}; document {document.id}: {document.number}; {off} ({of.rule})"


def _differences(of: Match) -> Iterator[str]:
    if of.document is not None and of.record is not None and of.document.supplier != of.record.document.supplier:
        yield f"booked for {of.document.supplier}"
    if of.taxable_off:
        yield f"taxable {_signed(of.taxable_off)}"
    for head, amount in zip(HEADS, of.tax_off, strict=True):
        if amount:
            yield f"{head.upper()} {_signed(amount)}"
    if of.days_off:
        yield f"{of.days_off:+} days"


def _signed(amount: int) -> str:
    return f"{'+' if amount > 0 else ''}{shown(amount)}"


def _tell_kept(kept: RegisterKept) -> None:
    counts = ((kept.new, "new"), (kept.changed, "changed"), (kept.unchanged, "as before"))
    what = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    say(f"{kept.source}: {counted(kept.documents, 'document')}, {what}.")
    tell_laid("columns", kept.layout, indent=0)
    _tell_gone(kept.gone, "document is gone from the register", "documents are gone from the register")
    for why, count in kept.passed_over.items():
        say(f"{counted(count, 'row')} passed over {why}.")
    if kept.others:
        say(f"{counted(kept.others, 'document')} of other recipients passed over; match the register at their desks.")
    if kept.unread:
        say(f"not read: {', '.join(kept.unread)}; a layout names titles (--layout)")
    say(*(f"warning: {warning}" for warning in kept.warnings))


def _tell_gone(gone: Gone, singular: str, plural: str, about: str = "") -> None:
    if gone.count:
        more = ", …" if gone.count > len(gone.examples) else ""
        say(f"{gone.count:,} {singular if gone.count == 1 else plural}{about}: {', '.join(gone.examples)}{more}")


Chosen = tuple[Sequence[str], TaxPeriod | None, int | None, Path | None]


def _list(call: Call, ims: IMS, chosen: Chosen, *, csv: bool, out: Path | None) -> None:
    classes, period, limit, rules = chosen
    buyer = ims.recipient(call.only_recipient(ims), actor=call.actor)
    listed = partial(buyer.matches, classes=classes, period=period, rules=rules)
    if out is not None:
        count = -1
        with call.outputs.opened(out) as file:
            if out.suffix.lower() == ".xlsx":
                made = buyer.export_matches(file, classes=classes, period=period, rules=rules)
                count = made.sheets.get("Matches", 0)
            else:
                for count, line in enumerate(csv_lines(listed(limit=limit or None))):
                    file.write(line.encode("utf-8" if count else "utf-8-sig"))
        call.answer(
            lambda: verbatim(f"{out}: {counted(count, 'match', 'matches')}"), {"path": out, "matches": count}, "--out"
        )
    elif csv:
        sys.stdout.writelines(csv_lines(listed(limit=limit or None)))
    elif call.as_json:
        from ims_fsm.cli.answers import emit_each

        emit_each("match --list", {"recipient": buyer.gstin}, listed(limit=limit or None))
    else:
        most = MOST if limit is None else limit
        rows = [*listed(limit=most + 1 if most else None)]
        _tell_list(rows[: most or None], has_more=0 < most < len(rows))


def _tell_list(matches: Sequence[Match], *, has_more: bool) -> None:
    if not matches:
        say("No matches; ims-fsm match REGISTER makes some.")
        return
    table(("class", "match"), ((of.class_name, in_words(of)) for of in matches))
    more = " More are not shown; --limit 0 shows all." if has_more else ""
    say("", f"{counted(len(matches), 'match', 'matches')}.{more}")


def csv_lines(matches: Iterable[Match]) -> Iterator[str]:
    """Give matches as lines of CSV: rupees, and text that no spreadsheet calculates."""
    line = io.StringIO()
    writer = tables.writer(line, lineterminator="\n")
    titles = [*ALONE, *(f"{name} booked" for name in BOOKED), *(f"{name} reported" for name in REPORTED)]
    titles += [f"{name} difference" for name in OFF]
    rows: Iterable[Sequence[object]] = chain([titles], map(_cells, matches))
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow(map(inert, row))
        yield line.getvalue()


def _cells(of: Match) -> list[object]:
    document, record = of.document, of.record
    cells = [read(of) for read in ALONE.values()]
    cells += [None if document is None else read(document) for read in BOOKED.values()]
    cells += [None if record is None else read(record) for read in REPORTED.values()]
    return cells + [None if document is None or record is None else read(of) for read in OFF.values()]


def _rupees(of: Heads) -> dict[str, object]:
    return dict(of.in_rupees())


ALONE: Mapping[str, Callable[[Match], object]] = {"class": lambda of: of.class_name, "rule": lambda of: of.rule}
BOOKED: Mapping[str, Callable[[RegisterDocument], object]] = {
    "document": lambda of: of.id,
    "kind": lambda of: of.kind,
    "supplier": lambda of: of.supplier,
    "number": lambda of: of.number,
    "date": lambda of: of.date,
    "taxable": lambda of: rupees(of.taxable),
    **{head: lambda of, head=head: _rupees(of.tax)[head] for head in HEADS},  # type: ignore[misc]  # of a default's type
    "place": lambda of: of.place,
}
REPORTED: Mapping[str, Callable[[Record], object]] = {
    "record": lambda of: of.id,
    "kind": lambda of: of.machine,
    "supplier": lambda of: of.document.supplier,
    "number": lambda of: of.document.number,
    "date": lambda of: of.document.date,
    "taxable": lambda of: rupees(of.document.taxable),
    **{head: lambda of, head=head: _rupees(of.document.tax)[head] for head in HEADS},  # type: ignore[misc]  # as above
    "state": lambda of: of.state,
}
OFF: Mapping[str, Callable[[Match], object]] = {
    "taxable": lambda of: rupees(of.taxable_off),
    **{head: lambda of, head=head: _rupees(of.tax_off)[head] for head in HEADS},  # type: ignore[misc]  # as above
    "days": lambda of: of.days_off,
}


@command("pair", "gstin", "actor", "db", "at")
def pair(call: Call, document_id: int, record_id: int, *, reason: str, split: bool = False, undo: bool = False) -> None:
    """Pair a document of the register with a record, or take the two apart, and log who did so and why.

    It stands at once, and the next matching and the next register keep to it. Nothing acts on the record.
    """
    if split and undo:
        raise CallError("--split and --undo are two decisions; give one of them")
    with call.recipient_of(record_id) as buyer:
        decide = buyer.leave_to_rules if undo else buyer.split if split else buyer.pair
        made = decide(document_id, record_id, reason=reason)
    call.answer(lambda: _tell_decision(made), made)


DONE = {"pair": "are a pair", "split": "are no pair, whatever the rules say", "free": "are left to the rules again"}


def _tell_decision(made: MatchDecision) -> None:
    say(f"{made.document} of {made.supplier} and record {made.record_id} {DONE[made.decision]}: {made.reason}")
