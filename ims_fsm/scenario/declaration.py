"""The form of a scenario's file: taxpayers, documents and steps, with a table for each verb and for what is expected.

Imports the values and the words of the field; reads no file and runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self, cast, get_args

from pydantic import model_validator

from ims_fsm.record.scene import ReduceItc
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.scenario.values import (
    Amount,
    Day,
    Entry,
    FinancialYear,
    Gstin,
    Moment,
    Name,
    Names,
    Period,
    Reduction,
    Tax,
    Text,
    word,
)
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import (
    Direction,
    Disposition,
    Filing,
    Form,
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
Ineligible = Literal["pos", "sec_16_4", "rule_37a", "none"]
IneligibleWord = Annotated[Ineligible, word(str, "reason", get_args(Ineligible))]
FormWord = Annotated[Form, word(Form, "form")]
SectionWord = Annotated[str, word(str, "section", (*Section, "none"))]


class Header(Entry):
    """What stands at the top: the title and the rules that the scenario proves."""

    title: Text
    rules: Names | None = None


class TaxpayerEntry(Entry):
    """A `[[taxpayer]]`; the first period that owes a GSTR-3B is October 2024 unless it is written."""

    name: Name
    gstin: Gstin
    kind: Annotated[TaxpayerKind, word(TaxpayerKind, "kind of taxpayer")] = TaxpayerKind.NORMAL
    filing: Annotated[Filing, word(Filing, "way of filing")] = Filing.MONTHLY
    registered_from: Period = DEFAULT_REGISTERED_FROM

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


class Step(Entry):
    """What every step may have: its moment, and the refusal that it must meet (code and rule)."""

    at: Moment
    refused: Text | None = None
    rule: Text | None = None


class Do(Step):
    """A step that does something."""

    do: str

    @model_validator(mode="after")
    def _rule_of_a_refusal(self) -> Self:
        if self.rule is not None and self.refused is None:
            raise ValueError("has `rule` without `refused`; a rule is what a refusal cites, so add the refusal's code")
        return self


class OnDocuments(Do):
    """A step on one document or on several."""

    document: Name | None = None
    documents: Names | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.document is None) == (self.documents is None):
            number = "neither" if self.document is None else "both"
            raise ValueError(f"has {number} of `document` and `documents`; write one of them")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The handles of the documents."""
        return self.documents or (self.document or "",)


class Save(OnDocuments):
    """The supplier saves documents in a form of a return period."""

    form: FormWord
    period: Period


class Changes(Entry):
    """What an edit changes; amounts in paise."""

    taxable: Amount | None = None
    igst: Amount | None = None
    cgst: Amount | None = None
    sgst: Amount | None = None
    cess: Amount | None = None
    number: Name | None = None
    date: Day | None = None
    pos: Text | None = None
    reverse_charge: bool | None = None
    ineligible: IneligibleWord | None = None

    def named(self) -> dict[str, object]:
        """Return the changes that were written, for a document."""
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        if changes.get("ineligible") == "none":
            changes["ineligible"] = None
        return changes


class Edit(Do):
    """The supplier changes a saved document."""

    document: Name
    changes: Changes


class Delete(OnDocuments):
    """The supplier deletes saved documents."""


class File(Do):
    """The supplier files a form of a return period."""

    supplier: Name
    form: FormWord
    period: Period


class Act(OnDocuments):
    """The recipient acts; what is declared about the ITC to be reduced is in paise."""

    remarks: Text | None = None
    reduce_itc: Reduction | None = None

    @property
    def declared(self) -> ReduceItc | None:
        """What is declared about the ITC to be reduced."""
        return cast("ReduceItc | None", self.reduce_itc)


class OfPeriod(Do):
    """The recipient generates GSTR-2B or files GSTR-3B of a tax period."""

    recipient: Name
    period: Period


class AnnualReturn(Do):
    """The recipient files the annual return of a financial year."""

    recipient: Name
    fy: FinancialYear


class Sweep(Do):
    """The scheduler does what the calendar owes by now."""


VERBS: Mapping[str, type[Do]] = {
    "save": Save,
    "edit": Edit,
    "delete": Delete,
    "file": File,
    **dict.fromkeys(("accept", "reject", "keep_pending", "reset"), Act),
    "generate_2b": OfPeriod,
    "file_3b": OfPeriod,
    "file_annual_return": AnnualReturn,
    "sweep": Sweep,
}


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
    refused: Text | None = None
    rule: Text | None = None
    recipient: Name | None = None
    supplier: Name | None = None
    period: Period | None = None
    two_b: Annotated[TwoBState, word(TwoBState, "state of GSTR-2B")] | None = None
    itc_available: Tax | None = None
    itc_rejected: Tax | None = None
    itc_not_available: Tax | None = None
    reversal_4b1: Tax | None = None
    added_back: Tax | None = None

    @property
    def written(self) -> frozenset[str]:
        """The keys that the file has."""
        return frozenset(self.model_fields_set)


OF_A_DOCUMENT = (
    "state",
    "disposition",
    "removed_for",
    "two_b_period",
    "direction",
    "in_ims",
    "section",
    "versions",
    "transitions",
)
OF_A_TRIGGER = ("trigger", "allowed", "refused", "rule")
OF_A_RECIPIENT = ("two_b", "itc_available", "itc_rejected", "itc_not_available", "reversal_4b1")
OF_A_SUPPLIER = ("added_back",)


class Expect(Step):
    """A step that expects something and changes nothing."""

    expect: Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario as read: taxpayers and documents by handle, steps in the order of time."""

    path: Path
    title: str
    rules: tuple[str, ...] = ()
    taxpayers: Mapping[str, TaxpayerEntry] = field(default_factory=dict)
    documents: Mapping[str, DocumentEntry] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
