"""What is recommended for a record by how it stands to the purchase register: declared entries, the first that holds.

Plain values; `law.policy_reading` reads them from `policy.toml`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ims_fsm.law.declaration import Declared, Name, Sentence
from ims_fsm.terms.money import shown

Recommended = Literal["accept", "reject", "keep_pending", "ask"]
ASK: Literal["ask"] = "ask"
_PAN = slice(2, 12)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands to the register: its class, tax in paise over all heads, supplier and age in days."""

    class_name: str
    tax_off: int
    tax: int
    supplier: str
    days: int


class RecommendDeclaration(Declared):
    """An entry: its conditions, what it recommends, and what instead where the law refuses that."""

    name: Name
    says: Sentence
    action: Recommended
    otherwise: tuple[Recommended, ...] = ()
    classes: tuple[Name, ...] = ()
    tax_off: int | None = None
    tax_from: int | None = None
    tax_to: int | None = None
    suppliers: tuple[str, ...] = ()
    older_than: int | None = None
    off: bool = False
    before: Name | None = None

    @property
    def takes_all(self) -> bool:
        """Whether it has no condition."""
        amounts = (self.tax_off, self.tax_from, self.tax_to, self.older_than)
        return not self.classes and not self.suppliers and all(amount is None for amount in amounts)

    def failing(self, of: Standing) -> Iterator[str]:
        """Give each condition that does not hold, as a sentence about the record."""
        if self.classes and of.class_name not in self.classes:
            yield f"its class is {of.class_name}, not {' or '.join(self.classes)}"
        if self.suppliers and not {of.supplier, of.supplier[_PAN]} & {*self.suppliers}:
            yield f"its supplier is {of.supplier}, not {' or '.join(self.suppliers)}"
        if self.tax_off is not None and of.tax_off > self.tax_off:
            yield f"its tax differs by {shown(of.tax_off)}, more than {shown(self.tax_off)}"
        if self.tax_from is not None and of.tax < self.tax_from:
            yield f"its tax is {shown(of.tax)}, less than {shown(self.tax_from)}"
        if self.tax_to is not None and of.tax > self.tax_to:
            yield f"its tax is {shown(of.tax)}, more than {shown(self.tax_to)}"
        if self.older_than is not None and of.days <= self.older_than:
            yield f"its age in days is {of.days}, not more than {self.older_than}"

    def holds(self, of: Standing) -> bool:
        """Say whether all conditions hold."""
        return next(self.failing(of), None) is None

    def covers(self, later: RecommendDeclaration, class_name: str) -> bool:
        """Say whether it takes every record of a class that a later entry would take."""
        return (
            (not self.classes or class_name in self.classes)
            and (not self.suppliers or (bool(later.suppliers) and _all_of(later.suppliers, self.suppliers)))
            and _at_most(later.tax_off, self.tax_off)
            and _at_most(later.tax_to, self.tax_to)
            and _at_least(later.tax_from, self.tax_from)
            and _at_least(later.older_than, self.older_than)
        )


def _all_of(suppliers: Iterable[str], wide: Collection[str]) -> bool:
    return all({supplier, supplier[_PAN]} & {*wide} for supplier in suppliers)


def _at_most(narrow: int | None, wide: int | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


def _at_least(narrow: int | None, wide: int | None) -> bool:
    return wide is None or (narrow is not None and narrow >= wide)


class PolicyDeclaration(Declared):
    """The file `policy.toml`."""

    recommend: tuple[RecommendDeclaration, ...]

    def chosen(self, of: Standing) -> RecommendDeclaration:
        """Return the first entry that holds; the last one always does."""
        return next(entry for entry in self.recommend if entry.holds(of))

    def passed_over(self, of: Standing) -> Iterator[tuple[RecommendDeclaration, tuple[str, ...]]]:
        """Give the entries before the one that holds, each with every condition that does not."""
        for entry in self.recommend:
            failing = tuple(entry.failing(of))
            if not failing:
                return
            yield entry, failing
