"""Reads a file of the portal's GSTR-2B, the newest shape and those with rate lines, as lines to be compared.

Compares and writes nothing; all problems of a file are raised at once, with their places. `files` joins several.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, cast

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.envelope import NO_PART, Part, part_named, part_of
from ims_fsm.formats.gstn.fields import NO_DATE
from ims_fsm.formats.gstn.notation import loads
from ims_fsm.formats.gstn.portal_file import file_of
from ims_fsm.formats.gstn.row import Findings, Row, recipient_of
from ims_fsm.formats.gstn.sections import IMPORT_TYPE, bill_number
from ims_fsm.formats.gstn.two_b.statement import Availability, PortalTwoB, PortalTwoBLine, Table, table_named
from ims_fsm.formats.gstn.values import shown
from ims_fsm.terms.document import OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, Section

_DOCUMENTS = ("docdata", "docRejdata")
_MARKS = (*_DOCUMENTS, "itcsumm", "cpsumm")
_REVERSED = "itcrev"
# What another file is told to give.
GIVE = "give the GSTR-2B as downloaded from the portal"
_AMOUNTS = ("txval", "igst", "cgst", "sgst", "cess")
_REFUSED = TaxPeriod("2017-07")  # stands for a period already refused, so that the rest is still read


class Place(NamedTuple):
    """Where a row stands: its table, whether that is the amendments', and what its block decides.

    `section` is None where each document's own availability decides; the portal lists reversals without amounts.
    """

    table: Table
    amended: bool
    section: Section | None
    reversal: bool


class Opened(NamedTuple):
    """A file of a GSTR-2B whose JSON was read: what names it, its statement, and what it says of itself."""

    where: str
    statement: dict[str, Any]
    #: The recipient and the period as they stand there, and the day on which it was made; None where it has none.
    named: Any
    period: Any
    made: Any
    part: Part

    @property
    def has_documents(self) -> bool:
        """Whether it lists documents, be it none; the summary of a large statement does not."""
        return any(isinstance(self.statement.get(place), (dict, list)) for place in _DOCUMENTS)


def opened_two_b(data: bytes | str, where: str) -> Opened:
    """Return a file of a GSTR-2B opened; raises `InputError` for what is not JSON and for another file."""
    tree = loads(data, where)
    node, named, part = tree, None, NO_PART
    while isinstance(node, dict):
        named = node.get("gstin") or named
        part = part_of(node, part)
        if any(mark in node for mark in _MARKS):
            by_name = part_named(where)
            part = Part(part.number or by_name.number, part.of or by_name.of)
            return Opened(where, node, named, node.get("rtnprd"), node.get("gendt"), part)
        node = node.get("data")
    file = file_of(tree)
    nothing = Problem("file", "it is not a GSTR-2B: it holds no docdata", GIVE)
    raise InputError(where, [nothing if file is None else file.instead_of(GIVE)])


def read_opened(file: Opened, recipient: str | None = None) -> PortalTwoB:
    """Return the lines of a file of a GSTR-2B; `recipient` may be left out where the file names it.

    Amounts come back in paise without sign. Raises `InputError` with every problem of the file: no period, a value
    that cannot be read, a recipient that is missing or another.
    """
    findings = Findings(file.where)
    head = Row({"rtnprd": file.period, "gendt": file.made}, "data", findings)
    if head.key(("rtnprd",)) is None:
        head.refuse("rtnprd", "the statement names no period", GIVE)
    two_b = PortalTwoB(
        recipient=recipient_of(file.named, recipient, findings),
        period=head.read(values.wire_period, ("rtnprd",), _REFUSED),
        generated_on=head.optional_day(("gendt",)),
        lines=tuple(_lines(file.statement, findings)),
    )
    findings.raise_problems()
    return replace(two_b, warnings=findings.warnings)


def _lines(statement: dict[str, Any], findings: Findings) -> Iterator[PortalTwoBLine]:
    for place, rejected in (("docdata", None), ("docRejdata", Section.ITC_REJECTED)):
        tables = statement.get(place)
        if tables is None:
            continue
        if not isinstance(tables, dict):
            findings.refuse(place, f"{shown(tables)} stands where an object of tables is expected", GIVE)
            continue
        plain = {key: rows for key, rows in tables.items() if key != _REVERSED}
        yield from _block(plain, place, (rejected, False), findings)
        yield from _reversals(tables.get(_REVERSED) or [], f"{place}.{_REVERSED}", rejected, findings)


def _reversals(parts: Any, place: str, rejected: Section | None, findings: Findings) -> Iterator[PortalTwoBLine]:
    for index, part in enumerate(parts if isinstance(parts, list) else [parts]):
        at = f"{place}[{index}]"
        if isinstance(part, dict):
            yield from _block(part, at, (rejected or Section.ITC_REVERSED, True), findings)
        else:
            findings.refuse(at, f"{shown(part)} stands where an object of tables is expected", GIVE)


def _block(
    tables: dict[str, Any], within: str, block: tuple[Section | None, bool], findings: Findings
) -> Iterator[PortalTwoBLine]:
    for key, rows in tables.items():
        place = f"{within}.{key}"
        table = table_named(key)
        if table is None:
            findings.warn(("table", key), place, f"{key} is not a table of GSTR-2B", "its content was left out")
        elif isinstance(rows, list):
            for index, raw in enumerate(rows):
                yield from _supplier(raw, f"{place}[{index}]", Place(*table, *block), findings)
        elif rows is not None:
            findings.refuse(place, f"{shown(rows)} stands where a list of rows is expected", GIVE)


def _supplier(raw: Any, place: str, at: Place, findings: Findings) -> Iterator[PortalTwoBLine]:
    if not isinstance(raw, dict):
        findings.refuse(place, f"{shown(raw)} stands where a row is expected", GIVE)
        return
    group = Row(raw, place, findings)
    documents = raw.get(at.table.rows) if at.table.rows else [raw]
    if not isinstance(documents, list):
        group.refuse(at.table.rows, "the supplier's documents are not a list", GIVE)
        return
    for index, document in enumerate(documents):
        at_row = f"{place}.{at.table.rows}[{index}]" if at.table.rows else place
        if not isinstance(document, dict):
            findings.refuse(at_row, f"{shown(document)} stands where a document is expected", GIVE)
        elif line := _line(Row(document, at_row, findings), group, at):
            yield line


def _line(row: Row, group: Row, at: Place) -> PortalTwoBLine | None:
    """Return the line in a row of its supplier's group, or None where something in it was refused."""
    before = row.findings.refused
    table = at.table
    kind = _kind(row, table)
    available = _availability(row)
    taxable, *heads = _amounts(row, at, kind)
    of_supplier = group.optional_gstin if table.is_import else group.gstin
    line = PortalTwoBLine(
        section=at.section or (Section.ITC_NOT_AVAILABLE if available == "N" else Section.ITC_AVAILABLE),
        kind=kind,
        supplier=of_supplier(("ctin",)),
        number=_number(row, table),
        date=row.day((table.date,)) or NO_DATE,
        taxable=taxable,
        tax=Heads(*heads),
        amended=at.amended or row.read(values.flag, ("isamd",), default=False),
        original=_original(row, table),
        supplier_name=group.text(("trdnm",)) or "",
        value=row.read(values.magnitude, ("val",), None),
        pos=row.read(values.place_of_supply, ("pos",), None),
        invoice_type=_invoice_type(row, table),
        reverse_charge=row.read(values.flag, ("rev",), default=False),
        itc_available=available,
        reason=row.text(("rsn",)) or "",
        return_period=group.read(values.wire_period, ("supprd",), None),
        filed_on=group.optional_day(("supfildt",)),
        reference_date=row.optional_day(("refdt",)),
    )
    return line if row.findings.refused == before else None


