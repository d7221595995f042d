"""Reads an IMS download, in any dialect of the portal, as records: the border where its JSON ends.

Writes nothing and knows no store; all problems of a file are raised at once, with their places.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from ims_fsm.formats.gstn.dialect import Envelope, open_download
from ims_fsm.formats.gstn.fields import read_record
from ims_fsm.formats.gstn.findings import Findings
from ims_fsm.formats.gstn.recipient import recipient_of
from ims_fsm.formats.gstn.record import Download, PortalRecord
from ims_fsm.formats.gstn.row import Row
from ims_fsm.formats.gstn.sections import RESERVED, SectionForm, section_named
from ims_fsm.formats.gstn.values import shown
from ims_fsm.terms.vocabulary import SupplierStatus


def read_download(data: bytes | str, recipient: str | None, where: str) -> Download:
    """Return the records of an IMS download; `recipient` may be left out where the file names it.

    `where` names the file in errors. Amounts come back in paise, periods as `TaxPeriod`. Raises `InputError`
    with every problem of the file: no JSON, another of the portal's files, a value that cannot be read, a recipient
    that is missing or another. What is only odd (a check digit, a duplicate, an unknown section) is in `warnings`.
    """
    envelope = open_download(data, where)
    findings = Findings(where)
    owner = recipient_of(envelope.recipient, recipient, findings)
    sections = tuple(_sections(envelope, findings))
    records = _unique(read_records(sections, owner, findings), findings)
    findings.raise_problems()
    return Download(
        recipient=owner,
        dialect=envelope.dialect,
        records=records,
        sections=tuple(dict.fromkeys(form.key for form, _, _ in sections)),
        warnings=findings.warnings,
    )


def read_records(
    sections: Iterable[tuple[SectionForm, str, Iterable[Any]]], recipient: str, findings: Findings
) -> Iterator[PortalRecord]:
    """Give the records of unwrapped sections one by one, in the order of the file; problems go to `findings`.

    Holds one row at a time, so that a caller with a parser that streams needs no tree of the file.
    """
    for form, key, rows in sections:
        for index, raw in enumerate(rows):
            place = f"{key}[{index}]"
            if not isinstance(raw, dict):
                findings.refuse(place, f"{shown(raw)} stands where a record is expected", "give it as an object")
            elif record := read_record(Row(raw, place, findings), form, recipient):
                yield record


def odd_section(key: str, rows: Any, findings: Findings) -> None:
    """Warn of a key that is no section of IMS and holds something; refuse a section that is no list."""
    if section_named(key) is None:
        if rows and isinstance(rows, (list, dict)):
            what = "is reserved for input service distributors" if key in RESERVED else "is no section of IMS"
            findings.warn(("section", key), key, f"{key} {what}", "its content was left out")
    elif rows is not None and not isinstance(rows, list):
        findings.refuse(key, f"{shown(rows)} stands where records are expected", "give the section as a list")


def _sections(envelope: Envelope, findings: Findings) -> Iterator[tuple[SectionForm, str, list[Any]]]:
    for key, rows in envelope.sections.items():
        odd_section(key, rows, findings)
        form = section_named(key)
        if form is not None and isinstance(rows, list):
            yield form, key, rows


def _unique(records: Iterable[PortalRecord], findings: Findings) -> tuple[PortalRecord, ...]:
    """Keep one of the records that the portal lists twice: the filed one, else the later (domain complaint 11)."""
    kept: dict[Hashable, PortalRecord] = {}
    for record in records:
        earlier = kept.get(record.identity)
        if earlier is not None:
            again = "again" if earlier.document == record.document else "again with other content"
            name = f"{record.document.number} of {record.document.supplier or 'ICEGATE'}"
            what = f"{name} is listed {again}, first at {earlier.place}"
            findings.warn(("duplicate", record.place), record.place, what, "the filed one was kept, else the later")
            if earlier.supplier_status is SupplierStatus.FILED and record.supplier_status is SupplierStatus.SAVED:
                continue
        kept[record.identity] = record
    return tuple(kept.values())
