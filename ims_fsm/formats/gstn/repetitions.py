"""Chooses of documents that the portal lists twice: the filed one, else the later (domain complaint 11).

Knows no store; imports what a download shows and its reader.
"""

from __future__ import annotations

from collections.abc import Sequence

from ims_fsm.formats.gstn.download import DownloadReader
from ims_fsm.formats.gstn.findings import Findings
from ims_fsm.formats.gstn.sections import SEZ_IMPORT_TYPE
from ims_fsm.record.sighting import Shown
from ims_fsm.terms.vocabulary import Kind, SupplierStatus

Placed = tuple[int, Shown]


class Repetitions:
    """What one download lists twice, found by its reader's places."""

    def __init__(self, reader: DownloadReader) -> None:
        """Begin with nothing found."""
        self._reader = reader
        self._found: list[tuple[int, str]] = []

    def choose(self, alike: Sequence[Placed]) -> tuple[list[int], list[tuple[int, int]]]:
        """Return which of rows of one document are left out, and which take the place of the first of them.

        Overseas imports and those from an SEZ are listed apart, and are no repetitions of each other.
        """
        left_out: list[int] = []
        moved: list[tuple[int, int]] = []
        for from_sez in (False, True):
            rows = [one for one in alike if _from_sez(one[1]) is from_sez]
            if len(rows) > 1:
                kept = self._kept(rows)
                left_out += [ordinal for ordinal, _ in rows if ordinal != kept]
                moved += [(kept, rows[0][0])] if kept != rows[0][0] else []
        return left_out, moved

    def tell(self) -> None:
        """Warn of what was found, in the order of the file."""
        findings = Findings("")
        for ordinal, what in sorted(self._found):
            place = self._reader.place(ordinal)
            findings.warn(("duplicate", place), place, what, "the filed one was kept, else the later")
        self._reader.findings.add(findings)

    def _kept(self, rows: Sequence[Placed]) -> int:
        (at, kept), *others = rows
        for ordinal, later in others:
            again = "again" if kept.document == later.document else "again with other content"
            name = f"{later.number} of {later.supplier or 'ICEGATE'}"
            self._found.append((ordinal, f"{name} is listed {again}, first at {self._reader.place(at)}"))
            if not (kept.supplier_status is SupplierStatus.FILED and later.supplier_status is SupplierStatus.SAVED):
                at, kept = ordinal, later
        return at


def _from_sez(shown: Shown) -> bool:
    return shown.kind is Kind.BILL_OF_ENTRY and shown.invoice_type == SEZ_IMPORT_TYPE
