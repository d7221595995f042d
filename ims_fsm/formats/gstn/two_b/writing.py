"""Writes a GSTR-2B in the portal's newest shape: documents by supplier, the rejected apart, and the summaries.

Reads nothing and decides nothing; every figure of the summaries is a sum of the lines given.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ims_fsm.formats.gstn.bills import bill_parts
from ims_fsm.formats.gstn.two_b.line import PortalTwoB, PortalTwoBLine
from ims_fsm.formats.gstn.two_b.summary import credit_summary, supplier_summary
from ims_fsm.formats.gstn.two_b.tables import Table, table_of
from ims_fsm.formats.gstn.values import written
from ims_fsm.terms.money import rupees
from ims_fsm.terms.vocabulary import Section

_TYPES = {"SEWP": "SEZWP", "SEWOP": "SEZWOP"}
_REVERSED = "itcrev"


def write_two_b(two_b: PortalTwoB) -> dict[str, Any]:
    """Return the statement as the portal's JSON object (`dumps` writes it): docdata, docRejdata and their summaries.

    Raises `ValueError` for a line whose kind and type have no table.
    """
    kept = [line for line in two_b.lines if line.section not in (Section.ITC_REJECTED, Section.ITC_REVERSED)]
    rejected = [line for line in two_b.lines if line.rejected]
    reversed_ = [line for line in two_b.lines if line.section is Section.ITC_REVERSED]
    data: dict[str, Any] = {"gstin": two_b.recipient, "rtnprd": two_b.period.wire, "version": "1.0"}
    if two_b.generated_on:
        data["gendt"] = written(two_b.generated_on)
    return {
        "data": data
        | {
            "itcsumm": credit_summary(two_b.lines),
            "cpsumm": supplier_summary(kept) | _apart(supplier_summary(reversed_)),
            "docdata": _tables(kept) | _apart(_tables(reversed_)),
            "docRejdata": _tables(rejected),
            "cpSummRej": supplier_summary(rejected),
        }
    }


def _apart(tables: dict[str, Any]) -> dict[str, Any]:
    return {_REVERSED: [tables]} if tables else {}


def _tables(lines: Iterable[PortalTwoBLine]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    groups: dict[tuple[str, tuple[Any, ...]], list[dict[str, Any]]] = {}
    for line in lines:
        table = table_of(line)
        key = table.amended_key if line.amended and not table.is_import else table.key
        rows = found.setdefault(key, [])
        if not table.rows:
            rows.append(_document(line, table))
            continue
        supplier = (line.supplier, line.supplier_name, line.filed_on, line.return_period)
        if (key, supplier) not in groups:
            documents = groups[key, supplier] = []
            rows.append(_supplier(line) | {table.rows: documents})
        groups[key, supplier].append(_document(line, table))
    return found


def _supplier(line: PortalTwoBLine) -> dict[str, Any]:
    row = {"ctin": line.supplier, "trdnm": line.supplier_name}
    if line.filed_on:
        row["supfildt"] = written(line.filed_on)
    if line.return_period:
        row["supprd"] = line.return_period.wire
    return row


def _document(line: PortalTwoBLine, table: Table) -> dict[str, Any]:
    row = _original(line, table) | (_bill(line) if table.is_import else {table.number: line.number})
    row[table.date] = written(line.date)
    if table.kind_key:
        row[table.kind_key] = table.letter(line.kind)
    if not table.invoice_type and not table.is_import:
        row |= _supply(line, table)
    if table.key != "isd":
        row["txval"] = rupees(line.taxable)
    row |= {
        head: value for head, value in line.tax.in_rupees().items() if not table.is_import or head in ("igst", "cess")
    }
    if not table.is_import:
        row["itcelg" if table.key == "isd" else "itcavl"] = line.itc_available
    return row


def _original(line: PortalTwoBLine, table: Table) -> dict[str, Any]:
    if line.original is None or not table.original_number:
        return {}
    row: dict[str, Any] = {
        table.original_number: line.original.number,
        table.original_date: written(line.original.date),
    }
    return row | ({table.original_kind: table.letter(line.kind)} if table.original_kind else {})


def _supply(line: PortalTwoBLine, table: Table) -> dict[str, Any]:
    row: dict[str, Any] = {"suptyp" if table.kind_key else "typ": _TYPES.get(line.invoice_type, line.invoice_type)}
    if line.value is not None:
        row["val"] = rupees(line.value)
    if line.pos is not None:
        row["pos"] = line.pos
    return row | {"rev": "Y" if line.reverse_charge else "N", "rsn": line.reason, "diffprcnt": 1}


def _bill(line: PortalTwoBLine) -> dict[str, Any]:
    number, port = bill_parts(line.number)
    row: dict[str, Any] = {"portcode": port, "boenum": number, "isamd": "Y" if line.amended else "N"}
    if line.reference_date:
        row["refdt"] = row["recdt"] = written(line.reference_date)
    return row
