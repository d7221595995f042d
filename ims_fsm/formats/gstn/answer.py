"""What the portal answers to an upload: the status report of the API, the offline tool's error file; read as rows.

Knows no store: which record a row means is found elsewhere. What the codes mean is said in `codes.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from ims_fsm.errors import InputError, Problem, printable
from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.notation import loads
from ims_fsm.formats.gstn.portal_file import STATUSES, file_of, is_refused_row, unwrapped
from ims_fsm.formats.gstn.row import Findings, recipient_of
from ims_fsm.formats.gstn.sections import SectionForm, section_named
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import UploadStatus

Sort = Literal["save", "reset"]
_GIVE = "give the status report of an upload, or the error file of the offline tool"
_STATUS = {
    "P": UploadStatus.PROCESSED,
    "PE": UploadStatus.WITH_ERRORS,
    "ER": UploadStatus.REFUSED,
    "IP": UploadStatus.IN_PROGRESS,
}
_ERROR_FILE = "imsDetailsErr"
_NUMBERS = ("inum", "nt_num", "ntnum", "boenum", "num")
_SUPPLIERS = ("stin", "ctin", "srcGstin")
_PERIODS = ("rtnprd", "sRtnPrd", "srtinprd")
_CODES, _MESSAGES = ("error_cd", "err_cd", "errorCode"), ("error_msg", "err_msg", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRow:
    """A record that the portal did not take: how it names it, and why, as it wrote it.

    `form` is None for a section of another name; what the portal leaves out is blank or None.
    """

    place: str
    form: SectionForm | None
    supplier: str
    number: str
    return_period: TaxPeriod | None
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalAnswer:
    """What the portal answered to one upload: how it stands, counts where it gives them, and what it did not take.

    `code` and `message` are of the whole upload, blank where they are of its records.
    """

    where: str
    status: UploadStatus
    #: Whether a SAVE or a RESET was answered; None where it is not said.
    sort: Sort | None
    processed: int | None
    errors: int | None
    code: str
    message: str
    rows: tuple[AnsweredRow, ...]
    warnings: tuple[Problem, ...] = ()


class _Opened(NamedTuple):
    """The object that answers, what stands beside it further out, and the sections with what was not taken."""

    node: Mapping[str, Any]
    outer: Mapping[str, Any]
    sections: Mapping[str, Any]


def read_answer(data: bytes | str, where: str, gstin: str | None = None) -> PortalAnswer:
    """Return what the portal answered to an upload, in any of its wrappers; `gstin` is whose it must be.

    Raises `InputError` for what is not JSON, for another file, and for another recipient's where the file names them.
    """
    tree = loads(data, where)
    opened = _open(tree, where)
    findings = Findings(where)
    node, named = opened.node, opened.outer.get("gstin") or opened.outer.get("rtin")
    if named is not None:
        recipient_of(named, gstin, findings)
    rows = tuple(_rows(opened.sections, findings))
    status = _STATUS.get(str(node.get("status_cd", "")).strip().upper())
    if status is None:
        status = UploadStatus.WITH_ERRORS if rows or opened.sections else UploadStatus.REFUSED
    if rows and status is UploadStatus.PROCESSED:
        status = UploadStatus.WITH_ERRORS
    errors = _count(node, "err_cnt")
    if status is UploadStatus.WITH_ERRORS and not rows:
        what = f"says that {'some' if errors is None else errors} records were not taken, and names none"
        findings.warn("no rows", "error_report", what, "download IMS again, and import it")
    findings.raise_problems()
    return PortalAnswer(
        where=where,
        status=status,
        sort=_sort(node),
        processed=_count(node, "proc_cnt"),
        errors=errors,
        code=_text(node, _CODES),
        message=_text(node, _MESSAGES),
        rows=rows,
        warnings=findings.warnings,
    )


def _open(tree: Any, where: str) -> _Opened:
    outer: dict[str, Any] = {}
    for node in unwrapped(tree):
        outer |= {key: value for key, value in node.items() if value}
        if isinstance(errors := node.get(_ERROR_FILE), dict) and errors:
            return _Opened({}, outer, errors)
        if isinstance(report := node.get("error_report"), dict) or _is_status(node):
            return _Opened(node, outer, report if isinstance(report, dict) else {})
        if isinstance(error := node.get("error"), dict) and _text(error, (*_CODES, *_MESSAGES)):
            return _Opened(error, outer, {})
        if any(is_refused_row(row) for _, row, _ in _all_rows(node)):
            return _Opened({}, outer, node)
    file = file_of(tree)
    nothing = Problem("file", "it is not what the portal answers to an upload", _GIVE)
    raise InputError(where, [nothing if file is None else file.instead_of(_GIVE)])


def _is_status(node: Mapping[str, Any]) -> bool:
    status = str(node.get("status_cd", "")).strip().upper()
    return status in STATUSES or bool({"transTypCd", "proc_cnt", "err_cnt"} & node.keys())


def _sort(node: Mapping[str, Any]) -> Sort | None:
    word = str(node.get("transTypCd") or "").strip().upper()
    return "save" if word.startswith("SAV") else "reset" if word.startswith("R") else None


def _count(node: Mapping[str, Any], key: str) -> int | None:
    text = str(node.get(key, "")).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 -- digits


def _text(node: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    """Return the first text under some keys that is not blank, as one line that can be printed."""
    texts = (str(node[key]) for key in keys if isinstance(node.get(key), (str, int)))
    return next((printable(" ".join(text.split())) for text in texts if text.strip()), "")


def _all_rows(sections: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for key, listed in sections.items():
        for index, row in enumerate(listed if isinstance(listed, list) else [listed]):
            yield key, row, f"{key}[{index}]"


def _rows(sections: Mapping[str, Any], findings: Findings) -> Iterator[AnsweredRow]:
    """Give what the sections list: rows, or groups of a supplier and an error, with the documents under `inv`."""
    for key, group, place in _all_rows(sections):
        if not isinstance(group, dict):
            if isinstance(sections[key], list):
                findings.refuse(place, f"{values.shown(group)} stands where a record is expected", _GIVE)
            continue
        documents = group.get("inv", group.get("nt", group))
        for document in documents if isinstance(documents, list) else [documents]:
            if isinstance(document, dict):
                yield _row(group | document, place, section_named(key))
            else:
                findings.refuse(place, f"{values.shown(document)} stands where a document is expected", _GIVE)


def _row(row: Mapping[str, Any], place: str, form: SectionForm | None) -> AnsweredRow:
    return AnsweredRow(
        place=place,
        form=form,
        supplier=_text(row, _SUPPLIERS).upper(),
        number=_text(row, _NUMBERS),
        return_period=_period(_text(row, _PERIODS)),
        code=_text(row, _CODES),
        message=_text(row, _MESSAGES),
    )


def _period(text: str) -> TaxPeriod | None:
    """Return a return period as it is written, MMYYYY; None for another form: it only helps to find the record."""
    try:
        return values.period(text, date(2017, 7, 1)) if len(text) > 2 else None  # noqa: PLR2004 -- MM
    except ValueError:
        return None
