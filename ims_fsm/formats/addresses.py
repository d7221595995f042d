"""A table of suppliers' mail addresses (CSV): the columns gstin and email, several addresses parted by semicolons.

Reads only, as strictly as any table is; other columns are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.table import TableRow, csv_rows
from ims_fsm.terms.border import checked_gstin
from ims_fsm.terms.characters import controls
from ims_fsm.terms.spelling import folded

LARGEST = 4 * 2**20
COLUMNS = ("gstin", "email")
_LONGEST = 254


def read_addresses(data: bytes, where: str) -> Mapping[str, tuple[str, ...]]:
    """Return the addresses by supplier; raises `InputError` with every row that cannot be read."""
    findings, addresses = Findings(where), dict[str, tuple[str, ...]]()
    for row in csv_rows(data, findings):
        titles = [folded(title) for title in row.header.titles]
        if not {*COLUMNS} <= {*titles}:
            findings.refuse(row.header.place, "does not name its columns", f"use {', '.join(COLUMNS)}")
            break
        _read(row, titles, findings, addresses)
    findings.raise_problems()
    if not addresses:
        raise InputError(where, [Problem("the file", "has no addresses", f"use the columns {', '.join(COLUMNS)}")])
    return addresses


def _read(row: TableRow, titles: list[str], findings: Findings, addresses: dict[str, tuple[str, ...]]) -> None:
    cells = {title: str(cell).strip() for title, cell in zip(titles, row.cells, strict=False)}
    try:
        supplier = checked_gstin(cells["gstin"])
    except ValueError as error:
        findings.refuse_value(row.place, error)
        return
    given = tuple(part.strip() for part in cells["email"].split(";") if part.strip())
    if supplier in addresses:
        findings.refuse(row.place, f"{supplier} has a row before this one", "part several addresses by semicolons")
    for wrong in (address for address in given if not _is_address(address)):
        findings.refuse(row.place, f"{wrong!r} is not a mail address", "write it like accounts@example.com")
    addresses[supplier] = given


def _is_address(text: str) -> bool:
    if len(text) > _LONGEST or not text.isascii() or controls(text, lines=False):
        return False
    try:
        parsed = Address(addr_spec=text)
    except (MessageError, ValueError, LookupError):
        return False
    return bool(parsed.username and "." in parsed.domain)
