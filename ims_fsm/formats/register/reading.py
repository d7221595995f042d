"""Reads a purchase register, a CSV table or a workbook, into documents; raises every row that cannot be read at once.

Knows no record and no store. Lines of one document, one for each rate of tax, are added up.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import add
from pathlib import Path
from typing import Any, TypeVar

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.cells import BLANK, Cells, gstin_of, number_of
from ims_fsm.formats.columns import cleaned, word_of
from ims_fsm.formats.content import content_of
from ims_fsm.formats.gstn.download import Source, named
from ims_fsm.formats.gstn.row import Findings, digit_holds
from ims_fsm.formats.gstn.values import shown
from ims_fsm.formats.register.layout import WANTED, Layout, fits, layout_with
from ims_fsm.formats.register.sample import LARGEST, RegisterSample, TitlesError, sample_of
from ims_fsm.formats.register.values import amount_of, day_of
from ims_fsm.formats.table import Header, TableRow, csv_rows
from ims_fsm.formats.workbooks.reader import BEGINNINGS, workbook_rows
from ims_fsm.law.matching import written
from ims_fsm.law.overlay import Overlay
from ims_fsm.record.register import Booked, PurchaseRegister
from ims_fsm.terms.border import checked_path
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Kind

#: What a register may hold: lines of CSV. A workbook has its own limits.
MOST_LINES = 1_200_000
NO_GSTIN, NO_DOCUMENT = (
    "of suppliers without a GSTIN, whose documents are not in IMS",
    "that are no document, like totals",
)
_MONEY = ("taxable", *HEADS)
# As programs write it, within the digits that an amount may have.
_PLAIN = re.compile(r"[0-9]{1,12}\.[0-9]{2}")
_TOTALS = frozenset({"total", "grandtotal", "subtotal", "totals", "closingbalance"})
# So many different texts of a column are remembered with what they are read as.
_TEXTS = 20_000
_Key = tuple[str, str, Kind | None, str, date]
Value = TypeVar("Value")


def read_register(
    source: Source,
    where: str | None = None,
    *,
    layout: Path | Overlay | None = None,
    layouts: Iterable[Overlay] = (),
) -> PurchaseRegister:
    """Read a purchase register: a path, an open file or its bytes; `where` names it in errors.

    `layout` names titles of columns beside the known ones; without it that of `layouts` is taken of which the register
    has most titles, and all. Raises `InputError` with every row that cannot be read and its place, and where it has no
    document (`TitlesError` where its titles do not say what they are); `DeclarationError` for a layout that cannot be
    used.
    """
    laid = layout if isinstance(layout, Overlay | None) else Overlay.of(checked_path("layout", layout))
    name, file = named(source, where)
    data = content_of(file, name, LARGEST)
    if laid is None and (kept := [*layouts]):
        laid = _fitting(sample_of(data, name), kept)
    titles, findings = layout_with(laid), Findings(name)
    if data.startswith(BEGINNINGS):
        rows = workbook_rows(data, findings, titles)
    else:
        rows = csv_rows(data, findings, begins=titles.begins, most=MOST_LINES)
    try:
        return replace(register_of(rows, findings, titles), layout=laid)
    except InputError as error:
        sample = sample_of(data, name)
        if sample is not None and (lacking := sample.lacking(titles)):
            raise _unknown(name, sample, lacking) from error
        raise


def _fitting(sample: RegisterSample | None, layouts: Sequence[Overlay]) -> Overlay | None:
    """Return the layout all of whose columns the register has; of several the one that names most."""
    many = {layout: 0 if sample is None else fits(layout, sample.titles) for layout in layouts}
    best = max(layouts, key=many.__getitem__)
    return best if many[best] else None


def _unknown(name: str, sample: RegisterSample, lacking: Sequence[str]) -> TitlesError:
    titles = ", ".join(shown(cleaned(title)) for title in sample.titles if title.strip())
    what = f"has the titles {titles}, and none says {', '.join(lacking)}"
    return TitlesError(
        name, [Problem("the file", what, 'name them in a layout, and keep it: change_setting("layout", …)')]
    )


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

    def __init__(self, number: str, place: str, sums: tuple[int, ...]) -> None:
        self.number, self.place, self.lines, self.sums = number, place, 1, sums

    def add(self, amounts: tuple[int, ...]) -> None:
        """Add a line."""
        self.lines += 1
        self.sums = tuple(map(add, self.sums, amounts))


class _Reading:
    """The rows of a register as they go by."""

    def __init__(self, findings: Findings, layout: Layout) -> None:
        self._findings, self._layout = findings, layout
        self.headers: dict[Header, Mapping[str, int]] = {}
        self.passed_over: Counter[str] = Counter()
        self._groups: dict[_Key, _Group] = {}
        # What texts were read as, by column.
        self._before: dict[str, dict[str, Any]] = defaultdict(dict)

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
        supplier, recipient = self._read(cells, "supplier", gstin_of, ""), self._read(cells, "recipient", gstin_of, "")
        number, at, kind = cells.read("number", number_of, ""), self._day(cells), self._kind(cells)
        amounts = tuple([_amount_in(cells, name) for name in _MONEY])
        if self._findings.refused > refused or at is None:
            return
        if supplier and not digit_holds(supplier):
            self._findings.warn_of_check_digit(cells.at("supplier"), supplier)
        key = (recipient, supplier, kind, written(number), at)
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = _Group(number, cells.row.place, amounts)
        else:
            group.add(amounts)

    def _read(self, cells: Cells, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """Return a cell read by `reader`; the same text in the same column is read once, where nothing is wrong."""
        column = cells.columns.get(name)
        if column is None:
            return default
        text = cells.row.cells[column]
        before = self._before[name]
        if type(text) is str and text in before:
            again: Value = before[text]
            return again
        refused = self._findings.refused
        value = cells.read(name, reader, default)
        if self._findings.refused == refused and type(text) is str and len(before) < _TEXTS:
            before[text] = value
        return value

    def _day(self, cells: Cells) -> date | None:
        value = cells.value("date")
        if isinstance(value, date):
            return value
        if _is_blank(value):
            if "date" in cells.columns:
                cells.refuse("date", "the document has no date", "write it like 05-10-2024")
            return None
        return self._read(cells, "date", day_of, None)

    def _kind(self, cells: Cells) -> Kind | None:
        kind = self._read(cells, "kind", self._kind_of, None)
        return self._read(cells, "voucher", self._voucher_of, None) if kind is None else kind

    def _voucher_of(self, text: str) -> Kind | None:
        word = word_of(text)
        return next((kind for name, kind in self._layout.vouchers.items() if name in word), None)

    def _kind_of(self, text: str) -> Kind:
        kind = self._layout.kinds.get(word_of(text))
        if kind is None:
            what = "is not a kind of document; write Invoice, Debit note, Credit note or Bill of entry"
            raise ValueError(f"{shown(text)} {what}")
        return kind

    def documents(self) -> Iterator[Booked]:
        """Give the documents, and forget each; one without a word for its kind is a credit note where it is negative.

        What is wrong is kept in the findings before the first is given.
        """
        for key, group in self._groups.items():
            self._look(key, group)
        if self._findings.refused:
            return
        for key in [*self._groups]:
            recipient, supplier, _, _, at = key
            of, group = _kind_of(key, self._groups[key]), self._groups.pop(key)
            taxable, igst, cgst, sgst, cess = map(abs, group.sums)
            amounts = (taxable, igst, cgst, sgst, cess)
            yield Booked(recipient, supplier, of, group.number, at, *amounts, group.place, group.lines)

    def _look(self, key: _Key, group: _Group) -> None:
        least, most = min(group.sums), max(group.sums)
        recipient, supplier, kind, number, at = key
        if least < 0 and (most > 0 or kind not in {None, Kind.CREDIT_NOTE}):
            what = f"{shown(group.number)} comes to amounts below zero"
            self._findings.refuse(group.place, what, "write a credit note as one, and its amounts with one sign")
        elif kind is None:
            other = self._groups.get((recipient, supplier, _kind_of(key, group), number, at))
            if other is not None:
                what = f"{shown(group.number)} is the document of {other.place} with another word for its kind"
                self._findings.refuse(group.place, what, "write the kind in all of its lines alike")


def _kind_of(key: _Key, group: _Group) -> Kind:
    return key[2] or (Kind.CREDIT_NOTE if min(group.sums) < 0 else Kind.INVOICE)


def _is_blank(value: object) -> bool:
    if type(value) is str and value[:1].isalnum():
        return False
    return value in BLANK or (isinstance(value, str) and not cleaned(value).strip("-'"))


def _is_total(row: TableRow) -> bool:
    return any(isinstance(cell, str) and word_of(cell) in _TOTALS for cell in row.cells)


def _amount_in(cells: Cells, name: str) -> int:
    """Return an amount of a row in paise, with its sign; a blank one is nothing."""
    column = cells.columns.get(name)
    value = None if column is None else cells.row.cells[column]
    if value in BLANK:
        return 0
    if type(value) is str and _PLAIN.fullmatch(value):
        return int(value.replace(".", ""))
    try:
        return amount_of(value)
    except ValueError as error:
        cells.findings.refuse_value(cells.at(name), error)
        return 0
