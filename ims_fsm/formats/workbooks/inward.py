"""The recipient's own records as sheets of a workbook: a row for each, and the actions that its row offers.

Imports the layout, the writer and the record; knows no IMS and no database. Which action a row offers is asked of the
law before, so that what the rules refuse cannot be chosen; beside it stands why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ims_fsm.formats.gstn.sections import section_of
from ims_fsm.formats.workbooks.layout import SHEETS, columns_of
from ims_fsm.formats.workbooks.writer import Book, Cell, Sheet
from ims_fsm.law.policy import ASK
from ims_fsm.record.deadlines import Deadlines
from ims_fsm.record.recommendation import Recommendation
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Told
from ims_fsm.record.register import Match
from ims_fsm.record.settling import dest_of
from ims_fsm.terms.border import ACTIONS
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import ACTIVE, State, SupplierStatus, Trigger

#: The states as the offline tool writes them.
STATUSES: Mapping[State, str] = {
    State.ACCEPTED: "Accepted",
    State.REJECTED: "Rejected",
    State.PENDING: "Pending",
    State.NO_ACTION: "No Action",
}
#: What stands where no action can be taken.
NOTHING = "-"
YES_NO = ("Yes", "No")
_LETTERS = {Trigger.ACCEPT: "A", Trigger.REJECT: "R", Trigger.KEEP_PENDING: "P", Trigger.RESET: "N"}
_TYPES = {"R": "Regular", "DE": "Deemed export", "SEWP": "SEZ with payment", "SEWOP": "SEZ without payment"}
_FILING = {SupplierStatus.FILED: "Filed", SupplierStatus.SAVED: "Not Filed"}
_LOOKS = {"Accepted": "good", "Rejected": "bad", "Pending": "waits"}
#: How many columns stay in view: up to the document's number.
_PINNED = {"original_number": 5, "supplier": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record as its row has it; amounts in paise."""

    record: Record
    #: The 2B period; for a record that is only saved the one that filing it now would give.
    period: TaxPeriod
    #: For each action an empty tuple, or every refusal.
    may: Mapping[str, tuple[Told, ...]]
    #: The actions that the row offers: what may be taken, and what may be with a declared reduction of ITC.
    offered: frozenset[Trigger]
    deadlines: Deadlines
    #: The recipient's ITC if they accept it and if they leave it as it stands, and what rejecting it adds back to its
    #: supplier's liability.
    itc_accepted: Heads
    itc_alone: Heads
    added_back: Heads
    #: How it stands to the purchase register, and what is recommended; `fill` puts that into the column Status.
    match: Match | None = None
    recommendation: Recommendation | None = None
    fill: bool = False

    @property
    def status(self) -> str | None:
        """What stands in the column Status; None for a record that is decided or gone: no action could be changed."""
        of = self.recommendation
        return _recommended(of) if self.fill and of is not None and of.to_do else self.stands

    @property
    def stands(self) -> str | None:
        """The status as the record stands."""
        return STATUSES.get(self.record.state) if self.record.in_ims else None


def choices_of(offered: Collection[Trigger]) -> str:
    """Return the name of the list of some actions.

    >>> choices_of({Trigger.RESET, Trigger.ACCEPT}), choices_of(())
    ('Allowed_AN', 'Allowed_none')
    """
    return f"Allowed_{''.join(_LETTERS[action] for action in ACTIONS if action in offered) or 'none'}"


def lists() -> dict[str, tuple[str, ...]]:
    """Return every list of actions that a row may offer, by its name."""
    several: list[tuple[Trigger, ...]] = [()]
    for action in ACTIONS:
        several += [(*chosen, action) for chosen in several]
    return {choices_of(offered): tuple(STATUSES[dest_of(a)] for a in offered) or (NOTHING,) for offered in several}


