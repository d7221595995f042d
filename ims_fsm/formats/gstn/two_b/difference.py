"""What a comparison of two GSTR-2B takes and gives: lines, differences, and the caller's explanations.

Values and a protocol only; compares nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, Protocol

from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind, Section

Side = Literal["here", "there"]


class TwoBLine(Protocol):
    """What a line must have to be compared; `PortalTwoBLine` has it, and so may the lines of a store."""

    @property
    def section(self) -> Section:
        """The part of GSTR-2B in which the line stands."""

    @property
    def kind(self) -> Kind:
        """What the document is."""

    @property
    def amended(self) -> bool:
        """Whether it is an amendment."""

    @property
    def supplier(self) -> str:
        """The supplier's GSTIN; blank for a bill of entry."""

    @property
    def number(self) -> str:
        """The document's number."""

    @property
    def date(self) -> date:
        """The document's date."""

    @property
    def taxable(self) -> int:
        """The document's taxable value in paise; the sign of a credit note does not matter."""

    @property
    def tax(self) -> Heads:
        """The document's tax in paise; the sign of a credit note does not matter."""

    @property
    def entry(self) -> Heads | None:
        """What the line brings to the totals in paise, signed; None where that is the document's whole tax."""

    @property
    def reverse_charge(self) -> bool:
        """Whether the recipient pays the tax himself; such lines count in no total."""


class What(StrEnum):
    """What a difference is about."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    SECTION = "section"
    LOOKS_THE_SAME = "looks_the_same"
    DATE = "date"
    TAXABLE = "taxable"
    IGST = "igst"
    CGST = "cgst"
    SGST = "sgst"
    CESS = "cess"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a document stands in one GSTR-2B only: the rule and its sentence."""

    rule: str
    sentence: str


Explain = Callable[[TwoBLine, Side], Explanation | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what it is about, whose document, both sides (rupees, words or none), and a sentence.

    A total, which is net, has neither supplier nor number. `rule` is the explanation's, where the caller knew one.
    """

    what: What
    supplier: str
    number: str
    ours: str | None
    theirs: str | None
    sentence: str
    rule: str | None = None
