"""The further sheets of a workbook: the summary with its sums, suppliers, GSTR-2B by section, what a supplier reported.

Imports the layout, the writer and the record; knows no IMS and no database.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import date

from ims_fsm.formats.workbooks.inward import STATUSES, InwardSheets, document_cells, heads, numbered
from ims_fsm.formats.workbooks.layout import Column
from ims_fsm.formats.workbooks.writer import Book, Sheet
from ims_fsm.record.record import Record
from ims_fsm.record.register import Match, MatchedClass
from ims_fsm.record.returns import Liability, TwoBLine
from ims_fsm.record.settling import LeftOut
from ims_fsm.terms.money import HEADS, TITLES
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Section

_TAX = tuple(Column(head, title, "money", 14) for head, title in zip(HEADS, TITLES, strict=True))
_COUNTS = tuple(Column(status, status, "number", 11) for status in STATUSES.values())
_DOCUMENT = (
    Column("record", "Record", "number", 9),
    Column("kind", "Document", "text", 18),
    Column("number", "Number", "text", 20),
    Column("date", "Date", "date", 12),
    Column("supplier", "Supplier", "text", 18),
    Column("supplier_name", "Name", "text", 26),
)
SUMMARY = (
    Column("sheet", "Sheet", "text", 14),
    Column("records", "Records", "number", 10),
    *_COUNTS,
    Column("itc", "Your ITC as chosen", "money", 18),
    Column("added_back", "Suppliers' liability as chosen", "money", 18),
)
SUPPLIERS = (
    Column("supplier", "GSTIN of supplier", "text", 18),
    Column("supplier_name", "Trade/Legal name", "text", 30),
    Column("records", "Records", "number", 10),
    *_COUNTS,
    Column("taxable", "Taxable value", "money", 17),
    *_TAX,
)
LINES = (
    *_DOCUMENT,
    *_TAX,
    Column("decision", "Decided as", "text", 16),
    Column("entry", "Entry", "text", 18),
    Column("counts", "In the total", "text", 10),
)
LEFT_OUT = (
    *_DOCUMENT,
    *_TAX,
    Column("why", "Why it is left out", "text", 60),
    Column("until", "Until", "text", 50),
    Column("rule", "Rule", "text", 16),
)
OUTWARD = (
    Column("recipient", "Recipient", "text", 18),
    *_DOCUMENT[:4],
    Column("form", "Form", "text", 10),
    Column("return_period", "Return period", "text", 10),
    Column("filing", "Filing status", "text", 10),
    Column("taxable", "Taxable value", "money", 17),
    *_TAX,
    Column("state", "Recipient's action", "text", 22),
    Column("remarks", "Their remarks", "text", 30),
)
LIABILITIES = (
    Column("recipient", "Recipient", "text", 18),
    Column("record", "Record", "number", 9),
    Column("supplier_period", "Your tax period", "text", 12),
    Column("recipient_period", "Their tax period", "text", 12),
    Column("at", "Since", "date", 12),
    *_TAX,
)

MATCH_SUMS = (
    Column("class", "Match", "text", 16),
    Column("count", "Count", "number", 10),
    Column("booked_taxable", "Taxable value", "money", 17, "In the purchase register"),
    *(tax._replace(name=f"booked_{tax.name}", group="In the purchase register") for tax in _TAX),
    Column("reported_taxable", "Taxable value", "money", 17, "As suppliers reported it"),
    *(tax._replace(name=f"reported_{tax.name}", group="As suppliers reported it") for tax in _TAX),
    Column("says", "What it means", "text", 80),
)
BOOKS_ONLY = (
    Column("booked", "Register document", "text", 10),
    Column("class", "Match", "text", 14),
    Column("supplier", "GSTIN of supplier", "text", 18),
    Column("kind", "Document", "text", 18),
    Column("number", "Number", "text", 20),
    Column("date", "Date", "date", 12),
    Column("days", "Age in days", "number", 10),
    Column("taxable", "Taxable value", "money", 17),
    *_TAX,
    Column("period", "Register of", "text", 10),
    Column("place", "Stands at", "text", 24),
)

_CHOSEN = {
    "itc": (("Accepted", "itc_accepted"), ("No Action", "itc_alone")),
    "added_back": (("Rejected", "added_back"),),
}


def write_summary(sheet: Sheet, inward: InwardSheets) -> None:
    """Write for each sheet of records how many stand where, and what the actions in it come to.

    The sums are formulas over what is chosen in the sheets, so that they follow it while it is filled in.
    """
    parts = [part for part in inward.by_section.values() if part.rows]
    for row, part in enumerate(parts):
        sheet.write({"sheet": part.title})
        for name, formula in _sums(part).items():
            sheet.formula(name, formula, inward.sums[part.title][name], row)
    if parts:
        sheet.write({"sheet": "In all"})
        for column in SUMMARY[1:]:
            total = sum(inward.sums[part.title][column.name] for part in parts)
            sheet.formula(column.name, f"=SUM({sheet.range_of(column.name, len(parts))})", total, len(parts))


def _sums(part: Sheet) -> dict[str, str]:
    status = f"'{part.title}'!{part.range_of('status')}"
    formulas = {"records": f"=ROWS({status})"}
    formulas |= {word: f'=COUNTIF({status},"{word}")' for word in STATUSES.values()}
    for name, terms in _CHOSEN.items():
        sums = (f"SUMIF({status},\"{word}\",'{part.title}'!{part.range_of(column)})" for word, column in terms)
        formulas[name] = f"={'+'.join(sums)}"
    return formulas


class SupplierSums:
    """What a recipient has of each supplier: records by status, and amounts in paise."""

    def __init__(self) -> None:
        """Begin with none."""
        self._names: dict[str, str] = {}
        self._sums: dict[str, array[int]] = {}

    def add(self, record: Record) -> None:
        """Count a record."""
        document = record.document
        # Eight bytes a figure: there may be as many suppliers as records.
        sums = self._sums.setdefault(document.supplier, array("q", bytes(8 * len(SUPPLIERS[2:]))))
        self._names[document.supplier] = document.supplier_name or self._names.get(document.supplier, "")
        status, sign = STATUSES.get(record.state), document.kind.sign
        tax = {head: amount * sign for head, amount in zip(HEADS, document.tax, strict=True)}
        figures = {"records": 1, "taxable": document.taxable * sign, **tax}
        for at, column in enumerate(SUPPLIERS[2:]):
            sums[at] += figures.get(column.name, int(column.name == status))

    def write(self, sheet: Sheet) -> None:
        """Write a row for each supplier, by GSTIN."""
        for supplier, sums in sorted(self._sums.items()):
            figures = dict(zip((column.name for column in SUPPLIERS[2:]), sums, strict=True))
            sheet.write({"supplier": supplier or "overseas", "supplier_name": self._names[supplier], **figures})


def write_two_b(
    book: Book, period: TaxPeriod, lines: Iterable[tuple[TwoBLine, Record]], left: Iterable[LeftOut]
) -> None:
    """Write the lines of a GSTR-2B, a sheet for each section, and what it leaves out, with the reason."""
    sheets = {section: book.sheet(f"2B {section.in_words}", LINES, 3) for section in Section}
    for section, sheet in sheets.items():
        sheet.begin(f"GSTR-2B of {period}: {section.in_words}")
    for line, record in lines:
        sheets[Section(line.section)].write({
            **document_cells(record),
            **heads(line.tax),
            "decision": line.decision.replace("_", " "),
            "entry": line.entry.replace("_", " "),
            "counts": "Yes" if line.counts else "No",
        })  # fmt: skip
    out = book.sheet("2B left out", LEFT_OUT, 3)
    out.begin(f"GSTR-2B of {period}: what it leaves out as the actions stand now")
    for entry in left:
        out.write({**document_cells(entry.record), "why": entry.why, "until": entry.until, "rule": entry.rule})


def write_match_sums(sheet: Sheet, classes: Iterable[MatchedClass]) -> None:
    """Write what each class of a matching adds up to; credit notes count with a minus."""
    sums: dict[str, int] = {}
    for of in classes:
        figures = {
            "count": of.count,
            "booked_taxable": of.booked_taxable,
            "reported_taxable": of.reported_taxable,
            **{f"booked_{head}": amount for head, amount in zip(HEADS, of.booked_tax, strict=True)},
            **{f"reported_{head}": amount for head, amount in zip(HEADS, of.reported_tax, strict=True)},
        }
        sums = {name: sums.get(name, 0) + amount for name, amount in figures.items()}
        sheet.write({"class": of.name, "says": of.says, **figures})
    if sums:
        sheet.write({"class": "In all", **sums})


def write_books_only(sheet: Sheet, alone: Iterable[Match], today: date) -> None:
    """Write the documents of the register that no record is paired with, with their age on a day."""
    for of in alone:
        document = of.document
        if document is not None:
            sheet.write({
                "booked": numbered(document.id),
                "class": of.class_name,
                "supplier": document.supplier,
                "kind": document.kind.replace("_", " "),
                "number": document.number,
                "date": document.date,
                "days": (today - document.date).days,
                "taxable": document.taxable,
                **heads(document.tax),
                "period": document.period,
                "place": document.place,
            })  # fmt: skip


def write_outward(book: Book, heading: str, outward: Iterable[Record]) -> None:
    """Write what a supplier has reported, with what its recipients did (FAQ 18)."""
    sheet = book.sheet("Outward", OUTWARD, 3)
    sheet.begin(f"Outward: {heading}", "What you have reported as a supplier, and what the recipients did with it.")
    for record in outward:
        sheet.write({**document_cells(record), "remarks": record.remarks})


def write_liabilities(book: Book, heading: str, liabilities: Iterable[Liability]) -> None:
    """Write the liability that was added back to a supplier (FAQ 34)."""
    sheet = book.sheet("Liabilities", LIABILITIES, 2)
    sheet.begin(f"Liabilities: {heading}", "Added back to you because recipients rejected, and filed GSTR-3B (faq.34).")
    for liability in liabilities:
        sheet.write({
            "recipient": liability.recipient,
            "record": liability.record_id,
            "supplier_period": liability.supplier_period,
            "recipient_period": liability.recipient_period,
            "at": in_india(liability.at).date(),
            **heads(liability.tax),
        })  # fmt: skip
