"""`3b` and `sweep`: GSTR-3B filed, and what the calendar owes by now.

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import counted, emit, say
from ims_fsm.cli.plain import minute, time
from ims_fsm.cli.progress import working
from ims_fsm.cli.session import opened, recipient
from ims_fsm.terms.clock import SettableClock
from ims_fsm.terms.vocabulary import Job

if TYPE_CHECKING:
    from ims_fsm.workflow.calendar.sweeps import Swept
    from ims_fsm.workflow.ims import IMS
    from ims_fsm.workflow.returns.filing import ThreeBFiled

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
    with working("Filing GSTR-3B"), opened(db, at) as ims:
        filed = ims.file_3b(recipient(ims, gstin), period, actor=who, key=key)
        hidden = ims.two_b(filed.recipient, period, with_lines=False).left_out
        waiting = [one.record.id for one in hidden if one.reason == "original_unknown"]
    if not as_json:
        tell_three_b(filed)
        tell_waiting(waiting)
        return
    backs = [
        {
            "supplier": one.supplier,
            "supplier_period": one.supplier_period,
            "records": one.records,
            "tax": {head: str(amount) for head, amount in one.tax.in_rupees().items() if amount},
        }
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
        rejected = f"{counted(one.records, 'record')} of {one.supplier} rejected"
        said = f"{one.tax} is added to his liability"
        say(f"{rejected}: {said} in his tax period {one.supplier_period} (faq.34).")


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
    until: options.Until = None,
) -> None:
    """Do what the calendar owes by now, for one recipient or all: drafts of the 14th, section 16(4), pending's end.

    With --until each instant of the calendar up to there is taken for now in its turn: on a copy of the database, for
    it writes what would be.
    """
    with working("Sweeping") as tell, opened(db, at) as ims:
        moments = _moments(ims, until)
        swept: list[tuple[datetime, list[Swept]]] = []
        for place, moment in enumerate(moments):
            tell(f"Sweeping {minute(moment)}", place, len(moments))
            if until is not None:
                ims.clock = SettableClock(moment)
            swept.append((moment, ims.sweep([gstin] if gstin else None, actor=who)))
    if until is None:
        _tell_one(swept[0][1], as_json=as_json)
    else:
        _tell_course(swept, as_json=as_json)


def _moments(ims: IMS, until: datetime | None) -> list[datetime]:
    from ims_fsm.law.instants import instants

    now = ims.clock()
    if until is None:
        return [now]
    if until < now:
        raise CallError(f"--until {minute(until)} lies before {minute(now)}; name a later moment")
    due = {one.at for one in instants(ims.book, now, until) if one.job is not Job.REMIND}
    return sorted({now, *due, until})


def _tell_one(swept: Sequence[Swept], *, as_json: bool) -> None:
    if as_json:
        emit({"swept": [_plain(one) for one in swept]})
    else:
        tell_swept(swept)


def _tell_course(course: Sequence[tuple[datetime, Sequence[Swept]]], *, as_json: bool) -> None:
    done = [(moment, [one for one in swept if one]) for moment, swept in course]
    if as_json:
        emit({"instants": [{"at": time(moment), "swept": [_plain(one) for one in swept]} for moment, swept in done]})
        return
    for moment, swept in done:
        if swept:
            say(f"{minute(moment)}:")
            tell_swept(swept)
    instants = counted(len(course), "instant")
    say(f"{instants} from {minute(course[0][0])} to {minute(course[-1][0])}; what they brought is written.")


def tell_swept(swept: Sequence[Swept]) -> None:
    """Print what a sweep did."""
    done = [one for one in swept if one]
    if not done:
        say("Nothing was owed.")
    for one in done:
        if one.drafted:
            say(f"{one.recipient}: GSTR-2B of {one.drafted} is drafted (faq.23).")
        if one.expired:
            say(f"{one.recipient}: {counted(one.expired, 'record')} removed, pending past section 16(4) (faq.21).")
        if one.lapsed:
            lapsed = f"{counted(one.lapsed, 'record')} back to no action, pending past the deadline"
            say(f"{one.recipient}: {lapsed} (advisory.2025-10.deadline).")


def _plain(one: Swept) -> dict[str, Any]:
    return {
        "recipient": one.recipient,
        "expired": one.expired,
        "lapsed": one.lapsed,
        "drafted": one.drafted,
    }


def _records(ids: Sequence[int]) -> str:
    return f"{counted(len(ids), 'record').partition(' ')[2]} {', '.join(map(str, ids))}"
