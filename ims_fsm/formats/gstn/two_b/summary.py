"""The summaries of a GSTR-2B: credit by block and table, and documents by supplier, summed from its lines.

Sums only; reads and writes no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ims_fsm.formats.gstn.bills import bill_parts
from ims_fsm.formats.gstn.two_b.line import PortalTwoBLine
from ims_fsm.formats.gstn.two_b.tables import Table, table_of
from ims_fsm.formats.gstn.values import written
from ims_fsm.terms.money import NIL, Heads, rupees
from ims_fsm.terms.vocabulary import Kind, Section

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
        found = {place: heads for place, heads in leaves.items() if place[0] is section}
        extra = {group: tuple(key for _, of, key in found if of == group) for _, group, _ in found}
        summary[block] = {
            group: _group(
                {key: found.get((section, group, key), NIL) for key in (*groups.get(group, ()), *extra.get(group, ()))}
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
            key = table.amended_key if line.amended and not table.is_import else table.key
            groups[key][tuple(_supplier(line, table).items())].append(line)
    return {key: [dict(named) | _sums(found) for named, found in rows.items()] for key, rows in groups.items()}


def _supplier(line: PortalTwoBLine, table: Table) -> dict[str, str]:
    row = {"ctin": line.supplier, "trdnm": line.supplier_name}
    if table.is_import:
        return row | {"portcode": bill_parts(line.number)[1]}
    if line.return_period:
        row["supprd"] = line.return_period.wire
    if line.filed_on:
        row["supfildt"] = written(line.filed_on)
    letter = {"cdnr": "nttyp", "isd": "doctyp"}.get(table.key)
    return row | ({letter: table.letter(line.kind)} if letter else {})


def _sums(lines: Sequence[PortalTwoBLine]) -> dict[str, Any]:
    tax = sum((line.tax for line in lines), NIL)
    return {"ttldocs": len(lines), "txval": rupees(sum(line.taxable for line in lines)), **tax.in_rupees()}
