"""What is recommended for a record by how it stands to the purchase register: declared entries, the first that holds.

Plain values; `law.policy_reading` reads them from `policy.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ims_fsm.law.declaration import Declared, Name, Sentence

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

    def holds(self, of: Standing) -> bool:
        """Say whether all conditions hold."""
        return (
            (not self.classes or of.class_name in self.classes)
            and (not self.suppliers or bool({of.supplier, of.supplier[_PAN]} & {*self.suppliers}))
            and (self.tax_off is None or of.tax_off <= self.tax_off)
            and (self.tax_from is None or of.tax >= self.tax_from)
            and (self.tax_to is None or of.tax <= self.tax_to)
            and (self.older_than is None or of.days > self.older_than)
        )


class PolicyDeclaration(Declared):
    """The file `policy.toml`."""

    recommend: tuple[RecommendDeclaration, ...]

    def chosen(self, of: Standing) -> RecommendDeclaration:
        """Return the first entry that holds; the last one always does."""
        return next(entry for entry in self.recommend if entry.holds(of))
