"""`2a`, `2b` and `3b`: GSTR-2A shown, GSTR-2B generated, shown, exported and compared, and GSTR-3B filed.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from ims_fsm.cli import deadlines
from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import at_a_terminal, counted, numbered, say, table, tell_refusals, verbatim
from ims_fsm.cli.records import named, stands
from ims_fsm.terms.money import NIL, TITLES, Heads, shown
from ims_fsm.terms.period import TaxPeriod, day_in_words
from ims_fsm.terms.vocabulary import ChangeReason, TwoBState

if TYPE_CHECKING:
    from ims_fsm import (
        ConsentError,
        LeftOut,
        OutsideIms,
        Record,
        ThreeBFiled,
        ThreeBForecast,
        TimeLimited,
        TwoBChange,
        TwoBComparison,
        TwoBLine,
        TwoBView,
        Why,
    )

T = TypeVar("T")
# The totals in the order in which they are printed, and what each is to people.
TOTALS = {
    "itc_available": "ITC available",
    "itc_not_available": "ITC not available",
    "itc_rejected": "ITC rejected (for view only)",
    "itc_reversed": "ITC reversed",
    "reverse_charge": "reverse charge (apart)",
    "reversal_4b1": "to be reversed by the recipient in 4(B)(1)",
}
MOST_NAMED = 20
HERE_ALONE = "This is only recorded here: nothing is sent to the portal"
ALWAYS = ("itc_available", "itc_not_available", "itc_rejected")
group("2a", "GSTR-2A: show it.")
group("2b", "GSTR-2B: generate, show, diff, export, compare.")
group("3b", "GSTR-3B: file it.")


@command("2a show", "gstin", "db", "at")
def show_two_a(call: Call, *, period: TaxPeriod) -> None:
    """Show all that suppliers have saved or filed for a return period, whatever was done with it (FAQ 28)."""
    with call.working("Reading"), call.recipient() as buyer:
        if call.as_json:
            call.answer_each({"recipient": buyer.gstin, "period": period}, buyer.two_a(period))
        else:
            _tell_two_a(buyer.gstin, period, list(buyer.two_a(period)))


def _tell_two_a(recipient: str, period: TaxPeriod, records: Sequence[Record]) -> None:
    if not records:
        say(f"GSTR-2A of {period} of {recipient}: suppliers have reported nothing.")
        return
    say(f"GSTR-2A of {period} of {recipient}.", style="bold")
    rows = [
        (
            str(record.id),
            named(record),
            record.document.number,
            record.document.supplier,
            str(record.document.credit),
            f"{record.form}, {record.supplier_status}",
            stands(record),
        )
        for record in records
    ]
    table(("=id", "document", "number", "=supplier", "tax", "reported in", "your action"), rows, indent=2)
    say("", f"{counted(len(records), 'document')}; no action changes GSTR-2A (faq.28).")


@command("2b generate", "each", "key", "actor", "db", "at", "backdate")
def generate(call: Call, *, period: TaxPeriod, yes: bool = False) -> None:
    """Generate or recompute the GSTR-2B of a period, from the 14th on and until GSTR-3B is filed (FAQ 23-27).

    Nothing is sent to the portal, which generates its own. For a period of more than a year ago it asks at a terminal,
    or needs --yes.
    """
    with call.recipient() as buyer:
        with call.working("Generating GSTR-2B"):
            generate = partial(buyer.generate_2b, period, key=call.key)
            done = _consented(call, generate, "Generate it all the same?", yes=yes)
        with call.done():
            view = buyer.two_b(period, with_lines=False)

    def tell() -> None:
        for line in ended(buyer.gstin, done.expired, done.lapsed):
            say(line)
        _tell_two_b(view)
        say("", f"{HERE_ALONE}.")

    call.answer(tell, {"view": view, "expired": done.expired, "lapsed": done.lapsed})


@command("2b show", "each", "db", "at")
def show(
    call: Call, *, period: TaxPeriod, generation: int | None = None, lines: bool = False, left_out: bool = False
) -> None:
    """Show a GSTR-2B, the newest or an older generation: its totals, and how many records it leaves out and why.

    Every generation is kept; what is left out is said of the newest alone.
    """
    with call.working("Reading"), call.recipient() as buyer:
        view = buyer.two_b(period, generation=generation, with_lines=lines)
        omissions = list(buyer.left_out(period)) if left_out and view.is_newest else None
    lists = {"lines": view.lines if lines else None, "left_out_records": omissions}
    call.answer(lambda: _tell_two_b(view, omissions or (), lines=lines), {"view": view, **lists})


@command("2b diff", "gstin", "db", "at")
def show_changes(call: Call, *, period: TaxPeriod, older: int | None = None, newer: int | None = None) -> None:
    """Show what two generations of a GSTR-2B have otherwise, line by line, and why each line changed.

    A line changes with an action, an import, a supplier's amendment, an original, a time limit or another calendar.
    """
    with call.working("Reading"), call.recipient() as buyer:
        last = newer or buyer.two_b(period, with_lines=False).two_b.generation
        first = older or max(last - 1, 1)
        head = {"recipient": buyer.gstin, "period": period, "older": first, "newer": last}
        if call.as_json:
            call.answer_each(head, buyer.two_b_changes(period, first, last))
        else:
            _tell_changes(head, list(buyer.two_b_changes(period, first, last)))


def _tell_changes(head: Mapping[str, object], changes: Sequence[TwoBChange]) -> None:
    what = "GSTR-2B of {period} of {recipient}, generation {older} to {newer}".format(**head)
    say(f"{what}: {counted(len(changes), 'change')}.", style="bold")
    rows = (
        (
            str(change.record.id),
            named(change.record),
            change.record.document.number,
            _side(change.before),
            _side(change.after),
            _because(change.why),
        )
        for change in changes
    )
    if changes:
        table(("=id", "document", "number", "before", "after", "why"), rows, indent=2)


def _side(line: TwoBLine | None) -> str:
    if line is None:
        return "not in it"
    entry = "" if line.entry == "document" else f" ({line.entry.replace('_', ' ')})"
    return f"{line.section.in_words}, {line.decision.replace('_', ' ')}, {line.tax}{entry}"


REASONS = {
    ChangeReason.ACTION: "action",
    ChangeReason.IMPORT: "shown by a download",
    ChangeReason.AMENDMENT: "amended by its supplier",
    ChangeReason.ORIGINAL: "its original was decided",
    ChangeReason.TIME_LIMIT: "section 16(4) has passed",
    ChangeReason.DEADLINE: "the deadline of what is pending has passed",
    ChangeReason.CALENDAR: "another calendar",
    ChangeReason.OTHER: "not known",
}


def _because(why: Why) -> str:
    reason = REASONS[why.reason]
    if why.reason is ChangeReason.ACTION and why.step is not None:
        reason = f"{why.step.trigger.replace('_', ' ')} by {why.step.actor}, {minute(why.step.at)} IST"
    elif why.reason is ChangeReason.AMENDMENT:
        reason = f"{reason}: {why.by.document.number} (record {why.by.id})"
    return f"{reason} ({why.rule})" if why.rule else reason


@command("2b export", "each", "db", "at")
def export(call: Call, *, period: TaxPeriod, generation: int | None = None, out: Path | None = None) -> None:
    """Write a GSTR-2B as the portal does (JSON, v4), the newest or an older generation: to --out, or printed."""
    from ims_fsm import dump_two_b

    with call.working("Reading"), call.recipient() as buyer:
        statement = buyer.export_2b(period, generation=generation)
    text = dump_two_b(statement)
    if out is None:
        sys.stdout.write(text)
        return
    call.outputs.write(out, text)
    count = len(statement.lines)
    parts = {"recipient": buyer.gstin, "period": period, "path": out, "lines": count}
    call.answer(lambda: verbatim(f"{out}: GSTR-2B of {period}, {counted(count, 'line')}"), parts)


@command("2b compare", "gstin", "actor", "db", "at", "backdate")
def compare(call: Call, files: list[Path], *, adopt: bool = False) -> None:
    """Compare the portal's GSTR-2B with the one here, document by document; exit 1 if they differ.

    A large statement comes as a summary and numbered files, or a zip of them: give all, they are compared as one.
    Without --gstin the files say whose it is. What never goes through IMS stands apart, and is not a difference.
    --adopt then moves each open record to the period in which the portal's shows it, and logs why.
    """
    with call.working("Comparing"), call.ims() as ims:
        comparison = ims.compare_2b(files, gstin=call.gstin, adopt=adopt, actor=call.actor, backdate=call.backdate)
    call.answer(lambda: _tell_comparison(comparison), comparison, held=not comparison.differences)


def _tell_two_b(view: TwoBView, omissions: Sequence[LeftOut] = (), *, lines: bool = False) -> None:
    statement = view.two_b
    if statement.state is TwoBState.ABSENT:
        say(f"GSTR-2B of {statement.period} of {statement.recipient} was never generated.", deadlines.due(view.dates))
        return
    number = f"{statement.generation}" + ("" if view.is_newest else f" of {len(view.generations)}")
    generated = f"generated {minute(statement.generated_at)} IST, generation {number}"
    say(f"GSTR-2B of {statement.period} of {statement.recipient}: {statement.state}, {generated}.", style="bold")
    heads = tuple(f">{title}" for title in TITLES)
    totals = [(name, view.totals.get(name, NIL)) for name in TOTALS if name in ALWAYS or view.totals.get(name)]
    table(("", *heads), ((TOTALS[name], *_amounts(total)) for name, total in totals), indent=2)
    say("", f"{counted(view.size, 'line')}.")
    if statement.state is not TwoBState.FINAL:
        say(deadlines.due(view.dates))
    if lines:
        rows = (
            (
                str(record.id),
                named(record),
                record.document.number,
                str(line.section),
                line.decision,
                *_amounts(line.tax),
            )
            for line, record in view.lines
        )
        table(("=id", "document", "number", "section", "decided as", *heads), rows, indent=2)
    _tell_limits(view.time_limited)
    if view.left_out:
        say("", f"Left out: {counted(sum(group.records for group in view.left_out), 'record')}.")
        groups = ((f"{group.records:,}", f"{group.why}; {group.until} ({group.rule})") for group in view.left_out)
        table((">records", "why"), groups, indent=2)
    if omissions:
        left = ((str(out.record.id), named(out.record), out.record.document.number, out.why) for out in omissions)
        table(("=id", "document", "number", "why"), left, indent=2)
    if statement.state is TwoBState.STALE:
        say("", "Actions were changed since; recompute it before GSTR-3B (faq.29): ims-fsm 2b generate.")


def _tell_limits(limited: Sequence[TimeLimited], *, filed: bool = False) -> None:
    for ending in limited:
        day, word = day_in_words(ending.last_day), "could" if ending.passed else "can"
        ids = ", ".join(map(str, ending.examples)) + (", …" if ending.records > len(ending.examples) else "")
        what = f"{ending.tax} of {counted(ending.records, 'record')} ({ids})"
        rest = "" if not filed else "; this one is late" if ending.passed else "; this one is in time"
        say("", f"Section 16(4): ITC {what} {word} be taken only in a GSTR-3B filed by {day}{rest} (sec.16_4).")


def _amounts(tax: Heads) -> tuple[str, ...]:
    return tuple(shown(amount) for amount in tax)


def _tell_comparison(comparison: TwoBComparison) -> None:
    lines = f"{counted(comparison.ours, 'document')} here, {comparison.theirs:,} on the portal"
    say(f"GSTR-2B of {comparison.period} of {comparison.recipient}: {lines}.")
    if comparison.partial:
        missing = counted(comparison.unlisted, "document")
        unlisted = f" {missing} of ours may stand there." if comparison.unlisted else ""
        say(f"note: the portal's {comparison.partial}, so what it leaves out is not a difference.{unlisted}")
    say(f"{counted(len(comparison.differences), 'difference')}." if comparison.differences else "No differences.")
    for difference in comparison.differences:
        rule = f" ({difference.rule})" if difference.rule else ""
        say(f"- {difference.sentence}{rule}", indent=2, hang=2)
    _tell_outside(comparison.not_through_ims)
    if comparison.adopted:
        count = counted(len(comparison.adopted), "record")
        ids = numbered([moved.record_id for moved in comparison.adopted])
        say(f"{count} moved to {comparison.period}, where the portal's GSTR-2B shows them (window.2b): {ids}.")
        say(f"Recompute what changed: ims-fsm 2b generate --period {comparison.period}")
    say(*(f"warning: {warning}" for warning in comparison.warnings))


def _tell_outside(outside: Sequence[OutsideIms]) -> None:
    if not outside:
        return
    say("", f"Not through IMS by law, and so not a difference: {counted(len(outside), 'document')}.")
    reasons = dict.fromkeys((entry.rule, entry.sentence) for entry in outside)
    for rule, sentence in reasons:
        lines = [entry.line for entry in outside if entry.rule == rule]
        credit = sum((line.credit for line in lines), NIL)
        say(f"{counted(len(lines), 'document')}, tax {credit}: {sentence} ({rule})", indent=2, hang=2)
        named_lines = [f"{line.kind.in_words} {line.number} of {line.supplier or 'ICEGATE'}" for line in lines]
        more = f" and {len(lines) - MOST_NAMED:,} more (--json has all)" if len(lines) > MOST_NAMED else ""
        say(f"{', '.join(named_lines[:MOST_NAMED])}{more}", indent=4)


def ended(recipient: str, expired: int, lapsed: int) -> Iterator[str]:
    """Give a sentence for each time limit that ended some records' pending."""
    if expired:
        yield f"{recipient}: {counted(expired, 'record')} removed, pending past section 16(4) (faq.21)."
    if lapsed:
        count = counted(lapsed, "record")
        yield f"{recipient}: {count} back to no action, pending past the deadline (advisory.2025-10.deadline)."


