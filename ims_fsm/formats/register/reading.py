"""Reads a purchase register, a CSV table or a workbook, into documents; raises every row that cannot be read at once.

Knows no record and no store. Lines of one document, one for each rate of tax, are added up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.cells import BLANK, Cells, gstin_of, number_of
from ims_fsm.formats.columns import cleaned, word_of
from ims_fsm.formats.content import content_of
from ims_fsm.formats.gstn.download import Source, named
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.gstn.values import day as portal_day
from ims_fsm.formats.gstn.values import shown
from ims_fsm.formats.register.layout import WANTED, Layout, layout_with
from ims_fsm.formats.table import Header, TableRow, csv_rows
from ims_fsm.formats.workbooks.reader import BEGINNINGS, workbook_rows
from ims_fsm.law.matching import written
from ims_fsm.law.overlay import Overlay
from ims_fsm.record.register import Booked, PurchaseRegister
from ims_fsm.terms.border import checked_path
from ims_fsm.terms.money import HEADS, paise
from ims_fsm.terms.vocabulary import Kind

#: What a register may hold: lines of CSV, bytes. A workbook has its own limits.
MOST_LINES, LARGEST = 1_200_000, 256 << 20
NO_GSTIN, NO_DOCUMENT = (
    "of suppliers without a GSTIN, whose documents are not in IMS",
    "that are no document, like totals",
)
_MONEY = ("taxable", *HEADS)
_WRITTEN = re.compile(
    r"(\(-\)|[-+(]?)\s*(?:₹|rs\.?|inr)?\s*([0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)\)?\s*(dr|cr)?\.?", re.IGNORECASE
)
_NOTHING = frozenset({"-", "\N{EN DASH}", "\N{EM DASH}", "--"})
_DAYS = ("%d-%b-%Y", "%d-%b-%y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%d-%B-%Y")
_TOTALS = frozenset({"total", "grandtotal", "subtotal", "totals", "closingbalance"})
# A spreadsheet keeps a sum like 0.1 + 0.2 a little off; more than that is another amount.
_NEAR = 1e-4
Key = tuple[str, str, Kind, str, date]


def read_register(source: Source, where: str | None = None, *, layout: Path | None = None) -> PurchaseRegister:
    """Read a purchase register: a path, an open file or its bytes; `where` names it in errors.

    `layout` is a file that names titles of columns beside the known ones. Raises `InputError` with every row that
    cannot be read and its place, and where it has no document; `DeclarationError` for a layout that cannot be used.
    """
    laid = None if layout is None else Overlay.of(checked_path("layout", layout))
    name, file = named(source, where)
    data = content_of(file, name, LARGEST)
    titles, findings = layout_with(laid), Findings(name)
    if data.startswith(BEGINNINGS):
        rows = workbook_rows(data, findings, titles)
    else:
        rows = csv_rows(data, findings, begins=titles.begins, most=MOST_LINES)
    return replace(register_of(rows, findings, titles), layout=laid)


def register_of(rows: Iterable[TableRow], findings: Findings, layout: Layout) -> PurchaseRegister:
    """Return the register that rows make, wherever they are from; raises `InputError` with all that is wrong."""
    reading = _Reading(findings, layout)
    for row in rows:
        reading.take(row)
    findings.raise_problems()
    documents = tuple(reading.documents())
    findings.raise_problems()
    if not documents:
        what = f"has no documents under titles that name {layout.names}"
        raise InputError(findings.where, [Problem("the file", what, f"give {WANTED}, or name its titles in a layout")])
    unread = dict.fromkeys(title for header in reading.headers for title in layout.unread(header))
    return PurchaseRegister(findings.where, documents, dict(reading.passed_over), tuple(unread), findings.warnings)


class _Group:
    """The lines of one document: their sums in paise, with signs, and where the first stands."""

    __slots__ = ("lines", "number", "place", "sums")

    def __init__(self, number: str, place: str) -> None:
        self.number, self.place, self.lines = number, place, 0
        self.sums = [0] * len(_MONEY)


class _Reading:
    """The rows of a register as they go by."""

    def __init__(self, findings: Findings, layout: Layout) -> None:
        self._findings, self._layout = findings, layout
        self.headers: dict[Header, Mapping[str, int]] = {}
        self.passed_over: Counter[str] = Counter()
        self._groups: dict[tuple[str, str, Kind | None, str, date], _Group] = {}

    def take(self, row: TableRow) -> None:
        """Add a row to its document; what is wrong with it is kept in the findings."""
        places = self.headers.get(row.header)
        if places is None:
            places = self.headers[row.header] = self._layout.places(row.header)
            for what, remedy in self._layout.problems(row.header):
                self._findings.refuse(row.header.place, what, remedy)
        cells = Cells(row, places, self._findings)
        supplier, number = cells.value("supplier"), cells.value("number")
        if _is_blank(supplier) or _is_blank(number):
            if _is_blank(number) and (_is_blank(supplier) or _is_total(row)):
                self.passed_over[NO_DOCUMENT] += 1
                return
            if _is_blank(supplier):
                if self._kind(cells) is Kind.BILL_OF_ENTRY:
                    self._add(cells)
                else:
                    self.passed_over[NO_GSTIN] += 1
                return
            cells.refuse("number", "the document has no number", "give the supplier's own number of it")
            return
        self._add(cells)

    def _add(self, cells: Cells) -> None:
        refused = self._findings.refused
        supplier, number = cells.read("supplier", gstin_of, ""), cells.read("number", number_of, "")
        recipient = cells.read("recipient", gstin_of, "")
        at, kind = self._day(cells), self._kind(cells)
        amounts = [_amount_in(cells, name) for name in _MONEY]
        if self._findings.refused > refused or at is None:
            return
        if supplier:
            self._findings.warn_of_check_digit(cells.at("supplier"), supplier)
        key = (recipient, supplier, kind, written(number), at)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(number, cells.row.place)
        group.lines += 1
        group.sums = [so_far + amount for so_far, amount in zip(group.sums, amounts, strict=True)]

    def _day(self, cells: Cells) -> date | None:
        value = cells.value("date")
        if isinstance(value, date):
            return value
        if _is_blank(value):
            if "date" in cells.columns:
                cells.refuse("date", "the document has no date", "write it like 05-10-2024")
            return None
        return cells.read("date", day_of, None)

    def _kind(self, cells: Cells) -> Kind | None:
        kind = cells.read("kind", self._kind_of, None)
        if kind is None and "voucher" in cells.columns:
            word = word_of(cells.text("voucher"))
            return next((kind for name, kind in self._layout.vouchers.items() if name in word), None)
        return kind

    def _kind_of(self, text: str) -> Kind:
        kind = self._layout.kinds.get(word_of(text))
        if kind is None:
            what = "is not a kind of document; write Invoice, Debit note, Credit note or Bill of entry"
            raise ValueError(f"{shown(text)} {what}")
        return kind

    def documents(self) -> Iterator[Booked]:
        """Give the documents; one without a word for its kind is an invoice, or a credit note where it is negative."""
        taken: dict[Key, str] = {}
        for (recipient, supplier, kind, key, at), group in self._groups.items():
            negative = any(amount < 0 for amount in group.sums)
            mixed = negative and any(amount > 0 for amount in group.sums)
            if mixed or (negative and kind not in {None, Kind.CREDIT_NOTE}):
                what = f"{shown(group.number)} comes to amounts below zero"
                self._findings.refuse(group.place, what, "write a credit note as one, and its amounts with one sign")
                continue
            of = kind or (Kind.CREDIT_NOTE if negative else Kind.INVOICE)
            whole = (recipient, supplier, of, key, at)
            if whole in taken:
                what = f"{shown(group.number)} is the document of {taken[whole]} with another word for its kind"
                self._findings.refuse(group.place, what, "write the kind in all of its lines alike")
                continue
            taken[whole] = group.place
            taxable, igst, cgst, sgst, cess = (abs(amount) for amount in group.sums)
            amounts = {"taxable": taxable, "igst": igst, "cgst": cgst, "sgst": sgst, "cess": cess}
            yield Booked(recipient, supplier, of, group.number, at, **amounts, place=group.place, lines=group.lines)


def _is_blank(value: object) -> bool:
    return value in BLANK or (isinstance(value, str) and not cleaned(value).strip("-'"))


def _is_total(row: TableRow) -> bool:
    return any(isinstance(cell, str) and word_of(cell) in _TOTALS for cell in row.cells)


def _amount_in(cells: Cells, name: str) -> int:
    """Return an amount of a row in paise, with its sign; a blank one is nothing."""
    value = cells.value(name)
    if value in BLANK:
        return 0
    try:
        return amount_of(value)
    except ValueError as error:
        cells.findings.refuse_value(cells.at(name), error)
        return 0


def amount_of(value: object) -> int:
    """Return an amount of rupees as paise: a number, or text like 1,09,880.00, (-)50 or 50.00 Dr.

    Raises `ValueError` for what is none, and for more than two decimals.

    >>> amount_of("1,09,880.00 Dr"), amount_of("(1,000.50)"), amount_of(18000.0)
    (10988000, -100050, 1800000)
    """
    if isinstance(value, str):
        return _of_text(value)
    if type(value) in (int, Decimal):
        return paise(str(value))
    if isinstance(value, float):
        cents = value * 100
        if abs(value) < 10**13 and abs(cents - round(cents)) < _NEAR:
            return round(cents)
        raise ValueError(f"{shown(value)} has more than two decimals; round it to paise")
    raise ValueError(f"{shown(value)} is not an amount; write rupees, like 18000.00")


@lru_cache(maxsize=65536)
def _of_text(text: str) -> int:
    plain = cleaned(text).lstrip("'")
    if not plain or plain in _NOTHING:
        return 0
    match = _WRITTEN.fullmatch(plain)
    if match is None:
        raise ValueError(f"{shown(text)} is not an amount; write rupees, like 18000.00")
    cents = paise(match[2].replace(",", ""))
    return -cents if match[1] in {"-", "(", "(-)"} or (match[3] or "").lower() == "cr" else cents


@lru_cache(maxsize=65536)
def day_of(text: str) -> date:
    """Return a day written 05-10-2024, 05/10/2024, 2024-10-05, 5-Oct-24 and the like; raises `ValueError` else.

    >>> day_of("5-Oct-24") == day_of("05/10/2024") == day_of("2024-10-05")
    True
    """
    plain = cleaned(text).lstrip("'").removesuffix(" 00:00:00")
    for reader in (portal_day, date.fromisoformat):
        try:
            return reader(plain)
        except ValueError:
            continue
    for form in _DAYS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 -- a day has no time zone
        except ValueError:
            continue
    raise ValueError(f"{shown(text)} is not a date; write it like 05-10-2024 or 2024-10-05")
