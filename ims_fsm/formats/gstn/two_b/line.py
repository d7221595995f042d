"""What a GSTR-2B holds, as values: the statement of a period and its lines, one for each document.

Reads and writes no file; imports the words, the money and the findings' problem.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ims_fsm.errors import Problem
from ims_fsm.terms.document import OriginalReference
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, Section

Availability = Literal["Y", "N", "T"]
Day = date
ISD_TYPE = "ISD"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalTwoBLine:
    """One document in a GSTR-2B, amounts in paise without sign, whatever it does to the credit.

    `itc_available` is the portal's Y, N or T (temporary) and `reason` its P (place of supply) or C (filed after the
    cut-off of section 16(4)); a bill of entry carries neither. `invoice_type` is spelled as in IMS; "IMPGSEZ" marks
    a bill of entry out of a SEZ, "ISD" a document of an input service distributor. `entry` is what the line brings
    into the summary, signed, where that is not the document's whole tax (an amendment brings the difference); no file
    says it, so reading leaves it out and it does not count when lines are compared.

    Raises `ValueError` where section and availability contradict each other (FAQ 4, 14).
    """

    section: Section
    kind: Kind
    supplier: str
    number: str
    date: date
    taxable: int
    tax: Heads = NIL
    amended: bool = False
    original: OriginalReference | None = None
    supplier_name: str = ""
    value: int | None = None
    pos: str | None = None
    invoice_type: str = "R"
    reverse_charge: bool = False
    itc_available: Availability = "Y"
    reason: str = ""
    return_period: TaxPeriod | None = None
    filed_on: Day | None = None
    reference_date: Day | None = None
    entry: Heads | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse a line that its own section contradicts."""
        expected = {Section.ITC_AVAILABLE: ("Y", "T"), Section.ITC_NOT_AVAILABLE: ("N",)}.get(self.section)
        if expected and self.itc_available not in expected:
            what = f"a line of section {self.section} cannot have ITC available {self.itc_available}"
            raise ValueError(f"{what}; write {' or '.join(expected)}")

    @property
    def rejected(self) -> bool:
        """Whether the line stands in the block of records the recipient rejected (FAQ 14 ii)."""
        return self.section is Section.ITC_REJECTED

    @property
    def credit(self) -> Heads:
        """What the line brings to the recipient's credit, signed: `entry`, else the whole tax of the document."""
        return self.tax * self.kind.sign if self.entry is None else self.entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalTwoB:
    """A GSTR-2B: whose it is, its period (a quarter by its last month), the day it was made, and its lines."""

    recipient: str
    period: TaxPeriod
    generated_on: date | None
    lines: tuple[PortalTwoBLine, ...]
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
