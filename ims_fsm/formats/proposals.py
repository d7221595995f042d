"""Files of proposed actions: rows of a table (CSV, or another source of rows), JSON, or an upload for the portal.

Reads only: what a proposal comes to is decided elsewhere. All problems of a file are raised at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.cells import BLANK, Cells, gstin_of, number_of, written
from ims_fsm.formats.columns import ACTIONS, COLUMNS, Columns, cleaned, word_of
from ims_fsm.formats.gstn.notation import loads
from ims_fsm.formats.gstn.portal_file import UPLOAD, file_of
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.gstn.sections import SECTIONS, machine_of, section_named
from ims_fsm.formats.gstn.upload import is_upload, read_upload
from ims_fsm.formats.gstn.values import action as read_action
from ims_fsm.formats.gstn.values import day, flag, shown
from ims_fsm.formats.table import Header, TableRow, csv_rows, json_rows
from ims_fsm.formats.workbooks.reader import BEGINNINGS, workbook_rows
from ims_fsm.record.scene import ReduceItc, Request
from ims_fsm.record.sighting import BY_ACTION
from ims_fsm.terms.border import LARGEST_ID, LONGEST, LONGEST_REMARKS, Border, checked_action, checked_value
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.vocabulary import State, Trigger

# JSON is held whole, and takes many times its size then.
LARGEST_JSON = 16 << 20
# How long a whole number is written at most.
_LONG = 20
_KINDS = {
    word_of(words): machine_of(form)
    for form in SECTIONS.values()
    for words in (
        (f"{form.kind} amendment", f"{form.kind} amended", f"amended {form.kind}") if form.amended else (form.kind,)
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRecord:
    """The record that a row means: by id, or by supplier and number (and machine)."""

    #: Where the file has it: "line 3", "[2]", "b2b[0]".
    place: str = field(hash=False)
    record_id: int | None = None
    #: Whose record it is, where the file says.
    recipient: str = ""
    supplier: str = ""
    number: str = ""
    machine: str | None = None
    #: The document's date, which tells two of one number apart.
    date: dt.date | None = None
    #: The record's version that the row was filled in on, where the file says.
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(NamedRecord):
    """One proposed action and the record that it means."""

    trigger: Trigger
    remarks: str | None = None
    #: "full", "none" or heads in paise.
    reduce_itc: ReduceItc | None = None
    #: The document as an upload for the portal shows it.
    document: Document | None = None
    #: The action that the portal showed before, as an upload and the offline tool say.
    previous: State | None = None

    def checked(self) -> Proposal:
        """Return the proposal with every field as it is read; raises `InputError` naming all that cannot be."""
        border = Border("proposal")
        kept = Proposal(
            place=border.text("place", self.place),
            trigger=checked_action(self.trigger),
            record_id=None if self.record_id is None else border.record_id(self.record_id),
            recipient=border.gstin("recipient", self.recipient) if self.recipient != "" else "",
            supplier=border.gstin("supplier", self.supplier) if self.supplier != "" else "",
            number=border.text("number", self.number, empty=True),
            machine=None if self.machine is None else border.text("machine", self.machine),
            date=None if self.date is None else border.day("date", self.date),
            remarks=self.remarks,
            reduce_itc=self.reduce_itc,
            version=self.version,
            document=None if self.document is None else checked_value(self.document, Document),
            previous=None if self.previous is None else border.word("previous", self.previous, State),
        )
        border.close()
        Request(remarks=self.remarks, reduce_itc=self.reduce_itc, version=self.version).checked()
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedPair(NamedRecord):
    """A record and the document of the purchase register that somebody pairs with it, or that it is parted from.

    `other` is what the cell says: a number of a document, its number here (#12), or split; `place` is that cell.
    """

    other: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProposedActions:
    """The proposals of a file, and the pairs that people made in it; `source` names it in errors."""

    source: str = field(hash=False)
    proposals: Sequence[Proposal]
    #: The titles of columns that mean nothing here, and how many rows propose no action.
    unread: tuple[str, ...] = field(default=(), hash=False)
    blank: int = field(default=0, hash=False)
    pairs: Sequence[ProposedPair] = ()


def read_proposals(data: bytes, where: str, *, gstin: str | None = None) -> ProposedActions:
    """Return the proposals of a workbook, a CSV table, its rows as JSON, or of a SAVE or RESET for the portal.

    Raises `InputError` with every problem of the file, and for one that proposes nothing.
    """
    findings = Findings(where)
    if data.startswith(BEGINNINGS):
        passed_over: list[str] = []
        proposed = proposals_of(workbook_rows(data, findings, ACTIONS, passed_over.append), findings)
        return replace(proposed, unread=(*proposed.unread, *passed_over))
    if data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in (b"{", b"["):
        return proposals_of(csv_rows(data, findings), findings)
    if len(data) > LARGEST_JSON:
        what = f"has {len(data):,} bytes, and JSON of proposed actions at most {LARGEST_JSON:,}"
        raise InputError(where, [Problem("the file", what, "give it in parts")])
    tree = loads(data, where)
    if is_upload(tree):
        return ProposedActions(where, tuple(_of_upload(tree, where, gstin)))
    if (file := file_of(tree)) not in (None, UPLOAD):
        raise InputError(where, [Problem("the file", file.what, f"give proposed actions; {file.reader}")])
    return proposals_of(json_rows(tree, findings, COLUMNS), findings)


def proposals_of(rows: Iterable[TableRow], findings: Findings) -> ProposedActions:
    """Return what rows propose, wherever they are from; rows without an action propose nothing, and are counted.

    Raises `InputError` with all that was found in them and before, and where nothing is proposed.
    """
    columns: dict[Header, Columns] = {}
    proposals: list[Proposal | None] = []
    pairs: list[ProposedPair] = []
    for row in rows:
        meant = columns.get(row.header)
        if meant is None:
            meant = columns[row.header] = Columns.of(row.header, findings)
        cells = Cells(row, meant.places, findings)
        proposals.append(_proposal(cells))
        pairs += _pairs(cells)
    findings.raise_problems()
    proposed = tuple(proposal for proposal in proposals if proposal is not None)
    if not proposed and not pairs:
        what = "proposes nothing" if proposals else "has no rows"
        raise InputError(findings.where, [Problem("the file", what, f"give rows with the columns {COLUMNS}")])
    unread = dict.fromkeys(title for meant in columns.values() for title in meant.unread)
    return ProposedActions(findings.where, proposed, tuple(unread), len(proposals) - len(proposed), pairs)


def read_reduction(text: str) -> ReduceItc:
    """Return a declared reduction of ITC from "full", "none" or heads in rupees like "igst=9000.00 cess=10.00".

    Raises `ValueError` for anything else.
    """
    word = text.strip().lower()
    if word == "full":
        return "full"
    if word == "none":
        return "none"
    parts = [part.partition("=") for part in word.replace(",", " ").replace(";", " ").split()]
    if not parts or any(not equals for _, equals, _ in parts):
        raise ValueError(f"{text!r} is not a reduction of ITC; write full, none, or heads like igst=9000.00")
    return _not_negative(Heads.from_rupees({head: amount for head, _, amount in parts}))


def _not_negative(heads: Heads) -> Heads:
    if heads.below(Heads()):
        raise ValueError(f"a reduction of {heads} is below zero; write how much ITC is to be reduced, without a sign")
    return heads


def _proposal(row: Cells) -> Proposal | None:
    trigger, previous = row.read("action", _action, None), row.read("previous", _state, None)
    if trigger is None:
        return None
    remarks, reduce_itc = row.text("remarks", lines=True), _reduction_of(row)
    if len(remarks) > LONGEST_REMARKS:
        row.refuse("remarks", f"{shown(remarks)} has {len(remarks):,} characters", f"write at most {LONGEST_REMARKS:,}")
    before = (row.text("previous_remarks", lines=True), _declared(row, "previous_"))
    if previous is not None and BY_ACTION[previous] is trigger and (remarks, reduce_itc) == before:
        # The offline tool shows every record as it was; what is so still proposes nothing.
        return None
    return Proposal(
        place=row.row.place,
        trigger=trigger,
        remarks=remarks or None,
        reduce_itc=reduce_itc,
        previous=previous,
        **_named(row),
    )


class _Named(TypedDict):
    """What a row names its record by."""

    record_id: int | None
    recipient: str
    supplier: str
    number: str
    machine: str | None
    date: dt.date | None
    version: int | None


def _named(row: Cells) -> _Named:
    record_id, number = row.read("id", _record_id, None), row.read("number", number_of, "")
    if row.value("id") in BLANK and row.value("number") in BLANK:
        row.refuse("", "names no record", "give its id, or its supplier, number and kind")
    return {
        "record_id": record_id,
        "recipient": row.read("recipient", gstin_of, ""),
        "supplier": row.read("supplier", gstin_of, ""),
        "number": number,
        "machine": row.read("kind", _machine, None) or _machine_named(row.row.header.name),
        "date": _day(row.text("date")),
        "version": row.read("version", _version, None),
    }


def _pairs(row: Cells) -> Iterator[ProposedPair]:
    """Give the pair that a row makes, if it makes one."""
    other, reason = row.read("pair", number_of, ""), row.text("pair_reason")
    if row.value("pair") in BLANK:
        if reason:
            row.refuse("pair_reason", "is a reason, and no pair stands beside it", "write the pair, or clear it")
    elif not reason:
        row.refuse("pair_reason", "says nothing, and the log keeps why somebody pairs", "write a reason")
    elif len(reason) > LONGEST:
        row.refuse("pair_reason", f"has {len(reason):,} characters", f"write at most {LONGEST:,}")
    elif other:
        yield ProposedPair(place=row.at("pair"), other=other, reason=reason, **_named(row))


def _reduction_of(row: Cells) -> ReduceItc | None:
    given = row.value("reduce_itc")
    if isinstance(given, dict):
        given = " ".join(f"{head}={written(amount)}" for head, amount in given.items()) or "igst=0"
        try:
            return read_reduction(given)
        except ValueError as error:
            row.findings.refuse_value(row.row.at(row.columns["reduce_itc"]), error)
            return None
    return row.read("reduce_itc", read_reduction, None) or _declared(row, "")


def _declared(row: Cells, before: str) -> ReduceItc | None:
    """Return the reduction as the offline tool has it, now or before: whether there is one, and how much."""
    required = row.read(f"{before}reduction_required", flag, None)
    if required is None:
        return None
    heads = {head: amount for head in HEADS if (amount := row.text(f"{before}declared_{head}"))}
    if not required or not heads:
        return "full" if required else "none"
    try:
        return _not_negative(Heads.from_rupees(heads))
    except ValueError as error:
        row.findings.refuse_value(row.row.place, error)
        return None


def _action(text: str) -> Trigger:
    word = word_of(text)
    for trigger in BY_ACTION.values():
        if word == word_of(trigger):
            return trigger
    try:
        return BY_ACTION[read_action(word)]
    except ValueError:
        what = f"{shown(text)} is not an action; write accept, reject, keep_pending or reset"
        raise ValueError(what) from None


def _state(text: str) -> State:
    return read_action(word_of(text))


def _record_id(text: str) -> int:
    return _whole_number(text, "the id of a record; write the number that records() shows")


def _version(text: str) -> int:
    return _whole_number(text, "a record's version; leave it as it was given")


def _whole_number(text: str, what: str) -> int:
    number = cleaned(text).lstrip("'")
    if not (number.isascii() and number.isdigit() and len(number) < _LONG and 0 < int(number) <= LARGEST_ID):
        raise ValueError(f"{shown(text)} is not {what}")
    return int(number)


def _day(text: str) -> dt.date | None:
    """Return a date, None for what is not read as one: it is asked for only where a number means several records."""
    for reader in (day, dt.date.fromisoformat) if text else ():
        try:
            return reader(cleaned(text))
        except ValueError:
            continue
    return None


def _machine(text: str) -> str:
    machine = _machine_named(text)
    if machine is None:
        raise ValueError(f"{shown(text)} is not a kind of record; write one of {', '.join(sorted({*_KINDS.values()}))}")
    return machine


def _machine_named(text: str) -> str | None:
    """Return the machine of a kind in words, or of a section's key; None for another word."""
    word = word_of(text)
    section = section_named(word)
    return _KINDS.get(word) if section is None else machine_of(section)


def _of_upload(tree: Any, where: str, gstin: str | None) -> Iterator[Proposal]:
    for row in read_upload(tree, where, gstin):
        document = row.record.document
        reduced = row.record.itc_reduction
        declared: ReduceItc | None = None
        if reduced is not None:
            declared = "none" if reduced == "N" else row.record.declared or "full"
        yield Proposal(
            place=row.place,
            trigger=row.trigger,
            supplier=document.supplier,
            number=document.number,
            machine=document.machine,
            remarks=row.record.remarks,
            reduce_itc=declared,
            document=document,
            previous=row.previous,
        )
