"""Tax per head, in integer paise; rupees only at the borders.

Imports nothing of the package. A float never becomes money.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

HEADS = ("igst", "cgst", "sgst", "cess")
TITLES = ("IGST", "CGST", "SGST", "cess")
PAISE = Decimal("0.01")
LARGEST = Decimal("99999999999999.99")
# Digits as everybody reads them: no 1_000, no digits of another script, no powers of ten.
_WRITTEN = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


def paise(rupees: str | int | Decimal) -> int:
    """Return rupees as integer paise.

    Raises `ValueError` for a float, for more than two decimals and for what is not a number.

    >>> paise("18000.00")
    1800000
    """
    if isinstance(rupees, (float, bool)):
        raise ValueError(f'{rupees!r} is not an exact amount; write rupees as a string, like "18000.00"')
    try:
        # A text that is not written like an amount becomes one that is not read as a number.
        amount = Decimal(rupees if not isinstance(rupees, str) or _WRITTEN.fullmatch(rupees.strip()) else "")
        whole = amount.quantize(PAISE)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise ValueError(f'{rupees!r} is not an amount in rupees; write it like "18000.00"') from error
    if whole != amount:
        raise ValueError(f'{rupees!r} has more than two decimals; write whole paise, like "18000.00"')
    if abs(whole) > LARGEST:
        raise ValueError(f"{rupees!r} is larger than the portal's 15 digits; correct the amount")
    return int(whole * 100)


def rupees(amount: int) -> Decimal:
    """Return integer paise as rupees with two decimals.

    >>> rupees(-1800000)
    Decimal('-18000.00')
    """
    return Decimal(amount).scaleb(-2).quantize(PAISE)


def shown(amount: int) -> str:
    """Return integer paise as people in India read an amount: rupees in thousands, lakhs and crores.

    >>> shown(10988000), shown(-1234567890), shown(5)
    ('1,09,880.00', '-1,23,45,678.90', '0.05')
    """
    whole, fraction = divmod(abs(amount), 100)
    groups, rest = [f"{whole % 1000:03}"], whole // 1000
    while rest:
        groups.append(f"{rest % 100:02}")
        rest //= 100
    sign = "-" if amount < 0 else ""
    return f"{sign}{','.join(reversed(groups)).lstrip('0') or '0'}.{fraction:02}"


@dataclass(frozen=True, slots=True)
class Heads:
    """An amount of tax per head (integrated, central, state or union territory, cess), in paise."""

    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0

    @classmethod
    def from_rupees(cls, amounts: Mapping[str, str | int | Decimal]) -> Self:
        """Read a table of heads in rupees; heads left out are zero.

        Raises `ValueError` for a head that does not exist or an amount that is not exact.
        """
        unknown = sorted(set(amounts) - set(HEADS))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a head of tax; the heads are {', '.join(HEADS)}")
        return cls(**{head: paise(value) for head, value in amounts.items()})

    def in_rupees(self) -> dict[str, Decimal]:
        """Return every head in rupees, in the order igst, cgst, sgst, cess."""
        return {head: rupees(value) for head, value in zip(HEADS, self, strict=True)}

    def in_paise(self) -> dict[str, int]:
        """Return the heads that are not zero, in paise: what logs and fingerprints keep."""
        return {head: amount for head, amount in zip(HEADS, self, strict=True) if amount}

    def __iter__(self) -> Iterator[int]:
        """Give the paise of each head in the order igst, cgst, sgst, cess."""
        yield self.igst
        yield self.cgst
        yield self.sgst
        yield self.cess

    def __add__(self, other: Heads) -> Heads:
        """Return the sum head by head."""
        return Heads(self.igst + other.igst, self.cgst + other.cgst, self.sgst + other.sgst, self.cess + other.cess)

    def __sub__(self, other: Heads) -> Heads:
        """Return the difference head by head."""
        return Heads(*(a - b for a, b in zip(self, other, strict=True)))

    def __neg__(self) -> Heads:
        """Return the amounts with their signs turned."""
        return Heads(*(-a for a in self))

    def __mul__(self, factor: int) -> Heads:
        """Return every head times a whole number."""
        return Heads(*(a * factor for a in self))

    def __bool__(self) -> bool:
        """Say whether any head differs from zero."""
        return any(self)

    def not_below_zero(self) -> Heads:
        """Return the amounts with every negative head set to zero."""
        return Heads(*(max(0, a) for a in self))

    def below(self, other: Heads) -> bool:
        """Say whether any head is smaller than the same head of `other`."""
        return any(a < b for a, b in zip(self, other, strict=True))

    @property
    def total(self) -> int:
        """The sum of all heads, in paise."""
        return self.igst + self.cgst + self.sgst + self.cess

    def __str__(self) -> str:
        """Show the heads that are not zero, in rupees: "18,000.00 IGST, 1,200.00 cess"; "0.00" where all are."""
        amounts = zip(TITLES, self, strict=True)
        return ", ".join(f"{shown(amount)} {head}" for head, amount in amounts if amount) or "0.00"


NIL = Heads()
