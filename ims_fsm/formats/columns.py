"""The columns of a table of proposed actions, read from CSV or JSON under any of the names in use.

Knows rows and columns, not what an action is; imports the errors only.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from ims_fsm.errors import InputError, Problem

_NAMES = {
    "id": "id",
    "record_id": "id",
    "supplier": "supplier",
    "supplier_gstin": "supplier",
    "gstin_of_supplier": "supplier",
    "stin": "supplier",
    "number": "number",
    "document_number": "number",
    "kind": "kind",
    "document_type": "kind",
    "action": "action",
    "user_action": "action",
    "remarks": "remarks",
    "reduce_itc": "reduce_itc",
}
COLUMNS = "id, supplier, number, kind, action, remarks, reduce_itc"


def worded(text: str) -> str:
    """Return a name or word as it is looked up.

    >>> worded(" User Action")
    'user_action'
    """
    return text.strip().lower().replace(" ", "_").replace("-", "_")


def csv_rows(data: bytes, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the rows of a CSV table (comma, semicolon or tab; UTF-8) by column, each with its line.

    Raises `InputError` for what is no table, for an unknown column, and where no column names a record.
    """
    text = _decoded(data, where)
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = _named(next(reader, []), where)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[len(names) :]):
                what = f"has {len(cells)} cells and the table {len(names)} columns"
                raise InputError(where, [Problem(f"line {reader.line_num}", what, "put text with a comma in quotes")])
            yield f"line {reader.line_num}", dict(zip(names, cells, strict=False))
    except csv.Error as error:
        problem = Problem(f"line {reader.line_num}", f"is no line of a table ({error})", "save the table as CSV again")
        raise InputError(where, [problem]) from error


def _decoded(data: bytes, where: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise InputError(where, [Problem("the file", "is an archive or a workbook", "save its table as CSV")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        remedy = "save it as CSV or JSON in UTF-8"
        raise InputError(where, [Problem(f"byte {error.start}", "is no text in UTF-8", remedy)]) from error


def json_rows(tree: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the rows of parsed JSON, a list of objects or one under "actions", each with its place.

    Raises `InputError` as `csv_rows` does.
    """
    rows = tree.get("actions") if isinstance(tree, dict) else tree
    if not isinstance(rows, list):
        what = "holds neither a list of actions nor an upload for the portal"
        raise InputError(where, [Problem("the file", what, f"give a list of objects with {COLUMNS}")])
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InputError(where, [Problem(f"[{index}]", "is no object", f"give an object with {COLUMNS}")])
        yield f"[{index}]", dict(zip(_named(list(row), where), row.values(), strict=True))


def _named(header: list[str], where: str) -> list[str]:
    names = [_NAMES.get(worded(name), "") for name in header]
    problems = [
        Problem("the columns", f"{name.strip()!r} is no column here", f"use {COLUMNS}")
        for name, known in zip(header, names, strict=True)
        if not known and name.strip()
    ]
    problems += [
        Problem("the columns", f"{name} stands twice", "keep one of them")
        for name in dict.fromkeys(names)
        if name and names.count(name) > 1
    ]
    if not problems and not {"id", "number"} & {*names}:
        problems = [Problem("the columns", "none of them names a record", f"use {COLUMNS}")]
    if problems:
        raise InputError(where, problems)
    return names
