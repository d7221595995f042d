"""A tale of steps between supplier, portal and recipient: what a step is, how its money reads, the tale in sentences.

Imports the law's refusals, the ledger and the terms; tells nothing itself and draws nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple

from ims_fsm.draw.citation import cite_all
from ims_fsm.law.book import LawBook
from ims_fsm.law.declaration import StateDeclaration
from ims_fsm.law.ledger import Standing
from ims_fsm.law.refusal import Refusal
from ims_fsm.terms.money import shown
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind


class Actor(StrEnum):
    """Whose lifeline it is."""

    SUPPLIER = "supplier"
    PORTAL = "portal"
    RECIPIENT = "recipient"


class Entry(NamedTuple):
    """What a step moves on one side, and what stands there after it, in paise."""

    amount: int
    total: int


class Becomes(NamedTuple):
    """The state that a record is in after a step, as it is declared and in words."""

    state: StateDeclaration
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message from an actor to another."""

    day: dt.date
    source: Actor
    target: Actor
    #: What the source does, as the end of a sentence, and the rules that say so.
    says: str
    rules: tuple[str, ...]
    #: What it moves on the supplier's side and on the recipient's.
    liability: Entry | None = None
    credit: Entry | None = None
    becomes: Becomes | None = None
    #: Why it fails, where it does.
    refusals: tuple[Refusal, ...] = ()

    @property
    def when(self) -> str:
        """The day without its year, like 14 Nov."""
        return f"{self.day.day} {self.day:%b}"

    @property
    def cited(self) -> str:
        """Its citations in one line."""
        return cite_all(self.rules)

    def refused(self, fields: Mapping[str, str] | None) -> tuple[str, ...]:
        """Return each refusal as a clause with its citation and code; without `fields` as one that was said before."""
        named = None if fields is None else {**fields, "document": "it", "original": "the original"}
        clauses = ("as before" if named is None else _clause(refusal.sentence(named)) for refusal in self.refusals)
        return tuple(
            f"{clause} ({cite_all([refusal.rule])}, {refusal.code})"
            for clause, refusal in zip(clauses, self.refusals, strict=True)
        )


class Tale:
    """A story of steps between two taxpayers who file monthly, each return on its due day."""

    name: ClassVar[str]
    title: ClassVar[str]
    says: ClassVar[str]
    #: What the document is.
    kind: ClassVar[Kind]

    def __init__(self, book: LawBook, period: TaxPeriod) -> None:
        """Begin with a document of a 2B period: nothing is told yet, and nothing stands."""
        self.book = book
        self.rule_set = book.law.machine(str(self.kind)).at(period).rule_set.id
        self.steps: list[Step] = []
        #: Where both sides stand after the steps.
        self.after = Standing()

    @property
    def ending(self) -> str:
        """Where both sides stand in the end, as a sentence."""
        standing, carried = self.after.standing.total, self.after.carried.total
        if standing == carried:
            return f"In the end the supplier's liability and the recipient's ITC are the same: {balance(standing)}"
        return f"In the end the supplier's liability is {balance(standing)} and the recipient's ITC {balance(carried)}"

    def said(self, fields: Mapping[str, str]) -> str:
        """Return the whole tale in sentences; `fields` fill in its refusals."""
        return " ".join((f"{self.title}: {self.says}.", *self._sentences(fields), f"{self.ending}."))

    def _sentences(self, fields: Mapping[str, str]) -> Iterator[str]:
        for step in self.steps:
            sides = (("liability", step.liability), ("ITC", step.credit))
            money = [f", {side} {signed(entry.amount)}, total {balance(entry.total)}" for side, entry in sides if entry]
            yield f"{step.when}: the {step.source} {step.says} ({step.cited}){''.join(money)}."
            yield from (f"Refused: {clause}." for clause in step.refused(fields))


def signed(paise: int) -> str:
    """Return paise in rupees with their sign; nothing is 0.00.

    >>> signed(12345678900), signed(0)
    ('+12,34,56,789.00', '0.00')
    """
    sign = "+" if paise > 0 else "\N{MINUS SIGN}" if paise < 0 else ""
    return f"{sign}{shown(abs(paise))}"


def balance(paise: int) -> str:
    """Return paise in rupees, with a sign only below zero."""
    return signed(paise).removeprefix("+")


def _clause(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
