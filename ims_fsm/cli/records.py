"""What is said of one record: `show`, `history` and `original`.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from ims_fsm.cli import deadlines, options
from ims_fsm.cli.call import Call, command
from ims_fsm.cli.drawing import Theme
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, numbered, say, table, tell_refusals
from ims_fsm.terms.money import HEADS, Heads, paise, shown
from ims_fsm.terms.vocabulary import Disposition

if TYPE_CHECKING:
    from ims_fsm import Content, Document, History, Record, RecordView, Told, TransitionEntry


def named(record: Record) -> str:
    """Return what a record is, in words: "credit note, amended"."""
    return f"{record.document.kind.in_words}{', amended' if record.document.amends else ''}"


def stands(record: Record) -> str:
    """Return where a record stands, with what it was decided or removed as."""
    if not record.in_ims:
        return "not in IMS"
    state, why = str(record.state).replace("_", " "), record.disposition or record.removed_for
    return f"{state} ({str(why).replace('_', ' ')})" if why else state


@command("show", "gstin", "db", "at")
def show(call: Call, record_id: int, *, diagram: Path | None = None, theme: Theme = "light") -> None:
    """Show one record: what it is, where it stands, what may be done with it and why not."""
    with call.recipient_of(record_id) as buyer:
        view = buyer.show(record_id)
        if diagram is not None:
            from ims_fsm.draw.diagrams import format_of

            call.outputs.write(diagram, buyer.diagram(record_id, format_of(diagram), theme=theme))

    def tell() -> None:
        _tell_view(view)
        if diagram is not None:
            say("", f"Its path is drawn in {diagram}.")

    call.answer(tell, view)


def _tell_view(view: RecordView) -> None:
    _tell_heading(view.record)
    table(("", ""), _facts(view), indent=2)
    say("", "What may be done with it now:")
    alike: dict[tuple[Told, ...], list[str]] = {}
    for trigger, refusals in view.may.items():
        alike.setdefault(tuple(refusals), []).append(trigger)
    for refusals, triggers in alike.items():
        say(f"{', '.join(triggers)}: {'no' if refusals else 'yes'}", indent=2)
        tell_refusals(refusals, indent=4)


def _facts(view: RecordView) -> Iterator[tuple[str, str]]:
    from ims_fsm.law.book import shipped_law

    record, document = view.record, view.record.document
    yield "date", document.date.isoformat()
    yield "taxable", shown(document.taxable * document.kind.sign)
    yield "tax", str(document.credit)
    if document.amends:
        facts = shipped_law().facts
        yield "amends", f"{document.amends.number} of {document.amends.date}"
        yield "which was", facts["original"].values[view.original]
        yield "so", facts["direction"].values[str(view.direction)]
    yield "supplier has", f"{record.supplier_status} it in {record.form} of {record.return_period}"
    yield "2B period", f"{view.period}{'' if record.filed else ', if it were filed now; fixed once its supplier files'}"
    yield "rule set", view.rule_set
    yield "state", stands(record)
    if record.reduction:
        yield "ITC reduced", str(record.declared) if record.reduction == "partial" else record.reduction
    if record.remarks:
        yield "remarks", record.remarks
    if view.upload.to_upload:
        yield "portal", "still to be told: ims-fsm export json"
    if (refused := view.upload.refused) is not None:
        yield (
            "not taken",
            f"{refused.action.replace('_', ' ')} on {minute(refused.at)}: {refused.code} {refused.message}",
        )
    if view.shown_in:
        yield "in GSTR-2B", f"{view.shown_in}: {view.section}"
    yield from deadlines.facts(view.deadlines)


def _tell_heading(record: Record) -> None:
    document = record.document
    supplier = document.supplier or "overseas"
    whole = f"{supplier} ({document.supplier_name})" if document.supplier and document.supplier_name else supplier
    say(f"Record {record.id}: {named(record)} {document.number} of {whole}", style="bold")


@command("history", "gstin", "db")
def history(call: Call, record_id: int) -> None:
    """Show everything that was ever done to a record: its transition log and the contents it has had."""
    with call.recipient_of(record_id) as buyer:
        whole = buyer.history(record_id)
    call.answer(lambda: _tell_history(whole), whole)


def _tell_history(whole: History) -> None:
    from ims_fsm import detail_in_words

    _tell_heading(whole.record)
    rows = [
        (
            str(entry.seq),
            minute(entry.at),
            entry.trigger,
            f"{entry.source} → {entry.dest}",
            entry.actor,
            ", ".join(entry.rules),
            "; ".join(filter(None, (detail_in_words(entry.detail), dating(entry)))),
        )
        for entry in whole.transitions
    ]
    say("", "Transitions:" if rows else "Transitions: none.")
    if rows:
        table(("", "when (IST)", "trigger", "moved", "actor", "rules", "with"), rows, indent=2)
    say("", "Contents:")
    contents: list[tuple[str, ...]] = [
        (str(content.number), minute(content.at), content.actor, *_amounts(content), dating(content))
        for content in whole.contents
    ]
    said = any(row[-1] for row in contents)
    titles = ("", "since (IST)", "actor", ">taxable", "=tax", *(["with"] if said else []))
    contents = [row[: len(titles)] for row in contents]
    table(titles, contents, indent=2)
    if len(whole.chain) > 1:
        say("", f"Its chain, oldest first: {numbered([member.id for member in whole.chain])}.")


def dating(entry: TransitionEntry | Content) -> str:
    """Return when a row was written, where that is not when it is dated, and why it is dated back."""
    recorded = f"recorded {minute(entry.recorded_at)}" if entry.is_apart else ""
    return "; ".join(filter(None, (recorded, f"dated back: {entry.backdate}" if entry.backdate else "")))


def _amounts(content: Content) -> tuple[str, str]:
    taxable, tax = content.fields["taxable"], {head: content.fields[head] for head in HEADS}
    return shown(paise(taxable)), str(Heads.from_rupees(tax))


@command("original", "gstin", "key", "actor", "db", "at", "backdate")
def original(
    call: Call,
    record_id: int | None = None,
    decided: Literal["accepted", "rejected"] | None = None,
    *,
    file: Path | None = None,
    igst: str | None = None,
    cgst: str | None = None,
    sgst: str | None = None,
    cess: str | None = None,
) -> None:
    """State how the original of an amendment was decided, if the original is not here (it came before IMS, say).

    Give the original's tax in rupees; the default is the amendment's own. With --file for many at once, all or none: a
    CSV with the columns id (or number and supplier), decided, original igst, original cgst, original sgst and original
    cess, such as list --amended --csv with those added.
    """
    tax = options.heads_in_rupees({"igst": igst, "cgst": cgst, "sgst": sgst, "cess": cess})
    if file is not None and (record_id, tax) == (None, None):
        with call.recipient() as buyer:
            count = buyer.state_originals(file, key=call.key)
        parts = {"file": file, "recipient": buyer.gstin, "stated": count}
        call.answer(lambda: say(f"{counted(count, 'original')} stated."), parts, "--file")
        return
    if file is not None or record_id is None or decided is None:
        raise typer.BadParameter("give the id of an amendment and how its original was decided, or --file alone")
    with call.recipient_of(record_id) as buyer:
        document = _original(buyer.record(record_id), tax)
        buyer.state_original(record_id, Disposition(decided), document, key=call.key)
        with call.done():
            view = buyer.show(record_id)
    parts = {"record_id": record_id, "original": decided, "direction": view.direction}
    call.answer(lambda: _tell_original(view, is_given=tax is not None), parts)


def _tell_original(view: RecordView, *, is_given: bool) -> None:
    amends = view.record.document.amends
    moves = {"upward": "an upward amendment of it", "downward": "a downward amendment of it"}
    move = moves.get(str(view.direction), "an amendment that leaves its tax unchanged")
    said = f"{amends.number if amends else ''} counts as {view.original}; record {view.record.id} is {move}."
    say(f"{said[0].upper()}{said[1:]} Open now: {', '.join(view.open_actions) or 'nothing'}.")
    if not is_given:
        say("The original's tax was not given, so it counts as the amendment's own; if it differed, give --igst …")


def _original(record: Record, tax: Heads | None) -> Document | None:
    amends = record.document.amends
    # Where there is nothing to state, the desk says so.
    if tax is None or amends is None:
        return None
    return record.document.changed(number=amends.number, date=amends.date, amends=None, tax=tax)
