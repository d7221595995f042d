"""Reads a workbook (.xlsx, .xlsm) from the standard input and writes its rows as lines of JSON; a program of its own.

Imports nothing of the package: what a workbook does to the library that reads it must not end the process that asked.
Before that library sees it, its parts are looked at: how many, how large, and whether a cell is where none can be.
"""

from __future__ import annotations

import contextlib
import json
import posixpath
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

# What a workbook may hold: parts, bytes unpacked, bytes unpacked for each packed byte of a large part, sheets.
PARTS, UNPACKED, RATIO, LARGE, SHEETS = 2_000, 512 << 20, 200, 1 << 20, 100
# Of memory and of processor time while it is read: bytes, seconds.
MEMORY, SECONDS = 3 << 29, 120
_CHUNK, _OVERLAP = 1 << 20, 4_096
_INDEX, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_LARGEST_INDEX = 4 << 20
# A cell or a row beyond column BZ or row 199,999: the library makes room for all that lie between.
_FAR = re.compile(
    rb"""<(?:\w+:)?(?:c|row)\s[^<]*?\br\s*=\s*["'](?:[A-Z]{3,}\d+|[C-Z][A-Z]\d+|[A-Z]{0,2}0*(?:[2-9]\d{5}|\d{7,})["'])""",
    re.IGNORECASE,
)
_FORMULA = re.compile(rb"<(?:\w+:)?c([\s>][^<]*)<(?:\w+:)?f[\s>/]")
_ERROR = re.compile(rb"""<(?:\w+:)?c\s([^<]*?\bt\s*=\s*["']e["'])""")
_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,2}\d{1,6})["']""", re.IGNORECASE)
_ENCODING = re.compile(rb"""^<\?xml[^>]*\bencoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_AGAIN = "open it in a spreadsheet program, save it as .xlsx, and give that"


class RefusedError(Exception):
    """A workbook that is not read: where it is wrong, what is, and what mends it."""


def main() -> None:
    """Write for each sheet its name, then its rows, and at the end that it is the end; or why it is not read."""
    file = sys.stdin.buffer
    _limit()
    try:
        for line in lines(file):
            sys.stdout.write(json.dumps(line) + "\n")
        ended: dict[str, Any] = {"end": True}
    except RefusedError as error:
        ended = {"refused": error.args}
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        ended = {"refused": ("the file", f"is a workbook that cannot be read ({str(error)[:200]})", _AGAIN)}
    except MemoryError:
        ended = {"refused": ("the file", "is a workbook that takes too much memory to read", "give it in parts")}
    sys.stdout.write(json.dumps(ended) + "\n")


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 -- there is none on every system
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def lines(file: BinaryIO) -> Iterator[Any]:
    """Give {"sheet": name} for each sheet, and behind it its rows that are not blank: [number, cells from column A].

    A cell is text, a number, true or false, null, {"day": "2024-10-05"}, or what is no value of its own: {"formula": …}
    and {"error": …}. Raises `RefusedError` for what is not read.
    """
    marks = {}
    with ZipFile(file) as archive:
        look_at(archive.infolist())
        for part in archive.namelist():
            if part.startswith("xl/") and part.endswith((".xml", ".rels")):
                marks[part] = _looked_through(archive, part)
        parts = _sheets(archive)
    file.seek(0)
    for name, rows in _read(file):
        if name not in parts or parts[name] not in marks:
            raise RefusedError(f"sheet {name}", "is not where the workbook says", _AGAIN)
        yield {"sheet": name}
        marked = marks[parts[name]]
        for number, cells in rows:
            values = [_plain(cell) for cell in cells]
            for column, what in marked.get(number, ()):
                values += [None] * (column + 1 - len(values))
                values[column] = {what: True}
            if any(value is not None for value in values):
                yield [number, values]


def look_at(members: Sequence[ZipInfo]) -> None:
    """Raise `RefusedError` for an archive that is no workbook, or one that unpacks to more than is read."""
    names = [member.filename for member in members]
    if _INDEX not in names or _RELATIONS not in names:
        raise RefusedError("the file", "is an archive that is no workbook (.xlsx, .xlsm)", "give a workbook or a table")
    if len(members) > PARTS or len({*names}) < len(names):
        raise RefusedError("the file", f"is a workbook of more than {PARTS:,} parts, or with one twice", _AGAIN)
    size = sum(member.file_size for member in members)
    if size > UNPACKED:
        what = f"is a workbook that unpacks to {size:,} bytes, more than {UNPACKED:,}"
        raise RefusedError("the file", what, "give it in parts")
    for member in members:
        if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise RefusedError(member.filename, "is packed by another method than Deflate", _AGAIN)
        if member.file_size > LARGE and member.file_size > RATIO * member.compress_size:
            raise RefusedError(member.filename, f"is packed more than {RATIO} times", _AGAIN)
        if ".." in member.filename or member.filename.startswith("/") or "\\" in member.filename:
            raise RefusedError(member.filename, "is a part outside of the workbook", _AGAIN)


Marks = Mapping[int, Sequence[tuple[int, str]]]


def _looked_through(archive: ZipFile, part: str) -> Marks:
    """Read a part through, and return which cells hold a formula or an error, by row (from 1): column (from 0), what.

    Raises `RefusedError` where it declares or hides anything, or has a cell far away from all others.
    """
    marks: dict[bytes, str] = {}
    is_sheet = part.startswith("xl/worksheets/")
    with archive.open(part) as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            text = tail + chunk
            if not tail and (chunk[:2] in {b"\xff\xfe", b"\xfe\xff"} or _ENCODING.search(chunk[:200])):
                raise RefusedError(part, "is not in UTF-8", _AGAIN)
            if b"<!" in text or b"\0" in text:
                raise RefusedError(part, "has declarations or comments, which no spreadsheet program writes", _AGAIN)
            if is_sheet:
                _mark(part, text, marks)
            tail = text[-_OVERLAP:]
    by_row: dict[int, list[tuple[int, str]]] = {}
    for address, what in marks.items():
        letters = address.rstrip(b"0123456789")
        by_row.setdefault(int(address[len(letters) :]), []).append((_column(letters), what))
    return by_row


def _mark(part: str, text: bytes, marks: dict[bytes, str]) -> None:
    if far := _FAR.search(text):
        where = re.split(rb"""["']""", far[0].rstrip(b"\"'"))[-1].decode("ascii", "replace")
        what = f"has a cell at {where} or beyond; at most column BZ and row 199,999 are read"
        raise RefusedError(part, what, "delete what is beyond, and save it again")
    for pattern, what in ((_ERROR, "error"), (_FORMULA, "formula")):
        for cell in pattern.finditer(text):
            address = _ADDRESS.search(cell[1])
            if address is None:
                raise RefusedError(part, f"has a {what} in a cell that does not say where it is", _AGAIN)
            marks[address[1].upper()] = what


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _sheets(archive: ZipFile) -> dict[str, str]:
    """Return the part of each sheet, by the sheet's name."""
    index, relations = (_tree(archive, part) for part in (_INDEX, _RELATIONS))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts = {}
    for sheet in index.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            key = next((value for name, value in sheet.attrib.items() if name.rpartition("}")[2] == "id"), None)
            target = posixpath.normpath(posixpath.join("/xl", targets.get(key, "")))
            parts[sheet.get("name", "")] = target.lstrip("/")
    if len(parts) > SHEETS:
        raise RefusedError("the file", f"has more than {SHEETS} sheets", "give it in parts")
    return parts


def _tree(archive: ZipFile, part: str) -> ET.Element:
    if archive.getinfo(part).file_size > _LARGEST_INDEX:
        raise RefusedError(part, f"is larger than {_LARGEST_INDEX:,} bytes", _AGAIN)
    try:
        return ET.fromstring(archive.read(part))  # noqa: S314 -- what declares anything was refused before
    except ET.ParseError as error:
        raise RefusedError(part, f"is not XML ({error})", _AGAIN) from error


def _read(file: BinaryIO) -> Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum  # noqa: PLC0415 -- only this process has it

    try:
        workbook = CalamineWorkbook.from_filelike(file)
        for sheet in workbook.sheets_metadata:
            if sheet.typ is SheetTypeEnum.WorkSheet:
                yield sheet.name, _rows(workbook.get_sheet_by_name(sheet.name))
    except CalamineError as error:
        raise RefusedError("the file", f"is a workbook that cannot be read ({error})", _AGAIN) from error


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    # Its rows begin with the first of the sheet, their cells with the first column that is used.
    before = sheet.start[1] if sheet.start else 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [""] * before + cells


def _plain(cell: Any) -> Any:
    match cell:
        case "":
            return None
        case datetime():
            return {"day": cell.date().isoformat()} if cell.time() == time() else cell.isoformat(" ")
        case date():
            return {"day": cell.isoformat()}
        case time() | timedelta():
            return str(cell)
    return cell


if __name__ == "__main__":
    main()
