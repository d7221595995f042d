"""Reads an upload that some tool made for the portal (SAVE or RESET), to be examined before it is sent.

Reads only, with the reader of downloads; knows no store. All problems of a file are raised at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ims_fsm.formats.gstn import PortalRecord, values
from ims_fsm.formats.gstn.findings import Findings
from ims_fsm.formats.gstn.reading import read_records
from ims_fsm.formats.gstn.recipient import recipient_of
from ims_fsm.formats.gstn.row import Row
from ims_fsm.formats.gstn.sections import SectionForm, section_named
from ims_fsm.terms.vocabulary import State, Trigger

_TRIGGERS = {
    State.ACCEPTED: Trigger.ACCEPT,
    State.REJECTED: Trigger.REJECT,
    State.PENDING: Trigger.KEEP_PENDING,
    State.NO_ACTION: Trigger.RESET,
}
_RESET = frozenset({"RESET", "RESETIMS"})


@dataclass(frozen=True, slots=True)
class UploadRow:
    """One row of an upload: the record as it shows it, the trigger, and the action shown before (`prev_status`)."""

    record: PortalRecord
    trigger: Trigger
    previous: State | None


def is_upload(tree: Any) -> bool:
    """Say whether parsed JSON is an upload for the portal: sections under `invdata`, with or without a wrapper."""
    return isinstance(_request(tree).get("invdata"), dict)


def read_upload(tree: Any, where: str, gstin: str | None) -> tuple[UploadRow, ...]:
    """Return the rows of a parsed upload; `gstin` is whose it must be, where that is known.

    Raises `InputError` with every problem: a value that cannot be read, a row without an action, another recipient.
    """
    request = _request(tree)
    findings = Findings(where)
    recipient = recipient_of(request.get("rtin") or request.get("gstin"), gstin, findings)
    sections = tuple(_sections(request["invdata"], findings))
    reset = str(request.get("reqtyp", "")).upper() in _RESET
    rows = {
        f"{key}[{index}]": Row(raw, f"{key}[{index}]", findings)
        for _, key, found in sections
        for index, raw in enumerate(found)
        if isinstance(raw, dict)
    }
    records = tuple(read_records(sections, recipient, findings))
    read = tuple(_row(record, rows[record.place], reset=reset) for record in records)
    if not rows:
        findings.refuse("invdata", "holds no record", "give an upload that tells the portal something")
    findings.raise_problems()
    return read


def _request(tree: Any) -> dict[str, Any]:
    inner = tree.get("data") if isinstance(tree, dict) else None
    found = inner if isinstance(inner, dict) else tree
    return found if isinstance(found, dict) else {}


def _sections(invdata: dict[str, Any], findings: Findings) -> Iterator[tuple[SectionForm, str, list[Any]]]:
    for key, rows in invdata.items():
        form = section_named(key)
        if form is None or not isinstance(rows, list):
            findings.refuse(key, "is no section of IMS with a list of records", "correct the name of the section")
        else:
            yield form, key, rows


def _row(record: PortalRecord, row: Row, *, reset: bool) -> UploadRow:
    if not reset and row.key(("action",)) is None:
        row.refuse("action", "the record says no action", "write A, R or P, or put it into a RESET")
    previous = row.read(values.action, ("prev_status",), None)
    return UploadRow(record, Trigger.RESET if reset else _TRIGGERS[record.action], previous)
