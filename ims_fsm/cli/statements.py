"""How a GSTR-2B is told: its totals, its lines, what it leaves out, and how it differs from the portal's.

Imports the output and the field's words; runs no use case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ims_fsm.cli import plain
from ims_fsm.cli.listing import named
from ims_fsm.cli.output import counted, say, table
from ims_fsm.terms.money import HEADS, NIL, Heads, shown
from ims_fsm.terms.vocabulary import TwoBState

if TYPE_CHECKING:
    from ims_fsm.formats.gstn import Difference
    from ims_fsm.record.record import Record
    from ims_fsm.record.returns import TwoBLine
    from ims_fsm.record.settling import LeftOut
    from ims_fsm.workflow.views.statement import Comparison
    from ims_fsm.workflow.views.views import TwoBView

# The totals in the order in which they are told, and what each is to people.
TOTALS = {
    "itc_available": "ITC available",
    "itc_not_available": "ITC not available",
    "itc_rejected": "ITC rejected (for view only)",
    "itc_reversed": "ITC reversed",
    "reverse_charge": "reverse charge (apart)",
    "reversal_4b1": "to be reversed by the recipient in 4(B)(1)",
}
_HEADS = tuple(f">{head}" for head in HEADS)


def tell_two_b(view: TwoBView, *, lines: bool = False) -> None:
    """Print a GSTR-2B: its totals, its lines where they are wanted, what it leaves out."""
    found = view.two_b
    if found.state is TwoBState.ABSENT:
        say(f"GSTR-2B of {found.period} of {found.recipient} was never generated.")
        return
    said = f"generated {plain.minute(found.generated_at)} IST, generation {found.generation}"
    say(f"GSTR-2B of {found.period} of {found.recipient}: {found.state}, {said}.", style="bold")
    rows = [(words, *_amounts(view.totals.get(name, NIL))) for name, words in _told_totals(view.totals)]
    table(("", *_HEADS), rows, indent=2)
    say("", f"{counted(view.size, 'line')}.")
    if lines:
        table(("id", "document", "number", "section", "decided as", *_HEADS), map(_row, view.lines), indent=2)
    if view.left_out:
        say("", f"Left out: {counted(len(view.left_out), 'record')}.")
        table(("id", "document", "number", "why"), map(_left_out_row, view.left_out), indent=2)
    if found.state is TwoBState.STALE:
        say("", "Actions were changed since; recompute it before GSTR-3B (faq.29): ims-fsm 2b generate.")


def plain_two_b(view: TwoBView) -> dict[str, Any]:
    """Return a GSTR-2B as plain data."""
    found = view.two_b
    return {
        "recipient": found.recipient,
        "period": str(found.period),
        "state": str(found.state),
        "generation": found.generation,
        "generated_at": plain.time(found.generated_at),
        "filed_at": plain.time(found.filed_at),
        "totals": {name: plain.heads(view.totals.get(name, NIL)) for name in TOTALS},
        "lines": [_line(line, record) for line, record in view.lines],
        "left_out": [_left_out(one) for one in view.left_out],
    }


def tell_comparison(found: Comparison) -> None:
    """Print every difference between our GSTR-2B and the portal's."""
    lines = f"{counted(found.ours, 'document')} here, {found.theirs:,} on the portal"
    say(f"GSTR-2B of {found.period} of {found.recipient}: {lines}.")
    say(f"{counted(len(found.differences), 'difference')}." if found.differences else "They say the same.")
    for difference in found.differences:
        rule = f" ({difference.rule})" if difference.rule else ""
        say(f"- {difference.sentence}{rule}", indent=2, hang=2)
    for warning in found.warnings:
        say(f"warning: {warning}")


def plain_comparison(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data."""
    return {
        "recipient": found.recipient,
        "period": str(found.period),
        "ours": found.ours,
        "theirs": found.theirs,
        "differences": [_difference(one) for one in found.differences],
        "warnings": [str(warning) for warning in found.warnings],
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "what": str(one.what),
        "supplier": one.supplier,
        "number": one.number,
        "ours": one.ours,
        "theirs": one.theirs,
        "sentence": one.sentence,
        "rule": one.rule,
    }


def _line(line: TwoBLine, record: Record) -> dict[str, Any]:
    return {
        "record_id": record.id,
        "number": record.document.number,
        "supplier": record.document.supplier,
        "machine": record.machine,
        "entry": line.entry,
        "section": str(line.section),
        "decision": line.decision,
        "counts": line.counts,
        "tax": plain.heads(line.tax),
    }


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {"record_id": one.record.id, "number": one.record.document.number, "why": one.why, "rule": one.rule}


def _row(shown: tuple[TwoBLine, Record]) -> tuple[str, ...]:
    line, record = shown
    words = (str(record.id), named(record), record.document.number, str(line.section), line.decision)
    return (*words, *_amounts(line.tax))


def _left_out_row(one: LeftOut) -> tuple[str, ...]:
    return (str(one.record.id), named(one.record), one.record.document.number, f"{one.why} ({one.rule})")


def _told_totals(totals: dict[str, Heads]) -> list[tuple[str, str]]:
    always = ("itc_available", "itc_not_available", "itc_rejected")
    return [(name, words) for name, words in TOTALS.items() if name in always or totals.get(name)]


def _amounts(amounts: Heads) -> tuple[str, ...]:
    return tuple(shown(amount) for amount in amounts)
