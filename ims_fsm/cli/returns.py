"""`3b` and `sweep`: GSTR-3B filed, and what the calendar owes by now.

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.output import counted, emit, say
from ims_fsm.cli.progress import working
from ims_fsm.cli.session import opened, recipient
from ims_fsm.terms.money import Heads

if TYPE_CHECKING:
    from ims_fsm.workflow.filing import ThreeBFiled
    from ims_fsm.workflow.sweeps import Swept

commands = typer.Typer(no_args_is_help=True, help="GSTR-3B: file it.")


@commands.command("file")
def file_three_b(
    *,
    gstin: options.OwnGstin = None,
    period: options.Period,
    key: options.Key = None,
    who: options.Actor,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """File the GSTR-3B of a period: what is in its GSTR-2B is decided for good (FAQ 12, 20, 34)."""
    with opened(db, at) as ims:
        filed = ims.file_3b(recipient(ims, gstin), period, actor=who, key=key)
        waiting = [
            one.record.id for one in ims.two_b(filed.recipient, period).left_out if one.reason == "original_unknown"
        ]
    if not as_json:
        tell_three_b(filed)
        tell_waiting(waiting)
        return
    backs = [
        {"record_id": one.record_id, "supplier": one.supplier, "supplier_period": one.supplier_period, "tax": one.tax}
        for one in filed.added_back
    ]
    told = {"recipient": filed.recipient, "period": filed.period, "decided": filed.decided, "added_back": backs}
    emit({**told, "original_unknown": waiting})


def tell_three_b(filed: ThreeBFiled) -> None:
    """Print what filing GSTR-3B decided, and what goes back to suppliers."""
    say(f"GSTR-3B of {filed.period} of {filed.recipient} is filed.")
    decided = ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in filed.decided.items())
    say(f"Decided for good: {decided or 'no record'}.")
    for one in filed.added_back:
        said = f"{Heads.from_rupees(one.tax)} is added to the liability of {one.supplier}"
        say(f"Record {one.record_id} was rejected: {said} in his tax period {one.supplier_period} (faq.34).")


def tell_waiting(ids: Sequence[int]) -> None:
    """Print which amendments are in no GSTR-2B because how their originals were decided is not known here."""
    if ids:
        what = f"{counted(len(ids), 'amendment')} in no GSTR-2B, because how the original was decided is not known here"
        say(f"Left out: {what} ({_records(ids)}); state it with ims-fsm original.")


def sweep(
    *,
    gstin: options.OwnGstin = None,
    who: options.Actor,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Do what the calendar owes by now, for one recipient or all: drafts of the 14th, section 16(4), pending's end."""
    with working("Sweeping"), opened(db, at) as ims:
        swept = ims.sweep([gstin] if gstin else None, actor=who)
    if as_json:
        emit({"swept": [_plain(one) for one in swept]})
    else:
        tell_swept(swept)


def tell_swept(swept: Sequence[Swept]) -> None:
    """Print what a sweep did."""
    done = [one for one in swept if one]
    if not done:
        say("Nothing was owed.")
    for one in done:
        if one.drafted:
            say(f"{one.recipient}: GSTR-2B of {one.drafted} is drafted (faq.23).")
        if one.expired:
            say(f"{one.recipient}: removed, pending past section 16(4) (faq.21): {_records(one.expired)}.")
        if one.lapsed:
            rule = "advisory.2025-10.deadline"
            say(f"{one.recipient}: back to no action, pending past its deadline ({rule}): {_records(one.lapsed)}.")


def _plain(one: Swept) -> dict[str, Any]:
    return {
        "recipient": one.recipient,
        "expired": list(one.expired),
        "lapsed": list(one.lapsed),
        "drafted": one.drafted,
    }


def _records(ids: Sequence[int]) -> str:
    return f"{counted(len(ids), 'record').partition(' ')[2]} {', '.join(map(str, ids))}"
