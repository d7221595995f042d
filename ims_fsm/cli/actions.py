"""`act`: one action on one record or on many, what is refused told with its rule (FAQ 30).

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options, refusals
from ims_fsm.cli.failures import REFUSED
from ims_fsm.cli.listing import chosen_records
from ims_fsm.cli.output import counted, emit, say
from ims_fsm.cli.progress import working
from ims_fsm.cli.selection import Selection, selected
from ims_fsm.cli.session import content, opened, recipient
from ims_fsm.terms.vocabulary import TwoBState

if TYPE_CHECKING:
    from ims_fsm.formats.proposals import ReduceItc
    from ims_fsm.workflow.actions.many import ActionReport, EachRefused
    from ims_fsm.workflow.ims import IMS


class Action(StrEnum):
    """What a recipient may do with a record (FAQ 10, 12)."""

    ACCEPT = "accept"
    REJECT = "reject"
    KEEP_PENDING = "keep_pending"
    RESET = "reset"


DONE_TO = {"accept": "Accepted", "reject": "Rejected", "keep_pending": "Kept pending", "reset": "Reset to no action"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What comes with an action: remarks, and what is declared about the ITC to be reduced."""

    remarks: str | None = None
    reduce_itc: ReduceItc | None = None


def reduction(text: str) -> ReduceItc:
    """Return a declared reduction of ITC from its word or its heads in rupees; raises `ValueError`."""
    from ims_fsm.formats.proposals import read_reduction

    return read_reduction(text)


Trigger = Annotated[Action, typer.Argument(metavar="TRIGGER", help="accept, reject, keep_pending or reset.")]
Ids = Annotated[
    list[int] | None,
    typer.Option("--id", parser=options.record_number, metavar="ID", help="This record; may be repeated."),
]
Chosen = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="NAME=VALUE", help="Every record so: state, kind, supplier, period …"),
]
Remarks = Annotated[str | None, typer.Option("--remarks", metavar="TEXT", help="Remarks for the supplier.")]
Reduce = Annotated[
    str | None,
    typer.Option(
        "--reduce-itc", metavar="full|none|igst=RUPEES…", help="From 2B period 2025-10: how much ITC is reduced."
    ),
]

RefusedTo = Annotated[
    Path | None,
    typer.Option("--refused-to", metavar="FILE", help="Write every refused record to this file, a line of JSON each."),
]


def act(
    trigger: Trigger,
    *,
    gstin: options.OwnGstin = None,
    ids: Ids = None,
    where: Chosen = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="The records of a CSV or JSON file.")
    ] = None,
    remarks: Remarks = None,
    reduce_itc: Reduce = None,
    key: options.Key = None,
    who: options.Actor,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
    refused_to: RefusedTo = None,
) -> None:
    """Act on records: what is allowed is applied, what is refused is told with its rule; exit 1 if any is refused.

    Name the records with --id, --where or --file; without a state, --where means what is in IMS and not decided.
    """
    if sum(given is not None for given in (ids or None, where or None, file)) != 1:
        raise typer.BadParameter("name the records in one way: with --id, with --where or with --file")
    said = said_with(remarks, reduce_itc)
    with opened(db, at) as ims, refusals.written_to(refused_to) as each, working(f"{trigger} …"):
        owner = recipient(ims, gstin)
        if file is not None:
            report = act_on_file(ims, trigger, owner, file, said, actor=who, key=key, each_refused=each)
        else:
            meant = ids or selected(where or [])
            report = act_on(ims, trigger, owner, meant, said, actor=who, key=key, each_refused=each)
        if as_json:
            emit({"trigger": str(trigger), "recipient": owner, **_plain(report)})
        else:
            tell_report(ims, owner, report)
    if report.refused:
        raise typer.Exit(REFUSED)