@command("3b file", "each", "key", "actor", "db", "at", "backdate")
def file_three_b(call: Call, *, period: TaxPeriod, yes: bool = False, dry_run: bool = False) -> None:
    """Record that you have filed GSTR-3B on the portal (FAQ 12, 20, 34).

    This freezes the period's records for good. Nothing is sent to the portal. Where it would leave amendments out, and
    for a period of more than a year ago, it asks at a terminal, or needs --yes. --dry-run says all that it would do,
    and does nothing; exit 1 if something stands in its way.
    """
    if dry_run:
        with call.working("Working it out"), call.recipient() as buyer:
            forecast = buyer.weigh_3b(period)
        call.answer(lambda: _tell_forecast(forecast), forecast, "--dry-run", held=not forecast.refusals)
        return
    with call.recipient() as buyer:
        filed = _consented(call, partial(buyer.file_3b, period, key=call.key), "File it all the same?", yes=yes)
        with call.done():
            reasons = {group.reason for group in buyer.two_b(period, with_lines=False).left_out}
            left_out = buyer.left_out(period) if "original_unknown" in reasons else ()
            waiting = [out.record.id for out in left_out if out.reason == "original_unknown"]
    call.answer(lambda: _tell_three_b(filed, waiting), {"filed": filed, "original_unknown": waiting})


