"""Which of a recipient's records are meant: a filter, as a value.

Imports the terms; `store.records.conditions` reads it in SQL.
"""

from __future__ import annotations

from dataclasses import dataclass

from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which of a recipient's records are meant; what is left out does not narrow, and all of it holds together."""

    states: tuple[State, ...] = ()
    kinds: tuple[Kind, ...] = ()
    supplier: str | None = None
    number: str | None = None
    return_period: TaxPeriod | None = None
    two_b_period: TaxPeriod | None = None
    supplier_status: SupplierStatus | None = None
    in_ims: bool | None = None