def act_on(
    ims: IMS,
    trigger: str,
    gstin: str,
    meant: list[int] | Selection,
    said: Said,
    *,
    actor: str,
    key: str | None = None,
    each_refused: EachRefused | None = None,
) -> ActionReport:
    """Act on the records with these ids, or on all that are selected, in one transaction.

    With a 2B period the records are found before it.
    """
    ids, where = (None, meant.where()) if isinstance(meant, Selection) else (meant, Selection().where())
    if isinstance(meant, Selection) and meant.period is not None:
        # The store knows no expected 2B period of what is only saved.
        with ims.asking() as unit:
            ids = [record.id for record in chosen_records(unit, gstin, meant)]
    return ims.act_on_many(
        trigger,
        gstin,
        ids=ids,
        where=where,
        remarks=said.remarks,
        reduce_itc=said.reduce_itc,
        actor=actor,
        key=key,
        each_refused=each_refused,
    )


def act_on_file(
    ims: IMS,
    trigger: str,
    gstin: str,
    file: Path,
    said: Said,
    *,
    actor: str,
    key: str | None = None,
    each_refused: EachRefused | None = None,
) -> ActionReport:
    """Act on the records that a file names, in one transaction; a row's own remarks and reduction come first."""
    from dataclasses import replace

    from ims_fsm.formats.proposals import read_proposals
    from ims_fsm.terms import vocabulary
    from ims_fsm.workflow.actions.many import ActionReport, Groups

    rows = read_proposals(content(file), str(file), gstin=gstin, trigger=vocabulary.Trigger(trigger))
    whole = [
        replace(row, remarks=row.remarks or said.remarks, reduce_itc=row.reduce_itc or said.reduce_itc) for row in rows
    ]
    judged = ims.apply(gstin, whole, str(file), actor=actor, key=key)
    groups = Groups(each_refused)
    for row in judged.refused:
        groups.add(row)
    return ActionReport(trigger, sum(row.allowed for row in judged.rows), groups.told(), judged.saved)


def tell_report(ims: IMS, gstin: str, report: ActionReport, *, most: int = refusals.MOST) -> None:
    """Print what an action did, every refusal under its rule, and what it has led to."""
    if not report.applied and not report.refused:
        say("No record is meant.")
        return
    say(f"{DONE_TO[report.trigger]}: {counted(report.applied, 'record') if report.applied else 'no record'}.")
    _tell_of_saved(report.saved)
    if report.refused:
        say(f"Refused: {counted(report.refused_records, 'record')}.")
        refusals.tell_groups(report.refused, most=most)
    if report.applied:
        _tell_of_stale(ims, gstin)


def said_with(remarks: str | None, reduce_itc: str | None) -> Said:
    """Return what was said with an action; raises `typer.BadParameter` for a reduction that cannot be read."""
    try:
        return Said(remarks=remarks, reduce_itc=reduction(reduce_itc) if reduce_itc else None)
    except ValueError as error:
        raise typer.BadParameter(f"--reduce-itc: {error}") from error


def _plain(report: ActionReport) -> dict[str, Any]:
    return {
        "applied": report.applied,
        "saved": report.saved,
        "refused": report.refused_records,
        "refused_by_rule": report.by_rule(),
        "groups": [
            {
                "count": group.count,
                "refusals": [refusal.as_dict() for refusal in group.refusals],
                "examples": refusals.plain(group.examples),
            }
            for group in report.refused
        ],
    }


def _tell_of_saved(saved: int) -> None:
    if saved:
        is_are = "is only saved by its supplier" if saved == 1 else "are only saved by their suppliers"
        until = "until it is filed" if saved == 1 else "until they are filed"
        say(f"{saved:,} of them {is_are}: the action is kept and has no effect {until} (faq.15).")


def _tell_of_stale(ims: IMS, gstin: str) -> None:
    from ims_fsm.store import returns

    with ims.asking() as unit:
        stale = [two_b.period for two_b in returns.two_bs(unit.connection, gstin) if two_b.state is TwoBState.STALE]
    for period in stale:
        say(f"GSTR-2B of {period} is stale now; recompute it before GSTR-3B (faq.29): ims-fsm 2b generate.")
