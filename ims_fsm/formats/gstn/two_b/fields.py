"""A row of a GSTR-2B's table read as a line: which key means which field.

Reads rows already found; opens no file and knows no block beyond the section it is told.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.bills import bill_number
from ims_fsm.formats.gstn.fields import NO_DATE
from ims_fsm.formats.gstn.row import Row
from ims_fsm.formats.gstn.sections import IMPORT_TYPE
from ims_fsm.formats.gstn.two_b.line import Availability, PortalTwoBLine
from ims_fsm.formats.gstn.two_b.tables import Table
from ims_fsm.terms.document import OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind, Section

_AMOUNTS = ("txval", "igst", "cgst", "sgst", "cess")


class Place(NamedTuple):
    """Where a row stands: its table, whether that is the amendments', and what its block decides.

    `section` is None where each document's own availability decides; the portal lists reversals without amounts.
    """

    table: Table
    amended: bool
    section: Section | None
    reversal: bool


def read_line(row: Row, group: Row, at: Place) -> PortalTwoBLine | None:
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
        row.refuse(table.kind_key, f"{letter!r} is no type of the table", f"write {' or '.join(table.kinds)}")
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
    known = day is not None and row.key((table.original_number,)) is not None
    return OriginalReference(row.number((table.original_number,)), day) if known and day else None


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
