"""What is done to records: `act`, `what-if`, and `check` and `apply` for a file of proposed actions.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from ims_fsm.cli import deadlines, options
from ims_fsm.cli.call import Call, command, noted_in
from ims_fsm.cli.output import MOST_REFUSED, counted, say, table, tell_refusals, tell_refused

if TYPE_CHECKING:
    from ims_fsm import ActionReport, JudgedRow, Judgement, WhatIf


DONE = {"accept": "accepted", "reject": "rejected", "keep_pending": "kept pending", "reset": "reset to no action"}


Trigger = Literal["accept", "reject", "keep_pending", "reset"]


@command("act", "each", "filters", "key", "actor", "db", "at", "backdate")
def act(
    call: Call,
    trigger: Trigger,
    record_ids: list[int] | None = None,
    *,
    ids: list[int] | None = None,
    remarks: str | None = None,
    reduce_itc: Any = None,
    refused_to: Path | None = None,
) -> None:
    """Act on records: what is allowed is done, what is refused is listed with its rule; exit 1 if any is refused.

    Name the records by their ids, or by the options that list takes too (--kind, --supplier, --where …); without a
    state, those mean what is in IMS and not decided.
    """
    named = [*dict.fromkeys((*(record_ids or ()), *(ids or ())))]
    if bool(named) == bool(call.filters):
        raise typer.BadParameter("name the records in one way: by their ids, or by options like --kind")
    with call.recipient() as buyer, noted_in(call, refused_to) as note, call.working(f"{trigger} …"):
        chosen: dict[str, Any] = {"ids": named} if named else {"where": options.selected(call.filters)}
        said: dict[str, Any] = {"remarks": remarks, "reduce_itc": reduce_itc, "key": call.key, "each_refused": note}
        report = buyer.act_on(trigger, **chosen, **said)
        with call.done():
            stale = buyer.stale_periods()
    parts = {"report": report, "recipient": buyer.gstin}
    call.answer(lambda: _tell_report(report, stale if report.applied else ()), parts, held=not report.refused)


def _tell_report(report: ActionReport, stale: Sequence[str]) -> None:
    if not report.applied and not report.refused:
        say("No records match.")
        return
    _tell_done(DONE[report.trigger], report.applied, report.saved)
    if report.refused:
        say(f"Refused: {counted(report.refused_records, 'record')}.")
        examples = [example for group in report.refused for example in group.examples]
        entries = ((f"record {example.record_id}", example.refusals) for example in examples)
        tell_refused(entries, report.by_rule(), "--refused-to FILE lists all")
    _tell_stale(stale)


def _tell_done(done: str, count: int, saved: int) -> None:
    if not count:
        say(f"No record was {done}.")
    else:
        say(f"{counted(count, 'record')} {'was' if count == 1 else 'were'} {done}.")
    _tell_saved(saved)


def _tell_saved(saved: int) -> None:
    if saved:
        is_are = "is only saved by its supplier" if saved == 1 else "are only saved by their suppliers"
        until = "until it is filed" if saved == 1 else "until they are filed"
        say(f"{saved:,} of them {is_are}: the action is kept and has no effect {until} (faq.15).")


def _tell_stale(periods: Sequence[str]) -> None:
    for period in periods:
        say(f"GSTR-2B of {period} is stale now; recompute it before GSTR-3B (faq.29): ims-fsm 2b generate.")


@command("check", "each", "db", "at")
def check(call: Call, file: Path, *, download: Path | None = None) -> None:
    """Judge a file of proposed actions: every refusal with its rule; exit 1 if there is any. Nothing is written.

    Columns: id, or supplier, number and kind; action; remarks; reduce_itc; version.
    """
    with call.working("Judging"):
        if download is None:
            with call.recipient() as buyer:
                gstin, judged = buyer.gstin, buyer.check(file)
        else:
            with call.ims(in_memory=True) as ims:
                gstin = ims.import_download(download, gstin=call.gstin, actor=call.actor).recipient
                judged = ims.recipient(gstin, actor=call.actor).check(file)
    _end(call, file, gstin, judged, ())


@command("apply", "each", "key", "actor", "db", "at", "backdate")
def apply(
    call: Call,
    file: Path,
    *,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    refused_to: Path | None = None,
) -> None:
    """Apply a file of proposed actions: what is allowed is done, what is refused is listed with its rule.

    Columns as with check, which says before what would be refused. Exit 1 if any is refused.
    """
    with noted_in(call, refused_to, "RefusedProposal") as note, call.working("Applying"), call.recipient() as buyer:
        judged = buyer.check(file) if dry_run else buyer.apply(file, all_or_nothing=all_or_nothing, key=call.key)
        with call.done():
            stale = buyer.stale_periods()
            if note is not None:
                for row in judged.refused:
                    note(row)
    _end(call, file, buyer.gstin, judged, stale, all_or_nothing=all_or_nothing and not dry_run)


def _end(
    call: Call, file: Path, gstin: str, judged: Judgement, stale: Sequence[str], *, all_or_nothing: bool = False
) -> None:
    rows, refused = counted(len(judged.rows), "action"), f"{len(judged.refused):,} refused"

    def tell() -> None:
        if judged.done:
            say(f"{rows}: {judged.applied:,} applied, {refused}.")
            _tell_saved(judged.saved)
        elif all_or_nothing:
            say(f"{rows}: {refused}. Nothing was done, as it was to be all or nothing.")
        else:
            say(f"{rows} checked: {refused}. Nothing was written.")
        if judged.paired:
            say(f"Pairs made or parted by hand: {judged.paired:,}.")
        _tell_passed_over(judged)
        tell_refused((_named(row), row.refusals) for row in judged.refused)
        _tell_stale(stale if judged.applied else ())

    parts = {"file": file, "recipient": gstin, "judged": judged}
    call.answer(tell, parts, held=not judged.refused)


def _tell_passed_over(judged: Judgement) -> None:
    for named in judged.repeated[:MOST_REFUSED]:
        places = f"{', '.join(named.places[:-1])} and {named.places[-1]}"
        say(f"Record {named.record_id} is named by {places}: taken in this order, the last action stands (faq.12).")
    if judged.repeated[MOST_REFUSED:]:
        say(f"… and {len(judged.repeated) - MOST_REFUSED:,} more records are named by several rows.")
    if judged.blank:
        say(f"{counted(judged.blank, 'row')} {'proposes' if judged.blank == 1 else 'propose'} no action.")
    sheets = [name for name in judged.unread if name.startswith("sheet ")]
    if columns := [name for name in judged.unread if name not in sheets]:
        say(f"Not read: the {'column' if len(columns) == 1 else 'columns'} {', '.join(columns)}.")
    if sheets:
        say(f"Not read, because no titles in it name a record and an action: {', '.join(sheets)}.")


def _named(row: JudgedRow) -> str:
    record = "" if row.record_id is None else f", record {row.record_id}"
    return f"{row.place}, {row.trigger}{record}"


@command("what-if", "gstin", "db", "at")
def what_if(
    call: Call, record_id: int, trigger: Trigger, *, remarks: str | None = None, reduce_itc: Any = None
) -> None:
    """Work out an action's effect on the recipient's ITC and the supplier's liability; nothing is changed."""
    with call.recipient_of(record_id) as buyer:
        effect = buyer.what_if(trigger, record_id, remarks=remarks, reduce_itc=reduce_itc)
    call.answer(lambda: _tell_what_if(effect), effect)


def _tell_what_if(effect: WhatIf) -> None:
    say(f"{effect.trigger} on {effect.document}: {'allowed' if effect.allowed else 'refused'}.")
    tell_refusals(effect.refusals)
    say("", "Once GSTR-3B is filed:")
    rows = [
        ("if left alone", effect.now_outcome.replace("_", " "), str(effect.now_itc), str(effect.now_added_back)),
        (f"after {effect.trigger}", effect.outcome.replace("_", " "), str(effect.itc), str(effect.added_back)),
    ]
    table(("", "decided as", "=recipient's ITC", "=supplier's liability"), rows, indent=2)
    say("", "Until when:")
    table(("", ""), deadlines.facts(effect.deadlines), indent=2)
