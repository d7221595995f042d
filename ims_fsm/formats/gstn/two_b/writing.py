"""Writes a GSTR-2B in the portal's newest shape: documents by supplier, the rejected apart, and the summaries.

Decides nothing: every figure of the summaries (credit by block and table, documents by supplier) is a sum of the lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.sections import bill_parts
from ims_fsm.formats.gstn.two_b.statement import PortalTwoB, PortalTwoBLine, Table, table_of
from ims_fsm.formats.gstn.values import written
from ims_fsm.terms.money import NIL, Heads, rupees
from ims_fsm.terms.vocabulary import Kind, Section

_TYPES = {"SEWP": "SEZWP", "SEWOP": "SEZWOP"}
_REVERSED = "itcrev"
_SUPPLIES = ("b2b", "b2ba", "cdnr", "cdnra")
_FULL = {
    "nonrevsup": (*_SUPPLIES, "ecom", "ecoma"),
    "isdsup": ("isd", "isda"),
    "revsup": _SUPPLIES,
    "imports": ("impg", "impgsez", "impga", "impgasez"),
    "othersup": ("cdnr", "cdnra", "cdnrrev", "cdnrarev", "isd", "isda"),
}
_REVERSAL = {group: keys for group, keys in (_FULL | {"nonrevsup": _SUPPLIES}).items() if group != "revsup"}
_BLOCKS = {
    Section.ITC_AVAILABLE: ("itcavl", _FULL),
    Section.ITC_NOT_AVAILABLE: ("itcunavl", _FULL),
    Section.ITC_REVERSED: ("itcrev", _REVERSAL),
    Section.ITC_REJECTED: ("itcRejected", _FULL),
}


def dump_two_b(two_b: PortalTwoB) -> str:
    """Return the statement as the text of the portal's file."""
    return dumps(write_two_b(two_b), indent=1) + "\n"


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
    written_rows: dict[str, list[dict[str, Any]]] = {}
    groups: dict[tuple[str, tuple[Any, ...]], list[dict[str, Any]]] = {}
    for line in lines:
        table = table_of(line)
        key = _key(line, table)
        rows = written_rows.setdefault(key, [])
        if not table.rows:
            rows.append(_document(line, table))
            continue
        supplier = (line.supplier, line.supplier_name, line.filed_on, line.return_period)
        if (key, supplier) not in groups:
            documents = groups[key, supplier] = []
            rows.append(_supplier(line) | {table.rows: documents})
        groups[key, supplier].append(_document(line, table))
    return written_rows


def _key(line: PortalTwoBLine, table: Table) -> str:
    return table.amended_key if line.amended and not table.is_import else table.key


def _supplier(line: PortalTwoBLine) -> dict[str, str]:
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


def credit_summary(lines: Sequence[PortalTwoBLine]) -> dict[str, Any]:
    """Return `itcsumm`: the credit of each block, group and table in rupees.

    Credit notes stand in a group of their own as what they take away, without sign.
    """
    leaves: dict[tuple[Section, str, str], Heads] = defaultdict(lambda: NIL)
    for line in lines:
        table = table_of(line)
        group, key = _leaf(line, table)
        credit = -line.credit if line.kind is Kind.CREDIT_NOTE else line.credit
        leaves[line.section, group, key] += credit
    summary: dict[str, Any] = {}
    for section, (block, groups) in _BLOCKS.items():
        places = [place for place in leaves if place[0] is section]
        extra = {group: tuple(key for _, of, key in places if of == group) for _, group, _ in places}
        summary[block] = {
            group: _group(
                {key: leaves.get((section, group, key), NIL) for key in (*groups.get(group, ()), *extra.get(group, ()))}
            )
            for group in dict.fromkeys((*groups, *extra))
        }
    return summary


def _leaf(line: PortalTwoBLine, table: Table) -> tuple[str, str]:
    key = table.amended_key if line.amended else table.key
    if line.kind is Kind.CREDIT_NOTE:
        return "othersup", f"{key}rev" if line.reverse_charge and table.key == "cdnr" else key
    if table.is_import:
        return "imports", key
    if table.key == "isd":
        return "isdsup", key
    return "revsup" if line.reverse_charge and line.section is not Section.ITC_REVERSED else "nonrevsup", key


def _group(leaves: dict[str, Heads]) -> dict[str, Any]:
    total = sum(leaves.values(), NIL)
    return {**total.in_rupees(), **{key: heads.in_rupees() for key, heads in leaves.items()}}


def supplier_summary(lines: Iterable[PortalTwoBLine]) -> dict[str, list[dict[str, Any]]]:
    """Return `cpsumm`: for each table and supplier (and period, type or port) how many documents, and their sums."""
    groups: dict[str, dict[tuple[Any, ...], list[PortalTwoBLine]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        table = table_of(line)
        if table.rows:
            groups[_key(line, table)][tuple(_of_supplier(line, table).items())].append(line)
    return {key: [dict(whose) | _sums(theirs) for whose, theirs in rows.items()] for key, rows in groups.items()}


def _of_supplier(line: PortalTwoBLine, table: Table) -> dict[str, str]:
    if table.is_import:
        return {"ctin": line.supplier, "trdnm": line.supplier_name, "portcode": bill_parts(line.number)[1]}
    letter = {"cdnr": "nttyp", "isd": "doctyp"}.get(table.key)
    return _supplier(line) | ({letter: table.letter(line.kind)} if letter else {})


def _sums(lines: Sequence[PortalTwoBLine]) -> dict[str, Any]:
    tax = sum((line.tax for line in lines), NIL)
    return {"ttldocs": len(lines), "txval": rupees(sum(line.taxable for line in lines)), **tax.in_rupees()}
