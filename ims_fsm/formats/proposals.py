"""Reads files of proposed actions: a table (CSV), the same as JSON, and an upload that a tool made for the portal.

Reads only: what a proposal comes to is decided elsewhere. Knows no store; all problems of a file are raised at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.columns import COLUMNS, csv_rows, json_rows, worded
from ims_fsm.formats.gstn.notation import loads
from ims_fsm.formats.gstn.sections import section_named
from ims_fsm.formats.gstn.values import gstin as read_gstin
from ims_fsm.formats.gstn.values import shown
from ims_fsm.formats.uploads import is_upload, read_upload
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind, State, Trigger

ReduceItc = Literal["full", "none"] | Heads
Value = TypeVar("Value")
_ACTIONS = {
    "accept": Trigger.ACCEPT,
    "accepted": Trigger.ACCEPT,
    "a": Trigger.ACCEPT,
    "reject": Trigger.REJECT,
    "rejected": Trigger.REJECT,
    "r": Trigger.REJECT,
    "keep_pending": Trigger.KEEP_PENDING,
    "pending": Trigger.KEEP_PENDING,
    "p": Trigger.KEEP_PENDING,
    "reset": Trigger.RESET,
    "no_action": Trigger.RESET,
    "n": Trigger.RESET,
}
_MACHINES = frozenset({*Kind, *(f"{kind}_amendment" for kind in Kind if kind is not Kind.BILL_OF_ENTRY)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposed action and the record that it means: by id, or by supplier and number (and machine).

    `place` is where the file has it. `reduce_itc` is "full", "none" or heads in paise. An upload for the portal also
    carries the document as it shows it, and the action that the portal showed before.
    """

    place: str
    trigger: Trigger
    record_id: int | None = None
    supplier: str = ""
    number: str = ""
    machine: str | None = None
    remarks: str | None = None
    reduce_itc: ReduceItc | None = None
    document: Document | None = None
    previous: State | None = None

    def canonical(self) -> dict[str, Any]:
        """Return the proposal as plain data that stays the same from version to version, without its place."""
        heads = list(self.reduce_itc) if isinstance(self.reduce_itc, Heads) else self.reduce_itc
        said = {
            "trigger": str(self.trigger),
            "record_id": self.record_id,
            "supplier": self.supplier or None,
            "number": self.number or None,
            "machine": self.machine,
            "remarks": self.remarks,
            "reduce_itc": heads,
            "content": None if self.document is None else self.document.content_hash,
            "previous": None if self.previous is None else str(self.previous),
        }
        return {name: value for name, value in said.items() if value is not None}


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
            return _of_one_action(tuple(_of_upload(tree, where, gstin)), trigger, where)
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
        raise ValueError(f"{text!r} is no reduction of ITC; write full, none, or heads like igst=9000.00")
    return _not_negative(Heads.from_rupees({head: amount for head, _, amount in parts}))


def _not_negative(heads: Heads) -> Heads:
    if heads.below(Heads()):
        raise ValueError(f"a reduction of {heads} is below zero; write how much ITC is to be reduced, without a sign")
    return heads


def _written(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


class _Row:
    """One row being read: asks it for values and keeps what is wrong with them."""

    def __init__(self, place: str, cells: Mapping[str, Any], problems: list[Problem]) -> None:
        self.place, self.cells, self.problems = place, cells, problems

    def text(self, name: str) -> str:
        """Return what a cell holds as text; an empty one and one left out are blank."""
        value = self.cells.get(name)
        return "" if value is None else _written(value).strip()

    def read(self, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """Return a cell read by `reader`, or the default where it is blank or was refused."""
        text = self.text(name)
        if not text:
            return default
        try:
            return reader(text)
        except ValueError as error:
            what, _, remedy = str(error).partition("; ")
            self.refuse(what, remedy or "correct it")
            return default

    def refuse(self, what: str, remedy: str) -> None:
        """Keep a problem with the row."""
        self.problems.append(Problem(self.place, what, remedy))


def _read(rows: Iterable[tuple[str, Mapping[str, Any]]], where: str, trigger: Trigger | None) -> tuple[Proposal, ...]:
    problems: list[Problem] = []
    found = [_proposal(_Row(place, cells, problems), trigger) for place, cells in rows]
    if problems:
        raise InputError(where, problems)
    proposals = tuple(proposal for proposal in found if proposal is not None)
    if not proposals:
        what = "proposes nothing" if found else "has no rows"
        raise InputError(where, [Problem("the file", what, f"give rows with the columns {COLUMNS}")])
    return proposals


def _proposal(row: _Row, trigger: Trigger | None) -> Proposal | None:
    own = row.read("action", _action, None)
    if own is None and (trigger is None or "action" in row.cells):
        return None
    chosen = own or trigger
    if trigger is not None and own not in (None, trigger):
        row.refuse(*_other_action(own, trigger))
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


def _of_one_action(proposals: tuple[Proposal, ...], trigger: Trigger | None, where: str) -> tuple[Proposal, ...]:
    others = [one for one in proposals if trigger not in (None, one.trigger)]
    if others:
        raise InputError(where, [Problem(one.place, *_other_action(one.trigger, trigger)) for one in others])
    return proposals


def _other_action(own: Trigger | None, trigger: Trigger | None) -> tuple[str, str]:
    return f"proposes {own}, and one action is taken at a time ({trigger})", "give a file for each action"


def _reduction_of(row: _Row) -> ReduceItc | None:
    given = row.cells.get("reduce_itc")
    if isinstance(given, dict):
        given = " ".join(f"{head}={_written(amount)}" for head, amount in given.items()) or "igst=0"
    return _Row(row.place, {"reduce_itc": given}, row.problems).read("reduce_itc", read_reduction, None)


def _action(text: str) -> Trigger:
    found = _ACTIONS.get(worded(text))
    if found is None:
        raise ValueError(f"{text!r} is no action; write accept, reject, keep_pending or reset")
    return found


def _record_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no id of a record; write the number that ims-fsm list shows")
    return int(text)


def _machine(text: str) -> str:
    word = worded(text)
    if word in _MACHINES:
        return word
    section = section_named(word)
    if section is None:
        raise ValueError(f"{text!r} is no kind of record; write one of {', '.join(sorted(_MACHINES))}")
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
            place=row.record.place,
            trigger=row.trigger,
            supplier=document.supplier,
            number=document.number,
            machine=document.machine,
            remarks=row.record.remarks,
            reduce_itc=declared,
            document=document,
            previous=row.previous,
        )
