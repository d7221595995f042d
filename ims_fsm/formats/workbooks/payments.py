"""The payments to hold as a workbook (.xlsx): the table of `formats.payments`, in its one sheet.

Imports the writer; a row at a time, so that memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import BinaryIO

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.payments import COLUMNS, cells_of
from ims_fsm.formats.workbooks.writer import MOST_ROWS, writing
from ims_fsm.record.chasing import HeldPayment

_WIDE = 18


def write_payments(out: BinaryIO, payments: Iterable[HeldPayment], made_at: datetime) -> int:
    """Write payments into a file that is open for bytes; returns how many. Raises `InputError` for too many."""
    with writing(out, made_at, "Payments to hold") as book:
        sheet = book.workbook.add_worksheet("payments to hold")
        sheet.set_column(0, len(COLUMNS) - 1, _WIDE)
        sheet.freeze_panes(1, 2)
        for at, title in enumerate(COLUMNS):
            sheet.write_string(0, at, title)
        row = 0
        for row, payment in enumerate(payments, 1):
            if row > MOST_ROWS:
                what = f"would have more than {MOST_ROWS:,} rows"
                raise InputError("workbook", [Problem("payments to hold", what, "narrow them, or write CSV")])
            for at, cell in enumerate(cells_of(payment)):
                if isinstance(cell, int):
                    sheet.write_number(row, at, cell / 100, book.money(cell))
                elif isinstance(cell, date):
                    sheet.write_datetime(row, at, datetime(cell.year, cell.month, cell.day), book.formats["date"])  # noqa: DTZ001 -- a day has no time zone
                elif cell:
                    sheet.write_string(row, at, cell)
        sheet.autofilter(0, 0, max(row, 1), len(COLUMNS) - 1)
    return row
