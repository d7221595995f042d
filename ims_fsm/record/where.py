"""Which of a recipient's records are meant: a filter, as a value.

Imports the terms; `store.listing.conditions` reads it in SQL.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ims_fsm.terms.border import Border
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus

Sort = Literal["id", "number", "supplier", "date", "tax", "-id", "-number", "-supplier", "-date", "-tax"]
"""What a list is ordered by; "-" before it turns the order. Tax is that of all heads, below zero for a credit note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which of a recipient's records are meant; what is left out does not narrow, and all of it holds together."""

    states: Collection[State] = ()
    kinds: Collection[Kind] = ()
    supplier: str | None = None
    #: The document's number, in whatever letters; "*" stands for any characters, as in "INV-*".
    number: str | None = None
    #: Whether it amends a document; False is an original.
    amended: bool | None = None
    return_period: TaxPeriod | None = None
    two_b_period: TaxPeriod | None = None
    #: The 2B period; for a record that is only saved the one that filing it now would give. It narrows in Python.
    expected_period: TaxPeriod | None = None
    supplier_status: SupplierStatus | None = None
    in_ims: bool | None = None
    #: The last day (in India) on which a GSTR-3B can take its credit (section 16(4)).
    credit_until: date | None = None
    #: Whether it is an amendment that waits because nobody knows how its original was decided (FAQ 13). It narrows in
    #: Python.
    original_unknown: bool | None = None
    #: Classes of the last matching with the purchase register, as `machines/matching.toml` names them.
    match: Collection[str] = ()
    #: Whether the portal is still to be told its action or declaration. It narrows in Python.
    to_upload: bool | None = None

    @property
    def narrows_in_python(self) -> bool:
        """Whether a condition on the record's columns does not say all of it."""
        return any(of is not None for of in (self.expected_period, self.original_unknown, self.to_upload))

    def checked(self) -> Where:
        """Return the filter with every field as it is read; raises `InputError` naming all that cannot be."""
        border = Border("where")
        kept = Where(
            states=tuple(border.word("states", state, State) for state in border.several("states", self.states)),
            kinds=tuple(border.word("kinds", kind, Kind) for kind in border.several("kinds", self.kinds)),
            supplier=None if self.supplier is None else border.gstin("supplier", self.supplier),
            number=None if self.number is None else border.text("number", self.number),
            amended=None if self.amended is None else border.flag("amended", self.amended),
            return_period=None if self.return_period is None else border.period("return_period", self.return_period),
            two_b_period=None if self.two_b_period is None else border.period("two_b_period", self.two_b_period),
            expected_period=None
            if self.expected_period is None
            else border.period("expected_period", self.expected_period),
            supplier_status=None
            if self.supplier_status is None
            else border.word("supplier_status", self.supplier_status, SupplierStatus),
            in_ims=None if self.in_ims is None else border.flag("in_ims", self.in_ims),
            credit_until=None if self.credit_until is None else border.day("credit_until", self.credit_until),
            original_unknown=None
            if self.original_unknown is None
            else border.flag("original_unknown", self.original_unknown),
            match=tuple(border.text("match", name) for name in border.several("match", self.match)),
            to_upload=None if self.to_upload is None else border.flag("to_upload", self.to_upload),
        )
        border.close()
        return kept
