"""Reads the portal's answer about an upload: how many records it took, and which it refused and why.

Writes nothing; what to do about a refused record is the caller's. Imports the readers only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.notation import loads
from ims_fsm.formats.gstn.sections import section_named
from ims_fsm.formats.gstn.values import shown
from ims_fsm.terms.period import TaxPeriod

_NUMBERS = ("inum", "nt_num", "ntnum", "boenum", "docnum")
_LISTS = ("inv", "nt", "boe", "doclist")


class Outcome(StrEnum):
    """How the portal answers: processed, processed with errors, refused whole, or still at work."""

    PROCESSED = "P"
    PROCESSED_WITH_ERRORS = "PE"
    ERROR = "ER"
    IN_PROGRESS = "IP"


@dataclass(frozen=True, slots=True)
class UploadError:
    """One record that the portal refused; it keeps the action it had. `section` is spelled as in a download."""

    section: str
    supplier: str
    number: str
    return_period: TaxPeriod | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """The portal's answer: records processed and failed, each refusal, and a code and message for the whole."""

    status: Outcome
    processed: int
    failed: int
    errors: tuple[UploadError, ...]
    code: str = ""
    message: str = ""


def read_status(data: bytes | str, where: str = "status") -> UploadStatus:
    """Return the portal's answer to an upload; uploads are taken record by record, never all or none.

    Raises `InputError` when the text is no JSON or is no such answer.
    """
    tree = loads(data, where)
    inner = tree.get("data") if isinstance(tree, dict) else None
    answer = inner if isinstance(inner, dict) else tree
    if not isinstance(answer, dict) or "status_cd" not in answer:
        raise _refused(where, "file", "it is no status of an upload")
    try:
        status = Outcome(str(answer["status_cd"]).strip().upper())
    except ValueError as error:
        raise _refused(where, "status_cd", f"{shown(answer['status_cd'])} is no status (P, PE, ER, IP)") from error
    report = answer.get("error_report") or {}
    if not isinstance(report, dict):
        raise _refused(where, "error_report", f"{shown(report)} stands where an object of sections is expected")
    errors = tuple(error for key, rows in report.items() for error in _errors(key, rows))
    return UploadStatus(
        status,
        _count(answer.get("proc_cnt")),
        _count(answer.get("err_cnt")) or len(errors),
        errors,
        _text(answer, "err_cd"),
        _text(answer, "err_msg"),
    )


def _refused(where: str, place: str, what: str) -> InputError:
    return InputError(where, [Problem(place, what, "give the portal's answer to REQSTS as it came")])


def _errors(key: str, rows: Any) -> Iterator[UploadError]:
    form = section_named(key)
    section = form.key if form else key
    for row in rows if isinstance(rows, list) else [rows]:
        if not isinstance(row, dict):
            continue
        documents = next((row[name] for name in _LISTS if isinstance(row.get(name), list)), [row])
        for document in documents:
            found = row | document if isinstance(document, dict) else row
            yield UploadError(
                section,
                _text(found, "stin", "ctin"),
                _text(found, *_NUMBERS),
                _period(found.get("rtnprd")),
                _text(found, "error_cd", "err_cd"),
                _text(found, "error_msg", "err_msg"),
            )


def _text(row: dict[str, Any], *keys: str) -> str:
    return next((str(row[key]).strip() for key in keys if row.get(key) is not None), "")


def _count(value: Any) -> int:
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() else 0


def _period(value: Any) -> TaxPeriod | None:
    try:
        return TaxPeriod.from_wire(str(value).zfill(6))
    except ValueError:
        return None
