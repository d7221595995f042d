"""What suppliers are chased for, as values: documents, what a supplier's come to, who was written to, payments held.

Imports the terms and the law; runs no statement. Amounts are paise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ims_fsm.law.chasing import ReasonDeclaration
from ims_fsm.record.register import Match, RegisterDocument
from ims_fsm.terms.border import Border, checked_key
from ims_fsm.terms.characters import visible
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod, day_in_words
from ims_fsm.terms.vocabulary import Kind

#: How a letter is written: text, or a mail file.
Format = Literal["text", "eml"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaseFilter:
    """Which documents suppliers are chased for; what is left out narrows nothing.

    `period` is that of the register or the return, `reasons` and `suppliers` names and GSTINs, `min_tax` the paise of
    tax at stake that a supplier has at least, `older_than` days since the date of a document, `again_after` the days
    for which nobody is written to again, but for who was written to under the idempotency key `key`: the same request
    has the same letters.
    """

    period: TaxPeriod | None = None
    reasons: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    min_tax: int = 0
    older_than: int | None = None
    again_after: int | None = None
    key: str | None = None

    def checked(self, reasons: Mapping[str, ReasonDeclaration]) -> ChaseFilter:
        """Return it with every field as it is kept; raises `InputError` naming all that cannot be read."""
        border = Border("chase")
        wanted = border.several("reasons", self.reasons)
        for name in wanted:
            if not isinstance(name, str) or name not in reasons:
                border.wrong("reasons", name, "is not a reason to chase", f"use {', '.join(reasons)}")
        checked = ChaseFilter(
            period=None if self.period is None else border.period("period", self.period),
            reasons=tuple(map(str, wanted)),
            suppliers=tuple(border.gstin("suppliers", name) for name in border.several("suppliers", self.suppliers)),
            min_tax=border.paise("min_tax", self.min_tax),
            older_than=border.days("older_than", self.older_than),
            again_after=border.days("again_after", self.again_after),
            key=checked_key(self.key),
        )
        border.close()
        return checked


@dataclass(frozen=True, slots=True)
class ChaseTally:
    """How many documents, and the tax that is at stake with them."""

    documents: int = 0
    tax: Heads = NIL

    def __add__(self, other: ChaseTally) -> ChaseTally:
        """Return both together."""
        return ChaseTally(self.documents + other.documents, self.tax + other.tax)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to a supplier: the name of its file, its bytes with their SHA-256, and what it is about in sums."""

    supplier: str
    name: str
    content: bytes
    sha256: str
    documents: int
    tax: Heads

    def checked(self) -> Letter:
        """Return it with every field that a log keeps as it is kept; raises `InputError`."""
        border = Border("letter")
        kept = replace(
            self,
            supplier=border.gstin("supplier", self.supplier),
            name=border.text("name", self.name),
            sha256=border.text("sha256", self.sha256, longest=64),
            documents=border.paise("documents", self.documents),
            tax=border.heads("tax", self.tax),
        )
        border.close()
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Chased:
    """That a supplier was written to: when (UTC), by whom, with which letter, about how many documents and how much.

    `sha256` is that of the letter's bytes; `documents` and `tax` are all that it is about, listed or not.
    """

    number: int
    supplier: str
    at: dt.datetime
    actor: str
    letter: str
    sha256: str
    documents: int
    tax: Heads


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierToChase:
    """What a supplier is chased for, in sums: by reason, and by the band of age.

    `name` is as the portal has it, blank where it has none. `first` and `last` are the dates of their oldest and newest
    document, `days` the age of the oldest; `credit_until` is the first last day for credit (section 16(4)).
    """

    supplier: str
    name: str
    first: dt.date
    last: dt.date
    days: int
    by_reason: Mapping[str, ChaseTally]
    by_band: Mapping[str, ChaseTally]
    credit_until: dt.date | None = None
    chased: Chased | None = None

    @property
    def total(self) -> ChaseTally:
        """All of it."""
        return sum(self.by_reason.values(), ChaseTally())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaseTotals:
    """What all suppliers to chase come to: how many they are, by reason, and by the band of age.

    `says` is what each reason says to the recipient.
    """

    suppliers: int
    says: Mapping[str, str]
    by_reason: Mapping[str, ChaseTally]
    by_band: Mapping[str, ChaseTally]

    @property
    def total(self) -> ChaseTally:
        """All of it."""
        return sum(self.by_reason.values(), ChaseTally())


@dataclass(frozen=True, slots=True, kw_only=True)
class ToChase:
    """A document that a supplier is chased for: as it was matched, why, and the tax that is at stake with it.

    `days` have passed since its date; `credit_until` is the last day for its credit (section 16(4)), None where there
    is none, `amend_until` the supplier's for an amendment (section 37(3)). `next` is the first period whose GSTR-1 is
    not due yet and that can have it, `due` that day; `quarterly` is what a supplier who files quarterly reports it in,
    `quarterly_due` when.
    """

    match: Match
    reason: ReasonDeclaration
    stake: Heads
    days: int
    band: str
    next: TaxPeriod
    due: dt.date
    quarterly: str
    quarterly_due: dt.date
    credit_until: dt.date | None = None
    amend_until: dt.date | None = None
    over: bool = False

    @property
    def supplier(self) -> str:
        """The supplier who is chased: as the books have them, where they do."""
        return self._of.supplier

    @property
    def number(self) -> str:
        """The document's number, as the books have it where they do."""
        return self._of.number

    @property
    def date(self) -> dt.date:
        """The document's date, as the books have it where they do."""
        return self._of.date

    @property
    def kind(self) -> Kind:
        """What the document is."""
        return self._of.kind

    @property
    def asks(self) -> str:
        """What the supplier is asked to do, in words."""
        record = self.match.record
        sentence = (self.late and self.reason.asks_late) or self.reason.asks
        return sentence.format(
            form=record.form if record else "",
            reported=record.return_period.in_words if record else "",
            next=self.next.in_words,
            due=day_in_words(self.due),
            quarterly=self.quarterly,
            quarterly_due=day_in_words(self.quarterly_due),
            until=day_in_words(self.amend_until) if self.amend_until else "",
            supplier=visible(self.supplier),
            reported_by=visible(record.document.supplier) if record else "",
        )

    @property
    def late(self) -> bool:
        """Whether an amendment in the next return would be filed too late (section 37(3))."""
        return self.amend_until is not None and self.amend_until < self.due

    @property
    def rule(self) -> str:
        """The rule on which what is asked stands."""
        return (self.late and self.reason.rule_late) or self.reason.rule

    @property
    def _of(self) -> RegisterDocument | Document:
        if self.match.document is not None:
            return self.match.document
        assert self.match.record is not None  # noqa: S101 -- a match has one of both
        return self.match.record.document


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPayment:
    """A payment to hold until a supplier has done what they are asked for: the tax at stake, and when it is free."""

    supplier: str
    number: str
    date: dt.date
    kind: Kind
    #: Whether the document is in the purchase register; else the number is as the supplier reported it.
    booked: bool
    tax: Heads
    reason: str
    release: str
    rule: str
    credit_until: dt.date | None

    @property
    def hold(self) -> int:
        """How much is held, in paise: the tax at stake."""
        return self.tax.total
