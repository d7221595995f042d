"""The form of a scenario's file: taxpayers, documents, and what every step and every expectation may say.

Imports the values and the words of the field; reads no file and runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.reading import written
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.scenario.values import Amount, Day, Entry, Gstin, Moment, Name, Names, Period, Tax, word
from ims_fsm.terms.document import INELIGIBLE, Document, Ineligible, OriginalReference
from ims_fsm.terms.money import HEADS, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import (
    Direction,
    Disposition,
    Filing,
    Kind,
    RemovedFor,
    Section,
    State,
    TaxpayerKind,
    Trigger,
    TwoBState,
)

# What the grammar of scenarios says where a file does not; the law's own first period is in machines/calendar.toml.
DEFAULT_REGISTERED_FROM = TaxPeriod("2024-10")
IneligibleWord = Annotated[
    Ineligible | None,
    BeforeValidator(lambda reason: None if reason == "none" else reason),
    word(str, "reason", (*INELIGIBLE, "none")),  # the last is read first
]
SectionWord = Annotated[str, word(str, "section", (*Section, "none"))]


def _signoff(value: object) -> bool | str:
    if not isinstance(value, (bool, str)) or value == "":
        raise ValueError(f"{written(value)} is no sign-off; write true, or the folder of a copy of machines/signoff")
    return value


class Header(Entry):
    """What stands at the top: the title, the rules that the scenario proves, files of laws of one's own.

    `machines` are files or folders of declarations, named from where the scenario's file is. `signoff` opens the stage
    with sign-offs: those that ship, or a house's own in a folder.
    """

    title: str
    rules: Names | None = None
    machines: Names = ()
    signoff: Annotated[bool | str, BeforeValidator(_signoff)] = False

    def signoff_beside(self, path: Path) -> bool | Path:
        """Return the sign-offs to open; their folder is beside the scenario's file."""
        return path.parent / self.signoff if isinstance(self.signoff, str) else self.signoff


class TaxpayerEntry(Entry):
    """A `[[taxpayer]]`; the first period that owes a GSTR-3B is October 2024 unless it is written.

    `extensions` are names of extensions in the calendar, which hold in some districts.
    """

    name: Name
    gstin: Gstin
    kind: Annotated[TaxpayerKind, word(TaxpayerKind, "kind of taxpayer")] = TaxpayerKind.NORMAL
    filing: Annotated[Filing, word(Filing, "way of filing")] = Filing.MONTHLY
    registered_from: Period = DEFAULT_REGISTERED_FROM
    extensions: Names = ()

    def taxpayer(self) -> Taxpayer:
        """Return the taxpayer as the engine knows them."""
        return Taxpayer(**dict(self))


class DocumentEntry(Entry):
    """A `[[document]]`; amounts in paise, `amends` the handle of another."""

    name: Name
    kind: Annotated[Kind, word(Kind, "kind of document")]
    supplier: Name
    recipient: Name
    number: Name
    date: Day
    taxable: Amount
    igst: Amount = 0
    cgst: Amount = 0
    sgst: Amount = 0
    cess: Amount = 0
    amends: Name | None = None
    pos: str | None = None
    reverse_charge: bool = False
    ineligible: IneligibleWord | None = None
    pending_blocked: bool | None = None

    def document(self, supplier: str, recipient: str, amends: OriginalReference | None) -> Document:
        """Return the document between two GSTINs."""
        content: dict[str, Any] = {key: value for key, value in self if key not in {"name", *HEADS}}
        tax = Heads(self.igst, self.cgst, self.sgst, self.cess)
        return Document(**content | {"supplier": supplier, "recipient": recipient, "amends": amends, "tax": tax})


class Step(Entry):
    """What every step may have: its moment, and the refusal that it must meet (code and rule)."""

    at: Moment
    refused: str | None = None
    rule: str | None = None


class Expectation(Entry):
    """What is expected: of a document, of a trigger on it, of a recipient's period, of a supplier's; tax in paise."""

    document: Name | None = None
    state: Annotated[State, word(State, "state")] | None = None
    disposition: Annotated[Disposition, word(Disposition, "disposition")] | None = None
    removed_for: Annotated[RemovedFor, word(RemovedFor, "reason")] | None = None
    two_b_period: Period | None = None
    direction: Annotated[Direction, word(Direction, "direction")] | None = None
    in_ims: bool | None = None
    section: SectionWord | None = None
    versions: int | None = None
    transitions: int | None = None
    trigger: Annotated[Trigger, word(Trigger, "trigger")] | None = None
    allowed: bool | None = None
    refused: str | None = None
    rule: str | None = None
    recipient: Name | None = None
    supplier: Name | None = None
    period: Period | None = None
    two_b: Annotated[TwoBState, word(TwoBState, "state of GSTR-2B")] | None = None
    itc_available: Tax | None = None
    itc_rejected: Tax | None = None
    itc_not_available: Tax | None = None
    reversal_4b1: Tax | None = None
    added_back: Tax | None = None
    two_a: Names | None = None


class Expect(Step):
    """A step that expects something and changes nothing."""

    expect: Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario as read: taxpayers and documents by handle, steps in the order of time; `book` is its law."""

    path: Path
    title: str
    rules: tuple[str, ...] = ()
    taxpayers: Mapping[str, TaxpayerEntry] = field(default_factory=dict)
    documents: Mapping[str, DocumentEntry] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    book: LawBook = field(default_factory=shipped_book)
    signoff: bool | Path = False
