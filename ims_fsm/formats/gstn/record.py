"""What reading a download gives: a record as the portal shows it, and the download as a whole.

Values only; they read no file. Imports the words and the documents.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ims_fsm.errors import Problem
from ims_fsm.formats.gstn.dialect import Dialect
from ims_fsm.formats.gstn.sections import SectionForm, section_of
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State, SupplierStatus

YesNo = Literal["Y", "N"]
_APRIL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalRecord:
    """One record as the portal shows it to the recipient; `place` says where the file has it ("b2b[3]", from 0).

    `return_period` is the supplier's; `declared` is the ITC reduction declared per head in paise (None with
    `itc_reduction` "Y": in full). `itc_period`, `portal_ref` and `reference_date` belong to bills of entry.
    """

    document: Document
    form: Form
    return_period: TaxPeriod
    supplier_status: SupplierStatus
    action: State
    pending_blocked: bool | None = None
    reduction_blocked: bool | None = None
    remarks_blocked: bool | None = None
    itc_reduction: YesNo | None = None
    declared: Heads | None = None
    remarks: str | None = None
    portal_hash: str | None = None
    itc_period: TaxPeriod | None = None
    portal_ref: str | None = None
    reference_date: date | None = None
    error_message: str | None = None
    place: str = ""

    @property
    def section(self) -> SectionForm:
        """The section in which the portal lists the record."""
        return section_of(self.document)

    @property
    def identity(self) -> Hashable:
        """What tells the record from every other of the same recipient, whatever its content.

        Supplier, number (in capitals) and financial year; an amendment also by form and period, because a
        document may be amended again under the same number.
        """
        document = self.document
        year = document.date.year - (document.date.month < _APRIL)
        again = self.section.amended and document.kind is not Kind.BILL_OF_ENTRY
        reported = (self.form, self.return_period) if again else None
        return (self.section.key, document.supplier, document.number.upper(), year, reported)


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """An IMS download: whose it is, its records, the sections it lists, and what to warn of."""

    recipient: str
    dialect: Dialect
    records: tuple[PortalRecord, ...]
    sections: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()

    def lists(self, document: Document) -> bool:
        """Say whether the file would show this document if it still were in IMS.

        Only then does a saved record's absence mean that its supplier deleted it (FAQ 16): the API hands out
        one section at a time, and the offline tool's error file holds only what was refused.
        """
        return self.dialect is not Dialect.OFFLINE_ERRORS and section_of(document).key in self.sections
