"""A taxpayer's workbook: their records with the actions that each allows, their GSTR-2B, what they reported themselves.

Imports the store, the views and the workbooks' sheets; reads only. All of it is as of one moment, and no more is held
than a page of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.workbooks.further import (
    BOOKS_ONLY,
    MATCH_SUMS,
    SUMMARY,
    SUPPLIERS,
    SupplierSums,
    write_books_only,
    write_liabilities,
    write_match_sums,
    write_outward,
    write_summary,
    write_two_b,
)
from ims_fsm.formats.workbooks.inward import Entry, InwardSheets, lists
from ims_fsm.formats.workbooks.matches import MATCHES, write_matches
from ims_fsm.formats.workbooks.writer import Book, writing
from ims_fsm.law.ledger import Settled
from ims_fsm.law.matching import BOOKED_TWICE, Cascade
from ims_fsm.law.matching import BOOKS_ONLY as IN_BOOKS_ONLY
from ims_fsm.law.policy_reading import Advice
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.record import Record
from ims_fsm.record.scene import NO_REQUEST, Request
from ims_fsm.record.settling import comes_to
from ims_fsm.record.steps import as_acted
from ims_fsm.record.where import Where
from ims_fsm.store import returns, versions
from ims_fsm.store.purchases import matches
from ims_fsm.store.purchases.matches import MatchesWhere
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.period import TaxPeriod, day_in_words, in_india
from ims_fsm.terms.vocabulary import State, Trigger
from ims_fsm.workflow.calendar.sweeps import next_period
from ims_fsm.workflow.left_out import left_out
from ims_fsm.workflow.purchases import classes_of
from ims_fsm.workflow.recommending import Asking, is_open
from ims_fsm.workflow.unit import UnitOfWork, consider
from ims_fsm.workflow.views import generations
from ims_fsm.workflow.views.views import PAGE, ListedRecord, listed

_ALONE = (
    "Documents of the purchase register that no record is paired with: their suppliers have not reported them so.",
    "To pair one with a record, write its number here (#12) into the record's column Pair with, and a reason.",
)
_FULL = Request(reduce_itc="full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A workbook that was written: whose it is, and how many rows each of its sheets has."""

    gstin: str
    #: The period of the GSTR-2B that it shows; None where none is generated.
    two_b: TaxPeriod | None
    sheets: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a purchase register is read by: its classes, the policy, whether that fills the column Status in."""

    advice: Advice
    fill: bool


def write_inward(
    unit: UnitOfWork, recipient: str, out: BinaryIO, where: Where, period: TaxPeriod | None, beside: Beside
) -> Workbook:
    """Write a recipient's workbook: the records that are meant, and the GSTR-2B of a period, or else the newest.

    What they reported themselves as a supplier is in it too, and how the records stand to their purchase register if
    there is one. Raises `InputError` for a recipient who is not registered here, for more records than a sheet can
    have, and where what is recommended is to be filled in without a register.
    """
    taxpayer = unit.taxpayer(recipient)
    heading, day = _heading(unit, recipient, taxpayer.name), day_in_words(in_india(unit.now).date())
    lines = (
        f"As of {day}. Choose in the yellow column Status; a row whose Status is as it was proposes nothing.",
        "Give the file to ims-fsm check or ims-fsm apply. Rows may be sorted and filtered, and rows may be deleted.",
    )
    two_b, matched = _generated(unit, recipient, period), matches.is_there(unit.connection, recipient)
    if beside.fill and not matched:
        problem = Problem(recipient, "has no purchase register here, so nothing is recommended", "match one first")
        raise InputError("workbook", [problem])
    with writing(out, unit.now, f"IMS of {recipient}") as book:
        summary, suppliers = book.sheet("Summary", SUMMARY, 1), SupplierSums()
        summary.begin(f"IMS of {heading}", *lines)
        inward = InwardSheets(book, heading, lines, unit.book.calendar.remarks_limit, matched=matched)
        by_supplier = book.sheet("Suppliers", SUPPLIERS, 2)
        by_supplier.begin(f"Suppliers: {heading}", "Amounts of credit notes count with a minus.")
        sums = book.sheet("Match", MATCH_SUMS, 1)
        sums.begin(f"Purchase register: {heading}", "Amounts of credit notes count with a minus.")
        alone = book.sheet("Only in the books", BOOKS_ONLY, 5)
        alone.begin(f"Only in the books: {heading}", *_ALONE)
        for entry in _entries(unit, recipient, where, beside if matched else None):
            inward.write(entry)
            suppliers.add(entry.record)
        suppliers.write(by_supplier)
        write_summary(summary, inward)
        inward.end()
        if matched:
            write_match_sums(sums, classes_of(unit, recipient, period, beside.advice.cascade))
            beyond = MatchesWhere(classes={IN_BOOKS_ONLY, BOOKED_TWICE}, period=period)
            left = matches.listed(unit.connection, recipient, beyond)
            write_books_only(alone, left, in_india(unit.now).date())
        if two_b is not None:
            write_two_b(book, two_b, generations.lines(unit, recipient, two_b), left_out(unit, recipient, two_b))
        _write_reported(unit, recipient, book, heading, None)
        book.lists("lists", lists())
    return Workbook(gstin=recipient, two_b=two_b, sheets=book.rows)


def write_matched(unit: UnitOfWork, recipient: str, out: BinaryIO, where: MatchesWhere, cascade: Cascade) -> Workbook:
    """Write the last matching: what each class adds up to, and a row for each match that is meant."""
    heading = _heading(unit, recipient, unit.taxpayer(recipient).name)
    period = None if where.period is None else TaxPeriod(where.period)
    classes = (
        of for of in classes_of(unit, recipient, period, cascade) if not where.classes or of.name in where.classes
    )
    with writing(out, unit.now, f"Matches of {recipient}") as book:
        sums, rows = book.sheet("Match", MATCH_SUMS, 1), book.sheet("Matches", MATCHES, 2)
        sums.begin(f"Purchase register: {heading}", "Amounts of credit notes count with a minus.")
        rows.begin(f"Matches: {heading}", "Amounts of credit notes have no sign.")
        write_match_sums(sums, classes)
        write_matches(rows, matches.listed(unit.connection, recipient, where))
        sums.end()
        rows.end()
    return Workbook(gstin=recipient, two_b=None, sheets=book.rows)


def write_reported(unit: UnitOfWork, supplier: str, out: BinaryIO, period: TaxPeriod | None = None) -> Workbook:
    """Write a supplier's workbook: what they reported, in one return period or in all, and what was added back."""
    heading = _heading(unit, supplier, "")
    with writing(out, unit.now, f"Outward supplies of {supplier}") as book:
        _write_reported(unit, supplier, book, heading, period)
    return Workbook(gstin=supplier, two_b=None, sheets=book.rows)


