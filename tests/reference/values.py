"""The values of the reference model: tax, taxpayers, returns, records. Imports nothing of the program."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from . import days

HEADS = ("igst", "cgst", "sgst", "cess")
NOTHING = (0, 0, 0, 0)
Money = tuple[int, int, int, int]
ACTIONS = {"accept": "accepted", "reject": "rejected", "keep_pending": "pending", "reset": "no_action"}
ELIGIBLE = ("normal", "sez_unit", "sez_developer", "casual")  # FAQ 9
NO_CREDIT = ("reverse_charge", "pos", "sec_16_4")  # flows directly, and stands for its whole chain
DIRECT = (*NO_CREDIT, "rule_37a")  # flows directly; rule 37A asks to reverse until the tax is paid, and ends no credit
OTHER_FORMS = ("GSTR-5", "GSTR-6")
LIMITED = ("invoice", "debit_note", "eco_document")  # what section 16(4) speaks of


def money(table: dict[str, str]) -> Money:
    a, b, c, d = (round(float(table.get(head, "0")) * 100) for head in HEADS)
    return (a, b, c, d)


def add(a: Money, b: Money, sign: int = 1) -> Money:
    return tuple(x + sign * y for x, y in zip(a, b, strict=True))  # type: ignore[return-value]  # as long as both


def under(a: Money, b: Money) -> bool:
    return any(x < y for x, y in zip(a, b, strict=True))


def lacking(a: Money, b: Money) -> Money:
    """Return how far `b` lies below `a`, head by head."""
    return add(a, lower(a, b), -1)


def lower(a: Money, b: Money) -> Money:
    return tuple(map(min, a, b))  # type: ignore[return-value]  # as long as both


def carries(form: str, kind: str) -> bool:
    """Say whether a form reports a kind of document (FAQ 1, 8)."""
    return (form == "ICEGATE") == (kind == "bill_of_entry") and (kind != "eco_document" or form not in OTHER_FORMS)


@dataclass
class Taxpayer:
    """A `[[taxpayer]]`, and what they have filed."""

    name: str
    gstin: str
    kind: str = "normal"
    filing: str = "monthly"
    registered_from: str = "2024-10"
    extensions: tuple[str, ...] = ()
    filed_3b: dict[str, datetime] = field(default_factory=dict)
    annual: dict[str, datetime] = field(default_factory=dict)
    two_b: dict[str, TwoB] = field(default_factory=dict)

    @property
    def quarterly(self) -> bool:
        return self.filing == "quarterly"

    def own(self, period: str) -> str:
        """Return the 2B and 3B period of this taxpayer in which a month lies (FAQ 27)."""
        return days.quarter(period) if self.quarterly else period

    def previous(self, period: str) -> str:
        return days.plus(period, -3 if self.quarterly else -1)

    def has_filed(self, period: str) -> bool:
        return period < self.registered_from or period in self.filed_3b


@dataclass
class TwoB:
    """A generated GSTR-2B: for each document what it brings and where; what it leaves out although filed."""

    state: str = "draft"
    lines: list[tuple[str, str, Money]] = field(default_factory=list)  # document, section or total, amount
    sections: dict[str, str] = field(default_factory=dict)
    superseded: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def total(self, name: str) -> Money:
        amount = NOTHING
        for _, where, tax in self.lines:
            if where == name:
                amount = add(amount, tax)
        return amount


class Chain(list["Record"]):
    """The versions of a document, the oldest first: E and the value agreed to, as the last GSTR-3B left them."""

    carried = agreed = NOTHING

    def take(self, record: Record) -> None:
        """Take a version in: the original, then its amendments by return, a GSTR-1A after the GSTR-1 of its period.

        That is the order in which a supplier files, whichever was saved first (rule 59(1)).
        """
        self.append(record)
        self.sort(key=lambda version: version.turn)

    def asked(self) -> list[Record]:
        """Return the versions of which its unknown original may be stated: superseded ones, and the next (FAQ 13)."""
        there = [version for version in self if version.removed_for != "supplier_deleted"]
        superseded = list(takewhile(lambda version: version.disposition == "superseded", there))
        return there[: len(superseded) + 1]

    def stated(self) -> tuple[str | None, Money]:
        """Return what was stated last: how the original was decided, and what it stood at."""
        return next((v.stated for v in reversed(self.asked()) if v.stated[0]), (None, NOTHING))


@dataclass(eq=False)
class Record:
    """A `[[document]]` that was saved; two of equal content are two."""

    name: str
    kind: str
    number: str
    supplier: Taxpayer
    recipient: Taxpayer
    date: date
    tax: Money
    amends: bool
    form: str
    period: str
    reverse_charge: bool = False
    ineligible: str | None = None
    pending_blocked: bool = False
    filed_at: datetime | None = None
    month: str = ""  # of GSTR-2B, fixed by the filing
    state: str = "no_action"
    disposition: str | None = None
    removed_for: str | None = None
    reduce: Any = None
    stated: tuple[str | None, Money] = (None, NOTHING)  # how an unknown original was decided, and what it stood at
    versions: Chain = field(default_factory=Chain)  # one for all of its chain
    log: tuple[tuple[str, str, str], ...] = ()  # trigger, source, dest

    @property
    def value(self) -> Money:
        return add(NOTHING, self.tax, -1 if self.kind == "credit_note" else 1)

    @property
    def live(self) -> bool:
        return self.state not in ("frozen", "removed")

    @property
    def content(self) -> tuple[object, ...]:
        """What its supplier reports (FAQ 16)."""
        return self.number, self.date, self.tax, self.reverse_charge, self.ineligible

    @property
    def turn(self) -> tuple[bool, str, bool]:
        return (True, self.period, self.form == "GSTR-1A") if self.amends else (False, "", False)

    @property
    def carried(self) -> Money:
        """E of its chain; until a version is decided, what was stated of an unknown original."""
        return self.versions.carried if any(v.decided for v in self.chain) else self.versions.stated()[1]

    @property
    def agreed(self) -> Money:
        """What stands with the supplier is measured against it."""
        return self.versions.agreed if any(v.decided for v in self.chain) else self.versions.stated()[1]

    @property
    def chain(self) -> list[Record]:
        """The versions of its chain, the oldest first; a deleted one never was."""
        return [version for version in self.versions if version.removed_for != "supplier_deleted"]

    def ancestors(self) -> list[Record]:
        """Return the versions before this one, the nearest first."""
        at = self.versions.index(self)
        return [version for version in self.versions[:at][::-1] if version.removed_for != "supplier_deleted"]

    def later(self) -> list[Record]:
        """Return the versions after this one, the oldest first."""
        return [v for v in self.versions[self.versions.index(self) + 1 :] if v.removed_for != "supplier_deleted"]

    @property
    def first(self) -> Record:
        return next(iter(self.chain), self)

    def move(self, trigger: str, state: str) -> None:
        """Come to a state, as the log says it."""
        self.log += ((trigger, self.state, state),)
        self.state = state

    @property
    def unknown(self) -> bool:
        """Say whether it amends something that nobody told of, and no version was decided here since (FAQ 13)."""
        return self.first.amends and not self.versions.stated()[0] and not any(v.decided for v in self.ancestors())

    @property
    def decided(self) -> bool:
        """Say whether a GSTR-3B has decided it, otherwise than as superseded."""
        return self.disposition not in (None, "superseded")


def names(step: dict[str, Any]) -> list[str]:
    return list(step.get("documents") or [step["document"]])
