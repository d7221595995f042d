"""Files of proposed actions: a table (CSV), its rows as JSON, or an upload that a tool made for the portal.

Reads only: what a proposal comes to is decided elsewhere. All problems of a file are raised at once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.notation import loads
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.gstn.sections import section_named
from ims_fsm.formats.gstn.upload import is_upload, read_upload
from ims_fsm.formats.gstn.values import action as read_action
from ims_fsm.formats.gstn.values import gstin as read_gstin
from ims_fsm.formats.gstn.values import shown, spellings
from ims_fsm.record.sighting import BY_ACTION
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind, State, Trigger

ReduceItc = Literal["full", "none"] | Heads
Value = TypeVar("Value")
# The names of columns in use, in small letters, and what each is here.
_NAMES = spellings(
    {
        "id": "id record_id",
        "supplier": "supplier supplier_gstin gstin_of_supplier stin",
        "number": "number document_number",
        "kind": "kind document_type",
        "action": "action user_action",
        "remarks": "remarks",
        "reduce_itc": "reduce_itc",
    }
)
COLUMNS = ", ".join(dict.fromkeys(_NAMES.values()))
_MACHINES = frozenset({*Kind, *(f"{kind}_amendment" for kind in Kind if kind is not Kind.BILL_OF_ENTRY)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposed action and the record that it means: by id, or by supplier and number (and machine)."""

    #: Where the file has it: "line 3", "[2]", "b2b[0]".
    place: str = field(hash=False)
    trigger: Trigger
    record_id: int | None = None
    supplier: str = ""
    number: str = ""
    machine: str | None = None
    remarks: str | None = None
    #: "full", "none" or heads in paise.
    reduce_itc: ReduceItc | None = None
    #: The document as an upload for the portal shows it.
    document: Document | None = None
    #: The action that the portal showed before, as an upload says.
    previous: State | None = None

    def with_defaults(self, remarks: str | None, reduce_itc: ReduceItc | None) -> Proposal:
        """Return the proposal with these where it has none of its own."""
        return replace(self, remarks=self.remarks or remarks, reduce_itc=self.reduce_itc or reduce_itc)


@dataclass(frozen=True, slots=True)
class ProposedActions:
    """The proposals of a file; `source` names it in errors."""

    source: str = field(hash=False)
    proposals: Sequence[Proposal]


def read_proposals(
    data: bytes, where: str, *, gstin: str | None = None, trigger: Trigger | None = None
) -> tuple[Proposal, ...]:
    """Return the proposals of a CSV table, of its rows as JSON, or of a SAVE or RESET for the portal.

    `trigger` is the one action that is wanted, which every row means where there is no column `action`; rows whose
    action is blank are left out.
    Raises `InputError` with every problem of the file, and for one that proposes nothing.
    """
    if data.lstrip()[:1] in (b"{", b"[") or data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        tree = loads(data, where)
        if is_upload(tree):
            return of_one_action(_of_upload(tree, where, gstin), trigger, where)
        rows: Iterable[tuple[str, Mapping[str, Any]]] = json_rows(tree, where)
    else:
        rows = csv_rows(data, where)
    return _read(rows, where, trigger)


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


