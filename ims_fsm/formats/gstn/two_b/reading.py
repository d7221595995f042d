"""Reads a GSTR-2B of the portal, the newest shape and those with rate lines, as lines to be compared.

Compares and writes nothing; all problems of a file are raised at once, with their places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.findings import Findings
from ims_fsm.formats.gstn.notation import loads
from ims_fsm.formats.gstn.recipient import recipient_of
from ims_fsm.formats.gstn.row import Row
from ims_fsm.formats.gstn.two_b.fields import Place, read_line
from ims_fsm.formats.gstn.two_b.line import PortalTwoB, PortalTwoBLine
from ims_fsm.formats.gstn.two_b.tables import table_named
from ims_fsm.formats.gstn.values import shown
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Section

_MARKS = ("docdata", "docRejdata", "itcsumm")
_REVERSED = "itcrev"
_GIVE = "give the GSTR-2B as downloaded from the portal"
_REFUSED = TaxPeriod("2017-07")  # stands for a period already refused, so that the rest is still read


def read_two_b(data: bytes | str, where: str, recipient: str | None = None) -> PortalTwoB:
    """Return the lines of a GSTR-2B; `recipient` may be left out where the file names it.

    Amounts come back in paise without sign. Raises `InputError` with every problem of the file: no JSON, no
    GSTR-2B, no period, a value that cannot be read, a recipient that is missing or another.
    """
    statement, named = _open(data, where)
    findings = Findings(where)
    head = Row(statement, "data", findings)
    if head.key(("rtnprd",)) is None:
        head.refuse("rtnprd", "the statement names no period", _GIVE)
    two_b = PortalTwoB(
        recipient=recipient_of(named, recipient, findings),
        period=head.read(values.wire_period, ("rtnprd",), _REFUSED),
        generated_on=head.optional_day(("gendt",)),
        lines=tuple(_lines(statement, findings)),
        warnings=_parts(statement),
    )
    findings.raise_problems()
    return replace(two_b, warnings=two_b.warnings + findings.warnings)


def _open(data: bytes | str, where: str) -> tuple[dict[str, Any], Any]:
    node, named = loads(data, where), None
    while isinstance(node, dict):
        named = node.get("gstin") or named
        if any(mark in node for mark in _MARKS):
            return node, named
        node = node.get("data")
    raise InputError(where, [Problem("file", "it is no GSTR-2B: it holds no docdata", _GIVE)])


def _parts(statement: dict[str, Any]) -> tuple[Problem, ...]:
    count = str(statement.get("fc") or "1")
    if count == "1":
        return ()
    return (Problem("data.fc", f"the statement comes in {count} files", "what another file holds is missing here"),)


def _lines(statement: dict[str, Any], findings: Findings) -> Iterator[PortalTwoBLine]:
    for place, rejected in (("docdata", None), ("docRejdata", Section.ITC_REJECTED)):
        tables = statement.get(place)
        if tables is None:
            continue
        if not isinstance(tables, dict):
            findings.refuse(place, f"{shown(tables)} stands where an object of tables is expected", _GIVE)
            continue
        own = {key: rows for key, rows in tables.items() if key != _REVERSED}
        yield from _block(own, place, (rejected, False), findings)
        yield from _reversals(tables.get(_REVERSED) or [], f"{place}.{_REVERSED}", rejected, findings)


def _reversals(parts: Any, place: str, rejected: Section | None, findings: Findings) -> Iterator[PortalTwoBLine]:
    for index, part in enumerate(parts if isinstance(parts, list) else [parts]):
        own = f"{place}[{index}]"
        if isinstance(part, dict):
            yield from _block(part, own, (rejected or Section.ITC_REVERSED, True), findings)
        else:
            findings.refuse(own, f"{shown(part)} stands where an object of tables is expected", _GIVE)


def _block(
    tables: dict[str, Any], within: str, block: tuple[Section | None, bool], findings: Findings
) -> Iterator[PortalTwoBLine]:
    for key, rows in tables.items():
        place = f"{within}.{key}"
        found = table_named(key)
        if found is None:
            findings.warn(("table", key), place, f"{key} is no table of GSTR-2B", "its content was left out")
        elif isinstance(rows, list):
            for index, raw in enumerate(rows):
                yield from _supplier(raw, f"{place}[{index}]", Place(*found, *block), findings)
        elif rows is not None:
            findings.refuse(place, f"{shown(rows)} stands where a list of rows is expected", _GIVE)


def _supplier(raw: Any, place: str, at: Place, findings: Findings) -> Iterator[PortalTwoBLine]:
    if not isinstance(raw, dict):
        findings.refuse(place, f"{shown(raw)} stands where a row is expected", _GIVE)
        return
    group = Row(raw, place, findings)
    documents = raw.get(at.table.rows) if at.table.rows else [raw]
    if not isinstance(documents, list):
        group.refuse(at.table.rows, "the supplier's documents are no list", _GIVE)
        return
    for index, document in enumerate(documents):
        own = f"{place}.{at.table.rows}[{index}]" if at.table.rows else place
        if not isinstance(document, dict):
            findings.refuse(own, f"{shown(document)} stands where a document is expected", _GIVE)
        elif line := read_line(Row(document, own, findings), group, at):
            yield line
