"""`show`, `history` and `original`: one record with why, its log, and what is stated about what it amends.

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli import options
from ims_fsm.cli.drawing import Theme, ThemeName
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.listing import named, stands
from ims_fsm.cli.output import emit, say, table
from ims_fsm.cli.session import opened
from ims_fsm.record.log import detail_in_words
from ims_fsm.terms.money import Heads, paise, shown

if TYPE_CHECKING:
    from ims_fsm.record.refusals import Told
    from ims_fsm.terms.document import Document
    from ims_fsm.workflow.ims import IMS
    from ims_fsm.workflow.views.views import History, RecordView


class Decided(StrEnum):
    """How an original that is not here was decided."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


def show(
    record_id: options.RecordId,
    *,
    diagram: Annotated[
        Path | None,
        typer.Option("--diagram", metavar="FILE", help="Draw its path into this file: .svg, .png, .pdf, .dot or .mmd."),
    ] = None,
    theme: Theme = ThemeName.LIGHT,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Show one record: what it is, where it stands, what may be done with it and why not."""
    with opened(db, at) as ims:
        view = ims.show(record_id)
        if diagram is not None:
            _draw_path(ims, record_id, diagram, str(theme))
    if as_json:
        from ims_fsm.cli import plain

        emit(
            {
                **plain.record(view.record),
                "expected_period": str(view.period),
                "rule_set": view.rule_set,
                "direction": str(view.direction),
                "original": view.original,
                "shown_in": plain.text(view.shown_in),
                "section": view.section,
                "carried": plain.heads(view.record.carried),
                "standing": plain.heads(view.record.standing),
                "may": {trigger: [one.as_dict() for one in refusals] for trigger, refusals in view.may.items()},
            }
        )
    else:
        tell_view(view)
        if diagram is not None:
            say("", f"Its path is drawn in {diagram}.")


def _draw_path(ims: IMS, record_id: int, file: Path, theme: str) -> None:
    from ims_fsm.draw.diagram import format_of

    content = ims.diagram(record_id, format_of(file), theme=theme)
    file.write_bytes(content)


def tell_view(view: RecordView) -> None:
    """Print a record with why."""
    record, document = view.record, view.record.document
    say(f"Record {record.id}: {named(record)} {document.number} of {_supplier(document)}", style="bold")
    table(("", ""), _facts(view), indent=2)
    say("", "What may be done with it now:")
    for triggers, refusals in _alike(view):
        say(f"{triggers}: {'no' if refusals else 'yes'}", indent=2)
        for refusal in refusals:
            say(f"{refusal.sentence} ({refusal.rule}); {refusal.remedy}.", indent=4, hang=2)


def history(
    record_id: options.RecordId,
    *,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
) -> None:
    """Show everything that was ever done to a record: its transition log and the contents it has had."""
    from ims_fsm.cli import plain

    with opened(db) as ims:
        told = ims.history(record_id)
    if as_json:
        emit(
            {
                "record": plain.record(told.record),
                "transitions": [plain.transition(entry) for entry in told.transitions],
                "contents": [plain.version(one) for one in told.contents],
                "chain": [member.id for member in told.chain],
            }
        )
    else:
        tell_history(told)


def tell_history(told: History) -> None:
    """Print a record's log and contents."""
    from ims_fsm.cli import plain

    record, document = told.record, told.record.document
    say(f"Record {record.id}: {named(record)} {document.number} of {_supplier(document)}", style="bold")
    rows = [
        (
            str(e.seq),
            plain.minute(e.at),
            e.trigger,
            f"{e.source} → {e.dest}",
            e.actor,
            ", ".join(e.rules),
            detail_in_words(e.detail),
        )
        for e in told.transitions
    ]
    say("", "Transitions:" if rows else "Transitions: none; nothing has moved it.")
    if rows:
        table(("", "when (IST)", "trigger", "moved", "actor", "rules", "with"), rows, indent=2)
    say("", "Contents:")
    contents = [
        (str(one.number), plain.minute(one.at), one.actor, shown(paise(one.fields["taxable"])), _tax(one.fields))
        for one in told.contents
    ]
    table(("", "since (IST)", "actor", ">taxable", "tax"), contents, indent=2)
    if len(told.chain) > 1:
        say("", f"Its chain, oldest first: records {', '.join(str(member.id) for member in told.chain)}.")


def original(
    record_id: options.RecordId,
    decided: Annotated[
        Decided, typer.Argument(metavar="accepted|rejected", help="How the GSTR-3B of its period decided it.")
    ],
    *,
    igst: options.Igst = None,
    cgst: options.Cgst = None,
    sgst: options.Sgst = None,
    cess: options.Cess = None,
    who: options.Actor,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """State how the original of an amendment was decided, where it is not here (it came before IMS, say).

    Give the original's tax in rupees; without it the original is taken to have had the amendment's own.
    """
    from ims_fsm.terms.vocabulary import Disposition

    tax = options.heads_in_rupees({"igst": igst, "cgst": cgst, "sgst": sgst, "cess": cess})
    with opened(db, at) as ims:
        before = ims.show(record_id)
        document = _original(before, tax)
        desk = ims.recipient(ims.recipient_of(record_id), actor=who)
        desk.state_original(record_id, Disposition(str(decided)), document)
        view = ims.show(record_id)
    if as_json:
        emit({"record_id": record_id, "original": str(decided), "direction": str(view.direction)})
    else:
        tell_original(view)
        if tax is None:
            say("No tax of the original was given, so it counts as the amendment's own; if it was not, give --igst …")


def tell_original(view: RecordView) -> None:
    """Print what an amendment now is, with its original stated."""
    document = view.record.document
    amends = document.amends.number if document.amends else ""
    open_now = ", ".join(view.open_actions) or "nothing"
    said = f"{amends} counts as {view.original}; record {view.record.id} is {_direction(view)}. Open now: {open_now}."
    say(said[0].upper() + said[1:])


def _direction(view: RecordView) -> str:
    moves = {"upward": "an upward amendment of it", "downward": "a downward amendment of it"}
    return moves.get(str(view.direction), "an amendment that leaves its tax unchanged")


def _original(view: RecordView, tax: Heads | None) -> Document | None:
    record, amends = view.record, view.record.document.amends
    if amends is None:
        raise CallError(f"record {record.id} amends nothing; only an amendment's original can be stated")
    if record.amends_id is not None:
        raise CallError(f"the original of record {record.id} is here, as record {record.amends_id}; act on that")
    if record.settled_in is not None:
        raise CallError(f"record {record.id} was decided with GSTR-3B of {record.settled_in}; nothing is to be stated")
    if tax is None:
        return None
    return record.document.changed(number=amends.number, date=amends.date, amends=None, tax=tax)


def _facts(view: RecordView) -> Iterator[tuple[str, str]]:
    from ims_fsm.law.loading import shipped_law

    record, document = view.record, view.record.document
    yield "date", document.date.isoformat()
    yield "taxable", shown(document.taxable)
    yield "tax", str(document.tax)
    if document.amends:
        facts = shipped_law().facts
        yield "amends", f"{document.amends.number} of {document.amends.date}"
        yield "which was", facts["original"].values[view.original]
        yield "so", facts["direction"].values[str(view.direction)]
    yield "supplier has", f"{record.supplier_status} it in {record.form} of {record.return_period}"
    fixed = "" if record.filed else "  (if it were filed now; fixed once its supplier files)"
    yield "2B period", f"{view.period}{fixed}"
    yield "rule set", view.rule_set
    yield "state", stands(record)
    if record.reduction:
        yield "ITC reduced", str(record.declared) if record.reduction == "partial" else record.reduction
    if record.remarks:
        yield "remarks", record.remarks
    if view.shown_in:
        yield "in GSTR-2B", f"{view.shown_in}: {view.section}"


def _alike(view: RecordView) -> list[tuple[str, tuple[Told, ...]]]:
    """Return the triggers with their refusals, those that are answered alike together."""
    groups: dict[tuple[Told, ...], list[str]] = {}
    for trigger, refusals in view.may.items():
        groups.setdefault(refusals, []).append(trigger)
    return [(", ".join(triggers), refusals) for refusals, triggers in groups.items()]


def _supplier(document: Document) -> str:
    if not document.supplier:
        return "overseas"
    return f"{document.supplier} ({document.supplier_name})" if document.supplier_name else document.supplier


def _tax(fields: dict[str, str]) -> str:
    return str(Heads.from_rupees({head: fields[head] for head in ("igst", "cgst", "sgst", "cess")}))
