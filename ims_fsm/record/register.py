"""A recipient's purchase register: its documents, how they are paired with records, and what a matching comes to.

Values only; runs no statement. Amounts are paise, without a sign for credit notes too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from ims_fsm.errors import Problem
from ims_fsm.law.overlay import Overlay
from ims_fsm.record.record import Record
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind

# A field called date hides the type from whoever reads the annotations of its class.
Day = date


class Booked(NamedTuple):
    """A document as a register has it: its lines of several rates are one; `place` is where its first line stands."""

    recipient: str
    supplier: str
    kind: Kind
    number: str
    date: date
    taxable: int
    igst: int
    cgst: int
    sgst: int
    cess: int
    place: str
    lines: int


@dataclass(frozen=True, slots=True)
class PurchaseRegister:
    """A register that was read: its documents, and what of it is no document.

    `passed_over` counts rows by why they are none; `unread` are titles that mean nothing here. `recipients` are those
    that a column names; a document without one is of whoever imports it. `layout` is the one that its titles were read
    by, None where that is the one that ships.
    """

    source: str
    documents: Sequence[Booked]
    passed_over: Mapping[str, int]
    unread: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    layout: Overlay | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        """The recipients that a column of the register names, in order."""
        return tuple(sorted({booked.recipient for booked in self.documents if booked.recipient}))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterDocument:
    """A document of the register as it is kept; `period` is whose register it stands in, blank for none."""

    id: int
    supplier: str
    kind: Kind
    number: str
    date: date
    taxable: int
    tax: Heads
    period: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A pair, or what no rule pairs: then one of both is None. `rule` is None where none made it.

    `class_name` is the class that `machines/matching.toml` declares, like "exact".
    The differences are the register's less the record's, in paise and days; of what is alone they are nothing.
    """

    class_name: str
    rule: str | None = None
    document: RegisterDocument | None = None
    record: Record | None = None

    @property
    def key(self) -> tuple[int, int]:
        """What a page begins behind: the ids of the document and the record, 0 for the one that it lacks."""
        return (self.document.id if self.document else 0, self.record.id if self.record else 0)

    @property
    def tax_off(self) -> Heads:
        """By how much the register's tax is more than the record's, per head, in paise."""
        if self.document is None or self.record is None:
            return NIL
        return self.document.tax - self.record.document.tax

    @property
    def taxable_off(self) -> int:
        """By how much the register's taxable value is more than the record's, in paise."""
        if self.document is None or self.record is None:
            return 0
        return self.document.taxable - self.record.document.taxable

    @property
    def days_off(self) -> int:
        """How many days later the register dates the document."""
        if self.document is None or self.record is None:
            return 0
        return (self.document.date - self.record.document.date).days


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedClass:
    """What a class of a matching adds up to, in paise: as the register has it, as the records have it."""

    name: str
    says: str
    count: int
    booked_taxable: int = 0
    booked_tax: Heads = NIL
    reported_taxable: int = 0
    reported_tax: Heads = NIL
    examples: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What stood in the register before and does not any more, or was paired and is not: how many, and the first."""

    count: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterKept:
    """What importing a register came to; `others` counts documents of recipients whose desk it is not."""

    source: str
    period: TaxPeriod | None
    documents: int
    new: int
    changed: int
    unchanged: int
    gone: Gone
    others: int
    passed_over: Mapping[str, int]
    unread: tuple[str, ...]
    warnings: tuple[Problem, ...]
    #: By which its titles were read; None: by the layout that ships.
    layout: Overlay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRegister:
    """A register that is here: of which period (blank for none), from which file, and how many documents it has."""

    period: str
    source: str
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """How a recipient's register and records stand to each other; `kept` is the register that was given, if any.

    `parted` is what was paired before and is not now; `waiting` are decisions of people on what is not here. `rules` is
    what is laid over the rules that ship, None: nothing.
    """

    recipient: str
    period: TaxPeriod | None
    classes: tuple[MatchedClass, ...]
    kept: RegisterKept | None
    parted: Gone
    waiting: Gone
    narrowed: Gone = Gone()
    rules: Overlay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDecision:
    """That somebody paired a document of the register with a record, or parted the two, and why."""

    number: int
    decision: str
    supplier: str
    document: str
    date: Day
    kind: Kind
    record_id: int
    reason: str
    actor: str
    at: datetime