def _kind(row: Row, table: Table) -> Kind:
    """Tell a table's kinds apart by the row's letter; a letter that is missing or strange is a problem."""
    first = next(iter(table.kinds.values()))
    if not table.kind_key:
        return first
    letter = row.text((table.kind_key,)) or ""
    kind = table.kinds.get(letter.upper())
    if kind is None:
        row.refuse(table.kind_key, f"{letter!r} is not a type of the table", f"write {' or '.join(table.kinds)}")
    return kind or first


def _availability(row: Row) -> Availability:
    letter = (row.text(("itcavl", "itcelg")) or "Y").upper()
    if letter in ("Y", "N", "T"):
        return cast("Availability", letter)
    row.refuse("itcavl", f"{letter!r} does not say whether ITC is available", "write Y, N or T")
    return "Y"


def _number(row: Row, table: Table) -> str:
    number = row.number((table.number,))
    return bill_number(number, row.text(("portcode",)) or "") if table.is_import else number


def _original(row: Row, table: Table) -> OriginalReference | None:
    day = row.optional_day((table.original_date,))
    named = row.key((table.original_number,)) is not None
    return OriginalReference(row.number((table.original_number,)), day) if named and day else None


def _invoice_type(row: Row, table: Table) -> str:
    if table.is_import:
        return table.invoice_type or IMPORT_TYPE
    return table.invoice_type or row.read(values.invoice_type, ("suptyp",) if table.kind_key else ("typ",), "R")


def _amounts(row: Row, at: Place, kind: Kind) -> list[int]:
    """Return taxable value and the heads in paise, of the document or else the sum of its rate lines."""
    reader = values.magnitude if kind is Kind.CREDIT_NOTE else values.amount
    items = row.raw.get("items")
    rates = [Row(item, f"{row.place}.items[{n}]", row.findings) for n, item in _objects(items)]
    if not rates and not row.key(_AMOUNTS) and not at.reversal:
        row.refuse("txval", "the document has neither amounts nor rate lines", "give them in rupees")
    sources = rates if row.key(("txval",)) is None and rates else [row]
    return [sum(source.read(reader, (key,), 0) for source in sources) for key in _AMOUNTS]


def _objects(items: Any) -> list[tuple[int, dict[str, Any]]]:
    return [(n, item) for n, item in enumerate(items) if isinstance(item, dict)] if isinstance(items, list) else []
