"""The rules by which a purchase register is held against the records, in their order, and their classes.

Plain values and the canonical form of a document's number; `law.matching_reading` reads them from `matching.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, Self

from ims_fsm.law.declaration import Declared, Name, Sentence

MANUAL = "manual"
#: The classes of what no rule pairs: of documents of the register, and of records.
BOOKED_TWICE, REPORTED_TWICE, PORTAL_ONLY, BOOKS_ONLY = "booked_twice", "reported_twice", "portal_only", "books_only"
#: That of records of whose return period no register is here, and none of all periods: nothing is said of them.
NO_REGISTER = "no_register"
BUILT_IN = (MANUAL, BOOKED_TWICE, REPORTED_TWICE, PORTAL_ONLY, NO_REGISTER, BOOKS_ONLY)
Number = Literal["written", "canonical", "alike"]


class ClassDeclaration(Declared):
    """A class of pairs, or of what is not paired, with its sentence."""

    name: Name
    says: Sentence


class MatchDeclaration(Declared):
    """A rule: what must be equal and by how much the rest may differ (paise, days), and the class of its pairs."""

    name: Name
    gives: Name
    supplier: Literal["gstin", "pan"] = "gstin"
    number: Number
    amounts: Literal["heads", "total", "any"] = "heads"
    paise: int = 0
    days: int = 0
    similarity: float | None = None
    off: bool = False
    before: Name | None = None


class LimitsDeclaration(Declared):
    """How much a rule compares: `candidates` is the most records that a document is held against."""

    candidates: int


class MatchingDeclaration(Declared):
    """The file `matching.toml`."""

    limits: LimitsDeclaration
    match: tuple[MatchDeclaration, ...]
    # A keyword of Python is no name of a field; the file has `class`.
    classes: tuple[ClassDeclaration, ...]


@dataclass(frozen=True)
class Cascade:
    """The rules in their order, without those that are left out, and each class with its sentence, in its order.

    A rule holds a document against at most `candidates` records where that many share a number or an amount.
    """

    rules: tuple[MatchDeclaration, ...]
    classes: Mapping[str, str]
    candidates: int

    @classmethod
    def of(cls, declared: MatchingDeclaration) -> Self:
        """Return what is declared."""
        kept = tuple(rule for rule in declared.match if not rule.off)
        return cls(kept, {kind.name: kind.says for kind in declared.classes}, declared.limits.candidates)

    @cached_property
    def gives(self) -> Mapping[str, str]:
        """The class of each rule's pairs, by the rule's name."""
        return {rule.name: rule.gives for rule in self.rules}


_BETWEEN = re.compile(r"[^A-Z0-9]+")
# Separators, and the zeros before a run of digits.
_IDLE = re.compile(r"[^A-Z0-9]+|(?<![0-9])0+(?=[0-9])")


def written(number: str) -> str:
    r"""Return a document's number as it is compared where it must be the same: in capitals, without blanks.

    >>> written(" inv/ 24-25\u200b/007")
    'INV/24-25/007'
    """
    if number.isascii() and number.isprintable():
        return number.upper().replace(" ", "")
    text = unicodedata.normalize("NFKC", number).upper()
    seen = "".join(sign for sign in text if sign.isprintable() and not sign.isspace())
    # What a blank stood between may be one sign now.
    return seen if seen.isascii() else unicodedata.normalize("NFKC", seen)


@lru_cache(maxsize=4096)
def _year_marks(fy: str) -> tuple[str, re.Pattern[str]]:
    """Return what is the document's own financial year in its number: 2024-25, 24-25, 2425, 202425, 2024/2025.

    Before it stands what no such mark lacks.
    """
    first, last = fy[2:4], fy[5:7]
    marks = rf"(?<![0-9])(?:20)?{first}[-/]?(?:20)?{last}(?![0-9])|(?<=[A-Z])(?:20)?{first}{last}(?=[0-9])"
    return first, re.compile(marks)


def canonical(number: str, fy: str) -> str:
    """Return a document's number without its separators, its own financial year (like "2024-25") and leading zeros.

    >>> canonical("INV/24-25/00007", "2024-25"), canonical("inv-7", "2024-25"), canonical("INV/23-24/7", "2024-25")
    ('INV7', 'INV7', 'INV23247')
    """
    return canonical_of(written(number), fy)


def canonical_of(text: str, fy: str) -> str:
    """Return the same of a number as it is `written`."""
    first, marks = _year_marks(fy)
    bare = _IDLE.sub("", marks.sub(" ", text) if first in text else text)
    return bare or _BETWEEN.sub("", text) or text