class InwardSheets:
    """The sheets of the recipient's records in a workbook: one for each section, in the order of the offline tool.

    `heading` and `lines` stand above each of them; `remarks_limit` is the most characters that remarks may have.
    `matched`: each row says how its record stands to the purchase register.
    """

    def __init__(
        self, book: Book, heading: str, lines: Iterable[str], remarks_limit: int, *, matched: bool = False
    ) -> None:
        """Begin every sheet."""
        self._remarks_limit = remarks_limit
        self.by_section: dict[str, Sheet] = {}
        #: What the records come to as they stand, by sheet: how many have which status, ITC and liability in paise.
        self.sums: dict[str, dict[str, int]] = {}
        for section, title in SHEETS.items():
            columns = columns_of(section, matched=matched)
            sheet = book.sheet(title, columns, _PINNED[columns[0].name])
            sheet.begin(f"{title}: {heading}", *lines)
            self.by_section[section] = sheet
            self.sums[title] = dict.fromkeys(("records", *STATUSES.values(), "itc", "added_back"), 0)

    def write(self, entry: Entry) -> None:
        """Write a record into the sheet of its section; raises `InputError` where that is full."""
        sheet = self.by_section[section_of(entry.record.document).key]
        sheet.write(_cells(entry))
        sums, status = self.sums[sheet.title], entry.status
        sums["records"] += 1
        if status is not None:
            sums[status] += 1
            sums["itc"] += entry.itc_alone.total if status == STATUSES[State.NO_ACTION] else 0
            sums["itc"] += entry.itc_accepted.total if status == STATUSES[State.ACCEPTED] else 0
            sums["added_back"] += entry.added_back.total if status == STATUSES[State.REJECTED] else 0

    def end(self) -> None:
        """Put the rules on the cells that are filled in: a row offers what its own record allows."""
        for sheet in self.by_section.values():
            names = {column.name for column in sheet.columns}
            sheet.validate("status", {
                "validate": "list",
                "source": f"=INDIRECT({sheet.first_cell('choices')})",
                "ignore_blank": False,
                "input_title": "Your action",
                "input_message": "Only what the rules allow for this record is offered; the column "
                                 "“Not allowed, and why” says what they refuse.",
                "error_title": "Not allowed",
                "error_message": "The rules do not allow this for this record; see the column “Not allowed, and why”.",
            })  # fmt: skip
            limit = f"Remarks may have at most {self._remarks_limit} characters."
            length = {"validate": "length", "criteria": "<=", "value": self._remarks_limit}
            sheet.validate("remarks", {**length, "error_title": "Too long", "error_message": limit})
            if "reduce_itc" in names:
                sheet.validate("reduce_itc", {"validate": "list", "source": list(YES_NO)})
                for head in HEADS:
                    above = {"validate": "decimal", "criteria": ">=", "value": 0}
                    sheet.validate(f"reduce_{head}", {**above, "error_message": "Write rupees without a sign."})
            sheet.colour("status", _LOOKS)


def stands(record: Record) -> str:
    """Return where a record stands, in words: what is decided, gone or never was in IMS is said so."""
    if record.state in STATUSES:
        return STATUSES[record.state] if record.in_ims else "Not in IMS"
    why = record.disposition or record.removed_for
    words = f"{record.state}: {why}" if why else str(record.state)
    return words.replace("_", " ").capitalize()


def document_cells(record: Record) -> dict[str, Cell]:
    """Return what the columns of a document hold for a record."""
    document = record.document
    return {
        "original_number": document.amends.number if document.amends else None,
        "original_date": document.amends.date if document.amends else None,
        "kind": f"{document.kind.in_words}{', amended' if document.amends else ''}",
        "supplier": document.supplier,
        "supplier_name": document.supplier_name,
        "recipient": document.recipient,
        "number": document.number,
        "type": _TYPES.get(document.invoice_type, document.invoice_type),
        "date": document.date,
        "value": document.value,
        "pos": document.pos,
        "taxable": document.taxable,
        **heads(document.tax),
        "form": str(record.form),
        "return_period": str(record.return_period),
        "filing": _FILING[record.supplier_status],
        "state": stands(record),
        "record": record.id,
    }