def _written(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


class _Row:
    """One row being read: asks it for values and keeps what is wrong with them."""

    def __init__(self, place: str, cells: Mapping[str, Any], findings: Findings) -> None:
        self.place, self.cells, self.findings = place, cells, findings

    def text(self, name: str) -> str:
        """Return what a cell holds as text; an empty one and one left out are blank."""
        value = self.cells.get(name)
        return "" if value is None else _written(value).strip()

    def read(self, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """Return a cell read by `reader`, or the default where it is blank or was refused."""
        text = self.text(name)
        try:
            return reader(text) if text else default
        except ValueError as error:
            self.findings.refuse_value(self.place, error)
            return default

    def refuse(self, what: str, remedy: str) -> None:
        """Keep a problem with the row."""
        self.findings.refuse(self.place, what, remedy)


def _read(rows: Iterable[tuple[str, Mapping[str, Any]]], where: str, trigger: Trigger | None) -> tuple[Proposal, ...]:
    findings = Findings(where)
    read = [_proposal(_Row(place, cells, findings), trigger) for place, cells in rows]
    findings.raise_problems()
    proposals = tuple(proposal for proposal in read if proposal is not None)
    if not proposals:
        what = "proposes nothing" if read else "has no rows"
        raise InputError(where, [Problem("the file", what, f"give rows with the columns {COLUMNS}")])
    return proposals


def _proposal(row: _Row, trigger: Trigger | None) -> Proposal | None:
    written = row.read("action", _action, None)
    if written is None and (trigger is None or "action" in row.cells):
        return None
    chosen = written or trigger
    if trigger is not None and written not in (None, trigger):
        row.refuse(*_other_action(written, trigger))
    record_id, number = row.read("id", _record_id, None), row.text("number")
    if record_id is None and not (row.text("id") or number):
        row.refuse("names no record", "give its id, or its supplier, number and kind")
    return Proposal(
        place=row.place,
        trigger=chosen or Trigger.RESET,
        record_id=record_id,
        supplier=row.read("supplier", read_gstin, ""),
        number=number,
        machine=row.read("kind", _machine, None),
        remarks=row.text("remarks") or None,
        reduce_itc=_reduction_of(row),
    )


def of_one_action(proposals: Iterable[Proposal], trigger: Trigger | None, where: str) -> tuple[Proposal, ...]:
    """Return the proposals; raises `InputError` for those of another action than `trigger`, where one is wanted."""
    findings, proposals = Findings(where), tuple(proposals)
    for proposal in proposals:
        if trigger not in (None, proposal.trigger):
            findings.refuse(proposal.place, *_other_action(proposal.trigger, trigger))
    findings.raise_problems()
    return proposals


def _other_action(proposed: Trigger | None, trigger: Trigger | None) -> tuple[str, str]:
    return f"proposes {proposed}, and one action is taken at a time ({trigger})", "give a file for each action"


def _reduction_of(row: _Row) -> ReduceItc | None:
    given = row.cells.get("reduce_itc")
    if isinstance(given, dict):
        given = " ".join(f"{head}={_written(amount)}" for head, amount in given.items()) or "igst=0"
    return _Row(row.place, {"reduce_itc": given}, row.findings).read("reduce_itc", read_reduction, None)


def _action(text: str) -> Trigger:
    word = looked_up(text)
    try:
        return Trigger(word) if word in BY_ACTION.values() else BY_ACTION[read_action(word)]
    except ValueError:
        what = f"{text!r} is not an action; write accept, reject, keep_pending or reset"
        raise ValueError(what) from None


def _record_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is not the id of a record; write the number that records() shows")
    return int(text)


def _machine(text: str) -> str:
    word = looked_up(text)
    if word in _MACHINES:
        return word
    section = section_named(word)
    if section is None:
        raise ValueError(f"{text!r} is not a kind of record; write one of {', '.join(sorted(_MACHINES))}")
    amended = section.amended and section.kind is not Kind.BILL_OF_ENTRY
    return f"{section.kind}_amendment" if amended else str(section.kind)


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


def looked_up(text: str) -> str:
    """Return a name or word as it is looked up.

    >>> looked_up(" User Action")
    'user_action'
    """
    return text.strip().lower().replace(" ", "_").replace("-", "_")


def csv_rows(data: bytes, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the rows of a CSV table (comma, semicolon or tab; UTF-8) by column, each with its line.

    Raises `InputError` for what is not a table, for an unknown column, and where no column names a record.
    """
    text = _decoded(data, where)
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = _named(next(reader, []), where)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[len(names) :]):
                what = f"has {len(cells)} cells and the table {len(names)} columns"
                raise InputError(where, [Problem(f"line {reader.line_num}", what, "put text with a comma in quotes")])
            yield f"line {reader.line_num}", dict(zip(names, cells, strict=False))
    except csv.Error as error:
        problem = Problem(
            f"line {reader.line_num}", f"is not a line of a table ({error})", "save the table as CSV again"
        )
        raise InputError(where, [problem]) from error


def _decoded(data: bytes, where: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise InputError(where, [Problem("the file", "is an archive or a workbook", "save its table as CSV")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        remedy = "save it as CSV or JSON in UTF-8"
        raise InputError(where, [Problem(f"byte {error.start}", "is not text in UTF-8", remedy)]) from error


def json_rows(tree: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the rows of parsed JSON, a list of objects or one under "actions", each with its place.

    Raises `InputError` as `csv_rows` does.
    """
    rows = tree.get("actions") if isinstance(tree, dict) else tree
    if not isinstance(rows, list):
        what = "holds neither a list of actions nor an upload for the portal"
        raise InputError(where, [Problem("the file", what, f"give a list of objects with {COLUMNS}")])
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InputError(where, [Problem(f"[{index}]", "is not an object", f"give an object with {COLUMNS}")])
        yield f"[{index}]", dict(zip(_named(list(row), where), row.values(), strict=True))


def _named(header: list[str], where: str) -> list[str]:
    names = [_NAMES.get(looked_up(title), "") for title in header]
    problems = [
        Problem("the columns", f"{title.strip()!r} is not a column here", f"use {COLUMNS}")
        for title, name in zip(header, names, strict=True)
        if not name and title.strip()
    ]
    problems += [
        Problem("the columns", f"{name} stands twice", "keep one of them")
        for name in dict.fromkeys(names)
        if name and names.count(name) > 1
    ]
    if not problems and not {"id", "number"} & {*names}:
        problems = [Problem("the columns", "none of them names a record", f"use {COLUMNS}")]
    if problems:
        raise InputError(where, problems)
    return names
