"""Which of the portal's files a JSON is: told by its keys, with what to do with it; whatever reads another says so.

Reads no record and opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ims_fsm.errors import Problem
from ims_fsm.formats.gstn.sections import section_named

# What a status says of an upload: processed, with errors, refused whole, in progress.
STATUSES = frozenset({"P", "PE", "ER", "IP"})
_WRAPPERS = ("data", "result", "imsDetails")
_ERRORS = ("error_msg", "error_cd")


class PortalFile(NamedTuple):
    """A file of the portal: what it is, and what reads it."""

    what: str
    reader: str

    def instead_of(self, wanted: str, place: str = "file") -> Problem:
        """Return the problem that it stands where another file is wanted; `wanted` says what to give.

        >>> str(TWO_B.instead_of("give a download"))
        'file: it is a GSTR-2B; give a download; a GSTR-2B is compared: ims-fsm 2b compare'
        """
        # What an encrypted answer is does not show before it is decrypted.
        return Problem(place, self.what, self.reader if self is ENCRYPTED else f"{wanted}; {self.reader}")


TWO_B = PortalFile("it is a GSTR-2B", "a GSTR-2B is compared: ims-fsm 2b compare")
UPLOAD = PortalFile("it is an upload for the portal", "an upload is looked at: ims-fsm check")
STATUS = PortalFile("it is what the portal answered to an upload", "an answer is read: ims-fsm report")
ERROR_FILE = PortalFile("it is the error file of an upload", "an error file is read: ims-fsm report")
DOWNLOAD = PortalFile("it is an IMS download", "a download is imported: ims-fsm import")
ENCRYPTED = PortalFile("it is an encrypted answer of the API", "decrypt it with the session's key first")
_BY_MARKS = (
    ({"docdata", "docRejdata", "itcsumm", "cpsumm"}, TWO_B),
    ({"reqtyp", "prev_status"}, UPLOAD),
    ({"error_report", "transTypCd", "proc_cnt", "err_cnt"}, STATUS),
    ({"gstr1", "gstr1a"}, PortalFile("it is the supplier's view of IMS", "the view of a supplier is not read")),
    ({"all_oth", "imp_gds"}, PortalFile("it counts records and lists none", "counts are not read")),
)


def file_of_keys(node: Mapping[str, Any]) -> PortalFile | None:
    """Return which file an object is by its own keys, or those of its "result"; None where they do not tell it.

    >>> file_of_keys({"rek": "x", "result": {"proc_cnt": "8"}}) is STATUS
    True
    """
    inner = node.get("result")
    keys = {*node, *(inner if isinstance(inner, Mapping) else ())}
    for marks, file in _BY_MARKS:
        if marks & keys:
            return file
    if node.get("status_cd") in STATUSES:
        return STATUS
    if node.get("imsDetailsErr") and not node.get("imsDetails"):
        return ERROR_FILE
    if {"rek", "hmac"} & keys:
        return ENCRYPTED
    return None


def is_refused_row(row: Any) -> bool:
    """Say whether the row of a section carries a reason why the portal did not take it."""
    return isinstance(row, Mapping) and any(str(row.get(key) or "").strip() for key in _ERRORS)


def file_of(tree: Any) -> PortalFile | None:
    """Return which of the portal's files a parsed JSON is, whatever its wrappers; None where nothing tells it."""
    outermost: PortalFile | None = None
    for node in unwrapped(tree):
        file = file_of_keys(node) or _of_sections(node)
        if file is not None and file is not ENCRYPTED:
            return file
        outermost = outermost or file
    return outermost


def unwrapped(node: Any) -> Iterator[Mapping[str, Any]]:
    """Give the objects of a parsed JSON that the portal wraps in one another, outermost first."""
    while isinstance(node, Mapping):
        yield node
        node = next((node[key] for key in _WRAPPERS if isinstance(node.get(key), Mapping)), None)


def _of_sections(node: Mapping[str, Any]) -> PortalFile | None:
    lists = [rows for key, rows in node.items() if section_named(key) and isinstance(rows, list)]
    rows = [row for listed in lists for row in listed[:1]]
    if any(isinstance(row, Mapping) and "ctin" in row and "stin" not in row for row in rows):
        return None
    if any(map(is_refused_row, rows)):
        return ERROR_FILE
    return DOWNLOAD if lists else None