def heads(amounts: Heads, prefix: str = "") -> dict[str, Cell]:
    """Return what the columns of the heads hold; nothing where a head is zero."""
    return {f"{prefix}{head}": amount or None for head, amount in zip(HEADS, amounts, strict=True)}


def _cells(entry: Entry) -> dict[str, Cell]:
    record, days = entry.record, entry.deadlines
    reduction = None if record.reduction is None else YES_NO[record.reduction == "none"]
    declared = record.declared if record.reduction == "partial" else Heads()
    return {
        **document_cells(record),
        "status": entry.status,
        "reduce_itc": reduction,
        **heads(declared, "reduce_"),
        "remarks": record.remarks,
        "previous_status": entry.stands,
        "previous_reduce_itc": reduction,
        **heads(declared, "previous_"),
        "previous_remarks": record.remarks,
        "pending_blocked": "N" if Trigger.KEEP_PENDING in entry.offered else "Y",
        "remarks_blocked": "N" if entry.offered else "Y",
        "reduction_blocked": "Y" if record.reduction_blocked else "N",
        "refusals": " | ".join(_in_words(entry.may)),
        "pending_until": days.pending_until,
        "deemed_on": days.returns.drafted_on if record.state is State.NO_ACTION else None,
        "file_by": days.returns.file_by,
        "credit_until": days.credit_until,
        "two_b_period": str(entry.period),
        "itc_accepted": entry.itc_accepted.total if Trigger.ACCEPT in entry.offered else None,
        "itc_alone": entry.itc_alone.total if record.state in ACTIVE else None,
        "added_back": entry.added_back.total if Trigger.REJECT in entry.offered else None,
        "version": record.version,
        "choices": choices_of(entry.offered),
        **({} if entry.match is None else match_cells(entry.match)),
        **({} if entry.recommendation is None else _recommendation_cells(entry.recommendation)),
    }


def match_cells(of: Match) -> dict[str, Cell]:
    """Return what the columns of a match hold: of a record that nothing is paired with, its class alone."""
    cells: dict[str, Cell] = {"match_class": of.class_name, "match_rule": of.rule}
    document = of.document
    if document is None:
        return cells
    cells |= {
        "booked": numbered(document.id),
        "booked_supplier": document.supplier,
        "booked_number": document.number,
        "booked_date": document.date,
        "booked_taxable": document.taxable,
        **heads(document.tax, "booked_"),
    }
    if of.record is not None:
        cells |= {"off_taxable": of.taxable_off or None, **heads(of.tax_off, "off_"), "off_days": of.days_off or None}
    return cells


def numbered(document_id: int) -> str:
    """Return how a document of the register is named by its number here, so that no number of a document is alike."""
    return f"#{document_id}"


def _recommended(of: Recommendation) -> str:
    return "Ask a person" if of.action == ASK else STATUSES[dest_of(Trigger(of.action))]


def _recommendation_cells(of: Recommendation) -> dict[str, Cell]:
    refused = f"; {STATUSES[dest_of(Trigger(of.wanted))]} is refused: " if of.refusals else ""
    because = f"{of.says}{refused}{'; '.join(map(str, of.refusals))}"
    return {"recommended": _recommended(of), "because": because}


def _in_words(may: Mapping[str, tuple[Told, ...]]) -> Iterator[str]:
    """Give what refuses actions, once for those that the same refuses."""
    alike: dict[tuple[Told, ...], list[str]] = {}
    for action, refusals in may.items():
        if refusals:
            alike.setdefault(refusals, []).append(STATUSES[dest_of(Trigger(action))])
    for refusals, statuses in alike.items():
        yield f"{', '.join(statuses)}: {'; '.join(map(str, refusals))}"
