"""The rows of working papers about GSTR-2B: as it stands, what it leaves out, each generation and what changed.

Imports the views; reads only.
"""

from __future__ import annotations

from ims_fsm.record.log import detail_in_words
from ims_fsm.record.paper import Cell
from ims_fsm.record.returns import TwoBLine
from ims_fsm.store import papers as store
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Section
from ims_fsm.workflow.left_out import left_out
from ims_fsm.workflow.papers.material import Material, Rows, heads, moment, words
from ims_fsm.workflow.views import generations

NAMES = {
    **{str(section): section.in_words for section in Section},
    "reverse_charge": "Reverse charge (apart)",
    "reversal_4b1": "To be reversed by the recipient in 4(B)(1)",
}


def totals(of: Material) -> Rows:
    """Give the totals of GSTR-2B."""
    for name, tax in of.view.all_totals.items():
        yield {"total": NAMES[name], **heads(tax)}


def lines(of: Material) -> Rows:
    """Give the lines of the newest generation."""
    for line, record in generations.lines(of.unit, of.recipient, of.period):
        of.listed["lines"] += 1
        total = _total_of(line)
        of.listed.update({f"{total} {head}": amount for head, amount in zip(HEADS, line.tax, strict=True)})
        yield {
            **of.named(record),
            **heads(line.tax),
            "section": line.section.in_words,
            "decision": words(line.decision),
            "entry": words(line.entry),
            "counts": "yes" if line.counts else "no",
        }


def _total_of(line: TwoBLine) -> str:
    """Return the total that a line is in, as the totals of a GSTR-2B are named."""
    if line.entry == "reversal_4b1":
        return "reversal_4b1"
    return str(line.section) if line.counts else "reverse_charge"


def omitted(of: Material) -> Rows:
    """Give what GSTR-2B leaves out as the actions stand."""
    for entry in left_out(of.unit, of.recipient, of.period):
        of.listed["left out"] += 1
        tax = heads(entry.record.document.tax)
        yield {**of.named(entry.record), **tax, "why": entry.why, "until": entry.until, "rule": entry.rule}


def every_generation(of: Material) -> Rows:
    """Give the generations of GSTR-2B, oldest first."""
    for made in of.view.generations:
        cells: dict[str, Cell] = {"generation": made.number, "at": moment(made.at), "actor": made.actor}
        yield {**cells, "lines": made.lines, "changed": made.changed}


def changes(of: Material) -> Rows:
    """Give what each generation has otherwise than the one before it, and why."""
    for generation in of.view.generations[1:]:
        between = (generation.number - 1, generation.number)
        for change in generations.changes(of.unit, of.recipient, of.period, between):
            of.listed[f"changes {generation.number}"] += 1
            step = change.why.step
            yield {
                "generation": generation.number,
                **of.named(change.record),
                "before": _side(change.before),
                "after": _side(change.after),
                "why": words(change.why.reason),
                "rule": change.why.rule,
                "by": change.why.by.id,
                "actor": None if step is None else step.actor,
                "at": None if step is None else moment(step.at),
            }


def _side(line: TwoBLine | None) -> str:
    if line is None:
        return "not in it"
    entry = "" if line.entry == "document" else f" ({words(line.entry)})"
    return f"{line.section.in_words}, {words(line.decision)}, {line.tax}{entry}"


def steps_of_returns(of: Material) -> Rows:
    """Give what was done with GSTR-2B and GSTR-3B."""
    for row in store.return_steps(of.unit.connection, of.recipient, of.period):
        yield {
            "at": moment(row["at"]),
            "trigger": words(row["trigger"]),
            "source": words(row["source"]),
            "dest": words(row["dest"]),
            "actor": row["actor"],
            "rules": ", ".join(row["rules"].split()),
            "detail": detail_in_words(row["detail"]),
            "backdate": row["backdate"],
        }