def _heading(unit: UnitOfWork, gstin: str, name: str) -> str:
    moment = in_india(unit.now)
    return f"{gstin}{f' ({name})' if name else ''}, {day_in_words(moment.date())} {moment:%H:%M} IST"


def _generated(unit: UnitOfWork, recipient: str, period: TaxPeriod | None) -> TaxPeriod | None:
    """Return the period, or without one the newest, if its GSTR-2B is generated."""
    periods = [two_b.period for two_b in returns.two_bs(unit.connection, recipient) if two_b.generation]
    return max((having for having in periods if period in {None, having}), default=None)


def _write_reported(unit: UnitOfWork, supplier: str, book: Book, heading: str, period: TaxPeriod | None) -> None:
    write_outward(book, heading, versions.of_supplier(unit.connection, supplier, period))
    write_liabilities(book, heading, returns.liabilities(unit.connection, supplier, period))


def _entries(unit: UnitOfWork, recipient: str, where: Where, beside: Beside | None) -> Iterator[Entry]:
    rows, following = listed(unit, recipient, where), next_period(unit, recipient)
    asking = None if beside is None else Asking(unit, recipient, beside.advice, following)
    while page := list(islice(rows, PAGE)):
        chains = unit.chains_of(row.record for row in page)
        ids = [] if asking is None else [row.record.id for row in page]
        stands = matches.of_records(unit.connection, recipient, ids) if ids else {}
        for row in page:
            chain, of = chains[row.record.id], stands.get(row.record.id)
            entry = _entry(unit, row, chain, max(row.period, following))
            if beside is not None and asking is not None and of is not None:
                advice = asking.about(of, row.record, chain, row.may) if is_open(row.record) else None
                entry = replace(entry, match=of, recommendation=advice, fill=beside.fill)
            yield entry


def _entry(unit: UnitOfWork, row: ListedRecord, chain: Sequence[Record], period: TaxPeriod) -> Entry:
    record, scene = row.record, unit.scene(row.record.recipient)

    def effect(trigger: Trigger | None) -> Settled:
        acted = record if trigger is None else as_acted(record, trigger, NO_REQUEST, unit.now)
        return comes_to(acted, chain, scene, period)[1]

    return Entry(
        record=record,
        period=row.period,
        may=row.may,
        offered=_offered(unit, row, chain),
        deadlines=row.deadlines,
        # What was declared with an acceptance counts.
        itc_accepted=effect(None if record.state is State.ACCEPTED else Trigger.ACCEPT).itc,
        itc_alone=effect(None if record.state is State.NO_ACTION else Trigger.RESET).itc,
        added_back=effect(Trigger.REJECT).add_back,
    )


def _offered(unit: UnitOfWork, row: ListedRecord, chain: Sequence[Record]) -> frozenset[Trigger]:
    """Return the actions that may be taken, and accepting where it may be with a declared reduction of ITC."""
    allowed = {action for action in ACTIONS if not row.may[action]}
    if Trigger.ACCEPT not in allowed and isinstance(consider(unit, row.record, Trigger.ACCEPT, _FULL, chain), Allowed):
        allowed.add(Trigger.ACCEPT)
    return frozenset(allowed)
