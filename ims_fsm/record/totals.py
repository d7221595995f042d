"""What a recipient's records add up to, by any of what they have in common.

Imports the terms; runs no statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus

Key = TypeVar("Key")
#: What is counted of the records of a kind.
COUNTED = ("records", "saved", "filed", *(str(state).replace("_", " ") for state in State))


@dataclass(frozen=True, slots=True)
class Totals:
    """So many records with their taxable value and tax in paise; credit notes take from them."""

    records: int = 0
    taxable: int = 0
    tax: Heads = NIL

    def __add__(self, other: Totals) -> Totals:
        """Return both together."""
        return Totals(self.records + other.records, self.taxable + other.taxable, self.tax + other.tax)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Records that have all of this in common; `period` is their 2B period, of saved ones if they were filed now."""

    supplier: str
    supplier_name: str
    kind: Kind
    amended: bool
    supplier_status: SupplierStatus
    state: State
    period: TaxPeriod
    totals: Totals


@dataclass(frozen=True, slots=True)
class SupplierTotals:
    """What a supplier's records add up to."""

    supplier: str
    supplier_name: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class Summary:
    """A recipient's records that match a filter, added up."""

    recipient: str
    groups: tuple[Alike, ...]

    def by(self, key: Callable[[Alike], Key]) -> dict[Key, Totals]:
        """Return the totals by whatever is read of a group, like `lambda group: group.supplier`."""
        totals: dict[Key, Totals] = {}
        for group in self.groups:
            totals[key(group)] = totals.get(key(group), Totals()) + group.totals
        return totals

    @property
    def totals(self) -> Totals:
        """All of them together."""
        return sum((group.totals for group in self.groups), Totals())

    @property
    def by_state(self) -> dict[str, Totals]:
        """The totals by the state of the records."""
        return {str(state): totals for state, totals in self.by(lambda group: group.state).items()}

    @property
    def by_supplier(self) -> list[SupplierTotals]:
        """The totals by supplier, those with the most tax first."""
        names = {group.supplier: group.supplier_name for group in sorted(self.groups, key=lambda of: of.supplier_name)}
        added = sorted(self.by(lambda group: group.supplier).items(), key=lambda of: (-of[1].tax.total, of[0]))
        return [SupplierTotals(supplier, names[supplier], totals) for supplier, totals in added]

    @property
    def counted_by_kind(self) -> dict[str, dict[str, int]]:
        """How many records of each kind there are, how many are saved and filed, and how many are in each state."""
        counts: dict[str, dict[str, int]] = {}
        for group in self.groups:
            kind = f"{group.kind.in_words}{', amended' if group.amended else ''}"
            of_kind = counts.setdefault(kind, dict.fromkeys(COUNTED, 0))
            for name in ("records", str(group.supplier_status), str(group.state).replace("_", " ")):
                of_kind[name] += group.totals.records
        return dict(sorted(counts.items()))
