"""The file of a scenario: its taxpayers, its documents, its steps.

Imports the values and the steps; reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.scenario.steps import IneligibleWord, Step
from ims_fsm.scenario.values import Amount, Day, Entry, Gstin, Name, Names, Period, Text, word
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Kind, TaxpayerKind

# What the grammar of scenarios says where a file does not; the law's own first period is in machines/calendar.toml.
DEFAULT_REGISTERED_FROM = TaxPeriod("2024-10")


class Header(Entry):
    """What stands at the top: the title and the rules that the scenario proves."""

    title: Text
    rules: Names | None = None


class TaxpayerEntry(Entry):
    """A `[[taxpayer]]`; the first period that owes a GSTR-3B is October 2024 unless it is written."""

    name: Name
    gstin: Gstin
    kind: Annotated[TaxpayerKind, word(TaxpayerKind, "kind of taxpayer", TaxpayerKind)] = TaxpayerKind.NORMAL
    filing: Annotated[Filing, word(Filing, "way of filing", Filing)] = Filing.MONTHLY
    registered_from: Period = DEFAULT_REGISTERED_FROM

    def taxpayer(self) -> Taxpayer:
        """Return the taxpayer as the store knows him."""
        return Taxpayer(
            gstin=self.gstin,
            name=self.name,
            kind=self.kind,
            filing=self.filing,
            registered_from=self.registered_from,
        )


class DocumentEntry(Entry):
    """A `[[document]]`; amounts in paise, `amends` the handle of another."""

    name: Name
    kind: Annotated[Kind, word(Kind, "kind of document", Kind)]
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
    pos: Text | None = None
    reverse_charge: bool = False
    ineligible: IneligibleWord | None = None
    pending_blocked: bool | None = None

    def document(self, supplier: str, recipient: str, amends: OriginalReference | None) -> Document:
        """Return the document between two GSTINs."""
        return Document(
            kind=self.kind,
            supplier=supplier,
            recipient=recipient,
            number=self.number,
            date=self.date,
            taxable=self.taxable,
            tax=Heads(self.igst, self.cgst, self.sgst, self.cess),
            pos=self.pos,
            reverse_charge=self.reverse_charge,
            ineligible=None if self.ineligible == "none" else self.ineligible,
            amends=amends,
            pending_blocked=self.pending_blocked,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario as read: taxpayers and documents by handle, steps in the order of time."""

    path: Path
    title: str
    rules: tuple[str, ...] = ()
    taxpayers: Mapping[str, TaxpayerEntry] = field(default_factory=dict)
    documents: Mapping[str, DocumentEntry] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
