"""A table of unknown originals (CSV): which amendments, how their originals were decided, and with what tax.

Reads only, as strictly as any table is. Columns: id, or number and supplier; decided (accepted or rejected); igst,
cgst, sgst, cess of the original under "original igst" …, in rupees. A row that is not decided is left out; other
columns are passed over, so that what `list --csv` gives can be filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.table import csv_rows
from ims_fsm.record.originals import StatedOriginal
from ims_fsm.terms.border import checked_gstin
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.spelling import folded, meant
from ims_fsm.terms.vocabulary import Disposition

COLUMNS = ("id", "number", "supplier", "decided", *(f"original_{head}" for head in HEADS))
_DECIDED = {str(word): word for word in (Disposition.ACCEPTED, Disposition.REJECTED, Disposition.DEEMED_ACCEPTED)}


def read_originals(data: bytes, where: str) -> tuple[StatedOriginal, ...]:
    """Return what a table states, row by row; raises `InputError` with every problem, or where it states nothing."""
    findings = Findings(where)
    rows = list(_rows(data, findings))
    stated = [statement for place, cells in rows if (statement := _stated(place, cells, findings))]
    findings.raise_problems()
    if not stated:
        raise InputError(where, [Problem("the file", "states nothing", f"use the columns {', '.join(COLUMNS)}")])
    return tuple(stated)


def _rows(data: bytes, findings: Findings) -> Iterator[tuple[str, Mapping[str, str]]]:
    titles: list[str] = []
    for row in csv_rows(data, findings):
        if not titles:
            titles = [folded(title) for title in row.header.titles]
            if "decided" not in titles or not {"id", "number"} & {*titles}:
                findings.refuse(row.header.place, "does not name its columns", f"use {', '.join(COLUMNS)}")
                return
        # Blank cells may stand behind the last column.
        cells = zip(titles, row.cells, strict=False)
        yield row.place, {title: str(cell).strip().removeprefix("'") for title, cell in cells}


def _stated(place: str, cells: Mapping[str, str], findings: Findings) -> StatedOriginal | None:
    if not cells["decided"]:
        return None
    record_id = cells.get("id", "")
    amounts = {head: amount for head in HEADS if (amount := cells.get(f"original_{head}", ""))}
    try:
        return StatedOriginal(
            disposition=meant(cells["decided"], _DECIDED),
            record_id=_number(record_id) if record_id else None,
            supplier=checked_gstin(cells["supplier"]) if cells.get("supplier") and not record_id else None,
            number=cells.get("number") or None if not record_id else None,
            tax=Heads.from_rupees(amounts) if amounts else None,
            place=place,
        ).checked()
    except ValueError as error:
        findings.refuse_value(place, error)
    except InputError as error:
        for problem in error.problems:
            findings.refuse(place, problem.what, problem.remedy)
    return None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is not the id of a record; write the number that list shows")
    return int(text)