def _consented(call: Call, do: Callable[..., T], question: str, *, yes: bool) -> T:
    """Do what may need consent: given by `yes`, else asked for at a terminal; raises `ConsentError` where it is not."""
    from ims_fsm import ConsentError

    try:
        return do(consent=yes)
    except ConsentError as error:
        if call.as_json or not _is_agreed(error, question):
            raise
    return do(consent=True)


def _is_agreed(error: ConsentError, question: str) -> bool:
    """Ask at a terminal for what needs consent; without a terminal nobody can be asked, so it is not given."""
    if not at_a_terminal():
        return False
    tell_refusals(error.refusals)
    return typer.confirm(question)


def _tell_forecast(forecast: ThreeBForecast) -> None:
    say(f"Nothing is done. What filing GSTR-3B of {forecast.period} of {forecast.recipient} would do:", style="bold")
    if forecast.refusals:
        tell_refusals(forecast.refusals)
    for line in ended(forecast.recipient, forecast.expired, forecast.lapsed):
        say(line)
    rows = [
        (outcome.replace("_", " "), f"{of.records:,}", f"{of.frozen:,}", *_amounts(of.itc))
        for outcome, of in forecast.decided.items()
    ]
    heads = tuple(f">{title}" for title in TITLES)
    if rows:
        total = ("together", f"{sum(of.records for of in forecast.decided.values()):,}", f"{forecast.frozen:,}")
        table(("", ">records", ">frozen", *heads), [*rows, (*total, *_amounts(forecast.itc))], indent=2)
    for back in forecast.added_back:
        rejected = f"{counted(back.records, 'record')} of {back.supplier} rejected"
        say(f"{rejected}: {back.tax} would be added to their liability in {back.supplier_period} (faq.34).")
    _tell_limits(forecast.time_limited)
    for out in forecast.rolls_over:
        say(f"Stays for later: {counted(out.records, 'record')}: {out.why}; {out.until} ({out.rule}).")
    if forecast.consent:
        say("", "It would ask for your consent:")
        tell_refusals(forecast.consent)


def _tell_three_b(filed: ThreeBFiled, waiting: Sequence[int]) -> None:
    say(f"GSTR-3B of {filed.period} of {filed.recipient} is filed.", f"{HERE_ALONE}; file it there too.")
    decided = ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in filed.decided.items())
    say(f"Decided for good: {decided or 'no record'}.")
    for back in filed.added_back:
        rejected = f"{counted(back.records, 'record')} of {back.supplier} rejected"
        say(f"{rejected}: {back.tax} is added to their liability in {back.supplier_period} (faq.34).")
    _tell_limits(filed.time_limited, filed=True)
    if waiting:
        what = f"{counted(len(waiting), 'amendment')} in no GSTR-2B, because how the original was decided is not known"
        say(f"Left out: {what} ({numbered(waiting)}); state it with ims-fsm original.")
