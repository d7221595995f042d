"""The rows of working papers about the purchase register: sums by class, all that differs, pairs made by hand.

Imports the matching; reads only.
"""

from __future__ import annotations

from ims_fsm.record.paper import Cell
from ims_fsm.record.register import Match
from ims_fsm.store.purchases import documents, matches
from ims_fsm.store.purchases.matches import MatchesWhere
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind
from ims_fsm.workflow.papers.material import Material, Rows, heads, moment, words
from ims_fsm.workflow.purchases import classes_of

#: The class in which nothing differs: it is added up, and not listed.
SAME = "exact"


def by_hand(of: Material) -> Rows:
    """Give what people decided of pairs, oldest first."""
    for made in documents.decisions(of.unit.connection, of.recipient):
        yield {
            "at": moment(made.at),
            "decision": "left to rules" if made.decision == "free" else made.decision,
            "document": made.document,
            "supplier": made.supplier,
            "record": made.record_id,
            "actor": made.actor,
            "reason": made.reason,
        }


def sums(of: Material) -> Rows:
    """Give what each class of the last matching adds up to."""
    for kind in classes_of(of.unit, of.recipient, of.period, of.cascade):
        if kind.name != SAME:
            of.listed["stated matches"] += kind.count
            of.listed["stated booked"] += kind.booked_tax.total
            of.listed["stated reported"] += kind.reported_tax.total
        yield {
            "class": words(kind.name),
            "count": kind.count,
            "booked_taxable": kind.booked_taxable,
            "booked_tax": kind.booked_tax.total,
            "reported_taxable": kind.reported_taxable,
            "reported_tax": kind.reported_tax.total,
            "says": kind.says,
        }


def differing(of: Material) -> Rows:
    """Give every match but those that are the same in all."""
    classes = {kind.name for kind in classes_of(of.unit, of.recipient, of.period, of.cascade)} - {SAME}
    where = MatchesWhere(classes=classes, period=of.period)
    for match in matches.listed(of.unit.connection, of.recipient, where) if classes else ():
        of.listed["matches"] += 1
        booked, reported = _taxes(match)
        of.listed["booked"] += booked or 0
        of.listed["reported"] += reported or 0
        yield {
            "class": words(match.class_name),
            **_ends(match),
            "booked_tax": booked,
            "reported_tax": reported,
            **heads(match.tax_off),
            "rule": words(match.rule or ""),
        }


def _ends(match: Match) -> dict[str, Cell]:
    document, record = match.document, match.record
    cells: dict[str, Cell] = {}
    if document is not None:
        cells |= {"supplier": document.supplier, "document": document.id, "booked": document.number}
        cells |= {"booked_date": document.date}
    if record is not None:
        cells |= {"record": record.id, "reported": record.document.number, "reported_date": record.document.date}
        cells.setdefault("supplier", record.document.supplier)
    return cells


def _taxes(match: Match) -> tuple[int | None, int | None]:
    """Return the tax of both sides over all heads, credit notes below zero."""
    document, record = match.document, match.record
    booked = None if document is None else _signed(document.tax, document.kind)
    return booked, None if record is None else _signed(record.document.tax, record.document.kind)


def _signed(tax: Heads, kind: Kind) -> int:
    return tax.total * kind.sign
