"""A registered taxpayer, as a value.

Imports the terms; runs no statement.
"""

from __future__ import annotations

from dataclasses import dataclass

from ims_fsm.terms.gstin import state_code
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxpayer:
    """A taxpayer; `registered_from` is the first period that owes a GSTR-3B, earlier ones count as filed."""

    gstin: str
    name: str = ""
    kind: TaxpayerKind = TaxpayerKind.NORMAL
    filing: Filing = Filing.MONTHLY
    registered_from: TaxPeriod

    @property
    def state(self) -> str:
        """The two-digit code of the state of registration, which decides due dates."""
        return state_code(self.gstin)
