"""`dashboard`: what is due, at risk and waiting, over all GSTINs, each with the command that lists it.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, say, verbatim
from ims_fsm.terms.border import unknown_taxpayer
from ims_fsm.terms.period import day_in_words
from ims_fsm.terms.vocabulary import Concern, TwoBState

if TYPE_CHECKING:
    from ims_fsm import Dashboard, DashboardItem, DashboardTotal

MOST = 20
TITLES: Mapping[Concern, str] = {
    Concern.RETURN_DUE: "GSTR-3B due",
    Concern.STALE_2B: "GSTR-2B stale",
    Concern.WITHOUT_ACTION: "without an action",
    Concern.ACCEPTED_NOT_FILED: "accepted, not filed by the supplier",
    Concern.PENDING: "pending",
    Concern.CREDIT_ENDING: "ITC ends (section 16(4))",
    Concern.ORIGINAL_UNKNOWN: "original unknown",
    Concern.TO_CHASE: "suppliers to chase",
    Concern.ADDED_BACK: "added back to the supplier",
}
# What each item says behind its day.
SENTENCES: Mapping[Concern, str] = {
    Concern.RETURN_DUE: "GSTR-3B of {period}; its GSTR-2B, whose day is {drafted}, is {state}",
    Concern.STALE_2B: "GSTR-2B of {period} is stale: recompute it before GSTR-3B (faq.29)",
    Concern.WITHOUT_ACTION: "{records} of {period} without an action: deemed accepted in GSTR-2B of {decided_in} on "
    "{drafted} (faq.14.iv)",
    Concern.ACCEPTED_NOT_FILED: "{records} accepted and only saved: in {period} if the supplier files by then (faq.15)",
    Concern.PENDING: "{records} of {period} pending",
    Concern.CREDIT_ENDING: "{records} give ITC only in a GSTR-3B filed by then (sec.16_4)",
    Concern.ORIGINAL_UNKNOWN: "{records} are amendments in no GSTR-2B until the decision on their original is stated "
    "(faq.13.1)",
    Concern.TO_CHASE: "{suppliers} to chase for {documents}: their GSTR-1 of {period} is due then (due.gstr1)",
    Concern.ADDED_BACK: "{records} rejected: added back to the liability in GSTR-3B of {period} (faq.34)",
}
_HELD = "; {:,} of them are not, as another version of the document is awaited or prevails"
_STATES = {
    TwoBState.ABSENT: "not generated",
    TwoBState.DRAFT: "in draft",
    TwoBState.STALE: "stale",
    TwoBState.FINAL: "final",
}


@command("dashboard", "db", "at")
def dashboard(
    call: Call, *, gstins: list[str] | None = None, near: int | None = None, limit: int | None = None
) -> None:
    """Show what is due, at risk and waiting, over all GSTINs, the earliest last day first.

    Each line names the command that lists its records. Exit 0, whatever is due.
    """
    with call.working("Reading"), call.ims() as ims:
        read = ims.dashboard(gstins or None, near=near)
        for gstin in gstins or ():
            if ims.taxpayer(gstin) is None and gstin not in {row.gstin for row in read.rows}:
                raise unknown_taxpayer(gstin)
    call.answer(lambda: _tell(read, MOST if limit is None else limit), read)


def _tell(read: Dashboard, most: int) -> None:
    if not read.rows:
        say("Nothing is due, at risk or waiting: no recipient is registered here.")
        return
    say(f"As of {minute(read.at)} IST, over {counted(len(read.rows), 'GSTIN')}.", style="bold")
    for total in read.totals:
        say(f"- {_total(total)}.", indent=2, hang=2)
    shown_rows = read.rows[: most or None]
    for row in shown_rows:
        say("", f"{row.gstin} {row.name}".rstrip(), style="bold")
        for item in row.items:
            say(f"{_line(item)}.", indent=2, hang=2)
            verbatim(command_of(item), indent=4)
    if more := len(read.rows) - len(shown_rows):
        say("", f"{counted(more, 'GSTIN')} more, of later days: --limit 0 shows all.")


def _total(total: DashboardTotal) -> str:
    noun = "document" if total.concern is Concern.TO_CHASE else "record"
    what = f"{total.items:,}" if not total.records else f"{counted(total.records, noun)}, tax {total.tax}"
    over = f", {total.passed:,} of a day that is over" if total.passed else ""
    first = f", the next by {day_in_words(total.by)}" if total.by else ""
    return f"{TITLES[total.concern]}: {what}, of {counted(total.gstins, 'GSTIN')}{first}{over}"


def _line(item: DashboardItem) -> str:
    until = f"{'OVER since' if item.passed else 'by'} {day_in_words(item.by)}: " if item.by else ""
    return f"{until}{_what(item)}"


def _what(item: DashboardItem) -> str:
    dates = item.dates
    fields = {
        "records": f"{counted(item.records, 'record')}, tax {item.tax},",
        "suppliers": counted(item.suppliers, "supplier"),
        "documents": f"{counted(item.records, 'document')}, tax at stake {item.tax}",
        "period": item.period,
        "state": _STATES[dates.two_b] if dates else "",
        "decided_in": dates.period if dates else "",
        "drafted": day_in_words(dates.drafted_on) if dates else "",
    }
    ends = "" if item.by or item.concern is not Concern.PENDING else "; nothing ends it"
    return SENTENCES[item.concern].format_map(fields) + (_HELD.format(item.held) if item.held else ends)


def command_of(item: DashboardItem) -> str:
    """Return the command that lists the records of an item, or does what it asks for."""
    if item.concern is Concern.ADDED_BACK:
        return f"ims-fsm liabilities {item.gstin} --period {item.period}"
    if item.concern is Concern.TO_CHASE:
        return f"ims-fsm chase --gstin {item.gstin}"
    if item.where is None:
        verb = "generate" if item.concern is Concern.STALE_2B else "show"
        return f"ims-fsm 2b {verb} --gstin {item.gstin} --period {item.period}"
    options = (_option(name, values) for name, values in item.filters.items())
    return " ".join(["ims-fsm list --gstin", item.gstin, *options])


def _option(name: str, values: list[str]) -> str:
    flag = f"--{name.replace('_', '-')}"
    return flag if values == ["yes"] else f"{flag} {','.join(values)}"
