"""A second reading of the rules of a matching, slow and plain: every document is held against every record.

It reads `machines/matching.toml` itself, and imports nothing of the program. Money is in paise.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA, JaroWinkler

HEADS = ("igst", "cgst", "sgst", "cess")


@dataclass(frozen=True)
class Paper:
    """A document of either side; `id` tells records of one number and date apart."""

    supplier: str
    kind: str
    number: str
    date: date
    taxable: int
    tax: tuple[int, int, int, int]
    id: int = 0

    @property
    def written(self) -> str:
        """The number in capitals, without blanks."""
        return "".join(unicodedata.normalize("NFKC", self.number).upper().split())

    @property
    def canonical(self) -> str:
        """The number without separators, its own financial year and leading zeros."""
        signs = [sign if sign.isalnum() else " " for sign in _without_year(self.written, self.date)]
        runs = ("".join(run) for _, run in groupby(signs, key=lambda sign: (sign == " ", sign.isdigit())))
        bare = "".join(run.lstrip("0") or "0" if run.isdigit() else run.strip() for run in runs)
        return bare or "".join(filter(str.isalnum, self.written)) or self.written


def _without_year(number: str, day: date) -> str:
    """Put a blank for each mark of the financial year: between letters and signs, or from a letter on to a digit."""
    first = day.year if day.month > 3 else day.year - 1
    years = [(f"{first}", f"{first % 100}"), (f"{first + 1}", f"{(first + 1) % 100}")]
    marks = [f"{a}{sign}{b}" for a in years[0] for sign in ("-", "/", "") for b in years[1]]
    left, at = "", 0
    while at < len(number):
        before = number[at - 1 : at]
        for mark in marks:
            after = number[at + len(mark) :][:1]
            closed = not before.isdigit() and not after.isdigit()
            in_front = before.isalpha() and after.isdigit() and mark.endswith(years[1][1]) and mark.isdigit()
            short = not (in_front and mark.endswith(years[1][0]))
            if number.startswith(mark, at) and (closed or (in_front and short)):
                left, at = f"{left} ", at + len(mark)
                break
        else:
            left, at = left + number[at], at + 1
    return left


def likeness(ours: str, theirs: str) -> float:
    """Return how alike two numbers are: the same, a part of the other by its digits, or the same but for a slip."""
    one, other = sorted((_meant(ours), _meant(theirs)), key=len)
    digits = sorted(("".join(filter(str.isdigit, number)) for number in (one, other)), key=len)
    if ours == theirs:
        return 1.0
    if len(digits[0]) > 1 and digits[0] in {digits[1][: len(digits[0])], digits[1][-len(digits[0]) :]}:
        return 0.9
    if OSA.distance(one, other) <= 1:
        return JaroWinkler.similarity(ours, theirs)
    parts = {other[: len(one)], other[len(other) - len(one) :]}
    return 0.8 if len(digits[0]) > 2 and min(OSA.distance(one, part) for part in parts) <= 1 else 0.0


def _meant(number: str) -> str:
    """Put digits for letters that look like them and stand behind one; leading zeros of what comes of it go."""
    made = ""
    for sign in number:
        made += {"O": "0", "I": "1"}.get(sign, sign) if made[-1:].isdigit() else sign
    runs = ("".join(run) for _, run in groupby(made, key=str.isdigit))
    return "".join(run.lstrip("0") or "0" if run.isdigit() else run for run in runs)


def pairs(machines: Path, documents: Sequence[Paper], records: Sequence[Paper]) -> set[tuple[str, Paper, Paper]]:
    """Return the pairs, each with the name of the rule that made it."""
    rules = tomllib.loads((machines / "matching.toml").read_text("utf-8"))["match"]
    booked = sorted(documents, key=lambda of: (of.supplier, of.kind, of.written, of.date))
    reported = sorted(records, key=lambda of: (of.supplier, of.written, of.date, of.id))
    made = set[tuple[str, Paper, Paper]]()
    for rule in rules:
        if not rule.get("off"):
            for _, at, other in sorted(_allowed(rule, booked, reported)):
                ends = (booked[at], reported[other])
                if not any(ends[0] is document or ends[1] is record for _, document, record in made):
                    made.add((rule["name"], *ends))
    return made


def _allowed(rule: Any, booked: Sequence[Paper], reported: Sequence[Paper]) -> Iterator[tuple[Any, int, int]]:
    for at, document in enumerate(booked):
        for other, record in enumerate(reported):
            unlike = _unlike(rule, document, record)
            if unlike is not None and _agree(rule, document, record):
                off = abs(document.taxable - record.taxable) + sum(map(abs, _off(document, record)))
                yield (unlike, off + 100 * _days(document, record)), at, other


def _agree(rule: Any, document: Paper, record: Paper) -> bool:
    same_supplier = document.supplier == record.supplier
    of_pan = document.supplier[2:12] == record.supplier[2:12] and not same_supplier
    if document.kind != record.kind or not (same_supplier if rule["supplier"] == "gstin" else of_pan):
        return False
    if _days(document, record) > rule["days"]:
        return False
    off, most = _off(document, record), rule.get("paise", 0)
    if rule["amounts"] != "any" and abs(document.taxable - record.taxable) > most:
        return False
    total = abs(sum(off[:3])) <= most and abs(off[3]) <= most
    return {"any": True, "total": total, "heads": all(abs(head) <= most for head in off)}[rule["amounts"]]


def _unlike(rule: Any, document: Paper, record: Paper) -> int | None:
    """Return how unlike two numbers are, None where they are more so than the rule allows."""
    if rule["number"] == "alike":
        score = likeness(document.canonical, record.canonical)
        return round((1 - score) * 100_000) if score >= rule["similarity"] else None
    same = document.canonical == record.canonical
    if rule["number"] == "written":
        same = same and document.written == record.written
    return 0 if same else None


def _off(document: Paper, record: Paper) -> tuple[int, ...]:
    return tuple(ours - theirs for ours, theirs in zip(document.tax, record.tax, strict=True))


def _days(document: Paper, record: Paper) -> int:
    return abs((document.date - record.date).days)
