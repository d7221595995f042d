"""The sheet of matches: a row for each pair and for what is alone, with what both sides have and how they differ.

Imports the layout, the writer and the record; knows no IMS and no database.
"""

from __future__ import annotations

from collections.abc import Iterable

from ims_fsm.formats.workbooks.inward import heads
from ims_fsm.formats.workbooks.layout import Column
from ims_fsm.formats.workbooks.writer import Cell, Sheet
from ims_fsm.record.record import Record
from ims_fsm.record.register import Match, RegisterDocument
from ims_fsm.terms.money import HEADS, TITLES

_BOOKED, _REPORTED, _OFF = (
    "In the purchase register",
    "As the supplier reported it",
    "The register's less the supplier's",
)


def _amounts(prefix: str, group: str) -> tuple[Column, ...]:
    taxes = (Column(f"{prefix}{head}", title, "money", 14, group) for head, title in zip(HEADS, TITLES, strict=True))
    return (Column(f"{prefix}taxable", "Taxable value", "money", 17, group), *taxes)


def _document(prefix: str, group: str, number: str) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}id", number, "number", 10, group),
        Column(f"{prefix}supplier", "GSTIN of supplier", "text", 18, group),
        Column(f"{prefix}kind", "Document", "text", 16, group),
        Column(f"{prefix}number", "Number", "text", 20, group),
        Column(f"{prefix}date", "Date", "date", 12, group),
        *_amounts(prefix, group),
    )


MATCHES = (
    Column("class", "Match", "text", 14),
    Column("rule", "Rule", "text", 30),
    *_document("booked_", _BOOKED, "Document"),
    Column("place", "Stands at", "text", 24, _BOOKED),
    *_document("reported_", _REPORTED, "Record"),
    Column("state", "Stands", "text", 14, _REPORTED),
    *_amounts("off_", _OFF),
    Column("off_days", "Days", "number", 8, _OFF),
)


def write_matches(sheet: Sheet, matches: Iterable[Match]) -> None:
    """Write a row for each match; amounts have no sign, and a difference stands for a pair alone."""
    for of in matches:
        cells: dict[str, Cell] = {"class": of.class_name, "rule": of.rule}
        if of.document is not None:
            cells |= {**_booked(of.document), "place": of.document.place}
        if of.record is not None:
            cells |= {**_reported(of.record), "state": of.record.state.replace("_", " ")}
        if of.document is not None and of.record is not None:
            cells |= {
                "off_taxable": of.taxable_off or None,
                **heads(of.tax_off, "off_"),
                "off_days": of.days_off or None,
            }
        sheet.write(cells)


def _booked(document: RegisterDocument) -> dict[str, Cell]:
    return {
        "booked_id": document.id,
        "booked_supplier": document.supplier,
        "booked_kind": document.kind.in_words,
        "booked_number": document.number,
        "booked_date": document.date,
        "booked_taxable": document.taxable,
        **heads(document.tax, "booked_"),
    }


def _reported(record: Record) -> dict[str, Cell]:
    document = record.document
    return {
        "reported_id": record.id,
        "reported_supplier": document.supplier,
        "reported_kind": document.kind.in_words,
        "reported_number": document.number,
        "reported_date": document.date,
        "reported_taxable": document.taxable,
        **heads(document.tax, "reported_"),
    }
