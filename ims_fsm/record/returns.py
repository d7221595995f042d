"""GSTR-2B with its lines, and liabilities added back to suppliers, as values.

Imports the terms; runs no statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Section, TwoBState

Entry = Literal["document", "forward_reduction", "reversal_4b1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoB:
    """The GSTR-2B of a period as it stands; `generation` counts how often it was generated."""

    recipient: str
    period: TaxPeriod
    state: TwoBState = TwoBState.ABSENT
    seq: int = 0
    generation: int = 0
    generated_at: datetime | None = None
    filed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoBLine:
    """What one record brings into one section of GSTR-2B, in paise; `counts` says whether the total has it."""

    record_id: int
    entry: Entry
    section: Section
    decision: str
    tax: Heads
    record_version: int
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Liability:
    """Liability added back to a supplier in one of their periods, in paise (FAQ 34)."""

    recipient: str
    record_id: int
    supplier: str
    supplier_period: TaxPeriod
    recipient_period: TaxPeriod
    at: datetime
    tax: Heads
