"""An amendment and a rejected credit note as tales of steps: what a step is, and how its money reads.

Imports the law's refusals and the terms; tells nothing itself and draws nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from ims_fsm.law.declaration import StateDeclaration
from ims_fsm.law.ledger import Standing
from ims_fsm.law.refusal import Refusal
from ims_fsm.terms.money import shown
from ims_fsm.terms.period import TaxPeriod


class Actor(StrEnum):
    """Whose lifeline it is."""

    SUPPLIER = "supplier"
    PORTAL = "portal"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a step moves on one side, and what stands there after it, in paise."""

    amount: int
    total: int


@dataclass(frozen=True, slots=True)
class Becomes:
    """The state that a record is in after a step, as it is declared and in words."""

    state: StateDeclaration
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message from an actor to another: what it says, its citations, its money, and the refusals where it fails.

    `liability` is the supplier's side, `credit` the recipient's.
    """

    day: dt.date
    source: Actor
    target: Actor
    says: str
    rules: tuple[str, ...]
    liability: Entry | None = None
    credit: Entry | None = None
    becomes: Becomes | None = None
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Tale:
    """A story of steps: its title, what it shows, its rule set, its steps, and where both sides stand in the end."""

    name: str
    title: str
    says: str
    rule_set: str
    steps: tuple[Step, ...]
    after: Standing


def signed(paise: int) -> str:
    """Return paise in rupees with its sign, like +20.00; nothing is 0.00.

    >>> signed(2000), signed(0)
    ('+20.00', '0.00')
    """
    sign = "+" if paise > 0 else "\N{MINUS SIGN}" if paise < 0 else ""
    return f"{sign}{shown(abs(paise))}"


def balance(paise: int) -> str:
    """Return paise in rupees, with a sign only below zero."""
    return signed(paise).removeprefix("+")


def month(period: TaxPeriod) -> str:
    """Return the month of a period without its year."""
    return period.in_words.split()[0]
