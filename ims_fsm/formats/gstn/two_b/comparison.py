"""Compares two GSTR-2B, ours and the portal's, document by document and net total by net total.

Says what differs, not why: the caller may explain a line by a rule. Reads no file and no store.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from ims_fsm.formats.gstn.two_b.statement import PortalTwoBLine
from ims_fsm.terms.money import HEADS, NIL, TITLES, Heads, rupees, shown
from ims_fsm.terms.vocabulary import Kind, Section

Side = Literal["here", "there"]
Pairs = list[tuple[PortalTwoBLine, PortalTwoBLine]]
Totals = dict[Section, Heads]
_PARTS = re.compile(r"[0-9]+|[^\W0-9_]+")


class What(StrEnum):
    """What a difference is about."""

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    SECTION = "section"
    LOOKS_THE_SAME = "looks_the_same"
    REVERSE_CHARGE = "reverse_charge"
    DATE = "date"
    TAXABLE = "taxable"
    IGST = "igst"
    CGST = "cgst"
    SGST = "sgst"
    CESS = "cess"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a document stands in one GSTR-2B only: the rule and its sentence."""

    rule: str
    sentence: str


Explain = Callable[[PortalTwoBLine, Side], Explanation | None]
Apart = Callable[[PortalTwoBLine], Explanation | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two GSTR-2B, with its sentence."""

    what: What
    #: Whose document; blank for a total, which is net.
    supplier: str
    number: str
    #: What stands on each side: rupees, words, or None for nothing.
    ours: str | None
    theirs: str | None
    sentence: str
    #: The explanation's rule, where the caller knew one.
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class OutsideIms:
    """A line of the portal's that never goes through IMS, and is no difference: the rule, and its sentence."""

    line: PortalTwoBLine
    rule: str
    sentence: str


class Compared(NamedTuple):
    """What comparing two GSTR-2B comes to."""

    differences: tuple[Difference, ...]
    #: What stands in the portal's alone, and never goes through IMS.
    outside: tuple[OutsideIms, ...] = ()
    #: How many lines of ours the portal's files that were given do not list, where others are lacking.
    unlisted: int = 0


def compare(
    ours: Sequence[PortalTwoBLine],
    theirs: Sequence[PortalTwoBLine],
    explain: Explain | None = None,
    beside: Sequence[PortalTwoBLine] = (),
    *,
    apart: Apart | None = None,
    whole: bool = True,
) -> Compared:
    """Return every difference between our lines and the portal's; none where both say the same.

    Documents are matched by supplier, kind, number and date, those that agree in all first; then by number and
    financial year whatever the capitals; then by numbers that look the same (INV/0007 and INV-7), which is said.
    `explain` is asked about lines that stand on one side only, "here" or "there". Totals are net, as a GSTR-2B sums
    them; `beside` are lines of ours that count and are not documents of their own (what an amendment to reverse charge
    takes back, FAQ 32): they count on both sides, and where the portal lists one too it is not said to be missing.
    `apart` is asked about what only the portal has: what never goes through IMS is no difference, and in no total.
    Where the portal's are not `whole`, what they do not list is no difference, and there are no totals.
    """
    pairs, here, there = _matched(ours, theirs)
    counted, alone, there = _matched(beside, there, (_identical,))
    reasons = [(line, apart(line) if apart else None) for line in there]
    outside = tuple(OutsideIms(line, why.rule, why.sentence) for line, why in reasons if why is not None)
    there = [line for line, why in reasons if why is None]
    differences = [difference for mine, portals in pairs for difference in _differences(mine, portals)]
    differences += [_one_sided(line, "here", explain) for line in here if whole]
    differences += [_one_sided(line, "there", explain) for line in there]
    if whole:
        differences += _totals(*_net_totals([*pairs, *counted], [*here, *alone], [*there, *alone]))
    return Compared(tuple(differences), outside, 0 if whole else len(here))


def look_alike(number: str) -> tuple[str, ...]:
    """Return what is left of a document number without capitals, separators and leading zeros.

    >>> look_alike("INV/2024/0891") == look_alike("inv-2024-891")
    True
    """
    return tuple(part.lstrip("0") or "0" for part in _PARTS.findall(number.upper()))


def _identical(line: PortalTwoBLine) -> Hashable:
    return (_exact(line), line.section, line.reverse_charge, abs(line.taxable), _size(line))


def _exact(line: PortalTwoBLine) -> Hashable:
    return (line.supplier, line.kind, line.amended, line.number, line.date)


def _same_year(line: PortalTwoBLine) -> Hashable:
    year = line.date.year - (line.date.month < 4)  # noqa: PLR2004 - the financial year begins in April
    return (line.supplier, line.kind, line.amended, line.number.upper(), year)


def _similar(line: PortalTwoBLine) -> Hashable:
    return (line.supplier, line.kind, line.amended, look_alike(line.number))


# From the closest to the loosest.
_KEYS = (_identical, _exact, _same_year, _similar)


def _matched(
    ours: Sequence[PortalTwoBLine],
    theirs: Sequence[PortalTwoBLine],
    keys: Sequence[Callable[[PortalTwoBLine], Hashable]] = _KEYS,
) -> tuple[Pairs, list[PortalTwoBLine], list[PortalTwoBLine]]:
    pairs: Pairs = []
    here, there = list(ours), list(theirs)
    for key in keys:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in reversed(range(len(there))):
            waiting[key(there[index])].append(index)
        left = []
        for line in here:
            if candidates := waiting[key(line)]:
                pairs.append((line, there[candidates.pop()]))
            else:
                left.append(line)
        kept = sorted(index for indexes in waiting.values() for index in indexes)
        here, there = left, [there[index] for index in kept]
    return pairs, here, there


def _differences(mine: PortalTwoBLine, portals: PortalTwoBLine) -> Iterator[Difference]:
    words = (
        (What.LOOKS_THE_SAME, mine.number, portals.number, "numbered"),
        (What.DATE, mine.date.isoformat(), portals.date.isoformat(), "dated"),
        (What.SECTION, mine.section.in_words, portals.section.in_words, "in"),
        (What.REVERSE_CHARGE, _charge(mine), _charge(portals), "under"),
    )
    for what, here, there, noun in words:
        if here != there:
            sentence = f"{_name(mine)}: {noun} {here} here and {there} on the portal"
            yield Difference(what, mine.supplier, mine.number, here, there, sentence)
    heads = zip(map(What, HEADS), TITLES, _size(mine), _size(portals), strict=True)
    for what, title, paise, portal in ((What.TAXABLE, "taxable", abs(mine.taxable), abs(portals.taxable)), *heads):
        if paise != portal:
            yield _amounts(what, f"{_name(mine)}: {title}", paise, portal, mine)


def _charge(line: PortalTwoBLine) -> str:
    return "reverse charge" if line.reverse_charge else "forward charge"


def _amounts(what: What, subject: str, ours: int, theirs: int, line: PortalTwoBLine | None = None) -> Difference:
    sentence = f"{subject} {shown(ours)} here and {shown(theirs)} on the portal"
    whose = (line.supplier, line.number) if line else ("", "")
    return Difference(what, *whose, f"{rupees(ours):.2f}", f"{rupees(theirs):.2f}", sentence)


def _name(line: PortalTwoBLine) -> str:
    amended = "amended " if line.amended else ""
    return f"{amended}{line.kind.in_words} {line.number} of {line.supplier or 'ICEGATE'}"


def _one_sided(line: PortalTwoBLine, side: Side, explain: Explain | None) -> Difference:
    reason = explain(line, side) if explain else None
    stands = f"{line.section.in_words}, tax {line.tax}"
    ours, theirs = (stands, None) if side == "here" else (None, stands)
    what, sentence = What.MISSING_THERE, f"{_name(line)} is missing on the portal; here it stands in {stands}"
    if side == "there":
        what, sentence = What.MISSING_HERE, f"{_name(line)} is missing here; on the portal it stands in {stands}"
    if reason is not None:
        sentence = f"{sentence}: {reason.sentence}"
    return Difference(what, line.supplier, line.number, ours, theirs, sentence, reason.rule if reason else None)


def _totals(ours: Totals, theirs: Totals) -> Iterator[Difference]:
    for section in Section:
        for title, paise, portal in zip(TITLES, ours[section], theirs[section], strict=True):
            if paise != portal:
                yield _amounts(What.TOTAL, f"net total of {section.in_words}: {title}", paise, portal)


def _net_totals(pairs: Pairs, here: Sequence[PortalTwoBLine], there: Sequence[PortalTwoBLine]) -> tuple[Totals, Totals]:
    """Return the net totals by section in paise, ours and the portal's: credit notes negative, no reverse charge.

    Ours are those that a GSTR-2B of ours is summed with. The portal's lists whole documents: from an amendment that
    both have, what its original brought before is taken off there as it is here.
    """
    ours: Totals = defaultdict(lambda: NIL)
    theirs: Totals = defaultdict(lambda: NIL)
    for mine, portals in pairs:
        _add(ours, mine, _net(mine))
        _add(theirs, portals, _signed(portals) - (_signed(mine) - _net(mine)))
    for totals, lines in ((ours, here), (theirs, there)):
        for line in lines:
            _add(totals, line, _net(line))
    return ours, theirs


def _size(line: PortalTwoBLine) -> Heads:
    """Return the tax of a line without the sign that a credit note may be written with."""
    return Heads(*map(abs, line.tax)) if line.kind is Kind.CREDIT_NOTE else line.tax


def _signed(line: PortalTwoBLine) -> Heads:
    return _size(line) * line.kind.sign


def _net(line: PortalTwoBLine) -> Heads:
    return _signed(line) if line.entry is None else line.entry


def _add(totals: Totals, line: PortalTwoBLine, tax: Heads) -> None:
    if not line.reverse_charge:
        totals[line.section] += tax
